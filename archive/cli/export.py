"""`luubao export`: one subcommand for each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.options import DAY, Commands, F, db_option, picture_folder, pictures_option
from archive.console import counting, say
from archive.model.clock import day_span
from archive.runtime.atomic_files import atomic_write
from archive.storage.captures.kept_captures import outlets_of
from archive.storage.connection import open_archive, snapshot

if TYPE_CHECKING:
    from archive.exchange.exporters.tables import Format
    from archive.exchange.exporters.warc_files import Exported
    from archive.queries.tabular import Selection
    from archive.storage.captures.capture_stream import Scope


class _Exports(Commands):
    must_be_whole = True


@click.group(cls=_Exports)
def export() -> None:
    """Exports the archive.

    Withdrawn articles are never exported. What is damaged is named and left out, with exit code 1.
    """


def scope_options(command: F) -> F:
    """Adds --outlet, --since and --until."""
    command = click.option("--until", type=DAY, help="Captures up to this day, in the outlet's zone.")(command)
    command = click.option("--since", type=DAY, help="Captures from this day on, in the outlet's zone.")(command)
    return click.option("--outlet", help="Only this outlet.")(command)


@contextmanager
def _leaving(path: Path) -> Iterator[tuple[Any, Callable[[], None]]]:
    """Yields a snapshot of the archive, which concurrent writes do not change, and a progress callback."""
    with open_archive(path) as db, snapshot(db), counting("exporting") as step:
        yield db, step


def to_option(help_text: str) -> Callable[[F], F]:
    """Adds --to, the target of an export."""
    return click.option("--to", "target", required=True, type=click.Path(path_type=Path), help=help_text)


def scope_of(db: Any, outlet: str | None, since: date | None, until: date | None, run: int | None = None) -> Scope:
    """The scope of captures for these options. Raises UnknownOutlet."""
    from archive.storage.captures.capture_stream import Scope

    zone = outlets_of(db, outlet)[0].outlet.timezone if outlets_of(db, outlet) else "UTC"
    first, last = day_span(since, until, zone)
    return Scope(outlet, run, first, last)


@export.command()
@db_option
@scope_options
@to_option("A folder; made where there is none.")
@click.option("--run", type=click.IntRange(1), help="Only captures of this run (a number from `luubao runs`).")
@click.option("--zstd", is_flag=True, help="Compress with Zstandard instead of gzip.")
@click.option("--size", default=1000, show_default=True, type=click.IntRange(1),
              help="Start a new file after this many MB.")  # fmt: skip
@click.option("--no-pictures", is_flag=True, help="Without pictures.")
@pictures_option
def warc(
    path: Path, outlet: str | None, since: date | None, until: date | None, target: Path, run: int | None,
    zstd: bool, size: int, no_pictures: bool, pictures: Path | None,
) -> None:  # fmt: skip
    """Writes WARC 1.1: every capture as it came, with its request, and the pictures.

    Record payloads are content-decoded; headers that described the encoding are renamed to X-Archive-Orig-*.
    `luubao import` reads the files back into the same versions.

    \b
    Example:
      luubao export warc --outlet baovinhphuc --to warcs/
    """
    from archive.exchange.exporters.warc_files import export_warc

    with _leaving(path) as (db, step), atomic_write(target, add=True, parents=True) as temporary:
        exported = export_warc(
            db, temporary, scope_of(db, outlet, since, until, run),
            pictures=None if no_pictures else picture_folder(path, pictures),
            compression="zst" if zstd else "gz", size=size * 1_000_000, step=step,
        )  # fmt: skip
    print_captures(exported)


def print_captures(exported: Exported) -> None:
    """Prints the result of an export of captures."""
    say(f"{exported.captures} captures, {exported.payload / 1e6:.1f} MB, in {len(exported.files)} files")
    if exported.missing:
        say(f"{exported.missing} pictures have no file in the folder, or another one, and were left out", err=True)
    print_withdrawn(exported.withdrawn)


def print_withdrawn(count: int) -> None:
    """Prints how many withdrawn articles were left out."""
    if count:
        say(f"{count} withdrawn articles were left out", err=True)


def titled(db: Any, outlet: str | None) -> str:
    """The title of an export: the outlet's title, or those of all outlets."""
    return ", ".join(run.outlet.title for run in outlets_of(db, outlet)) or "luubao"


@export.command()
@db_option
@scope_options
@to_option("A file; must not be there yet.")
@click.option("--no-pictures", is_flag=True, help="Without pictures.")
@pictures_option
def wacz(
    path: Path, outlet: str | None, since: date | None, until: date | None, target: Path, no_pictures: bool,
    pictures: Path | None,
) -> None:  # fmt: skip
    """Writes one WACZ file: WARC files with an index and a page list, for replay in a browser.

    \b
    Example:
      luubao export wacz --outlet baovinhphuc --to baovinhphuc.wacz
    """
    from archive.exchange.exporters.packages import export_wacz

    with _leaving(path) as (db, step), atomic_write(target) as temporary:
        folder = None if no_pictures else picture_folder(path, pictures)
        scope = scope_of(db, outlet, since, until)
        exported = export_wacz(db, temporary, scope, pictures=folder, title=titled(db, outlet), step=step)
    print_captures(exported)


@export.command()
@db_option
@scope_options
@to_option("An empty folder; created if missing.")
@click.option("--organisation", default="", help="Organisation that deposits it: Source-Organization of the bag.")
@pictures_option
def bag(
    path: Path, outlet: str | None, since: date | None, until: date | None, target: Path, organisation: str,
    pictures: Path | None,
) -> None:  # fmt: skip
    """Writes a BagIt bag for a library: WARC files, all versions as JSON Lines, a data card, and digests.

    \b
    Example:
      luubao export bag --outlet baovinhphuc --organisation "Thư viện tỉnh" --to deposit/
    """
    from archive.exchange.exporters.packages import export_bag

    with _leaving(path) as (db, step), atomic_write(target, mark="bagit.txt", parents=True) as temporary:
        exported = export_bag(
            db, temporary, scope_of(db, outlet, since, until), pictures=picture_folder(path, pictures),
            title=titled(db, outlet), organisation=organisation, step=step,
        )  # fmt: skip
    print_captures(exported)


def choice_options(command: F) -> F:
    """Adds the options that filter versions."""
    for option in (
        click.option("--history", is_flag=True, help="All versions, not only current ones."),
        click.option("--gone", is_flag=True, help="Only articles that disappeared."),
        click.option("--edited", is_flag=True, help="Only edited articles."),
        click.option("--section", help="Only this section's."),
        click.option("--until", type=DAY, help="Published up to this day."),
        click.option("--since", type=DAY, help="Published from this day on; where a page names no day, first seen."),
        click.option("--words", help="Only versions that hold these words, as in `luubao search`."),
        click.option("--outlet", help="Only this outlet."),
    ):
        command = option(command)
    return command


def chosen(filters: dict[str, Any]) -> Selection:
    """The filter for these options."""
    from archive.queries.tabular import Selection

    return Selection(**filters | {"words": filters["words"] or ""})


def _table_command(form: Format, format_name: str) -> click.Command:
    @click.command(
        form,
        help=f"""Writes {format_name}, a row for each version, with a data card (README.md) beside it.

    The columns are documented in docs/exchange.md and in the card.

    \b
    Example:
      luubao export {form} --outlet baovinhphuc --history --to dataset/
    """,
    )
    @db_option
    @choice_options
    @to_option("An empty folder; created if missing.")
    def command(path: Path, target: Path, excel: bool = False, **filters: Any) -> None:
        from archive.exchange.exporters.tables import WRITERS, write_csv

        write = partial(write_csv, excel=True) if excel else WRITERS[form]
        _write_data(path, target, f"versions.{form}", chosen(filters), write)

    return _excel_option(command) if form == "csv" else command


def _excel_option(command: click.Command) -> click.Command:
    return click.option(
        "--excel", is_flag=True,
        help="For spreadsheets: with a byte-order mark, and an apostrophe before cells that begin like a formula"
        " (= + - @, tab, line break). For programs leave it out: cells are then exact.",
    )(command)  # fmt: skip


def _write_data(path: Path, target: Path, name: str, choice: Selection, write: Callable[[Any, Path], None]) -> None:
    from archive.exchange.exporters.tables import card
    from archive.queries.tabular import rows, summary

    with _leaving(path) as (db, step), atomic_write(target, mark=name, parents=True) as temporary:
        outlets_of(db, choice.outlet)  # reports an unknown outlet
        temporary.mkdir()
        write((row for row in rows(db, choice) if step() is None), temporary / name)
        facts = summary(db, choice)
        (temporary / "README.md").write_text(card(titled(db, choice.outlet), name, choice, facts), "utf-8")
    say(f"{facts['versions']} versions of {facts['articles']} articles in {target / name}")
    print_withdrawn(facts["withdrawn"])


_TABLE_FORMATS: tuple[tuple[Format, str], ...] = (("jsonl", "JSON Lines"), ("csv", "CSV"), ("parquet", "Parquet"))
for _form, _format_name in _TABLE_FORMATS:
    export.add_command(_table_command(_form, _format_name))


@export.command()
@db_option
@choice_options
@to_option("An empty folder; created if missing.")
def sqlite(path: Path, target: Path, **filters: Any) -> None:
    """Writes a slim SQLite file: versions with their text and a search index, without pages or crawl data.

    \b
    Example:
      luubao export sqlite --outlet baovinhphuc --to slim/
    """
    from archive.exchange.exporters.tables import write_sqlite

    _write_data(path, target, "versions.db", chosen(filters), write_sqlite)


@export.command()
@db_option
@choice_options
@to_option("A file; written over, so that cron can renew it.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000),
              help="Maximum number of entries.")  # fmt: skip
def atom(path: Path, target: Path, limit: int, **filters: Any) -> None:
    """Writes an Atom feed of the newest articles or, with --history, of the newest edits.

    \b
    Example:
      luubao export atom --outlet baovinhphuc --to public/baovinhphuc.atom
    """
    from archive.queries.tabular import rows, summary
    from archive.web.static_edition import write_atom

    choice = chosen(filters)
    with _leaving(path) as (db, _), atomic_write(target, replace=True) as temporary:
        newest = list(rows(db, choice, newest=limit))
        facts = summary(db, choice)
        updated = facts["seen_last"] or "1970-01-01T00:00:00Z"
        write_atom(newest, temporary, title=titled(db, choice.outlet), updated=updated)
    say(f"{len(newest)} entries in {target}")
    print_withdrawn(facts["withdrawn"])


@export.command()
@db_option
@click.option("--outlet", help="Only this outlet.")
@to_option("An empty folder; created if missing.")
@pictures_option
def html(path: Path, outlet: str | None, target: Path, pictures: Path | None) -> None:
    """Writes a static edition: one page per article with all its versions, and a search.

    A browser opens it from the folder; no server is needed.

    \b
    Example:
      luubao export html --outlet baovinhphuc --to edition/
    """
    from archive.queries.tabular import Selection, summary
    from archive.web.static_edition import write_site

    with _leaving(path) as (db, step), atomic_write(target, mark="index.html", parents=True) as temporary:
        count = write_site(
            db, temporary, outlet=outlet, title=titled(db, outlet), pictures=picture_folder(path, pictures), step=step
        )
        withdrawn = summary(db, Selection(outlet=outlet))["withdrawn"]
    say(f"{count} articles in {target / 'index.html'}")
    print_withdrawn(withdrawn)
