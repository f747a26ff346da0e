"""What waits, what was seen and which hosts rest, in words."""

from __future__ import annotations

from archive.console.human_units import moment
from archive.model.records import HostState
from archive.queries.run_status import Seen, Waiting


def waiting(due: Waiting) -> str:
    """What waits, in words."""
    return f"{due.never_asked:,} never asked for, {due.known:,} known, {due.lists:,} lists"


def lately(seen: Seen) -> str:
    """Which share of the articles that are there was seen, in words."""
    spans = {"day": seen.day, "week": seen.week, "month": seen.month}
    return ", ".join(f"{_percent(number, seen.there)} in the last {span}" for span, number in spans.items())


def _percent(some: int, of: int) -> str:
    """Rounded down: all is said of no less."""
    return f"{some * 100 // of}%"


def rest(host: HostState, timezone: str) -> str:
    """Until when a host is left alone, and why."""
    until = moment(host.quiet_until, timezone) if host.quiet_until else "now"
    return f"{host.host} is left alone until {until}: {host.reason or 'it kept failing'}"
