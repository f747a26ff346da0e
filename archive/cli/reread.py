"""`luubao reread`."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.options import db_option, filing, json_option
from archive.console.output import clear_progress, is_watched, say, say_all, say_json, show_progress
from archive.runtime import signals

if TYPE_CHECKING:
    from archive.pipeline.reread_report import Report

EXIT_INCOMPLETE = 4

_REFRESH = 0.2  # seconds between updates of the progress line

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("reread")
@db_option
@json_option
@click.option("--outlet", help="Only this outlet's captures.")
@click.option("--since", type=_DAY, metavar="DATE", help="Only captures from this day on (outlet's time zone).")
@click.option("--until", type=_DAY, metavar="DATE", help="Only captures up to this day.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Reader processes; one per core by default.")
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
def reread_command(
    path: Path, as_json: bool, outlet: str | None, since: datetime | None, until: datetime | None, jobs: int | None,
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
    order = Order(outlet, _day(since), _day(until), jobs, dry_run)
    with nullcontext() if dry_run else filing(path), signals.graceful():
        report = reread(path, order, progress=_progress(), stopped=signals.signal_received)
    clear_progress()
    if as_json:
        say_json(report.as_dict())
    else:
        _print_report(report)
    raise click.exceptions.Exit(_exit_code(report))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _print_report(report: Report) -> None:
    from archive.cli.formatting import change_lines
    from archive.diff import Change
    from archive.pipeline.reread_report import report_lines

    say_all(report_lines(report))
    for example in report.examples:
        say()
        say(example.url)
        say_all(change_lines(Change(example.field, example.pieces)))


def _exit_code(report: Report) -> int:
    if report.interrupted:
        say("Stopped by a signal. What was read is kept; the next reread goes on from here", err=True)
        return signals.EXIT_INTERRUPTED
    return EXIT_INCOMPLETE if report.gave_up or report.damaged else 0


def _progress() -> Callable[[Report, int], None] | None:
    """Shows a progress line on a terminal; None elsewhere."""
    if not is_watched():
        return None

    shown_at = 0.0

    def show(report: Report, waiting: int) -> None:
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
