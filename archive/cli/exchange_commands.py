"""`luubao import`, `merge`, `push` and `pull`: the commands that exchange captures with other archives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.options import db_option, filing, picture_folder, pictures_option, unpack_ratio_option
from archive.console import clear_progress, counting, say, say_all, say_counts, show_progress
from archive.exchange.object_store import ObjectStore
from archive.model.errors import BadValue, LuubaoError
from archive.model.paths import folder_beside
from archive.model.records import Outlet
from archive.model.urls import host_of, without_credentials
from archive.model.validation import file_name, is_address, outlet_name, shown
from archive.runtime import signals

if TYPE_CHECKING:
    from archive.exchange.importers.import_items import OutletMatcher
    from archive.exchange.importers.import_job import ImportReport
    from archive.exchange.importers.mirrors import PageDefaults
    from archive.exchange.sync import TransferReport

EXIT_PARTLY = 4
"""The exit code of `import`, `merge` and `backfill` when some items could not be imported, as of `luubao crawl` when
requests failed."""


@click.command("import")
@db_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--outlet", help="Import only this outlet's pages.")
@click.option("--home", help="Home page of --outlet, if the archive does not know it yet.")
@click.option("--url", help="URL of a saved page, or of a mirror's top folder, if the file does not contain it.")
@click.option("--at", "moment", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
              help="When it was saved, in UTC; by default as the file says, or the file's own time.")  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(0, 256),
    help="Reader processes; one per core by default, 0 for a single one that the import waits for.",
)  # fmt: skip
@unpack_ratio_option
@pictures_option
@click.pass_context
def import_command(
    ctx: click.Context, path: Path, files: tuple[Path, ...], outlet: str | None, home: str | None, url: str | None,
    moment: datetime | None, jobs: int | None, unpack_ratio: int, pictures: Path | None,
) -> None:  # fmt: skip
    """Imports WARC, ARC and WACZ files, mirrors and saved pages.

    Reads mirrors made by HTTrack or wget, single saved pages, and readings in Parquet made by luubao-reread-spark.
    Versions are put in order of time, whatever the order of import; captures that are already stored are not added
    again. Each page goes to the outlet on whose hosts it lies. Readings are filed as `luubao reread` files its own,
    after the captures of the same call.

    Each record stands alone: a damaged or impossible one (a status of 23 digits, a date before the web) is reported
    with file and place, and all others are imported. A damaged file is read as far as possible. Links that lead out
    of a mirror's folder are not followed. Exit codes: 0 everything imported, 4 some records could not be imported,
    1 nothing could.

    \b
    Examples:
      luubao import old-crawl.warc.gz --db luubao.db
      luubao import page.html --outlet baovinhphuc --url https://baovinhphuc.com.vn/tin/1.html
      luubao import readings/ --db luubao.db
    """
    from archive.cluster.imported_readings import holds_readings
    from archive.exchange.importers.import_items import OutletMatcher
    from archive.exchange.importers.mirrors import PageDefaults

    readings = [file for file in files if holds_readings(file)]
    captures = [file for file in files if file not in readings]
    failed = 0
    with filing(path):
        if captures:
            defaults = PageDefaults(url, moment.replace(tzinfo=UTC) if moment else None, unpack_ratio)
            matcher = OutletMatcher(_outlets(ctx, outlet, home), outlet)
            failed += _import_captures(path, captures, matcher, defaults, jobs, pictures)
        if readings:
            failed += _import_readings(path, readings, outlet, jobs)
    if failed:
        raise click.exceptions.Exit(EXIT_PARTLY)


def _import_captures(
    path: Path, files: Sequence[Path], matcher: OutletMatcher, defaults: PageDefaults, jobs: int | None,
    pictures: Path | None,
) -> int:  # fmt: skip
    """Imports captures; returns how many records could not be imported."""
    from archive.exchange.importers.import_job import import_files

    with counting("importing") as step:
        report = import_files(
            path, files, matcher, pictures=pictures or folder_beside(path), defaults=defaults, jobs=jobs,
            progress=lambda _: step(),
        )  # fmt: skip
    _print_report(report)
    if not sum(report.counts[name] for name in ("filed", "late", "here", "withdrawn")):
        matcher.require()
        raise LuubaoError(f"nothing was taken: {_why_nothing(report)}")
    return report.counts["skipped"]


def _import_readings(path: Path, files: Sequence[Path], outlet: str | None, jobs: int | None) -> int:
    """Imports readings that luubao-reread-spark made; returns how many rows were no readings."""
    from archive.cluster.imported_readings import import_readings, refuse_nothing
    from archive.pipeline import reread_report

    def progress(report: reread_report.RereadReport, waiting: int) -> None:
        show_progress(f"filing: {report.captures} of {waiting}")

    imported = import_readings(path, files, outlet, jobs=jobs, progress=progress)
    clear_progress()
    say_all(reread_report.report_lines(imported.filing))
    say_counts(imported.counts, _READINGS_LEFT_OUT)
    for line in (*imported.messages, *sorted(imported.readers)):
        say(f"  {line}", err=True)
    if imported.unread:
        say(f"{imported.unread} captures still wait to be read again: `luubao reread` does so", err=True)
    refuse_nothing(imported, files)
    return imported.counts["bad"]


def _why_nothing(report: ImportReport) -> str:
    """The reason why no capture was imported, as the end of a sentence."""
    if report.hosts:
        hosts = ", ".join(sorted(report.hosts))
        return f"the pages lie on {hosts}, and no known outlet does. Name one with --outlet and --home"
    return "no record could be read" if report.counts["skipped"] else "there is no page in the files"


@click.command("merge")
@db_option
@click.argument("other", type=click.Path(dir_okay=False, path_type=Path))
@pictures_option
@unpack_ratio_option
@click.option("--other-pictures", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Folder of the other archive's pictures; <other>.pictures by default.")  # fmt: skip
def merge_command(
    path: Path, other: Path, pictures: Path | None, unpack_ratio: int, other_pictures: Path | None
) -> None:
    """Merges another archive into this one.

    The result is the union of both, whichever is merged into the other. Captures that both have are stored once.
    Articles they touch are derived again in order of time, so their versions may get other numbers (table
    renumberings). The other archive is only read and never trusted: impossible values (a status of 23 digits, an
    unknown time zone, a picture whose bytes do not match its digest) are reported with table and row and skipped.
    An outlet that is known here keeps its description. Exit codes: 0 everything merged, 4 some rows were skipped, 1
    nothing could be merged.

    \b
    Example:
      luubao merge laptop.db --db luubao.db
    """
    from archive.pipeline.merging import merge

    folder = picture_folder(other, other_pictures)
    with filing(path), counting("merging") as step:
        ours = pictures or folder_beside(path)
        merged = merge(path, other, pictures=ours, other_pictures=folder, unpack_ratio=unpack_ratio, step=step)
    counts = merged.counts
    say(
        f"{counts['captures']} captures and {counts['pictures']} fetches of pictures added in {counts['runs']} runs;"
        f" {counts['here']} captures were here already"
    )
    say_counts(counts, _NOT_MERGED)
    for url in merged.withdrawn_there:
        say(f"{url} is withdrawn there and not here. `luubao withdraw` does so", err=True)
    for line in merged.refused:
        say(f"  {line}", err=True)
    if counts["refused"]:
        taken = any(counts[name] for name in ("captures", "here", "pictures", "runs"))
        raise click.exceptions.Exit(EXIT_PARTLY if taken else 1)


_NOT_MERGED = {
    "withdrawn": "captures of withdrawn articles were left out, or kept as facts only",
    "damaged": "captures cannot be decompressed in the other archive and were left out. `luubao verify` names them",
    "refused": "rows or values of the other archive were left out, for they are impossible",
    "pictures-missing": "fetches of pictures were left out, for their files are not in the other's folder",
}
_READINGS_LEFT_OUT = {
    "here": "readings were left out, for their captures have been read by this extractor already",
    "unknown": "readings were left out, for their captures are not in this archive",
    "otherwise": "readings were left out, made under another address, charset or time zone than the archive names",
    "withdrawn": "readings were left out, for their pages are withdrawn",
    "reader": "readings were left out, made by another reader than this luubao's",
    "bad": "rows are no readings",
}
_NOT_IMPORTED = {
    "elsewhere": "pages of other sites were left out",
    "unresolved": "revisits were left out, whose pages are in none of the files",
    "pictures-left": "fetches of pictures were left out: no article shows them, or they are no pictures",
    "left-out": "records or files were left out that are nothing of a newspaper: scripts, styles, films",
    "skipped": "records or files could not be read",
}


def _outlets(ctx: click.Context, name: str | None, home: str | None) -> list[Outlet]:
    declared = ctx.obj() if callable(ctx.obj) else ()  # the crawler's commands put it there: outlets with spiders
    if home:
        if not name:
            raise click.UsageError("--home needs --outlet, its name")
        if not is_address(home) or without_credentials(home) != home:
            raise click.UsageError(f"{shown(home)} is no address of a home page. Give it as https://host/")
        try:
            return [Outlet(outlet_name(name), name, home, (host_of(home),))]
        except BadValue as error:
            raise click.UsageError(f"--outlet: {error}") from error
    return list(declared)


def _print_report(report: ImportReport) -> None:
    counts, changed = report.counts, report.articles
    added = counts["filed"] + counts["late"]
    sentences = [f"{added} captures added, {counts['here']} were here already"]
    if counts["pictures"] or counts["pictures-here"]:
        sentences.append(f"{counts['pictures']} fetches of pictures added")
    if counts["withdrawn"]:
        sentences.append(f"of {counts['withdrawn']} only the fact was kept, for their articles are withdrawn")
    if changed.renumbered or changed.removed:
        count = changed.renumbered + changed.removed
        sentences.append(f"{count} versions have another number now (table renumberings)")
    say("; ".join(sentences))
    say_counts(counts, _NOT_IMPORTED)
    for line in report.skipped:
        say(f"  {line}", err=True)


@click.command("push")
@click.argument("store", metavar="STORE")
@db_option
@pictures_option
@click.option("--no-pictures", is_flag=True, help="Without pictures.")
@click.option("--archives", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER",
              help="Upload every archive of a folder instead of one.")  # fmt: skip
@click.option("--over", metavar="STATE", help="The archive has been merged with this state of the store: upload it.")
def push_command(
    store: str, path: Path, pictures: Path | None, no_pictures: bool, archives: Path | None, over: str | None
) -> None:
    """Uploads an archive and its pictures to an object store.

    Uploads only what is not there yet, and can be resumed. Never overwrites a state of the store that this archive
    does not descend from. Credentials come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    AWS_ENDPOINT_URL). Exit code 1 if an archive could not be uploaded (the others are), 4 if only damaged pictures
    were skipped. Needs `pip install 'luubao[scale]'`; see docs/scale.md.

    \b
    Examples:
      luubao push s3://library/papers --db baophutho.db
      luubao push s3://library/papers --archives /srv/luubao
    """
    from archive.exchange.sync import accept_merged_state, push

    bucket, failed, partly = ObjectStore(store), False, False
    for archive in sorted(archives.glob("*.db")) if archives else [path]:
        folder = None if no_pictures else picture_folder(archive, pictures if not archives else None)
        try:
            if over:
                accept_merged_state(archive, bucket, over)
            with counting(f"{archive.name}: pieces") as step:
                carried = push(archive, bucket, pictures=folder, step=step)
            say(_transfer_summary(archive.name, carried))
            remedy = "here. `luubao pull` brings good ones where the store has them"
            partly |= _print_damaged(archive.name, carried, remedy)
        except LuubaoError as error:
            if signals.signal_received():  # it interrupted a statement: nothing is wrong with the archive
                raise
            say(f"{archive.name}: {error}", err=True)
            failed = True
    raise click.exceptions.Exit(1 if failed else EXIT_PARTLY if partly else 0)


@click.command("pull")
@click.argument("store", metavar="STORE")
@click.argument("names", metavar="ARCHIVE...", nargs=-1, required=True)
@click.option("--to", type=click.Path(path_type=Path), default=Path(), show_default="here", metavar="PLACE",
              help="Target folder or, for one archive, file.")  # fmt: skip
@click.option("--no-pictures", is_flag=True, help="Without pictures.")
def pull_command(store: str, names: tuple[str, ...], to: Path, no_pictures: bool) -> None:
    """Downloads archives and their pictures from an object store.

    Downloads only what is not here yet, and checks it against its digests. Never overwrites what is here and not in
    the store. Exit code 4 if pictures in the store are damaged and everything else was downloaded.

    \b
    Example:
      luubao pull s3://library/papers baophutho.db baovinhphuc.db --to /srv/reading
    """
    from archive.exchange.sync import pull

    bucket = ObjectStore(store)
    if len(names) > 1 and not to.is_dir():
        raise click.UsageError(f"{to} is no folder: several archives need one")
    partly = False
    for name in map(file_name, names):
        archive = to / name if to.is_dir() else to
        with counting(f"{name}: pieces") as step:
            carried = pull(name, bucket, archive, pictures=None if no_pictures else folder_beside(archive), step=step)
        say(_transfer_summary(name, carried))
        partly |= _print_damaged(name, carried, f"at {store}. `luubao push` from where they are good fixes that")
    raise click.exceptions.Exit(EXIT_PARTLY if partly else 0)


def _transfer_summary(name: str, carried: TransferReport) -> str:
    pieces = f"{carried.pieces} of {carried.of} pieces, {carried.bytes / 1e6:.1f} MB"
    return f"{name}: {pieces}, and {carried.pictures} pictures carried"


def _print_damaged(name: str, carried: TransferReport, where: str) -> bool:
    """Prints which pictures are damaged and were not transferred. Returns whether any were."""
    if carried.damaged:
        count = f"{len(carried.damaged)} picture{'s are' if len(carried.damaged) > 1 else ' is'}"
        say(f"{name}: {count} damaged, such as {carried.damaged[0]}, {where}", err=True)
    return bool(carried.damaged)
