"""`luubao backfill`: imports the captures that another web archive has of an outlet."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.options import db_option, filing
from archive.console.output import say, say_all
from archive.model.errors import LuubaoError
from crawler.cli.setting_options import MisconfiguredFailure
from crawler.run.run_verdict import Exit

if TYPE_CHECKING:
    from crawler.backfill.backfill_job import BackfillResult


class LockedFailure(click.ClickException):
    exit_code = Exit.LOCKED


_MAX_REASONS = 20


@click.command()
@db_option
@click.argument("outlet")
@click.option("--from", "archive_name", type=click.Choice(["wayback", "commoncrawl"]), required=True,
              help="Web archive to import from.")  # fmt: skip
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Captures from this day on, in UTC.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Captures up to this day, in UTC.")
@click.option(
    "--max-captures",
    default=0,
    type=click.IntRange(min=0),
    help="Stop after this many; 0 for no limit. The next call goes on.",
)
@click.option("--host", "hosts", multiple=True, help="Only this host, present or former; repeatable.")
@click.option("--contact", envvar="LUUBAO_CONTACT", default="", show_envvar=True,
              help="E-mail or web address in the user agent, for the web archive's operators.")  # fmt: skip
def backfill(
    path: Path, outlet: str, archive_name: str, since: datetime | None, until: datetime | None, max_captures: int,
    hosts: tuple[str, ...], contact: str,
) -> None:  # fmt: skip
    """Imports captures of an outlet from another web archive.

    Takes captures from before our first crawl or between two crawls. Each keeps its own time, and versions are put
    in order of time. Can be stopped, killed and resumed. Waits between two requests, and as long as the web archive
    asks (Retry-After).
    Exit codes: 0 ok, 2 misconfigured, 4 the web archive refused before everything was taken, or did not give some
    captures or sent unusable ones, which are reported and skipped, 5 interrupted, 75 locked.

    \b
    Example:
      luubao backfill baovinhphuc --from wayback --until 2019-12-31 --contact me@example.org
    """
    from archive.runtime.file_lock import Locked
    from crawler.backfill.backfill_job import run_backfill

    try:
        with filing(path):
            done, interrupted = run_backfill(path, outlet, archive_name, since, until, max_captures, hosts, contact)
    except Locked as error:
        raise LockedFailure(str(error)) from error
    except LuubaoError as error:
        raise MisconfiguredFailure(str(error)) from error
    _print_report(outlet, done)
    partly = done.problem or done.counts["odd"] or done.counts["failed"]
    raise click.exceptions.Exit(Exit.INTERRUPTED if interrupted else Exit.PARTLY_FAILED if partly else Exit.OK)


def _print_report(outlet: str, done: BackfillResult) -> None:
    counts = done.counts
    say(
        f"{outlet}: {counts['filed'] + counts['late']} captures added, {counts['here']} were here already,"
        f" {counts['failed']} could not be had, {counts['waiting']} wait"
    )
    reasons = done.reasons.most_common(_MAX_REASONS)
    say_all((f"  {count} could not be had: {reason}" for reason, count in reasons), err=True)
    if done.problem:
        say(f"{outlet}: {done.problem}", err=True)
    if counts["odd"]:
        say(f"{outlet}: {counts['odd']} lines or captures are impossible, and were left out", err=True)
    say_all((f"  {line}" for line in done.odd), err=True)
