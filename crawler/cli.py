"""`luubao`: the archive's commands, crawl and demo."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archive import LuubaoError, Outlet
from archive.cli import archive
from archive.lock import Locked
from archive.options import Commands, db_option, json_option
from crawler.verdict import Exit, Verdict


class LockedFailure(click.ClickException):
    """Another process is at it."""

    exit_code = Exit.LOCKED


class MisconfiguredFailure(click.ClickException):
    """Nothing was fetched: a setting, a name or the archive is not right."""

    exit_code = Exit.MISCONFIGURED


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luubao")
@click.pass_context
def luubao(ctx: click.Context) -> None:
    """Keeps a newspaper's record: every article, edit, photograph and disappearance, in one SQLite file."""
    ctx.obj = _declared


def _declared() -> tuple[Outlet, ...]:
    """The outlets there are spiders for, for commands that must know whose page it is."""
    from crawler.crawl import outlets, spider_class

    return tuple(spider.described() for spider in map(spider_class, outlets()))


for _command in archive.commands.values():
    luubao.add_command(_command)


@luubao.command()
@db_option
@click.argument("outlet")
@click.option("--base-url", help="Another place where the same site is served: a mirror, or loopback.")
@click.option("--contact", envvar="LUUBAO_CONTACT", default="", show_envvar=True,
              help="An e-mail or web address the newspaper can write to; part of the user agent.")  # fmt: skip
@click.option(
    "--max-pages",
    type=click.IntRange(min=0),
    default=0,
    help="Stop after so many pages; 0 is no limit. The next run goes on from there.",
)
@click.option("--recheck-all", is_flag=True, help="Look again at every known article and list, due or not.")
@click.option(
    "--pictures",
    metavar="PLACE",
    help="Where pictures go: a folder, or a store such as s3://bucket/folder/. By default what LUUBAO_PICTURES names,"
    " or the folder <archive>.pictures.",
)
@click.option("--no-pictures", is_flag=True, help="Fetch no pictures.")
@click.option("--json", "as_json", is_flag=True, help="A JSON summary on standard output.")
@click.option("-v", "--verbose", is_flag=True, help="Log every step.")
def crawl(
    path: Path,
    outlet: str,
    base_url: str | None,
    contact: str,
    max_pages: int,
    recheck_all: bool,
    pictures: str | None,
    no_pictures: bool,
    as_json: bool,
    verbose: bool,
) -> None:
    """Crawls an outlet once: finds what is new, looks again at what is due, and keeps it all, pictures included.

    Silent when all is well, so that cron has nothing to send; a sentence on standard error otherwise.
    Exit codes: 0 ok, 2 misconfigured, 3 nothing found, 4 partly failed, 5 interrupted, 75 locked, 1 anything else.

    \b
    Example, for a crontab:
      17 * * * * luubao crawl baovinhphuc --db /srv/luubao.db --contact me@example.org
    """
    from crawler.crawl import crawl as run  # Scrapy takes half a second to import; the other commands do without
    from crawler.crawl import spider_class

    overrides: dict[str, Any] = {
        "LUUBAO_CONTACT": contact,
        "LUUBAO_MAX_PAGES": max_pages,
        "LOG_LEVEL": logging.getLevelName(logging.INFO if verbose else logging.WARNING),
    }
    if recheck_all:
        overrides["LUUBAO_RECHECK_ALL"] = True
    if no_pictures or pictures is not None:
        overrides["LUUBAO_PICTURES"] = "" if no_pictures else pictures
    try:
        verdict, counts = run(spider_class(outlet), path, base_url=base_url, overrides=overrides)
    except Locked as error:
        raise LockedFailure(str(error)) from error
    except LuubaoError as error:
        raise MisconfiguredFailure(str(error)) from error
    _summary(outlet, verdict, counts, as_json)
    raise click.exceptions.Exit(verdict.exit)


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
    Exit codes: 0 ok, 2 misconfigured, 4 the archive refused before all was taken, 5 interrupted, 75 locked.

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
    raise click.exceptions.Exit(Exit.INTERRUPTED if interrupted else Exit.PARTLY_FAILED if done.problem else Exit.OK)


_PICTURE_COUNTS = ("pictures", "pictures-replaced", "pictures-failed")


def _summary(outlet: str, verdict: Verdict, counts: Mapping[str, int], as_json: bool) -> None:
    if as_json:
        summary = {"outlet": outlet, "outcome": verdict.outcome, "reason": verdict.reason, "counts": dict(counts)}
        click.echo(json.dumps(summary, ensure_ascii=False))
    elif sys.stderr.isatty():
        told = ", ".join(f"{counts.get(name, 0)} {name}" for name in ("new", "edited", "unchanged", "disappeared"))
        told += "".join(f", {counts[name]} {name}" for name in _PICTURE_COUNTS if counts.get(name))
        click.echo(f"{outlet}: {counts.get('captures', 0)} pages; {told}", err=True)
    if verdict.reason:
        click.echo(f"{outlet}: {verdict.reason}", err=True)


@luubao.command()
@json_option
def outlets(as_json: bool) -> None:
    """Lists the outlets there are spiders for.

    \b
    Example:
      luubao outlets
    """
    from crawler.crawl import outlets as names
    from crawler.crawl import spider_class

    spiders = [spider_class(name) for name in names()]
    if as_json:
        told = [{"name": spider.name, "title": spider.title, "home": spider.home} for spider in spiders]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for spider in spiders:
        click.echo(f"{spider.name:16} {spider.title:28} {spider.home}")


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
