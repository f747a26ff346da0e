"""`luubao alerts`: lists the alerts of luubao.toml, sends a sample of one, and sends what waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from archive.cli.options import Commands, db_option, json_option
from archive.console import say, say_all, say_json
from archive.queries.alert_matches import AlertState, state_of
from archive.storage.connection import open_archive
from archive.storage.sqlite_file import is_there
from crawler.cli.setting_options import MisconfiguredFailure, config_option, configured
from crawler.config.alert_tables import Alert, Alerts


@click.group(cls=Commands)
def alerts() -> None:
    """Lists, tests and sends alerts.

    An alert is a saved search, a table [alert.NAME] of luubao.toml; docs/alerts.md has its keys. What it matches is
    sent after each crawl, import, merge, reread and backfill, in one message with the changes in it.
    """


@alerts.command("list")
@db_option
@config_option
@json_option
@click.pass_context
def list_command(ctx: click.Context, path: Path, as_json: bool) -> None:
    """Lists the alerts of luubao.toml, and what each matched last.

    Exit codes: 0 all is well, 2 an alert has a mistake, which is reported with file, line and remedy.

    \b
    Example:
      luubao alerts list
    """
    found = configured(ctx).alerts()
    _print_list(path, found, as_json)
    say_all(found.wrong, err=True)
    raise click.exceptions.Exit(2 if found.wrong else 0)


@alerts.command()
@click.argument("name")
@db_option
@config_option
@click.pass_context
def test(ctx: click.Context, name: str, path: Path) -> None:
    """Sends a sample of an alert to each of its addresses, and says what happened.

    The sample is what the archive last had that the alert matches, or else made up. Nothing counts as sent by it.
    Exit codes: 0 every address accepted it, 1 one did not, 2 there is no such alert, or it has a mistake.

    \b
    Example:
      luubao alerts test bridges
    """
    from crawler.alerts.dispatch import send_sample

    outcomes = send_sample(path, _alert(configured(ctx).alerts(), name))
    say_all(f"{destination}: {outcome.why or 'accepted'}" for destination, outcome in outcomes.items())
    raise click.exceptions.Exit(1 if any(outcome.why for outcome in outcomes.values()) else 0)


@alerts.command()
@db_option
@config_option
@click.pass_context
def send(ctx: click.Context, path: Path) -> None:
    """Sends what waits to be sent, without a crawl.

    For cron, or after a mail server was away. Exit codes: 0 nothing waits any more, 1 something still does, 2 an alert
    has a mistake.

    \b
    Example:
      luubao alerts send
    """
    from crawler.alerts.dispatch import finish

    found = configured(ctx).alerts()
    report = finish(path, found)
    if report:
        say_all(report.troubles, err=True)
        say(f"{report.sent} messages sent, {report.waiting} wait")
    raise click.exceptions.Exit(2 if found.wrong else 1 if report and report.waiting else 0)


def _alert(found: Alerts, name: str) -> Alert:
    for alert in found.all:
        if alert.name == name:
            return alert
    if name in found.names:
        raise MisconfiguredFailure("\n".join(sentence for sentence in found.wrong if f"[alert.{name}]" in sentence))
    names = f"There are: {', '.join(sorted(found.names))}" if found.names else "Add a table [alert.NAME] to luubao.toml"
    raise MisconfiguredFailure(f"no alert is called {name}. {names}")


def _print_list(path: Path, found: Alerts, as_json: bool) -> None:
    states = [(alert, state) for alert, state in zip(found.all, _states(path, found), strict=True)]
    if as_json:
        say_json([_as_json(alert, state) for alert, state in states])
        return
    for alert, state in states:
        say_all(_lines(alert, state))
    if not found.names:
        say("no alerts. Add a table [alert.NAME] to luubao.toml; docs/alerts.md shows how", err=True)


def _states(path: Path, found: Alerts) -> list[AlertState]:
    if not is_there(path):
        return [AlertState(alert.name) for alert in found.all]
    with open_archive(path) as db:
        return [state_of(db, alert.name) for alert in found.all]


def _as_json(alert: Alert, state: AlertState) -> dict[str, object]:
    last = [
        {"kind": item.kind, "at": item.at, "outlet": item.outlet, "headline": item.headline, "url": item.url}
        for item in state.last
    ]
    return {**asdict(alert.article_filter), **asdict(state), "to": list(alert.to), "room": alert.room, "last": last}


def _lines(alert: Alert, state: AlertState) -> Iterator[str]:
    from crawler.alerts.messages import entry

    yield f"{alert.name}  to {', '.join(alert.to)}"
    counts = f"{state.matched} matched, last {state.matched_at or 'never'}; last sent {state.sent_at or 'never'}"
    waiting = f"; {state.waiting} messages wait" if state.waiting else ""
    yield f"    {counts}{waiting}" if state.since else "    no run of this archive has met it yet"
    if state.trouble:
        yield f"    {state.trouble}"
    for item in state.last[:3]:
        yield from (f"      {line}" for line in entry(item, alert.room).splitlines())
