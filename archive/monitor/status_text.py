"""The status as plain text of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime

from archive.console.output import duration, every, moment, size, styled
from archive.frontier.host_state import HostState
from archive.monitor.outlet_states import Day, OutletStatus, Status
from archive.queries.outlets_followed import RunFacts

_WIDTH = 80
_DAYS = 30
_INDENT = 13
_COLOURS = {"ok": "green", "failing": "red", "given up": None}
_PLOTS = (("new", "new"), ("edited", "edited"), ("disappeared", "gone"))
_SHARES = (("readable", "readable"), ("lead", "with lead"), ("caption", "captions"))
_COUNTS = ("new", "edited", "disappeared", "failed")


def lines(status: Status) -> Iterator[str]:
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
