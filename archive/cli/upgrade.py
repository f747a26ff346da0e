"""The commands after an upgrade of luubao: `luubao upgrade`, `cleanse` and `reread`."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.formatting import change_lines
from archive.cli.options import DAY, db_option, filing, json_option
from archive.console import bar, clear_progress, is_watched, say, say_all, say_json, show_progress
from archive.diff import Change
from archive.model import clock
from archive.model.errors import MOST_NOTED, ArchiveUnusable
from archive.runtime import signals
from archive.storage.connection import open_archive, open_existing, transaction
from archive.storage.integrity.column_validation import odd_rows, repair, uncounted
from archive.storage.integrity.consistency import index_problems, make_anew
from archive.storage.schema_check import restore_schema
from archive.storage.withdrawals import secret_removal as cleansing

if TYPE_CHECKING:
    from archive.pipeline.reread_report import RereadReport

EXIT_LEFT = 6
"""The exit code of `upgrade` when an archive has unreadable rows, as of `luubao crawl` for warnings."""


@click.command()
@db_option
def upgrade(path: Path) -> None:
    """Upgrades an archive written by an older luubao.

    Migrates the schema, restores views, triggers and indexes that are missing or changed, rebuilds search indexes that
    cannot be read, and repairs impossible values: an unknown time zone of an outlet, or an invalid time in crawl
    data. What came from a newspaper is evidence and is never changed; rows of it that cannot be read are named here
    and skipped by other commands. Exit code 6 if there are such rows. Reports secrets that older archives contain;
    `luubao cleanse` removes them.

    \b
    Example:
      luubao upgrade --db luubao.db
    """
    with open_existing(path, any_code=True) as db:
        with transaction(db):
            restored = restore_schema(db)
            for index in sorted({problem.where for problem in index_problems(db)}):
                make_anew(db, index)
                restored.append(f"search index {index}")
        say_all((f"{name} was missing or changed, and is restored" for name in restored), err=True)
        _count_changes(db)
        left = _repair(db)
        captures, secrets = cleansing.kinds(db)
    if captures:
        found = cleansing.removals(captures, secrets)
        say(f"secrets of the machine that crawled are in {found}. `luubao cleanse` removes them", err=True)
    say(f"{path} is up to date" + (f"; {left} rows cannot be read and are passed over" if left else ""))
    if left:
        raise click.exceptions.Exit(EXIT_LEFT)


def _repair(db: Any) -> int:
    """Repairs invalid rows, and prints them. Returns how many could not be repaired."""
    left = count = 0
    for row in [*odd_rows(db)]:
        with transaction(db):
            repaired = repair(db, row)
        left += repaired is None
        count += 1
        if count <= MOST_NOTED:
            say(f"{row}{f': {repaired}' if repaired else ''}", err=True)
    if count > MOST_NOTED:
        say(f"and {count - MOST_NOTED} more. `luubao verify` names all that are left", err=True)
    return left


def _count_changes(db: Any) -> None:
    """Counts the numbers and names that edits changed, where an older luubao did not. Commits each version by
    itself."""
    if not (uncounted_versions := uncounted(db)):
        return
    from archive.storage.histories.history_versions import measure  # imports the decoders of bodies

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

    if dry_run:
        with open_archive(path) as db:
            captures, kinds = cleansing.kinds(db)
        say(f"would take out of {cleansing.removals(captures, kinds)}" if captures else "there is nothing to take out")
        return
    with open_existing(path) as db:
        captures, kinds = cleansing.cleanse(db, {"luubao": version("luubao")}, clock.now())
        failure = cleansing.write_anew(db, path)
    if failure:
        raise ArchiveUnusable(
            f"{path} is cleansed, and could not be rewritten: {failure}. Traces may be left in it: end whatever else"
            " uses it, free twice its room, and run `luubao cleanse` again"
        )
    say(f"took out of {cleansing.removals(captures, kinds)}" if captures else "there was nothing to take out")


EXIT_INCOMPLETE = 4

_REFRESH = 0.2  # seconds between updates of the progress line


@click.command("reread")
@db_option
@json_option
@click.option("--outlet", help="Only this outlet's captures.")
@click.option("--since", type=DAY, help="Only captures from this day on (outlet's time zone).")
@click.option("--until", type=DAY, help="Only captures up to this day.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Reader processes; one per core by default.")
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
def reread_command(
    path: Path, as_json: bool, outlet: str | None, since: date | None, until: date | None, jobs: int | None,
    dry_run: bool,
) -> None:  # fmt: skip
    """Reads stored pages again with the present reader.

    Run it after an upgrade of luubao or trafilatura, after a change of rules, or when boilerplate was learned again.
    Needs no network. Articles and their ids stay, and the text is corrected; where the new reading shows that an edit
    was not the newspaper's, or shows one that was missed, versions are renumbered, with the reason, in the table
    `renumberings`. Try --dry-run first. Can be stopped, killed and resumed.

    Exit codes: 0 everything was read, 1 no such archive or outlet, 2 wrong arguments, 4 some captures are damaged
    or could not be read, 5 stopped by a signal.

    \b
    Example:
      luubao reread --outlet baovinhphuc --since 2026-05-01 --dry-run
    """
    from archive.extract.own_rules import require_rules
    from archive.pipeline.rereading import Order, reread

    require_rules()
    if since and until and since > until:
        raise click.UsageError("--since is later than --until")
    order = Order(outlet, since, until, jobs, dry_run)
    with nullcontext() if dry_run else filing(path), signals.graceful():
        report = reread(path, order, progress=_progress(), stopped=signals.signal_received)
    clear_progress()
    if as_json:
        say_json(report.as_dict())
    else:
        _print_report(report)
    raise click.exceptions.Exit(_exit_code(report))


def _print_report(report: RereadReport) -> None:
    from archive.pipeline.reread_report import report_lines

    say_all(report_lines(report))
    for example in report.examples:
        say()
        say(example.url)
        say_all(change_lines(Change(example.field, example.pieces)))


def _exit_code(report: RereadReport) -> int:
    if report.interrupted:
        say("Stopped by a signal. What was read is kept; the next reread continues from here", err=True)
        return signals.EXIT_INTERRUPTED
    return EXIT_INCOMPLETE if report.gave_up or report.damaged else 0


def _progress() -> Callable[[RereadReport, int], None] | None:
    """Shows a progress line on a terminal; None elsewhere."""
    if not is_watched():
        return None

    shown_at = 0.0

    def show(report: RereadReport, waiting: int) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at < _REFRESH:
            return
        shown_at = time.monotonic()
        left = max(waiting - report.captures, 0)
        rate = report.per_second
        line = f"{report.captures} captures read, {left} left, {rate:.0f} a second, {report.changed} versions changed"
        minutes = f", {left / rate / 60:.0f} min" if rate else ""
        show_progress(line + minutes)

    return show
