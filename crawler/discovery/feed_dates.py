"""The moments that feeds and sitemaps print: ISO 8601 and W3C's profile of it, RFC 5322, and what systems make of them.

Absence beats a guess: a date whose day could be its month, or that no paper can mean, is none.
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
_HALVED = re.compile(r"(\d{4}-\d\d-\d\d)[T ]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M|SA|CH)", re.IGNORECASE)
_OFFSET = re.compile(r"(?<!\s)\s*+(?:GMT|UTC)?+\s*+([+-])(\d{1,2})(?::?(\d\d))?$", re.IGNORECASE)
_ZONE = re.compile(r"\s(?:[+-]\d{4}|GMT|UTC|UT|Z|[ECMP][SD]T)$", re.IGNORECASE)
_LONGEST = 64


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """The moment a text names, aware; a day is its first moment. zone: where it names none. None where it is none."""
    written = (text or "").strip()
    if not written or len(written) > _LONGEST:
        return None
    try:
        found = _iso(written) or _halved(written) or _numbers(written) or _spoken(written)
    except (ValueError, OverflowError):
        return None
    if found is None or found.year not in _YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


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


def _halved(written: str) -> datetime | None:
    """`2026-05-20 08:53:11 AM`."""
    match = _HALVED.fullmatch(written)
    if match is None:
        return None
    hour = _hour(int(match[2]), match[5].upper())
    return datetime.fromisoformat(f"{match[1]} {hour:02}:{match[3]}:{match[4] or '00'}")


def _numbers(written: str) -> datetime | None:
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
    """By the clock of 24 hours; SA and CH are the Vietnamese AM and PM. Some systems print `17:09 PM`."""
    if half in ("PM", "CH") and hour < 12:
        return hour + 12
    return 0 if half in ("AM", "SA") and hour == 12 else hour


def _spoken(written: str) -> datetime | None:
    """RFC 5322, with the zones that papers print: `+0700`, `+07:00`, `GMT+7`; another name than the standard's is no
    zone."""
    plain = _OFFSET.sub(lambda m: f" {m[1]}{int(m[2]):02}{m[3] or '00'}", written)
    parts = parsedate_tz(plain)
    if parts is None:
        return None
    offset = timezone(timedelta(seconds=parts[9] or 0)) if _ZONE.search(plain) else None
    return datetime(*parts[:6], tzinfo=offset)
