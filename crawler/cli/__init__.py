"""The `luubao` command line: the archive's commands, and the commands that crawl."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from archive.cli import COMMANDS as OF_THE_ARCHIVE
from archive.cli.group import LazyCommands, Listed
from archive.console.output import tell_mistake
from crawler.cli.setting_options import FileDefaults, config_option, configured
from crawler.outlets import own_spiders

if TYPE_CHECKING:
    from archive.model.records import Outlet

COMMANDS: Mapping[str, Listed] = {
    **OF_THE_ARCHIVE,
    "backfill": Listed(
        "crawler.cli.backfill:backfill",
        "Takes over what another archive has kept of an outlet, from before our first crawl or between two.",
    ),
    "backup": Listed(
        "crawler.cli.backup:backup",
        "Makes a backup in the folder TARGET: the archive as it is at one moment, its pictures, luubao.toml and spiders"
        " of your own.",
    ),
    "crawl": Listed(
        "crawler.cli.crawl:crawl",
        "Crawls an outlet once: finds what is new, looks again at what is due, and keeps it all, pictures included.",
    ),
    "demo": Listed(
        "crawler.cli.demo:demo",
        "Publishes a small newspaper on this machine, crawls it on three days, and tells what changed.",
    ),
    "init": Listed(
        "crawler.cli.init:init",
        "Begins to keep a newspaper: looks at its site, makes a folder with a luubao.toml for it, and crawls a few"
        " pages.",
    ),
    "outlets": Listed(
        "crawler.cli.outlets:outlets",
        "Lists the outlets there are: luubao's own, those in luubao.toml, and those with spiders of your own.",
    ),
    "restore": Listed(
        "crawler.cli.backup:restore",
        "Puts a backup back: SOURCE is one that `luubao backup` made, or the folder with all of them, for the newest.",
    ),
    "settings": Listed(
        "crawler.cli.settings_command:settings",
        "Shows the settings in force, for all outlets or for one, and where each comes from.",
    ),
    "status": Listed(
        "crawler.cli.status:status_command",
        "Shows how every outlet stands: last run, what is not as usual, what waits, and the trend of the last weeks.",
    ),
    "worker": Listed(
        "crawler.cli.worker:worker_command",
        "Crawls outlets that `luubao crawl --queue` orders, into archives of their own on this machine, until it is"
        " told to stop.",
    ),
}


@click.group(cls=LazyCommands, listed=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luubao")
@config_option
@click.pass_context
def luubao(ctx: click.Context) -> None:
    """Keeps a newspaper's record: every article, edit, photograph and disappearance, in one SQLite file."""
    ctx.default_map = FileDefaults(ctx)
    own_spiders.look_in(lambda: configured(ctx))
    ctx.obj = _known_outlets


def _known_outlets() -> tuple[Outlet, ...]:
    """The outlets that have a spider, for commands that must find the outlet of a page."""
    from crawler.outlets.catalogue import catalogue

    return tuple(entry.outlet for entry in catalogue())


def main() -> None:
    """The entry point of the console script."""
    sys.excepthook = tell_mistake
    luubao(prog_name="luubao")
