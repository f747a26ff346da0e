"""Formats times, durations and sizes for people."""

from __future__ import annotations

from datetime import datetime, timedelta

from archive.model import clock
from archive.model.time_zones import zone_of

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_SIZES = ("bytes", "kB", "MB", "GB", "TB")


def duration(span: timedelta) -> str:
    """A span in its largest unit, rounded: `3 days`, `1 hour`."""
    seconds = max(span.total_seconds(), 0)
    size, name = next(((size, name) for size, name in _UNITS if seconds >= 0.95 * size), _UNITS[-1])
    count = round(seconds / size)
    return f"{count:,} {name}{'s' * (count != 1)}"


def every(span: timedelta) -> str:
    """How often, as `every 6 hours` or `every day`."""
    return f"every {duration(span).removeprefix('1 ')}"


def moment(time: datetime, timezone: str) -> str:
    """A moment as `2026-05-20 08:15` in a time zone."""
    return f"{time.astimezone(zone_of(timezone)):%Y-%m-%d %H:%M}"


def stored_moment(stamp: str | None, timezone: str) -> str:
    """A stored time, formatted as by `moment`; a dash if there is none, or it cannot be parsed."""
    time = clock.read(stamp)
    return moment(time, timezone) if time else "-"


def size(count: float) -> str:
    """A number of bytes as `1.2 GB`."""
    unit = 0
    while count >= 1000 and unit < len(_SIZES) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_SIZES[unit]}" if unit == 0 or count >= 100 else f"{count:.1f} {_SIZES[unit]}"
