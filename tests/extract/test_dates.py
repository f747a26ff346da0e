"""Dates as machines and people write them: what a person reads in each line stands beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.dates import machine, visible
from archive.rules.months import zone_of_host

MACHINE = [
    ("2026-03-07T08:01:53+07:00", "2026-03-07T08:01:53+07:00"),
    ("2026-03-07T08:52:11.000 +07:00", "2026-03-07T08:52:11+07:00"),  # a space before the zone
    ("2026-03-07T08:01:53&#x2B;07:00", "2026-03-07T08:01:53+07:00"),  # escaped once too often
    ("2026-03-07T09:40:00", "2026-03-07T09:40:00"),
    ("2026-03-07 08:07", "2026-03-07T08:07:00"),
    ("2024-01-07T01:20:00+0000", "2024-01-07T01:20:00+00:00"),
    ("2024-05-03T15:47:42.389Z", "2024-05-03T15:47:42+00:00"),
    ("20261123T08:15:30Z", "2026-11-23T08:15:30+00:00"),  # a date without hyphens, a time with colons
    ("2023-04-28 18:11:01.0", "2023-04-28T18:11:01"),
    ("2025-02-12T07:25:30.9996320", "2025-02-12T07:25:30"),
    ("2019-11-19 02:24:00 UTC", "2019-11-19T02:24:00+00:00"),
    ("20240428T133000Z", "2024-04-28T13:30:00+00:00"),
    ("2024-05-03T17:47\n", "2024-05-03T17:47:00"),
    ("07.03.2026, 08:01:53", "2026-03-07T08:01:53"),  # dots: day first
    ("1772843936", "2026-03-07T00:38:56+00:00"),
    ("1772843936000", "2026-03-07T00:38:56+00:00"),
    ("Mon, 05 Aug 2024 12:47:21 GMT", "2024-08-05T12:47:21+00:00"),
    ("Sat Aug 15 2026 10:00:00 GMT+0700 (Indochina Time)", "2026-08-15T10:00:00+07:00"),
    ("Mon Sep 02 01:11:35 EDT 2024", "2024-09-02T01:11:35-04:00"),
    ("2020-09-25T16:02:50CDT", "2020-09-25T16:02:50-05:00"),
    ("2020-09-25 16:02:50 CST", "2020-09-25T16:02:50"),  # of America or of China
    ("3/5/2026 3:34:00 PM", "2026-03-05T15:34:00"),  # .NET, month first: the fifth of March
    ("12/31/2025 12:05:00 AM", "2025-12-31T00:05:00"),
]

VISIBLE = [
    ("الأحد، 04 آب/أغسطس 2013", "2013-08-04"),  # in the Levant a month has two names
    ("4 آب (أغسطس) 2013", "2013-08-04"),
    ("الجمعة 24 نيسان / أبريل 2020 09:22 مساءً", "2020-04-24T21:22"),
    ("24 أبريل 2020 09:22 صباحا", "2020-04-24T09:22"),
    ("2022.01.11. 오후 10:16", "2022-01-11T22:16"),
    ("2022年1月11日 上午8:05", "2022-01-11T08:05"),
    ("February 3, 2019 at 9:20 PM HST", "2019-02-03T21:20-10:00"),
    ("24/11/2026 -07:33", "2026-11-24T07:33"),
    ("24/11/2026-07:33", "2026-11-24T07:33"),
    ("24/11/2026 17:33 -07:00", "2026-11-24T17:33-07:00"),
    ("04/05/2024 08:15", "2024-05-04T08:15"),
    ("08:15 | 04/05/2024", "2024-05-04T08:15"),
    ("18:53, 14/08/2026", "2026-08-14T18:53"),
    ("Thứ ba, 25/1/2022, 06:00 (GMT+7)", "2022-01-25T06:00+07:00"),
    ("Thứ bảy, 07/03/2026 - 08:07", "2026-03-07T08:07"),
    ("07/03/2026 08:01 GMT+7", "2026-03-07T08:01+07:00"),
    ("07-03-2026 - 09:40 AM", "2026-03-07T09:40"),
    ("07-03-2026 - 17:09 PM", "2026-03-07T17:09"),  # impossible, yet clear
    ("07-03-2026 - 05:09 PM", "2026-03-07T17:09"),
    ("(03/02/2019 21:20)", "2019-02-03T21:20"),
    ("Cập nhật: 04/05/2024 08:15", "2024-05-04T08:15"),
    ("Cập nhật lúc 08h15, ngày 4/5/2024", "2024-05-04T08:15"),
    ("20/5/2024 8:15:00 SA", "2024-05-20T08:15"),
    ("20/5/2024 2:15:00 CH", "2024-05-20T14:15"),
    ("5/4/2024 8:15:00 AM", "2024-05-04T08:15"),  # .NET's en-US default, shown to readers
    ("ngày 20 tháng 05 năm 2024", "2024-05-20"),
    ("21 tháng 09 năm 2025", "2025-09-21"),
    ("21 Tháng Mười Một, 2025", "2025-11-21"),
    ("21 thg 9, 2025", "2025-09-21"),
    ("NGÀY 5 THÁNG 3, 2021 | 09:30", "2021-03-05T09:30"),
    ("20.05.2024", "2024-05-20"),
    ("- 07/03/2026 08:47", "2026-03-07T08:47"),
    ("2025/01/31 11:30", "2025-01-31T11:30"),
    ("2025年1月14日 21:17", "2025-01-14T21:17"),
    ("3. Mai 2024, 17:47", "2024-05-03T17:47"),
    ("28.04.2023, 20.15 Uhr", "2023-04-28T20:15"),
    ("29. März 2024", "2024-03-29"),
    ("1er mai 2024 à 10h05", "2024-05-01T10:05"),
    ("18 juil. 2024 à 08:01", "2024-07-18T08:01"),
    ("7 de mayo de 2024, 10:05", "2024-05-07T10:05"),
    ("mandag 5. august 2024 kl. 14:47", "2024-08-05T14:47"),
    ("8 января 2026, 17:46", "2026-01-08T17:46"),
    ("10 Kasım 2025 17:59", "2025-11-10T17:59"),
    ("20 Januari 2026 18:33 WIB", "2026-01-20T18:33+07:00"),
    ("12:20pm Jan 7, 2024", "2024-01-07T12:20"),
    ("Published Fri, Apr 28 2023 2:23 PM EDT", "2023-04-28T14:23-04:00"),
    ("October 23, 2025 5:50 pm CET", "2025-10-23T17:50+02:00"),  # papers print CET in summer time too
    ("25.4.24", "2024-04-25"),
    ("2015. január 30., 16:20", "2015-01-30T16:20"),
    ("2019 m. gegužės 7 d. 11:22", "2019-05-07T11:22"),
    ("30. januára 2015 16:20", "2015-01-30T16:20"),
    ("7. svibnja 2019. u 11:22", "2019-05-07T11:22"),
    ("28 मार्च 2020 18:15", "2020-03-28T18:15"),
]

NONE = [
    "",
    "n/a",
    "08:15",
    "32/13/2024",
    "Số 12/2024",
    "0000-00-00T00:00:00",
    "2024",
    "tháng 5",
    "1.234.567 đồng",
    "1e999",
]


@pytest.mark.parametrize(("text", "expected"), MACHINE)
def test_machine(text: str, expected: str) -> None:
    stamp = machine(text)
    assert stamp is not None
    assert stamp.when == datetime.fromisoformat(expected)
    assert (stamp.when.utcoffset()) == datetime.fromisoformat(expected).utcoffset()
    assert stamp.precision == "minute"


def test_machine_day_has_no_time() -> None:
    stamp = machine("2025-10-19")
    assert stamp is not None
    assert (stamp.when, stamp.precision, stamp.has_time) == (datetime(2025, 10, 19), "day", False)  # noqa: DTZ001  # naive


@pytest.mark.parametrize(("text", "expected"), VISIBLE)
def test_visible(text: str, expected: str) -> None:
    stamp = visible(text)
    assert stamp is not None
    assert stamp.when.replace(second=0) == datetime.fromisoformat(expected)
    assert stamp.when.utcoffset() == datetime.fromisoformat(expected).utcoffset()
    assert stamp.precision == ("minute" if "T" in expected else "day")


@pytest.mark.parametrize("text", NONE)
def test_no_date(text: str) -> None:
    assert machine(text) is None
    assert visible(text) is None


def test_month_first_only_on_demand() -> None:
    american = visible("05/04/2024 08:15", month_first=True)
    assert american is not None
    assert (american.when.month, american.when.day) == (5, 4)


def test_midnight_is_no_time_of_day() -> None:
    stamp = machine("2024-05-20T00:00:00+07:00")
    assert stamp is not None
    assert not stamp.has_time


def test_zone_only_where_none_is_named() -> None:
    hanoi = timezone(timedelta(hours=7))
    named, unnamed = machine("2026-03-07T01:01:53Z"), machine("2026-03-07T08:01:53")
    assert named is not None
    assert unnamed is not None
    assert named.within(hanoi) == unnamed.within(hanoi) == datetime(2026, 3, 7, 1, 1, 53, tzinfo=UTC)


def test_raw_is_what_was_printed() -> None:
    stamp = visible("  Thứ ba,\n 25/1/2022,  06:00 (GMT+7) ")
    assert stamp is not None
    assert stamp.raw == "Thứ ba, 25/1/2022, 06:00 (GMT+7)"


@given(st.text(max_size=400))
def test_any_text_is_a_stamp_or_none(text: str) -> None:
    for stamp in (machine(text), visible(text)):
        assert stamp is None or 1990 <= stamp.when.year <= 2100


@given(st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001  # naive bounds
def test_every_vietnamese_minute_reads_back(when: datetime) -> None:
    stamp = visible(f"{when.day:02d}/{when.month:02d}/{when.year} {when:%H:%M}")
    assert stamp is not None
    assert stamp.when == when.replace(second=0, microsecond=0)


NEVER = ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0001-01-01 12:00:00 AM", "1/1/0001 12:00:00 AM", "01/01/0001",
         "01-01-0001 00:00", "Mon, 01 Jan 0001 00:00:00 GMT", "0026-05-20T10:00:00", "20/05/0026", "20 tháng 5 năm 0026",
         "0000-00-00 00:00:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59", "31/12/9999"]  # fmt: skip


@pytest.mark.parametrize("text", NEVER)
def test_a_year_of_four_digits_is_that_year_and_no_paper_prints_it(text: str) -> None:
    assert machine(text) is None and visible(text) is None


@pytest.mark.parametrize(("text", "year"), [("20/05/26", 2026), ("20/05/99", 1999), ("20.05.00", 2000)])
def test_only_of_two_digits_is_the_century_left_out(text: str, year: int) -> None:
    stamp = visible(text)
    assert stamp is not None and stamp.when.year == year


@pytest.mark.parametrize(
    ("host", "city"),
    [("diario.example.hn", "Tegucigalpa"), ("press.example.nz", "Auckland"), ("nha.example.com", None)],
)
def test_a_country_with_one_zone_gives_it(host: str, city: str | None) -> None:
    zone = zone_of_host(host)
    assert (zone and zone.key.rpartition("/")[2]) == city
