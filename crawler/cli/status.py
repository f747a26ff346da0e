"""`luubao status`: reports the state of every outlet as text of 80 columns, JSON or HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from archive.cli.options import db_option, json_option
from archive.console import duration, every, moment, say_all, say_json, say_whole, size, styled
from archive.frontier.schedule import HostState
from archive.model import clock
from archive.monitor.outlet_states import Day, Exit, Expected, OutletStatus, Status, not_begun, status
from archive.queries.outlets_followed import RunFacts, outlet_names
from archive.runtime.atomic_files import atomic_write, is_held
from archive.storage.connection import open_archive
from crawler.cli.setting_options import config_option, configured
from crawler.config.catalogue import load_catalogue, unknown
from crawler.config.settings_in_force import Configuration

_MAX_RUNS = 10


@click.command(name="status")
@db_option
@config_option
@json_option
@click.option("--html", "file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), metavar="FILE",
              help="Write one HTML page with plots instead; - for standard output.")  # fmt: skip
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3660), help="Number of days to show.")
@click.option("--quiet", is_flag=True, help="Print nothing if all is well: for cron.")
@click.option("--exit-zero", is_flag=True, help="Always exit with 0.")
@click.pass_context
def status_command(
    ctx: click.Context, path: Path, as_json: bool, file: Path | None, days: int, quiet: bool, exit_zero: bool
) -> None:
    """Shows the state of every outlet.

    Last run, what is not as usual, what waits, and the trend of the last weeks. Exit codes, of the worst outlet: 0
    all is well, 6 something is not as usual, or an outlet was not crawled for longer than its usual interval, 4 the
    last run of an outlet failed; 1 the archive cannot be read.

    \b
    Examples:
      luubao status
      luubao status --html /srv/www/luubao.html
    """
    report = _status(path, configured(ctx), days)
    if file is not None:
        say_whole(page(report)) if str(file) == "-" else write(report, file)
    if as_json:
        say_json(_status_as_json(report), default=_json_default)
    elif file is None and not (quiet and report.exit == Exit.OK):
        say_all(text_lines(report))
    raise click.exceptions.Exit(0 if exit_zero else report.exit)


def _status(path: Path, settings: Configuration, days: int) -> Status:
    followed = {name: settings.value("followed", name) for name in settings.outlets}
    if not path.exists() and any(followed.values()):
        expected = _expected(settings, [name for name, is_followed in followed.items() if is_followed])
        return not_begun(str(path), clock.now(), expected)
    with open_archive(path) as db:
        names = outlet_names(db)
        return status(
            db, str(path), path.stat().st_size, clock.now(),
            running=[name for name in names if is_held(path, name)],
            given_up=[name for name in {*names, *followed} if not settings.value("followed", name)],
            expected=_expected(settings, [name for name in followed if name not in names]),
            length=days,
        )  # fmt: skip


def _expected(settings: Configuration, names: list[str]) -> dict[str, Expected]:
    """The outlets that were never crawled, with the hours in which a crawl may begin."""
    if not names:
        return {}
    known_outlets, hours = load_catalogue(), {name: settings.value("hours", name) for name in names}
    for name in names:
        if name not in known_outlets.outlets and name not in known_outlets.wrong:
            raise unknown(name, known_outlets)
    titles = {name: outlet.title for name, outlet in known_outlets.outlets.items()}
    return {name: Expected(titles.get(name, name), str(hours[name]) if hours[name] else None) for name in names}


def _status_as_json(report: Status) -> dict[str, Any]:
    """The status as the HTML page shows it: spans in seconds, null counts for days without a crawl, the last runs."""
    outlets = [_outlet_as_json(outlet) for outlet in report.outlets]
    archive = {"archive": report.archive, "bytes": report.bytes, "at": report.at, "exit": report.exit}
    return archive | {"outlets": outlets, "resting": [asdict(host) for host in report.resting]}


def _outlet_as_json(outlet: OutletStatus) -> dict[str, Any]:
    fields = asdict(replace(outlet, days=(), runs=outlet.runs[-_MAX_RUNS:]))
    rhythm = outlet.rhythm and {"seconds": outlet.rhythm.usual.total_seconds(), "due": outlet.rhythm.due}
    return fields | {"days": [_day_as_json(day) for day in outlet.days], "rhythm": rhythm}


def _day_as_json(day: Day) -> dict[str, Any]:
    counts = {name: day.count(name) for name in ("pages", "new", "edited", "disappeared")}
    return {"date": day.date, "runs": day.runs, **counts, "shares": {name: day.share(name) for name in day.shares}}


def _json_default(value: object) -> str:
    return clock.stamp(value) if isinstance(value, datetime) else str(value)


Point = tuple[float, float, Day]
"""A day's share in a figure: x and y in SVG units."""


def page(status: Status) -> str:
    """The status as one self-contained HTML page with plots (SVG): no script, no request, printable."""
    from archive.web.configuration import environment  # imported late: jinja2 takes long to import

    html = environment().get_template("status_page.html").render(
        status=status, name=Path(status.archive).name, facts=facts, moment=moment, size=size, backoff_line=backoff_line,
        zone=zone_of_all(status), bar_top=bar_top, share_lines=share_lines,
    )  # fmt: skip
    return f"{html}\n"


def write(status: Status, file: Path) -> None:
    """Writes the page atomically: a reader meanwhile gets the previous one. Raises Unwritable."""
    with atomic_write(file, replace=True) as temporary:
        temporary.write_text(page(status), "utf-8")


def bar_top(days: Sequence[Day], name: str) -> int:
    return max((value for day in days if (value := day.count(name)) is not None), default=0)


def share_lines(days: Sequence[Day], name: str) -> list[list[Point]]:
    """The points of a share, in lines that are broken where there was nothing to count."""
    points = [(number * 7 + 2.5, day.share(name), day) for number, day in enumerate(days)]
    return [
        [(x, 4 + (1 - (share or 0)) * 66, day) for x, share, day in group]
        for has_value, group in groupby(points, key=lambda point: point[1] is not None)
        if has_value
    ]


_WIDTH = 80
_DAYS = 30
_INDENT = 13
_COLOURS = {"ok": "green", "failing": "red", "given up": None}
_PLOTS = (("new", "new"), ("edited", "edited"), ("disappeared", "gone"))
_SHARES = (("readable", "readable"), ("lead", "with lead"), ("caption", "captions"))
_COUNTS = ("new", "edited", "disappeared", "failed")


def text_lines(status: Status) -> Iterator[str]:
    yield from _head(status)
    for outlet in status.outlets:
        yield ""
        yield from _outlet(outlet, status.at)
    for host in status.resting:
        yield ""
        yield from textwrap.wrap(backoff_line(host, zone_of_all(status)), _WIDTH, subsequent_indent="  ")
    if not status.outlets:
        yield "no outlet was ever crawled into this archive: `luubao outlets` lists those there are"


def _head(status: Status) -> Iterator[str]:
    left, right = f"{status.archive}  {size(status.bytes)}", moment(status.at, zone_of_all(status))
    yield f"{left}{right:>{max(_WIDTH - len(left), len(right) + 2)}}"


def zone_of_all(status: Status) -> str:
    return next((outlet.timezone for outlet in status.outlets), "UTC")


def _outlet(outlet: OutletStatus, now: datetime) -> Iterator[str]:
    title = f"{outlet.name}  {outlet.title}"
    state = styled(outlet.state, fg=_COLOURS.get(outlet.state, "yellow"), bold=True)
    gap = " " * max(_WIDTH - len(title) - len(outlet.state), 2)
    yield f"{styled(outlet.name, bold=True)}  {outlet.title}{gap}{state}"
    for sentence in outlet.attention:
        for line in textwrap.wrap(sentence, _WIDTH, initial_indent="  ! ", subsequent_indent="    "):
            yield styled(line, fg=_COLOURS.get(outlet.state, "yellow"))
    for label, fact in facts(outlet, now):
        yield from textwrap.wrap(fact, _WIDTH, initial_indent=f"  {label:11}", subsequent_indent=" " * _INDENT)
    yield from _trends(outlet)


def facts(outlet: OutletStatus, now: datetime) -> Iterator[tuple[str, str]]:
    """What there is to say of an outlet: names and values."""
    if outlet.running_since:
        yield "running", f"since {moment(outlet.running_since, outlet.timezone)}"
    if outlet.last:
        yield "last run", _run(outlet.last, outlet.timezone, now)
        if outlet.last.outcome == "ok" and outlet.last.reason:  # a limit, or the outlet's hours
            yield "it ended", outlet.last.reason
    if outlet.rhythm and outlet.state != "given up":
        due = moment(outlet.rhythm.due, outlet.timezone)
        yield "rhythm", f"{every(outlet.rhythm.usual)}; the next by {due}"
    if outlet.last_new:
        yield "last new", f"{moment(outlet.last_new, outlet.timezone)}, {duration(now - outlet.last_new)} ago"
    yield from holdings(outlet)


def holdings(outlet: OutletStatus) -> Iterator[tuple[str, str]]:
    """What waits for an outlet, what the archive holds of it, and how far that can be believed: names and values."""
    if not outlet.runs:
        return
    due, seen, certain = outlet.waiting, outlet.seen, outlet.certain
    yield "waiting", f"{due.never_asked:,} never asked for, {due.known:,} known, {due.lists:,} lists"
    yield "holds", f"{outlet.articles:,} articles, {outlet.edited:,} edited, {outlet.gone:,} gone"
    if seen.there:  # rounded down, so that 100% means all
        spans = {"day": seen.day, "week": seen.week, "month": seen.month}
        yield "seen again", ", ".join(f"{n * 100 // seen.there}% in the last {span}" for span, n in spans.items())
    if certain.uncertain:
        newest = f"{certain.uncertain:,} of the newest {certain.measured:,} articles"
        yield "uncertain", f"{newest} are likelier read wrongly than rightly (confidence below 0.5 in exports)"
    if outlet.ignored:
        yield "ignored", "; ".join(outlet.ignored)


def _run(run: RunFacts, zone: str, now: datetime) -> str:
    times = [f"{moment(run.started_at, zone)}, {duration(now - run.started_at)} ago"]
    if run.finished_at:
        times.append(f"took {duration(run.finished_at - run.started_at)}")
    counts = [f"{run.stats.get('captures', 0):,} pages"]
    counts += [f"{run.stats[name]:,} {name}" for name in _COUNTS if run.stats.get(name)]
    return f"{', '.join(times)}: {', '.join(counts)}"


def _trends(outlet: OutletStatus) -> Iterator[str]:
    days = outlet.days[-_DAYS:]
    crawled = sum(day.crawled for day in days)
    if not crawled:
        return
    for name, label in _PLOTS:
        values = [day.count(name) for day in days]
        mean = sum(value for value in values if value) / crawled
        yield _plot(label, sparkline(values), f"{mean:,.{1 if mean < 10 else 0}f} a day")
    for name, label in _SHARES:
        if (share := _overall(days, name)) is not None:
            yield _plot(label, sparkline([day.share(name) for day in days], top=1.0), f"{share:.0%}")


def _plot(label: str, bars: str, figure: str) -> str:
    return f"  {label:11}{bars}  {figure}"


def _overall(days: tuple[Day, ...], name: str) -> float | None:
    shares = [day.shares[name] for day in days if name in day.shares]
    total = sum(share[1] for share in shares)
    return sum(share[0] for share in shares) / total if total else None


_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""A day without a crawl."""


def sparkline(values: Sequence[float | None], top: float | None = None) -> str:
    """A bar for each value, from 0 to `top` or else to the largest; a count of zero is a flat line, no value a dot."""
    highest = top or max((value for value in values if value is not None), default=0)
    return "".join(GAP if value is None else _bar(value, highest) for value in values)


def _bar(value: float, highest: float) -> str:
    if value <= 0 or highest <= 0:
        return _BARS[0]
    return _BARS[min(1 + int(value / highest * (len(_BARS) - 1)), len(_BARS) - 1)]


def backoff_line(host: HostState, timezone: str) -> str:
    """Until when a host is under backoff, and why."""
    until = moment(host.quiet_until, timezone) if host.quiet_until else "now"
    return f"no requests to {host.host} until {until}: {host.reason or 'it kept failing'}"
