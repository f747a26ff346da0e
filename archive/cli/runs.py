"""`luubao runs`."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.answers import tell
from archive.cli.formatting import run_lines
from archive.cli.options import db_option, json_option, limit_option
from archive.queries import lookup
from archive.storage.connection import open_archive


@click.command()
@db_option
@json_option
@click.option("--outlet", help="Only this outlet.")
@limit_option
def runs(path: Path, as_json: bool, outlet: str | None, limit: int) -> None:
    """Lists crawls, newest first, with their outcomes.

    \b
    Example:
      luubao runs --outlet baovinhphuc --limit 3
    """
    with open_archive(path) as db:
        found = lookup.runs(db, outlet=outlet, limit=limit)
    tell(found, run_lines, as_json)
