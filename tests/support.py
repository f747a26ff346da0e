"""A paper, a moment, and pages made in one line."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import settings
from sqlite_utils import Database

from archive import Capture, Link, Outlet, Run, open_archive
from archive.pipeline.ingest import Ingested, discover, file_reading, keep_capture
from archive.pipeline.page_reading import try_to_read
from archive.text.recurring_blocks import Boilerplate

T = TypeVar("T")

ALL = os.environ.get("TESTS") == "all"
"""Whether `make test-all` runs: properties are tried on many examples."""

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
PAPER = Outlet("bao", "Báo Thử", "https://bao.example/", ("bao.example",))

Shoot = Callable[..., Capture]


def shoot(
    url: str = "https://bao.example/a-1.htm", body: str | None = None, hours: float = 0, **facts: object
) -> Capture:
    """Captures an address; `hours` after noon."""
    captured_at = NOON + timedelta(hours=hours)
    capture = Capture(url, url, captured_at, 200, body=body.encode() if body else None, encoding="utf-8")
    return replace(capture, **facts)  # type: ignore[arg-type]  # the caller names fields of Capture


def pace() -> float:
    """How many times slower this machine is now than the one that limits of processor time were set on; at least 1."""
    started = time.process_time()
    sum(number * number for number in range(300_000))
    return max(1.0, (time.process_time() - started) / _QUIET)


_QUIET = 0.015  # seconds of the loop above on two quiet cores


def examples(number: int, **more: Any) -> settings:
    """How many examples a property is tried on: so many in `make test-all`, a tenth in `make test`."""
    return settings(max_examples=number if ALL else max(5, number // 10), deadline=None, **more)


@cache
def _empty_archive() -> bytes:
    with TemporaryDirectory() as folder:
        with open_archive(Path(folder) / "archive.db", create=True):
            pass
        return (Path(folder) / "archive.db").read_bytes()


def new_archive(path: Path) -> Path:
    """A copy of an empty archive, which is made sooner than one."""
    path.write_bytes(_empty_archive())
    return path


def page(
    headline: str = "Cầu mới qua sông", body: str = "", clock: str = "08:00", dated: datetime | None = None
) -> str:
    """An article's page, long enough to be one, with a clock that ticks. dated: when it says it was published."""
    time = f'<meta property="article:published_time" content="{dated.isoformat()}">' if dated else ""
    paragraphs = "".join(f"<p>{text}</p>" for text in [body or _TEXT[0], *_TEXT[1:]])
    return (
        f'<html lang="vi"><head><title>{headline}</title><meta property="og:type" content="article">{time}</head><body>'
        f'<div class="clock">{clock}</div><h1>{headline}</h1><article>{paragraphs}</article></body></html>'
    )


_TEXT = (
    "Sáng 20/5, huyện Tam Sông khánh thành cây cầu bắc qua sông Con, nối hai xã vốn cách nhau một chuyến đò.",
    "Cầu dài 212 mét, rộng 9 mét, do người dân hai bờ góp đất và tỉnh cấp vốn, khởi công từ mùa thu hai năm trước.",
    "Bà Nguyễn Thị Mận, 71 tuổi, cho biết từ nay các cháu đến trường không còn phải chờ nước rút như mọi năm.",
    "Theo kế hoạch, tuyến xe buýt đầu tiên qua cầu sẽ chạy vào đầu tháng sau, mỗi ngày tám chuyến đi và về.",
)


def visit(db: Database, run: Run, capture: Capture, *links: str) -> Ingested:
    """What a crawl does with an answer: keep, read, file, and note where it leads."""
    arrival = keep_capture(db, run, capture)
    ingested = Ingested(arrival.outcome, disappeared=arrival.disappeared)
    if arrival.outcome == "fresh":
        reading = try_to_read(arrival.source, capture.body or b"", capture.encoding, Boilerplate())
        ingested = file_reading(db, arrival.source, reading)
    if arrival.outcome in ("fresh", "revisit", "not-modified"):
        discover(db, run, arrival, ingested, [Link(url) for url in links], capture.captured_at)
    return ingested


def run_async(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, run in a thread of its own: a browser that other tests have open keeps an event loop in
    the main one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()
