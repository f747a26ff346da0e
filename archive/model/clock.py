"""Reads the clock, and formats and parses timestamps: ISO 8601, ours in UTC to the second with a Z, a page's with its
own offset; dates of HTTP headers. Looks up time zones, and turns days into moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import lru_cache
from zoneinfo import ZoneInfo

from archive.model.errors import pass_over

WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
"""Release date: no clock that is before it can be right. Moved on with each release."""
_behind = timedelta()


def now() -> datetime:
    """This moment, aware, in UTC, to the second."""
    return (datetime.now(UTC) + _behind).replace(microsecond=0)


def put_forward(lag: timedelta) -> None:
    """Corrects the clock of this process: the machine's clock is taken to be behind by so much."""
    global _behind  # a process has one clock
    _behind = max(_behind, lag)


def stamp(moment: datetime) -> str:
    """A moment of our own clock as `2026-05-20T01:15:00Z`. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone: {moment}")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def claimed(moment: datetime | None) -> str | None:
    """A moment a page claims, with the offset it was printed in, as `2026-05-20T08:15:00+07:00`."""
    return None if moment is None else moment.isoformat()


def parse(text: str) -> datetime:
    """The moment that `stamp` or `claimed` wrote."""
    return datetime.fromisoformat(text)


def read(text: object) -> datetime | None:
    """The moment that `stamp` wrote; None where there is no text, or an invalid one."""
    try:
        moment = parse(text) if isinstance(text, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def http_date(text: str | None) -> datetime | None:
    """The moment of an HTTP date, in any of its forms (RFC 9110 section 5.6.7); None for anything else."""
    from email.utils import parsedate_to_datetime  # imported late: most commands meet none

    try:
        moment = parsedate_to_datetime(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


_ONE_DAY = timedelta(days=1)
_LONGEST_ZONE = 64
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Whether a time zone of that name is known here. A name is never used as a path."""
    if len(name) > _LONGEST_ZONE or not _ZONE.fullmatch(name):
        return False
    try:
        return bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):  # missing; no zone; a folder of zones
        return False


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC, with a notice, where the name is unknown."""
    if isinstance(name, str) and is_zone(name):
        return ZoneInfo(name)
    pass_over("outlets", f"{str(name)[:64]!r} is no time zone; times are shown in UTC. `luubao upgrade` fixes it")
    return ZoneInfo("UTC")


def day_span(first: date | None, last: date | None, timezone: str) -> tuple[str, str]:
    """The first moment of a span of days and the first one after it, as `stamp` writes them, compared as text. None is
    open. timezone: IANA name of the zone of the days."""
    zone = zone_of(timezone)
    after = None if last is None else min(last, date.max - _ONE_DAY) + _ONE_DAY
    return "" if first is None else _midnight(first, zone), "~" if after is None else _midnight(after, zone)


def _midnight(day: date, zone: ZoneInfo) -> str:
    """Start of a local day in UTC; at the ends of the calendar, where UTC has no such day, midnight UTC of the day."""
    try:
        return stamp(datetime.combine(day, time_of_day(), zone))
    except OverflowError:
        return f"{day.isoformat()}T00:00:00Z"
