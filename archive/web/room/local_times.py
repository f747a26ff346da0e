"""Parses and formats dates and times, in the outlet's time zone and the page's language."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime

from archive.model import clock
from archive.model.time_zones import zone_of
from archive.model.validation import FIRST_MOMENT
from archive.web.room.translations import Language

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def local(stamp: str, zone: str) -> datetime:
    """A stored time in a zone, an IANA name; the earliest possible time where it cannot be parsed."""
    return (clock.read(stamp) or FIRST_MOMENT).astimezone(zone_of(zone))


_DATE_PATTERNS = (
    (re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"), False),
    (re.compile(r"(?:ngày )?(?P<day>\d{1,2}) ?[-/. ] ?(?P<month>\d{1,2}) ?[-/. ] ?(?P<year>\d{4})"), False),
    (re.compile(r"(?:ngày )?(?P<day>\d{1,2}) tháng (?P<month>\d{1,2})(?: năm|,)? (?P<year>\d{4})"), False),
    (re.compile(r"(?:tháng )?(?P<month>\d{1,2})[-/](?P<year>\d{4})"), True),
    (re.compile(r"(?:năm )?(?P<year>\d{4})"), True),
    (re.compile(r"(?P<day>\d{1,2}) (?P<name>[a-z]{3,9}),? (?P<year>\d{4})"), False),
)


def day_in(text: str, *, last: bool = False) -> date | None:
    """Parses a day as people write it: `2026-05-20`, `20/5/2026`, `20.5.2026`, `20 tháng 5 năm 2026`, `20 May 2026`;
    for a month or a year its first day, or with `last` its last. None where it is no date."""
    for pattern, without_day in _DATE_PATTERNS:
        if match := pattern.fullmatch(" ".join(text.lower().split())):
            return _day_of(match.groupdict(), last=last and without_day)
    return None


def _day_of(groups: dict[str, str | None], *, last: bool) -> date | None:
    months = [name.lower() for name in _MONTHS]
    named_month = next((n for n, name in enumerate(months, 1) if name.startswith(groups.get("name") or "-")), 0)
    month = named_month or int(groups.get("month") or (12 if last else 1))
    try:
        year = int(groups["year"] or 0)
        return date(year, month, int(groups.get("day") or (monthrange(year, month)[1] if last else 1)))
    except (ValueError, IndexError):
        return None


def day(moment: date, language: Language) -> str:
    """`20/5/2026` or `20 May 2026`."""
    if language == "vi":
        return f"{moment.day}/{moment.month}/{moment.year}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


_WEEKDAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def weekday(moment: date, language: Language) -> str:
    """`Thứ Hai, 18/5/2026` or `Monday, 18 May 2026`."""
    return f"{_WEEKDAYS[language][moment.weekday()]}, {day(moment, language)}"


def minute(moment: datetime, language: Language) -> str:
    """`08:15, 20/5/2026` or `20 May 2026, 08:15`."""
    hour = time_of_day(moment, language)
    return f"{hour}, {day(moment, language)}" if language == "vi" else f"{day(moment, language)}, {hour}"


def time_of_day(moment: datetime, language: Language) -> str:
    """`08:15`, in every language."""
    return f"{moment:%H:%M}"


def month(moment: date, language: Language) -> str:
    """`5/2026` or `May 2026`."""
    return f"{moment.month}/{moment.year}" if language == "vi" else f"{_MONTHS[moment.month - 1]} {moment.year}"
