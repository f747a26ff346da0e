"""Parses the dates of feeds and sitemaps: ISO 8601 and W3C's profile of it, RFC 5322, and common deviations.

No date beats a guess: a date whose day could be its month, or whose year is impossible, is None.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz

_YEARS = range(1990, 2100)  # .NET prints the year 1 for "never", others 1970
_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")  # W3C-DTF: a year, or a year and a month
_SPACE_BEFORE_ZONE = re.compile(r"(?<!\s)\s++(?=[+-]\d\d:?\d\d$|Z$)")
_NUMBERS = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[\s,-]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M|SA|CH)?)?", re.I
)
_TWELVE_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)[T ]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M|SA|CH)", re.IGNORECASE)
_OFFSET = re.compile(r"(?<!\s)\s*+(?:GMT|UTC)?+\s*+([+-])(\d{1,2})(?::?(\d\d))?$", re.IGNORECASE)
_ZONE = re.compile(r"\s(?:[+-]\d{4}|GMT|UTC|UT|Z|[ECMP][SD]T)$", re.IGNORECASE)
_MAX_LENGTH = 64


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """The text as an aware datetime; a day is its first moment. zone: where it names none. None where it is no date."""
    stripped = (text or "").strip()
    if not stripped or len(stripped) > _MAX_LENGTH:
        return None
    try:
        date = _iso(stripped) or _twelve_hour(stripped) or _day_month_year(stripped) or _rfc5322(stripped)
    except (ValueError, OverflowError):
        return None
    if date is None or date.year not in _YEARS:
        return None
    return date if date.tzinfo else date.replace(tzinfo=zone)


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    if month := _MONTH.fullmatch(written):
        return datetime(int(month[1]), int(month[2] or 1), 1)  # noqa: DTZ001  # `moment` gives it its zone
    try:
        return datetime.fromisoformat(_SPACE_BEFORE_ZONE.sub("", written))
    except ValueError:
        return None


def _twelve_hour(written: str) -> datetime | None:
    """`2026-05-20 08:53:11 AM`."""
    match = _TWELVE_HOUR.fullmatch(written)
    if match is None:
        return None
    hour = _hour(int(match[2]), match[5].upper())
    return datetime.fromisoformat(f"{match[1]} {hour:02}:{match[3]}:{match[4] or '00'}")


def _day_month_year(written: str) -> datetime | None:
    """`20/05/2026 08:15`, `5/20/2026 8:15:00 AM`: only where the day cannot be the month."""
    match = _NUMBERS.fullmatch(written)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if first <= 12 and second <= 12 and first != second:
        return None
    day, month = (first, second) if second <= 12 else (second, first)
    hour = _hour(int(match[4] or 0), (match[7] or "").upper())
    return datetime(year, month, day, hour, int(match[5] or 0), int(match[6] or 0))  # noqa: DTZ001  # as above


def _hour(hour: int, half: str) -> int:
    """The hour of 24; SA and CH are the Vietnamese AM and PM. Some systems print `17:09 PM`."""
    if half in ("PM", "CH") and hour < 12:
        return hour + 12
    return 0 if half in ("AM", "SA") and hour == 12 else hour


def _rfc5322(written: str) -> datetime | None:
    """RFC 5322, with the zones that papers print: `+0700`, `+07:00`, `GMT+7`; names outside the standard are
    ignored."""
    normalized = _OFFSET.sub(lambda m: f" {m[1]}{int(m[2]):02}{m[3] or '00'}", written)
    parts = parsedate_tz(normalized)
    if parts is None:
        return None
    offset = timezone(timedelta(seconds=parts[9] or 0)) if _ZONE.search(normalized) else None
    return datetime(*parts[:6], tzinfo=offset)
