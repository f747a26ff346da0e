"""The `luubao` command line: the archive's commands, and the commands that crawl."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import COMMANDS as OF_THE_ARCHIVE
from archive.cli.options import FILING, LazyCommands, Listed
from archive.console import print_traceback, say_all
from archive.runtime import signals
from crawler.cli.setting_options import FileDefaults, config_option, configured
from crawler.config import catalogue

if TYPE_CHECKING:
    from crawler.config.settings_in_force import Configuration

COMMANDS: Mapping[str, Listed] = {
    **OF_THE_ARCHIVE,
    "alerts": Listed("crawler.cli.alerts:alerts", "Lists, tests and sends alerts."),
    "backfill": Listed("crawler.cli.crawl:backfill", "Imports captures of an outlet from another web archive."),
    "backup": Listed("crawler.cli.backup:backup", "Backs up an archive, its pictures and settings to TARGET."),
    "crawl": Listed("crawler.cli.crawl:crawl", "Crawls an outlet once."),
    "demo": Listed("crawler.cli.outlets:demo", "Crawls a small newspaper on this machine on three days."),
    "init": Listed("crawler.cli.outlets:init", "Starts to keep a newspaper: probes its site, writes a folder."),
    "outlets": Listed("crawler.cli.outlets:outlets", "Lists the outlets that can be crawled."),
    "restore": Listed("crawler.cli.backup:restore", "Restores a backup."),
    "settings": Listed(
        "crawler.cli.settings_command:settings", "Shows the settings in force and where each comes from."
    ),
    "status": Listed("crawler.cli.status:status_command", "Shows the state of every outlet."),
    "worker": Listed("crawler.cli.crawl:worker_command", "Crawls outlets from the queue of `luubao crawl --queue`."),
}


@click.group(cls=LazyCommands, listed=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luubao")
@config_option
@click.pass_context
def luubao(ctx: click.Context) -> None:
    """Keeps a newspaper's record: every article, edit, photograph and disappearance, in one SQLite file."""
    ctx.default_map = FileDefaults(ctx)
    catalogue.set_configuration(lambda: configured(ctx))
    ctx.obj = lambda: tuple(entry.outlet for entry in catalogue.catalogue())  # for commands that find a page's outlet
    ctx.meta[FILING] = lambda path: _alerting(configured(ctx), path)


@contextmanager
def _alerting(settings: Configuration, path: Path) -> Iterator[None]:
    """Sends at its end, as far as there are alerts, what the command filed."""
    alerts = settings.alerts()
    if not alerts.names:
        yield
        return
    from crawler.alerts.dispatch import begin, finish  # imported late: most archives have no alerts

    begin(path, alerts)
    yield
    if not signals.signal_received() and (report := finish(path, alerts)):
        say_all(report.troubles, err=True)


def main() -> None:
    sys.excepthook = print_traceback
    for stream in (sys.stdout, sys.stderr):  # cron's locale may have no letter for a headline
        if isinstance(stream, TextIOWrapper):  # None where it is closed
            stream.reconfigure(encoding="utf-8")
    atexit.register(gc.freeze)  # else the interpreter ends with looking for garbage in a hundred modules
    luubao(prog_name="luubao")
