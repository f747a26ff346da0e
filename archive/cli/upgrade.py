"""`luubao upgrade`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from archive.errors import ArchiveMissing
from archive.options import db_option
from archive.store import open_archive, transaction
from archive.store.connection import is_there


@click.command()
@db_option
def upgrade(path: Path) -> None:
    """Brings an archive written by an older luubao up to date.

    \b
    Example:
      luubao upgrade --db luubao.db
    """
    if not is_there(path):
        raise ArchiveMissing(f"there is no archive at {path}")
    with open_archive(path, create=True) as db:
        _count_changes(db)
        click.echo(f"{path} is up to date")


def _count_changes(db: Any) -> None:
    """Counts the numbers and names that edits changed, where an older luubao did not; each is safe by itself."""
    from archive.store.measure import measure, uncounted

    if not (waiting := uncounted(db)):
        return
    with click.progressbar(waiting, label="Counting what edits changed", hidden=not sys.stderr.isatty()) as versions:
        for version_id in versions:
            with transaction(db):
                measure(db, version_id)
