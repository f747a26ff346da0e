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
@click.option("--dry-run", is_flag=True, help="Tell what would be taken out; write nothing.")
def cleanse(path: Path, dry_run: bool) -> None:
    """Takes passwords and other secrets of whoever crawled out of an archive, and seals that it did.

    For archives that an older luubao wrote: of requests only headers on a list stay (docs/storage.md), and addresses
    lose their `user:password@`. Pages and pictures stay as they are, under their digests. Seals noted earlier still
    hold; `luubao verify` says what was cleansed and when. The file is written anew, so that nothing is left in it,
    which takes twice its room. What was copied or exported before keeps the secrets: change them.

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
