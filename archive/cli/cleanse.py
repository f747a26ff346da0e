"""`luubao cleanse`."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.options import db_option
from archive.console.output import say
from archive.model import clock
from archive.model.errors import ArchiveMissing, ArchiveUnusable
from archive.storage.connection import is_there, open_archive


@click.command()
@db_option
@click.option("--dry-run", is_flag=True, help="Print what would be removed; change nothing.")
def cleanse(path: Path, dry_run: bool) -> None:
    """Removes passwords and other secrets of the crawler.

    For archives written by an older luubao. Request headers stay only if they are on a list (docs/storage.md), and
    URLs lose their `user:password@`. Pages and pictures stay unchanged, under their digests. A seal records the
    change: seals noted earlier still hold, and `luubao verify` prints what was cleansed and when. The file is
    rewritten so that nothing remains in it; this needs twice its space. Copies and exports made earlier still
    contain the secrets: change the passwords.

    \b
    Example:
      luubao cleanse --db luubao.db
    """
    from importlib.metadata import version

    from archive.storage.withdrawals import secret_removal as cleansing

    if not is_there(path):
        raise ArchiveMissing(f"there is no archive at {path}")
    if dry_run:
        with open_archive(path) as db:
            captures, kinds = cleansing.kinds(db)
        say(f"would take out of {cleansing.told(captures, kinds)}" if captures else "there is nothing to take out")
        return
    with open_archive(path, create=True) as db:
        captures, kinds = cleansing.cleanse(db, {"luubao": version("luubao")}, clock.now())
        failure = cleansing.write_anew(db, path)
    if failure:
        raise ArchiveUnusable(
            f"{path} is cleansed, and could not be written anew: {failure}. Traces may be left in it: end whatever else"
            " uses it, free twice its room, and run `luubao cleanse` again"
        )
    say(f"took out of {cleansing.told(captures, kinds)}" if captures else "there was nothing to take out")
