"""A lease says no as soon as somebody else might have it: on a real Redis server, with real time."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from crawler.fleet.lease import Lease
from crawler.politeness.host_backoff import HostBackoff
from tests.crawler.fleet.test_rq_workers import REDIS, redis_server
from tests.support import run_async

pytestmark = pytest.mark.skipif(
    not REDIS and not os.environ.get("CI"), reason="no redis-server here: `make tools` brings it"
)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with redis_server(tmp_path) as address, Redis.from_url(address) as connection:
        yield connection


def take(redis: Redis, *hosts: str, seconds: float = 3, reserve: float = 1) -> Lease | None:
    return Lease.take(redis, hosts, seconds=seconds, reserve=reserve, who="thử")


def taken(redis: Redis, *hosts: str, seconds: float = 3, reserve: float = 1) -> Lease:
    lease = take(redis, *hosts, seconds=seconds, reserve=reserve)
    assert lease is not None
    return lease


@pytest.mark.slow
def test_one_at_a_time_all_hosts_or_none_and_the_fence_grows(redis: Redis) -> None:
    first = taken(redis, "a.vn", "b.vn")
    assert take(redis, "c.vn", "b.vn") is None
    assert take(redis, "www.b.vn") is None  # the same host
    with taken(redis, "c.vn").kept():  # of which nothing was held for the one that was refused
        pass
    time.sleep(3.1)  # the first gives no sign of life
    second = taken(redis, "a.vn", "b.vn")
    assert second.fence > first.fence
    first.renew()
    assert (first.lost is not None, first.holds()) == (True, False)
    assert (second.lost, second.holds()) == (None, True)


@pytest.mark.slow
def test_it_ends_by_its_own_clock_before_the_server_forgets(redis: Redis) -> None:
    lease = taken(redis, "a.vn", reserve=1.5)
    lease.check()
    time.sleep(1.6)
    assert take(redis, "a.vn") is None  # the server has not forgotten
    with pytest.raises(HostBackoff, match="not sure"):
        lease.check()
    lease.renew()
    lease.check()  # nobody else can have had it


@pytest.mark.slow
def test_kept_it_lasts_and_is_given_back(redis: Redis) -> None:
    with taken(redis, "a.vn").kept():
        time.sleep(4)
        assert take(redis, "a.vn") is None
    with taken(redis, "a.vn").kept():
        pass


@pytest.mark.slow
def test_without_the_server_it_holds_to_its_end_and_no_longer(tmp_path: Path) -> None:
    with redis_server(tmp_path) as address:
        connection = Redis.from_url(address, socket_timeout=1)
        lease = taken(connection, "a.vn")
    lease.renew()
    lease.check()
    time.sleep(3.1)
    lease.renew()
    with pytest.raises(HostBackoff, match="given to another worker"):
        lease.check()
    connection.close()


@pytest.mark.slow
def test_a_host_that_many_lead_to_is_taken_for_a_request_with_the_pause_after_it(redis: Redis) -> None:
    first, second = taken(redis, "a.vn", seconds=5), taken(redis, "b.vn", seconds=5)
    assert first.covers("www.a.vn") and not first.covers("anh.vn")

    async def host_lock() -> tuple[float, float]:
        assert not await first.take_turn("anh.vn")
        waiting = asyncio.ensure_future(second.take_turn("anh.vn"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        begun = time.monotonic()
        first.leave_turn("anh.vn", 0.3)
        assert await waiting
        return begun, time.monotonic()

    begun, ended = run_async(host_lock())
    assert ended - begun >= 0.29
    with first.kept(), second.kept():
        assert take(redis, "anh.vn") is None  # the second has it still
    with taken(redis, "anh.vn").kept():  # and gave it back at its end
        pass
