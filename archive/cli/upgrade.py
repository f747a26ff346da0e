"""`luubao upgrade` and `luubao cleanse`, for archives written by an older luubao."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archive.cli.options import db_option
from archive.console.output import bar, say, say_all
from archive.model import clock
from archive.model.errors import ArchiveUnusable
from archive.model.notices import MOST_NOTED
from archive.storage.connection import open_archive, transaction
from archive.storage.file_identity import require_file

EXIT_LEFT = 6
"""The exit code of `upgrade` when an archive has unreadable rows, as of `luubao crawl` for warnings."""


@click.command()
@db_option
def upgrade(path: Path) -> None:
    """Upgrades an archive written by an older luubao.

    Migrates the schema, restores views, triggers and indexes that are missing or changed, makes search indexes anew
    that cannot be read, and repairs impossible values: an unknown time zone of an outlet, or an invalid time in crawl
    data. What came from a newspaper is evidence and is never changed; rows of it that cannot be read are named here
    and skipped by other commands. Exit code 6 if there are such rows. Reports secrets that older archives contain;
    `luubao cleanse` removes them.

    \b
    Example:
      luubao upgrade --db luubao.db
    """
    from archive.storage.integrity.consistency import index_problems
    from archive.storage.integrity.search_indexes import make_anew
    from archive.storage.schema_check import restore_schema
    from archive.storage.withdrawals.secret_removal import kinds, removals

    require_file(path)
    with open_archive(path, create=True, any_code=True) as db:
        with transaction(db):
            restored = restore_schema(db)
            for index in sorted({problem.where for problem in index_problems(db)}):
                make_anew(db, index)
                restored.append(f"search index {index}")
        say_all((f"{name} was missing or changed, and is as luubao makes it again" for name in restored), err=True)
        _count_changes(db)
        left = _repair(db)
        captures, secrets = kinds(db)
    if captures:
        found = removals(captures, secrets)
        say(f"secrets of the machine that crawled are in {found}. `luubao cleanse` removes them", err=True)
    say(f"{path} is up to date" + (f"; {left} rows cannot be read and are passed over" if left else ""))
    if left:
        raise click.exceptions.Exit(EXIT_LEFT)


def _repair(db: Any) -> int:
    """Repairs invalid rows, and prints them. Returns how many could not be repaired."""
    from archive.storage.connection import transaction
    from archive.storage.integrity.value_check import mend, odd_rows

    left = count = 0
    for row in [*odd_rows(db)]:
        with transaction(db):
            repair = mend(db, row)
        left += repair is None
        count += 1
        if count <= MOST_NOTED:
            say(f"{row}{f': {repair}' if repair else ''}", err=True)
    if count > MOST_NOTED:
        say(f"and {count - MOST_NOTED} more. `luubao verify` names all that are left", err=True)
    return left


def _count_changes(db: Any) -> None:
    """Counts the numbers and names that edits changed, where an older luubao did not. Commits each version by
    itself."""
    from archive.storage.histories.edit_size import measure, uncounted

    if not (uncounted_versions := uncounted(db)):
        return
    with bar("Counting what edits changed", len(uncounted_versions)) as step:
        for version_id in uncounted_versions:
            with transaction(db):
                measure(db, version_id)
            step()


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

    require_file(path)
    if dry_run:
        with open_archive(path) as db:
            captures, kinds = cleansing.kinds(db)
        say(f"would take out of {cleansing.removals(captures, kinds)}" if captures else "there is nothing to take out")
        return
    with open_archive(path, create=True) as db:
        captures, kinds = cleansing.cleanse(db, {"luubao": version("luubao")}, clock.now())
        failure = cleansing.write_anew(db, path)
    if failure:
        raise ArchiveUnusable(
            f"{path} is cleansed, and could not be written anew: {failure}. Traces may be left in it: end whatever else"
            " uses it, free twice its room, and run `luubao cleanse` again"
        )
    say(f"took out of {cleansing.removals(captures, kinds)}" if captures else "there was nothing to take out")
