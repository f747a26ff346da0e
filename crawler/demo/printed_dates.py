"""Formats dates as the paper prints them: each template and each editor has another format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def weekday(moment: datetime) -> str:
    return WEEKDAYS[moment.weekday()]


def short(moment: datetime) -> str:
    """The format in lists: 18/05/2026."""
    return f"{moment:%d/%m/%Y}"


def dotnet(moment: datetime) -> str:
    """The machine-readable format of .NET in American English: month first, no padding."""
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S %p}"


VISIBLE: dict[str, Callable[[datetime], str]] = {
    "plain": lambda moment: f"{moment:%d/%m/%Y %H:%M}",
    "pipe": lambda moment: f"{moment:%H:%M | %d/%m/%Y}",
    "weekday": lambda moment: f"{weekday(moment)}, {moment.day}/{moment.month}/{moment.year}, {moment:%H:%M} (GMT+7)",
    "dash": lambda moment: f"{weekday(moment)}, {moment:%d/%m/%Y - %H:%M}",
    "ampm": lambda moment: f"{moment:%d-%m-%Y - %I:%M %p}",
    "paren": lambda moment: f"({moment:%d/%m/%Y %H:%M})",
    "updated": lambda moment: f"Cập nhật: {moment:%d/%m/%Y %H:%M}",
    "comma": lambda moment: f"{moment:%H:%M, %d/%m/%Y}",
    "words": lambda moment: f"Ngày {moment:%d} tháng {moment:%m} năm {moment.year}",
    "dots": lambda moment: f"{moment:%d.%m.%Y}",
    "none": lambda moment: "",
}
"""date_form -> the visible date. "words" and "dots" print the day only."""

MACHINE: dict[str, Callable[[datetime], str]] = {
    "iso-naive": lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}",
    "iso-space": lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}.000 +07:00",
    "dotnet": dotnet,
}
"""date_form -> the value of a machine-readable attribute; other forms give ISO 8601 with the time zone."""


def visible(form: str, moment: datetime) -> str:
    return VISIBLE.get(form, VISIBLE["plain"])(moment)


def machine(form: str, moment: datetime) -> str:
    return MACHINE[form](moment) if form in MACHINE else moment.isoformat()
