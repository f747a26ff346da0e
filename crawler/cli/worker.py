"""`luubao worker`: runs a worker that crawls outlets from the job queue."""

from __future__ import annotations

import os
from pathlib import Path

import click

from archive.runtime import signals
from crawler.cli.setting_options import config_option, configured, misconfigured, require_scale, setting_option
from crawler.config.setting_keys import BY_NAME
from crawler.config.setting_types import Value
from crawler.config.settings_in_force import Configuration
from crawler.outlets.catalogue import load_catalogue


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
    place = rq_worker.WorkerContext(settings, connection, folder, overrides)
    place.check()
    rq_worker.here[:] = [place]
    with signals.graceful():
        rq_worker.work(connection, int(str(settings.value("at_once") or 1)), verbose=verbose)
