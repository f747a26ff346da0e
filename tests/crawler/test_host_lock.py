"""Crawls that lead to the same host agree on whose turn it is."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.politeness.host_politeness import HostLock, SharedHostLock
from tests.support import run_async

Span = tuple[float, float, str]


async def ask(host_lock: HostLock, who: str, host: str, times: int, spans: list[Span], pause: float = 0.0) -> None:
    for _ in range(times):
        async with host_lock.take(host, pause):
            begun = time.monotonic()
            await asyncio.sleep(0.02)
            spans.append((begun, time.monotonic(), who))


def test_two_crawls_never_ask_a_host_at_once_and_pause_between_them(tmp_path: Path) -> None:
    """Each crawl its own turns, as in processes of their own; each has several requests that wait."""
    first, second = SharedHostLock(1, tmp_path), SharedHostLock(1, tmp_path)
    spans: list[Span] = []

    async def all_of_them() -> None:
        both = [ask(one, who, "anh.example", 3, spans, 0.1) for who, one in (("a", first), ("b", second))]
        await asyncio.gather(*both, *[ask(first, "a", "anh.example", 2, spans, 0.1)])

    run_async(all_of_them())
    spans.sort()
    assert len(spans) == 8
    for (_, ended, one), (begun, _, other) in pairwise(spans):
        assert begun >= ended
        if one != other:
            assert begun - ended >= 0.09


def test_other_hosts_go_on(tmp_path: Path) -> None:
    async def both() -> bool:
        first, second = SharedHostLock(1, tmp_path), SharedHostLock(1, tmp_path)
        async with first.take("a.example", 5), second.take("b.example", 5):
            return True

    assert run_async(both())


@pytest.mark.slow
def test_connections_of_one_crawl_may_be_more_than_one(tmp_path: Path) -> None:
    """Where a person allows a host two connections, they are one crawl's."""

    async def both() -> bool:
        mine, other = SharedHostLock(2, tmp_path), SharedHostLock(2, tmp_path)
        async with mine.take("a.example", 0), mine.take("a.example", 0):
            try:
                async with asyncio.timeout(0.2), other.take("a.example", 0):
                    return False
            except TimeoutError:
                pass
        async with other.take("a.example", 0):
            return True

    assert run_async(both())
