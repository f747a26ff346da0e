from datetime import datetime

import pytest

from crawler.demo import printed_dates
from crawler.demo.newsroom_records import HANOI

AFTERNOON = datetime(2026, 5, 9, 14, 5, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("plain", "09/05/2026 14:05"),
        ("pipe", "14:05 | 09/05/2026"),
        ("weekday", "Thứ Bảy, 9/5/2026, 14:05 (GMT+7)"),
        ("dash", "Thứ Bảy, 09/05/2026 - 14:05"),
        ("ampm", "09-05-2026 - 02:05 PM"),
        ("paren", "(09/05/2026 14:05)"),
        ("updated", "Cập nhật: 09/05/2026 14:05"),
        ("comma", "14:05, 09/05/2026"),
        ("words", "Ngày 09 tháng 05 năm 2026"),
        ("dots", "09.05.2026"),
        ("none", ""),
        ("iso-space", "09/05/2026 14:05"),
    ],
)
def test_visible(form: str, printed: str) -> None:
    assert printed_dates.visible(form, AFTERNOON) == printed


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("plain", "2026-05-09T14:05:00+07:00"),
        ("iso-naive", "2026-05-09T14:05:00"),
        ("iso-space", "2026-05-09T14:05:00.000 +07:00"),
        ("dotnet", "5/9/2026 2:05:00 PM"),
    ],
)
def test_machine(form: str, written: str) -> None:
    assert printed_dates.machine(form, AFTERNOON) == written


def test_dotnet_midnight_is_twelve() -> None:
    assert printed_dates.dotnet(datetime(2026, 5, 4, 0, 30, tzinfo=HANOI)) == "5/4/2026 12:30:00 AM"
