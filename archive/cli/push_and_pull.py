"""`luubao push` and `luubao pull`: transfer archives through an object store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.exchange_commands import EXIT_PARTLY
from archive.cli.options import db_option, picture_folder, pictures_option
from archive.console.output import counting, say
from archive.model.errors import LuubaoError
from archive.model.paths import folder_beside
from archive.model.validation import file_name
from archive.runtime import signals

if TYPE_CHECKING:
    from archive.exchange.object_store.picture_transfer import TransferReport


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
    from archive.exchange.object_store.store import ObjectStore
    from archive.exchange.object_store.sync import accept_merged_state, push

    bucket, failed, partly = ObjectStore(store), False, False
    for archive in sorted(archives.glob("*.db")) if archives else [path]:
        folder = None if no_pictures else picture_folder(archive, pictures if not archives else None)
        try:
            if over:
                accept_merged_state(archive, bucket, over)
            with counting(f"{archive.name}: pieces") as step:
                carried = push(archive, bucket, pictures=folder, step=step)
            say(_summary(archive.name, carried))
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
    from archive.exchange.object_store.store import ObjectStore
    from archive.exchange.object_store.sync import pull

    bucket = ObjectStore(store)
    if len(names) > 1 and not to.is_dir():
        raise click.UsageError(f"{to} is no folder: several archives need one")
    partly = False
    for name in map(file_name, names):
        archive = to / name if to.is_dir() else to
        with counting(f"{name}: pieces") as step:
            carried = pull(name, bucket, archive, pictures=None if no_pictures else folder_beside(archive), step=step)
        say(_summary(name, carried))
        partly |= _print_damaged(name, carried, f"at {store}. `luubao push` from where they are good mends that")
    raise click.exceptions.Exit(EXIT_PARTLY if partly else 0)


def _summary(name: str, carried: TransferReport) -> str:
    pieces = f"{carried.pieces} of {carried.of} pieces, {carried.bytes / 1e6:.1f} MB"
    return f"{name}: {pieces}, and {carried.pictures} pictures carried"


def _print_damaged(name: str, carried: TransferReport, where: str) -> bool:
    """Prints which pictures are damaged and were not transferred. Returns whether any were."""
    if carried.damaged:
        count = f"{len(carried.damaged)} picture{'s are' if len(carried.damaged) > 1 else ' is'}"
        say(f"{name}: {count} damaged, such as {carried.damaged[0]}, {where}", err=True)
    return bool(carried.damaged)
