"""How the paper prints dates: every template and every editor has a habit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def weekday(when: datetime) -> str:
    return WEEKDAYS[when.weekday()]


def short(when: datetime) -> str:
    """The form of lists: 18/05/2026."""
    return f"{when:%d/%m/%Y}"


def dotnet(when: datetime) -> str:
    """The machine form of .NET in American English: month first, no padding."""
    return f"{when.month}/{when.day}/{when.year} {when.hour % 12 or 12}:{when:%M:%S %p}"


VISIBLE: dict[str, Callable[[datetime], str]] = {
    "plain": lambda when: f"{when:%d/%m/%Y %H:%M}",
    "pipe": lambda when: f"{when:%H:%M | %d/%m/%Y}",
    "weekday": lambda when: f"{weekday(when)}, {when.day}/{when.month}/{when.year}, {when:%H:%M} (GMT+7)",
    "dash": lambda when: f"{weekday(when)}, {when:%d/%m/%Y - %H:%M}",
    "ampm": lambda when: f"{when:%d-%m-%Y - %I:%M %p}",
    "paren": lambda when: f"({when:%d/%m/%Y %H:%M})",
    "updated": lambda when: f"Cập nhật: {when:%d/%m/%Y %H:%M}",
    "comma": lambda when: f"{when:%H:%M, %d/%m/%Y}",
    "words": lambda when: f"Ngày {when:%d} tháng {when:%m} năm {when.year}",
    "dots": lambda when: f"{when:%d.%m.%Y}",
    "none": lambda when: "",
}
"""date_form -> what a reader sees. "words" and "dots" print the day only."""

MACHINE: dict[str, Callable[[datetime], str]] = {
    "iso-naive": lambda when: f"{when:%Y-%m-%dT%H:%M:%S}",
    "iso-space": lambda when: f"{when:%Y-%m-%dT%H:%M:%S}.000 +07:00",
    "dotnet": dotnet,
}
"""date_form -> the value of a machine-readable attribute; ISO with the zone unless named here."""


def visible(form: str, when: datetime) -> str:
    """The date as printed in that form."""
    return VISIBLE.get(form, VISIBLE["plain"])(when)


def machine(form: str, when: datetime) -> str:
    """The date as an attribute carries it in that form."""
    return MACHINE[form](when) if form in MACHINE else when.isoformat()
