"""Sentences of the status: due URLs, revisited articles and hosts under backoff."""

from __future__ import annotations

from archive.console.human_units import moment
from archive.model.records import HostState
from archive.queries.run_status import DueCounts, RevisitCounts


def waiting(due: DueCounts) -> str:
    """The due URLs in words."""
    return f"{due.never_asked:,} never asked for, {due.known:,} known, {due.lists:,} lists"


def lately(seen: RevisitCounts) -> str:
    """The shares of online articles that were recently seen, in words."""
    spans = {"day": seen.day, "week": seen.week, "month": seen.month}
    return ", ".join(f"{_percent(number, seen.there)} in the last {span}" for span, number in spans.items())


def _percent(part: int, whole: int) -> str:
    """Rounded down, so that 100% means all."""
    return f"{part * 100 // whole}%"


def rest(host: HostState, timezone: str) -> str:
    """Until when a host is under backoff, and why."""
    until = moment(host.quiet_until, timezone) if host.quiet_until else "now"
    return f"{host.host} is left alone until {until}: {host.reason or 'it kept failing'}"
