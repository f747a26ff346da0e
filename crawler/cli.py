"""`luubao`: the archive's commands, crawl and demo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from archive import LuubaoError, Outlet
from archive.cli import archive
from archive.lock import Locked
from archive.options import Commands, db_option
from crawler import own_spiders
from crawler.crawl_cli import crawl
from crawler.options import FileDefaults, MisconfiguredFailure, config_option, configured
from crawler.outlets_cli import outlets
from crawler.settings_cli import settings
from crawler.status_cli import status_command
from crawler.verdict import Exit
from crawler.worker_cli import worker_command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luubao")
@config_option
@click.pass_context
def luubao(ctx: click.Context) -> None:
    """Keeps a newspaper's record: every article, edit, photograph and disappearance, in one SQLite file."""
    ctx.default_map = FileDefaults(ctx)
    own_spiders.look_in(lambda: _folder_of_spiders(ctx))
    ctx.obj = _declared


def _folder_of_spiders(ctx: click.Context) -> str | None:
    named = configured(ctx).value("spiders")
    return None if named is None else str(named)


def _declared() -> tuple[Outlet, ...]:
    """The outlets there are spiders for, for commands that must know whose page it is."""
    from crawler.crawl import outlets, spider_class

    return tuple(spider.described() for spider in map(spider_class, outlets()))


for _command in archive.commands.values():
    luubao.add_command(_command)
luubao.add_command(settings)
luubao.add_command(status_command)
luubao.add_command(outlets)
luubao.add_command(crawl)
luubao.add_command(worker_command)


class LockedFailure(click.ClickException):
    """Another process is at it."""

    exit_code = Exit.LOCKED


@luubao.command()
@db_option
@click.argument("outlet")
@click.option("--from", "archive_name", type=click.Choice(["wayback", "commoncrawl"]), required=True,
              help="Which archive to reach back to.")  # fmt: skip
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Captures from this day on, in UTC.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Captures up to this day, in UTC.")
@click.option(
    "--max-captures",
    default=0,
    type=click.IntRange(min=0),
    help="Stop after so many; 0 is no limit. The next time goes on.",
)
@click.option(
    "--host", "hosts", multiple=True, help="Only this host of the outlet, or one it had before; may be given again."
)
@click.option("--contact", envvar="LUUBAO_CONTACT", default="", show_envvar=True,
              help="An e-mail or web address the archive can write to; part of the user agent.")  # fmt: skip
def backfill(
    path: Path, outlet: str, archive_name: str, since: datetime | None, until: datetime | None, max_captures: int,
    hosts: tuple[str, ...], contact: str,
) -> None:  # fmt: skip
    """Takes over what another archive has kept of an outlet, from before our first crawl or between two.

    Every capture enters as it was made, with its own time, and an article's versions are put in order of time. It may
    be stopped or killed at any moment, and goes on where it was. The archive's limits are kept: a pause between two
    requests, and as long as it asks for when it says that it is too much (Retry-After).
    Exit codes: 0 ok, 2 misconfigured, 4 the archive refused before all was taken, or gave what cannot be, which is told
    and left out, 5 interrupted, 75 locked.

    \b
    Example:
      luubao backfill baovinhphuc --from wayback --until 2019-12-31 --contact me@example.org
    """
    from crawler.backfill.command import run_backfill

    try:
        done, interrupted = run_backfill(path, outlet, archive_name, since, until, max_captures, hosts, contact)
    except Locked as error:
        raise LockedFailure(str(error)) from error
    except LuubaoError as error:
        raise MisconfiguredFailure(str(error)) from error
    counts = done.counts
    click.echo(
        f"{outlet}: {counts['filed'] + counts['late']} captures added, {counts['here']} were here already,"
        f" {counts['failed']} could not be had, {counts['waiting']} wait"
    )
    if done.problem:
        click.echo(f"{outlet}: {done.problem}", err=True)
    if done.counts["odd"]:
        click.echo(f"{outlet}: {done.counts['odd']} lines or captures cannot be, and were left out", err=True)
    for line in done.odd:
        click.echo(f"  {line}", err=True)
    partly = done.problem or done.counts["odd"]
    raise click.exceptions.Exit(Exit.INTERRUPTED if interrupted else Exit.PARTLY_FAILED if partly else Exit.OK)


@luubao.command()
@click.option("--db", "path", default="demo.db", show_default=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Where the demo's archive goes; it must not exist yet.")  # fmt: skip
@click.option("--serve", is_flag=True, help="Only serve the newspaper, until Ctrl-C.")
@click.option("--day", type=click.IntRange(1, 3), default=1, show_default=True, help="With --serve: which day's paper.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True,
              help="With --serve: the port; 0 takes a free one.")  # fmt: skip
@click.option(
    "--articles",
    type=click.IntRange(0, 100_000),
    default=0,
    show_default=True,
    help="With --serve: so many generated articles more, in lists, feeds and sitemaps of every kind.",
)
def demo(path: Path, serve: bool, day: int, port: int, articles: int) -> None:
    """Publishes a small newspaper on this machine, crawls it on three days, and tells what changed.

    It checks its own story, and exits with 1 if anything in the archive is not as published.

    \b
    Examples:
      luubao demo
      luubao demo --serve --day 2 --port 8765
      luubao demo --serve --articles 10000
    """
    from crawler.story import serve_paper, tell

    if serve:
        serve_paper(day, port, articles)
    else:
        raise click.exceptions.Exit(tell(path))


def main() -> None:
    """The console script."""
    luubao(prog_name="luubao")


if __name__ == "__main__":
    main()
