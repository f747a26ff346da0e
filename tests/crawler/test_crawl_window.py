"""The hours of a day in which a paper may be asked."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawler.config.setting_types import Hours

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("22:00-06:00", time(22), time(6)),
        ("9:30 - 17:05", time(9, 30), time(17, 5)),
        (" 00:00–24:00 ", time(0), None),  # midnight to midnight is no span of hours but a day
        ("20:00-24:00", time(20), time(0)),
    ],
)
def test_as_people_write_them(written: str, start: time, end: time | None) -> None:
    if end is None:
        with pytest.raises(ValueError, match="no time at all"):
            Hours.parse(written)
    else:
        assert Hours.parse(written) == Hours(start, end)


@pytest.mark.parametrize(
    "written", ["", "22-06", "25:00-06:00", "22:60-06:00", "22:00", "10:00-10:00", "22:00-06:00-07:00"]
)
def test_what_is_no_hours(written: str) -> None:
    with pytest.raises(ValueError):
        Hours.parse(written)


@pytest.mark.parametrize(
    ("hour", "minute", "inside"),
    [(21, 59, False), (22, 0, True), (0, 0, True), (5, 59, True), (6, 0, False), (12, 0, False)],
)
def test_over_midnight(hour: int, minute: int, inside: bool) -> None:
    assert Hours.parse("22:00-06:00").hold(at(hour, minute)) is inside


@pytest.mark.parametrize(("hour", "inside"), [(8, False), (9, True), (16, True), (17, False)])
def test_by_day(hour: int, inside: bool) -> None:
    assert Hours.parse("09:00-17:00").hold(at(hour)) is inside


def test_when_they_end() -> None:
    night = Hours.parse("22:00-06:00")
    assert night.end_after(at(23)) == at(6, day=21)
    assert night.end_after(at(5, 59)) == at(6)
    assert night.end_after(at(12)) == at(12)
    assert Hours.parse("20:00-24:00").end_after(at(20)) == at(0, day=21)
    assert night.end_after(at(23)) - at(23) == timedelta(hours=7)


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 28, 6), (10, 24, 8)])
def test_a_night_in_which_summer_time_begins_or_ends(month: int, day: int, hours: int) -> None:
    evening = datetime(2026, month, day, 23, tzinfo=ZoneInfo("Europe/Berlin"))
    assert Hours.parse("22:00-06:00").end_after(evening) - evening == timedelta(hours=hours)


def test_they_are_of_the_clock_of_the_moment() -> None:
    assert Hours.parse("22:00-06:00").hold(at(23).astimezone(ZoneInfo("UTC"))) is False
