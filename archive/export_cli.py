"""`luubao export`: one command for each format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archive.errors import LuubaoError
from archive.export.warc import Exported, export_warc
from archive.options import Commands, F, db_option, picture_folder, pictures_option, progress
from archive.spans import Days
from archive.store import open_archive, outlets_of
from archive.store.outgoing import Scope

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(cls=Commands)
def export() -> None:
    """Hands the archive over in the formats others read. Withdrawn articles never leave."""


def scope_options(command: F) -> F:
    """Adds --outlet, --since and --until."""
    for option in (
        click.option("--until", type=_DAY, help="Captures up to this day, in the outlet's zone."),
        click.option("--since", type=_DAY, help="Captures from this day on, in the outlet's zone."),
        click.option("--outlet", help="Only this outlet's."),
    ):
        command = option(command)
    return command


def to_option(what: str) -> Callable[[F], F]:
    """Adds --to: where it goes."""
    return click.option("--to", "target", required=True, type=click.Path(path_type=Path), help=what)


def scope_of(db: Any, outlet: str | None, since: datetime | None, until: datetime | None, run: int | None = None) -> Scope:
    """The captures that are meant. Raises UnknownOutlet."""
    zone = outlets_of(db, outlet)[0].outlet.timezone if outlets_of(db, outlet) else "UTC"
    first, last = Days(since.date() if since else None, until.date() if until else None).stamps(zone)
    return Scope(outlet, run, first, last)


@export.command()
@db_option
@scope_options
@to_option("A folder; made where there is none.")
@click.option("--run", type=click.IntRange(1), help="Only this run's captures, a number of `luubao runs`.")
@click.option("--zstd", is_flag=True, help="Compress with Zstandard instead of gzip.")
@click.option("--size", default=1000, show_default=True, type=click.IntRange(1), help="Begin a new file after so many MB.")
@click.option("--no-pictures", is_flag=True, help="Leave pictures out.")
@pictures_option
def warc(
    path: Path, outlet: str | None, since: datetime | None, until: datetime | None, target: Path, run: int | None,
    zstd: bool, size: int, no_pictures: bool, pictures: Path | None,
) -> None:  # fmt: skip
    """Writes WARC 1.1: every capture as it came, with its request, and the pictures.

    Bodies are stored after content-decoding, and so they stand in the records; headers that told of the encoding are
    renamed to X-Archive-Orig-*. `luubao import` reads the files back, and makes the same versions of them.

    \b
    Example:
      luubao export warc --outlet baovinhphuc --to warcs/
    """
    with open_archive(path) as db, progress("exporting") as step:
        done = export_warc(
            db, target, scope_of(db, outlet, since, until, run),
            pictures=None if no_pictures else picture_folder(path, pictures),
            compression="zst" if zstd else "gz", size=size * 1_000_000, step=step,
        )  # fmt: skip
    tell_captures(done)


def tell_captures(done: Exported) -> None:
    """What an export of captures came to."""
    click.echo(f"{done.captures} captures, {done.payload / 1e6:.1f} MB, in {len(done.files)} files")
    if done.missing:
        click.echo(f"{done.missing} pictures have no file in the folder and were left out", err=True)
    tell_withdrawn(done.withdrawn)


def tell_withdrawn(count: int) -> None:
    """How many articles were left out."""
    if count:
        click.echo(f"{count} withdrawn articles were left out", err=True)


def refuse_existing(target: Path) -> None:
    """Raises LuubaoError where something would be written over."""
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise LuubaoError(f"{target} is there already. Name another place with --to")
