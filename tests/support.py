"""A paper, a moment, and pages made in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from archive import Capture, Outlet

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
PAPER = Outlet("bao", "Báo Thử", "https://bao.example/", ("bao.example",))

Shoot = Callable[..., Capture]


def page(headline: str = "Cầu mới qua sông", body: str = "", clock: str = "08:00") -> str:
    """An article's page, long enough to be one, with a clock that ticks."""
    paragraphs = "".join(f"<p>{text}</p>" for text in [body or _TEXT[0], *_TEXT[1:]])
    return (
        f'<html lang="vi"><head><title>{headline}</title><meta property="og:type" content="article"></head><body>'
        f'<div class="clock">{clock}</div><h1>{headline}</h1><article>{paragraphs}</article></body></html>'
    )


_TEXT = (
    "Sáng 20/5, huyện Tam Sông khánh thành cây cầu bắc qua sông Con, nối hai xã vốn cách nhau một chuyến đò.",
    "Cầu dài 212 mét, rộng 9 mét, do người dân hai bờ góp đất và tỉnh cấp vốn, khởi công từ mùa thu hai năm trước.",
    "Bà Nguyễn Thị Mận, 71 tuổi, cho biết từ nay các cháu đến trường không còn phải chờ nước rút như mọi năm.",
    "Theo kế hoạch, tuyến xe buýt đầu tiên qua cầu sẽ chạy vào đầu tháng sau, mỗi ngày tám chuyến đi và về.",
)
