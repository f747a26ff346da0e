"""Reads the clock, and formats and parses timestamps: ISO 8601, ours in UTC to the second with a Z, a page's with its
own offset; dates of HTTP headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
        date = parsedate_to_datetime(text or "")
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
