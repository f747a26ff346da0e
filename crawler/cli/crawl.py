"""The commands that fetch captures: `luubao crawl` (of one outlet, or many in parallel), `luubao worker` (from a queue)
and `luubao backfill` (from another web archive)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from archive.cli.options import DAY, db_option, filing
from archive.console import is_watched, say, say_all
from archive.model.clock import now
from archive.model.errors import LuubaoError
from archive.runtime import signals
from archive.runtime.atomic_files import Locked
from crawler.cli.setting_options import (
    MisconfiguredFailure,
    config_option,
    configured,
    misconfigured,
    require_scale,
    setting_option,
)
from crawler.config.catalogue import load_catalogue
from crawler.config.setting_keys import BY_NAME
from crawler.config.setting_types import Value
from crawler.config.settings_in_force import Configuration
from crawler.run.run_verdict import Exit

if TYPE_CHECKING:
    from crawler.backfill.backfill_job import BackfillResult
    from crawler.fleet.batch import BaseBatch
    from crawler.fleet.crawl_subprocess import Task


def _reject_future_day(_: click.Context, __: click.Parameter, day: date | None) -> date | None:
    if day is not None and day > (now() + timedelta(hours=14)).date():  # UTC+14, the earliest time zone
        raise click.BadParameter(f"{day} is still to come: nothing can be newer")
    return day


@click.command()
@db_option
@click.argument("outlets", metavar="OUTLET...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All followed outlets of luubao.toml and your spiders.")
@setting_option("--archives", "archives", "FOLDER")
@setting_option("--cores", "cores", "CORES")
@setting_option("--memory", "memory", "MEGABYTES")
@setting_option("--at-once", "at_once", "OUTLETS")
@setting_option("--queue", "queue", "REDIS")
@click.option("--base-url", help="Another address of the same site: a mirror, or loopback.")
@setting_option("--contact", "contact", "ADDRESS")
@setting_option("--max-pages", "max_pages", "PAGES")
@setting_option("--max-minutes", "max_minutes", "MINUTES")
@click.option("--full", is_flag=True, help="Crawl every list, list page and sitemap to its end, due or not.")
@click.option(
    "--since",
    type=DAY,
    callback=_reject_future_day,
    help="Skip what is older than this day (outlet's time zone), until a run with --full or an earlier day.",
)
@click.option("--recheck-all", is_flag=True, help="Revisit every known article and list, due or not.")
@setting_option("--pictures", "pictures", "PLACE")
@click.option("--no-pictures", is_flag=True, help="Without pictures.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON summary.")
@click.option("-v", "--verbose", is_flag=True, help="Log each request.")
@click.pass_context
def crawl(
    ctx: click.Context, /, path: Path, outlets: tuple[str, ...], every: bool, base_url: str | None, as_json: bool,
    **given: Any,
) -> None:  # fmt: skip
    """Crawls an outlet once.

    Fetches new articles, looks again at known ones that are due, and stores everything, pictures included. Several
    outlets, or --all, are crawled side by side, never two on one host; if one fails, the others go on. Prints
    nothing if all is well, so that cron sends no mail; otherwise one sentence on standard error.
    Exit codes: 0 ok, 2 misconfigured, 3 nothing found, 4 partly failed, 5 interrupted, 6 ok with warnings, 75
    locked, 1 anything else. docs/cron.md explains them and has crontab lines; docs/scale.md is about many outlets.

    \b
    Examples: for a crontab, for a first crawl that goes back to a day, and for all outlets:
      17 * * * * luubao crawl baovinhphuc --db /srv/luubao.db --contact me@example.org
      luubao crawl baovinhphuc --since 2025-01-01
      luubao crawl --all --archives /srv/luubao
    """
    _check_outlets(outlets, every, base_url)
    settings = configured(ctx)
    batch_options = {name: given.pop(name) for name in ("archives", "cores", "memory", "at_once", "queue")}
    overrides = _overrides(settings, **given)
    folder = _archives_folder(ctx, settings, batch_options)
    if every or len(outlets) > 1 or batch_options["queue"]:
        place, own_archives = folder or path, folder is not None
        raise click.exceptions.Exit(
            _crawl_many(settings, outlets, place, overrides, batch_options, own_archives=own_archives, as_json=as_json)
        )
    if folder:
        from crawler.fleet.crawl_subprocess import HOST_LOCK_SUFFIX

        path = folder / f"{outlets[0]}.db"
        overrides["LUUBAO_HOST_LOCKS"] = str(folder / HOST_LOCK_SUFFIX)
    raise click.exceptions.Exit(_crawl_one(settings, outlets[0], path, base_url, overrides, as_json))


def _check_outlets(outlets: tuple[str, ...], every: bool, base_url: str | None) -> None:
    """Raises UsageError where the arguments name no outlet, or several for one address."""
    if bool(outlets) == every:
        raise click.UsageError("name the outlets to crawl, or give --all. `luubao outlets` lists them")
    if base_url and (every or len(outlets) > 1):
        raise click.UsageError("--base-url is where one outlet is served: name that one alone")


def _archives_folder(ctx: click.Context, settings: Configuration, batch_options: dict[str, Value]) -> Path | None:
    """The folder with an archive for each outlet; None where outlets share one archive. --db or LUUBAO_DB override
    `archives` in a file."""
    archives = batch_options.pop("archives")
    explicit_sources = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    from_file = "archives" in settings.environment or ctx.get_parameter_source("path") not in explicit_sources
    if archives is None and from_file:
        archives = settings.value("archives")
    if archives is None:
        return None
    folder = Path(str(archives))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        wrong = f"{folder} cannot be made: {error.strerror}"
        raise MisconfiguredFailure(f"{wrong}. Name another with --archives") from error
    return folder


def _overrides(
    settings: Configuration, *, full: bool, since: date | None, recheck_all: bool, no_pictures: bool, verbose: bool,
    **given: Value,
) -> dict[str, Any]:  # fmt: skip
    """The options of the command line as Scrapy settings."""
    import logging

    given |= {"fetch_pictures": False if no_pictures else None}
    overrides: dict[str, Any] = {
        BY_NAME[name].scrapy: BY_NAME[name].for_scrapy(value) for name, value in given.items() if value is not None
    }
    overrides["LOG_LEVEL"] = logging.getLevelName(logging.INFO if verbose else logging.WARNING)
    overrides["LUUBAO_CONFIG"] = str(settings.file or os.devnull)
    flags = {"LUUBAO_FULL": full, "LUUBAO_SINCE": since, "LUUBAO_RECHECK_ALL": recheck_all}
    return overrides | {name: value for name, value in flags.items() if value}


def _crawl_one(
    settings: Configuration, outlet: str, path: Path, base_url: str | None, overrides: dict[str, Any], as_json: bool
) -> int:
    from crawler.run.run_command import print_report, run  # imported late: Scrapy takes half a second to import

    alerts, ping_url = settings.alerts(), settings.value("ping_url", outlet)
    ended = run(outlet, path, base_url=base_url, overrides=overrides, alerts=alerts)
    return print_report(ended, path, ping_url=str(ping_url) if ping_url else None, as_json=as_json, alerts=alerts).exit


def _crawl_many(
    settings: Configuration, names: Sequence[str], place: Path, overrides: Mapping[str, Any],
    given: Mapping[str, Value], *, own_archives: bool, as_json: bool,
) -> Exit:  # fmt: skip
    """Crawls the outlets of those names, or, without names, all that are followed. place: the archive, or with
    own_archives the folder with one archive for each outlet. given: the budget options of the command line."""
    from crawler.fleet.batch import Batch, Budget, print_batch, progress
    from crawler.fleet.crawl_subprocess import longest_waiting_first, tasks_for

    with misconfigured():
        tasks = tasks_for(settings, names, place, overrides, own_archives=own_archives)
    settings = settings.with_command_line(given)
    watched, queue = is_watched(), settings.value("queue")
    batch = (
        _queued_batch(str(queue), tasks, overrides)
        if queue
        else Batch(longest_waiting_first(tasks), Budget.of(settings))
    )
    finished = batch.run(progress if watched else lambda _: None)
    return print_batch(finished, batch.left, stopped=batch.stopped, as_json=as_json, watched=watched)


@misconfigured()
def _queued_batch(queue: str, tasks: Sequence[Task], overrides: Mapping[str, Any]) -> BaseBatch:
    require_scale()
    from crawler.fleet.crawl_subprocess import json_overrides, with_shared_hosts
    from crawler.fleet.rq_worker import QueuedBatch, connect

    return QueuedBatch(connect(queue), with_shared_hosts(tasks), json_overrides(overrides))


class LockedFailure(click.ClickException):
    exit_code = Exit.LOCKED


_MAX_REASONS = 20


@click.command()
@db_option
@click.argument("outlet")
@click.option("--from", "archive_name", type=click.Choice(["wayback", "commoncrawl"]), required=True,
              help="Web archive to import from.")  # fmt: skip
@click.option("--since", type=DAY, help="Captures from this day on, in UTC.")
@click.option("--until", type=DAY, help="Captures up to this day, in UTC.")
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
    path: Path, outlet: str, archive_name: str, since: date | None, until: date | None, max_captures: int,
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
        f" {counts['failed']} failed, {counts['waiting']} waiting"
    )
    reasons = done.reasons.most_common(_MAX_REASONS)
    say_all((f"  {count} failed: {reason}" for reason, count in reasons), err=True)
    if done.problem:
        say(f"{outlet}: {done.problem}", err=True)
    if counts["odd"]:
        say(f"{outlet}: {counts['odd']} lines or captures are impossible, and were left out", err=True)
    say_all((f"  {line}" for line in done.odd), err=True)


@click.command(name="worker")
@setting_option("--queue", "queue", "REDIS")
@setting_option("--archives", "archives", "FOLDER")
@setting_option("--store", "store", "ADDRESS")
@setting_option("--at-once", "at_once", "OUTLETS")
@setting_option("--lease", "lease", "SECONDS")
@setting_option("--contact", "contact", "ADDRESS")
@config_option
@click.option("-v", "--verbose", is_flag=True, help="Log each request.")
@click.pass_context
def worker_command(ctx: click.Context, /, verbose: bool, **given: Value) -> None:
    """Crawls outlets from the queue of `luubao crawl --queue`.

    Writes to archives on this machine, and runs until it is stopped. Any number of workers, on any number of
    machines, can share one queue. Each outlet belongs to one worker at a time; if a worker dies, another goes on.
    Needs `pip install 'luubao[scale]'` and a Redis server: docs/scale.md.

    \b
    Example:
      luubao worker --queue redis://10.0.0.5:6379/0 --archives /srv/luubao --at-once 8
    """
    settings = configured(ctx).with_command_line(given)
    with misconfigured():
        _run_worker(settings, given, verbose)


def _run_worker(settings: Configuration, given: dict[str, Value], verbose: bool) -> None:
    require_scale()
    from crawler.fleet import preload, rq_worker  # before the fork, so that the crawl processes share these modules

    assert preload
    folder = Path(str(settings.needed("archives")))
    folder.mkdir(parents=True, exist_ok=True)
    connection = rq_worker.connect(str(settings.needed("queue")))
    overrides = {"LOG_LEVEL": "INFO" if verbose else "WARNING", "LUUBAO_CONFIG": str(settings.file or os.devnull)}
    if given["contact"] is not None:
        overrides[BY_NAME["contact"].scrapy] = str(given["contact"])
    load_catalogue()  # reports a missing folder of spiders before work begins
    context = rq_worker.WorkerContext(settings, connection, folder, overrides)
    context.check()
    rq_worker.worker_contexts[:] = [context]
    with signals.graceful():
        rq_worker.work(connection, int(str(settings.value("at_once") or 1)), verbose=verbose)
