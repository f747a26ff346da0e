"""`luubao outlets move`: moves an outlet and its articles' histories to a new domain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.options import db_option
from archive.console.output import say, say_all
from archive.model.errors import LuubaoError, Misconfigured
from crawler.cli.setting_options import MisconfiguredFailure, config_option, configured, setting_option

if TYPE_CHECKING:
    from archive.storage.histories.domain_moves import Known
    from crawler.config.settings_in_force import Configuration
    from crawler.moving.new_domain import MoveCheck
    from crawler.outlets.outlet_checks import OutletDescription


@click.command()
@click.argument("name")
@click.argument("url")
@db_option
@click.option("--write", "writes", is_flag=True, help="Apply the change; otherwise only print it.")
@setting_option("--contact", "contact", "ADDRESS")
@config_option
@click.pass_context
def move(ctx: click.Context, /, name: str, url: str, path: Path, writes: bool, **given: Any) -> None:
    """Follows the outlet NAME to another domain, whose home page is URL.

    Histories go on there. Asks for some known articles at the new domain and prints what it found. With --write,
    changes the outlet's table in luubao.toml, and the next crawls ask for all known articles at the same path
    there. An article there is the same if path, number in the URL or words match, and headline or text agree. An
    article that is not found there stays as it is and is not reported gone.

    \b
    Examples:
      luubao outlets move baophutho https://baophutho.example
      luubao outlets move baophutho https://baophutho.example --write
    """
    settings = configured(ctx).with_command_line({"contact": given["contact"]})
    try:
        _move(settings, name, url, path, writes=writes)
    except Misconfigured as error:
        raise MisconfiguredFailure(str(error)) from error


def _move(settings: Configuration, name: str, url: str, path: Path, *, writes: bool) -> None:
    from crawler.moving import new_domain
    from crawler.moving.move_settings import lines_for, rewritten, write
    from crawler.outlets.catalogue import described

    outlet = described(name)
    known = _known_articles(path, outlet)
    found = _check_new_domain(settings, outlet, url, known)
    say_all(new_domain.seen(outlet, found, len(known)))
    lines = lines_for(outlet, found.home, asks_the_former=found.former == "leads there")
    by_hand = name not in settings.declared.outlets or settings.file is None
    say_all(("", *new_domain.to_be_done(outlet.place, lines, by_hand=by_hand)))
    if not writes:
        say_all(("", "Nothing was changed; --write does it."))
        return
    if not by_hand and settings.file:
        write(settings.file, rewritten(settings.file, outlet, found.home, lines), name, found.home)
        say(f"written: {settings.file}")
    waiting = _enqueue_articles(path, outlet, found, known)
    say(f"{waiting} addresses wait for the next crawl")


def _known_articles(path: Path, outlet: OutletDescription) -> list[Known]:
    from archive import open_archive
    from archive.model.urls import host_of
    from archive.storage.captures.kept_captures import outlets_of
    from archive.storage.histories.domain_moves import known_on

    with open_archive(path) as db:
        (run,) = outlets_of(db, outlet.name)
        return known_on(db, run.outlet_id, host_of(outlet.home))


def _check_new_domain(settings: Configuration, outlet: OutletDescription, url: str, known: list[Known]) -> MoveCheck:
    import os
    from functools import partial

    from archive.model.urls import host_of
    from crawler.moving.new_domain import check_new_domain
    from crawler.probe.run import run_course

    if host_of(url if "://" in url else f"https://{url}") == host_of(outlet.home):
        raise LuubaoError(f"{outlet.name} is at {outlet.home} already. Give the address it has moved to")
    contact = settings.value("contact", outlet.name)
    overrides: dict[str, Any] = {"LOG_LEVEL": "CRITICAL", "LUUBAO_CONFIG": str(settings.file or os.devnull)}
    overrides |= {"LUUBAO_CONTACT": contact} if contact else {}
    course = partial(check_new_domain, given_url=url, former=outlet.home, known=known)
    found: MoveCheck = run_course(url, course, most=30, overrides=overrides)
    return found


def _enqueue_articles(path: Path, outlet: OutletDescription, found: MoveCheck, known: list[Known]) -> int:
    """Queues the known articles at the same paths on the new domain, if the domain keeps paths. Returns how many
    wait."""
    from archive import open_archive
    from archive.model.clock import now
    from archive.runtime.file_lock import outlet_lock
    from archive.storage.captures.kept_captures import outlets_of
    from archive.storage.histories.domain_moves import wait_for
    from crawler.moving.new_domain import there

    if not found.keeps_paths:
        return 0
    with outlet_lock(path, outlet.name), open_archive(path, create=True) as db:
        (run,) = outlets_of(db, outlet.name)
        return wait_for(db, run.outlet_id, [there(article.url, found.home) for article in known], now())
