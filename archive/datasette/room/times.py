"""Times as a reader of the paper would write them: in the paper's zone, in the page's language."""

from __future__ import annotations

from datetime import date, datetime

from archive import clock
from archive.datasette.room.texts import Language
from archive.model.gates import FIRST_MOMENT
from archive.model.zones import zone_of

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def local(stamp: str, zone: str) -> datetime:
    """A stored time in a zone, an IANA name; the earliest there is where it cannot be read."""
    return (clock.read(stamp) or FIRST_MOMENT).astimezone(zone_of(zone))


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
    clock = f"{moment:%H:%M}"
    return f"{clock}, {day(moment, language)}" if language == "vi" else f"{day(moment, language)}, {clock}"


def month(moment: date, language: Language) -> str:
    """`5/2026` or `May 2026`."""
    return f"{moment.month}/{moment.year}" if language == "vi" else f"{_MONTHS[moment.month - 1]} {moment.year}"
