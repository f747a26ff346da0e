"""Parses date strings of news pages: machine formats and the formats people read.

Works on text only: text in, `Stamp` or None out. A stamp without a zone stays naive, one without a time of day has
precision `day`; the only guess is to swap day and month where the calendar allows one order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from archive.rules.months import AFTERNOON, HALF_BEFORE, MONTH, MONTHS, MORNING, ZONES
from archive.text.folding import folded

LONGEST = 300  # characters of a date line
_EARLIEST, _LATEST = 1990, 2100
_LONGEST_HALF = 8  # characters of a word such as `오후` before the hour


@dataclass(frozen=True, slots=True)
class Stamp:
    """A parsed date: `when` is naive unless the text has a zone; `raw` is the source text."""

    when: datetime
    precision: Literal["minute", "day"]
    raw: str

    @property
    def has_time(self) -> bool:
        """Whether there is a time of day: systems write midnight sharp when they know only the day."""
        return self.precision == "minute" and (self.when.hour, self.when.minute, self.when.second) != (0, 0, 0)

    def within(self, zone: tzinfo) -> datetime:
        """The moment as an aware datetime: `zone` applies only if the stamp has none."""
        return self.when if self.when.tzinfo else self.when.replace(tzinfo=zone)


_OFFSET = rf"(?P<zone>Z\b|(?:UTC|GMT)?\s?[+\-−]\d{{1,2}}(?::?\d{{2}})?\b|(?:{'|'.join(ZONES)})\b)?"
_ISO = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:(?:[T ]|\s{1,3})(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{1,2})(?:[.,:]\d{1,9})?)?"
    r"\s{0,2}(?P<half>[AaPp][Mm]\b)?\s{0,2}" + _OFFSET + r")?"
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:T?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?" + _OFFSET + r")?$"
)
# .NET's en-US default: 3/5/2026 3:34:00 PM is the 5th of March. Recognised by seconds and AM|PM together.
_DOT_NET = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})\s(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})"
    r"\s(?P<half>[AP]M)$"
)
# RFC 2822, JavaScript's Date and ctime: Mon, 05 Aug 2024 12:47:21 GMT; Sat Aug 15 2026 10:00:00 GMT+0700 (...)
_ENGLISH = re.compile(
    r"(?:[A-Z][a-z]{2,8},?\s)?(?:(?P<day>\d{1,2})\s(?P<name>[A-Z][a-z]{2})"
    r"|(?P<name2>[A-Z][a-z]{2})\s{1,2}(?P<day2>\d{1,2}))"
    r",?\s(?:(?P<year>\d{4})\s)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"\s?(?P<zone>(?:UTC|GMT)?[+-]\d{2}:?\d{2}|[A-Z]{1,5})?(?:\s(?P<year2>\d{4}))?"
)


def machine(text: str) -> Stamp | None:
    """Parses machine formats: ISO 8601 and common malformed variants, RFC 2822, epoch seconds, .NET (month first); else
    a time of day beside a date with its month's name, or with dots: nobody puts the month first there."""
    raw = folded(text, LONGEST)
    if raw.isdecimal() and len(raw) in (10, 13):
        moment = datetime.fromtimestamp(int(raw[:10]), UTC)
        return Stamp(moment, "minute", raw) if _EARLIEST <= moment.year <= _LATEST else None
    for pattern in (_ISO, _DOT_NET, _COMPACT, _ENGLISH):
        match = pattern.match(raw)
        if match:
            return _stamp(match.groupdict(), raw)
    numeric = _NUMERIC_DATE.search(raw)
    named = None if numeric and numeric[2] != "." else visible(raw)
    return named if named and named.has_time else None


# a view counter in the date line changes at every request
_VIEW_COUNTER = re.compile(
    r"\s?[|–—·•-]?\s?(?:(?:số )?(?:lượt|lần) (?:xem|đọc|truy cập)|views?|hits)\s?:\s?\d[\d.,]*"
    r"|\s?[|–—·•-]\s?\d[\d.,]* (?:lượt (?:xem|đọc|truy cập)|views?|hits)\b",
    re.I,
)


def visible(text: str, month_first: bool = False) -> Stamp | None:
    """Parses the first date of a text for people: day first unless the year leads or `month_first`."""
    raw = _VIEW_COUNTER.sub("", folded(text, LONGEST)).strip()
    date_and_rest = _day_of(raw, month_first or bool(_DOT_NET.match(raw)))
    if date_and_rest is None:
        return None
    parts, rest = date_and_rest
    return _stamp(parts | _time_of(rest), raw)


_NUMERIC_DATE = re.compile(r"(?<![\d:])(\d{1,2})\s?([/.\-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])")
_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})\s?(?:[-/.]|年|년)\s?(\d{1,2})\s?(?:[-/.]|月|월)\s?(\d{1,2})(?!\d)\s?(?:日|일)?"
)
_VIETNAMESE = re.compile(
    r"(?<!\d)(\d{1,2})\s?(?:tháng|th[gs]?\.?|/)\s?(\d{1,2})\s?(?:,|năm|/|-)?\s?(?:năm\s)?(\d{4})(?!\d)", re.I
)
_DAY_MONTH_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|[.º°])?,?\s?(?:de |di |d['’]|of )?({MONTH})(?:\s?[/(]\s?{MONTH}\)?)?"
    r"[.,]?\s?(?:de |del )?'?(\d{4}|\d{2}(?![\d:.]))",
    re.I,
)
_MONTH_NAME_DAY = re.compile(rf"(?<!\w)({MONTH})[.,]?\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})(?!\d)", re.I)
_YEAR_MONTH_NAME_DAY = re.compile(rf"(?<!\d)(\d{{4}})[.,]?\s(?:m\. )?({MONTH})\s(\d{{1,2}})(?!\d)", re.I)  # Hungarian
_CLOCK = re.compile(
    r"(?<![\d/.])(?<!\S-)(?P<hour>\d{1,2})\s?(?::|giờ|h|g|時|时|点|시|(?=\.\d{2}\s?(?:uhr|h\b|wib|[ap]\.?m\b"
    r"|$))\.)\s?(?P<minute>\d{2})(?!\d)['’]?(?::(?P<second>\d{2}))?",
    re.I,
)
_AM_PM = re.compile(rf"\s?({AFTERNOON}|{MORNING})(?!\w)", re.I)
_HALF_BEFORE = re.compile(rf"({HALF_BEFORE})\s?$")
_ZONE = re.compile(
    r"(?:GMT|UTC)\s?(?P<offset>[+\-−]\s?\d{1,2}(?::?\d{2})?)|(?P<iso>[+\-]\d{2}:\d{2})(?!\d)"
    r"|(?<![A-Za-z])(?P<name>[A-Z]{2,5})(?![A-Za-z])"
)


def _day_of(text: str, month_first: bool) -> tuple[dict[str, str | None], str] | None:
    """Year, month and day of the first date, and the text without it."""
    for pattern, order in _FORMATS[month_first]:
        match = pattern.search(text)
        if match:
            parts = {name: match.group(group) for name, group in order}
            return parts, f"{text[: match.start()]} {text[match.end() :]}"
    return None


_Y_M_D = (("year", 1), ("month", 2), ("day", 3))
_D_M_Y = (("day", 1), ("month", 2), ("year", 3))
_M_D_Y = (("month", 1), ("day", 2), ("year", 3))
_COMMON_FORMATS = ((_YEAR_FIRST, _Y_M_D),)
_NAMED_FORMATS = (
    (_VIETNAMESE, _D_M_Y),
    (_YEAR_MONTH_NAME_DAY, _Y_M_D),
    (_DAY_MONTH_NAME, _D_M_Y),
    (_MONTH_NAME_DAY, _M_D_Y),
)
_FORMATS = {
    False: (*_COMMON_FORMATS, (_NUMERIC_DATE, (("day", 1), ("month", 3), ("year", 4))), *_NAMED_FORMATS),
    True: (*_COMMON_FORMATS, (_NUMERIC_DATE, (("month", 1), ("day", 3), ("year", 4))), *_NAMED_FORMATS),
}


def _time_of(text: str) -> dict[str, str | None]:
    match = _CLOCK.search(text)
    if not match:
        return {}
    parts: dict[str, str | None] = dict(match.groupdict())
    am_pm = _AM_PM.match(text, match.end())
    half = am_pm or _HALF_BEFORE.search(text[max(0, match.start() - _LONGEST_HALF) : match.start()])
    parts["half"] = half.group(1) if half else None
    parts["zone"] = _zone_name(text[am_pm.end() if am_pm else match.end() :])
    return parts


def _zone_name(text: str) -> str | None:
    """The first zone behind a time of day: GMT+7, +07:00, CEST."""
    names = (match.group("offset") or match.group("iso") or match.group("name") for match in _ZONE.finditer(text))
    return next((name for name in names if name[0] in "+-−" or name in ZONES), None)


def _stamp(parts: dict[str, str | None], raw: str) -> Stamp | None:
    """Builds the stamp from named parts; None for a day that does not exist."""
    year = _year(parts.get("year") or parts.get("year2") or "0")
    day = int(parts.get("day") or parts.get("day2") or 0)
    month = _month(parts)
    if month > 12 >= day:
        month, day = day, month
    hour = _hour(parts)
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        moment = datetime(
            year, month, day, hour or 0, int(parts.get("minute") or 0), int(parts.get("second") or 0),
            tzinfo=_zone(parts.get("zone") or ""),
        )  # fmt: skip
    except ValueError:
        return None
    return Stamp(moment, "day" if hour is None else "minute", raw)


def _year(digits: str) -> int:
    """The year: only two digits get a century, by the POSIX rule. Four digits with leading zeros are the year 1, which
    .NET prints for "never"."""
    year = int(digits)
    return year if len(digits) != 2 else year + (2000 if year < 69 else 1900)


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("name") or parts.get("name2") or parts.get("month") or "0"
    return int(name) if name.isdigit() else MONTHS.get(name.casefold().rstrip("."), 0)


def _hour(parts: dict[str, str | None]) -> int | None:
    """0 to 23. Some systems print 17:09 PM: AM and PM are ignored for an hour past twelve."""
    if not parts.get("hour"):
        return None
    hour = int(parts["hour"] or 0)
    am_pm = (parts.get("half") or "").casefold()
    if am_pm and hour <= 12:
        hour = hour % 12 + (12 if re.fullmatch(AFTERNOON, am_pm, re.I) else 0)
    return 0 if hour == 24 else hour


def _zone(name: str) -> tzinfo | None:
    name = name.replace("−", "-").replace(" ", "").upper()
    for prefix in ("UTC", "GMT"):
        if name.startswith(prefix):
            name = name.removeprefix(prefix) or "Z"
    if name == "Z":
        return UTC
    if name[:1] in ("+", "-"):
        digits = name[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if name[0] == "-" else 1)
        return timezone(offset) if abs(offset) < timedelta(hours=15) else None
    return ZoneInfo(ZONES[name]) if name in ZONES else None
