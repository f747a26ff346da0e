"""The politeness of one crawl, in one Scrapy extension: backoff, host locks, lease, and private networks.

There is a lock for each host: among this crawl's requests, and among the crawls on this machine, which may ask the same
host, for papers share servers for pictures and scripts. It is a file in a folder that the crawls share, held (flock)
while one of them asks. The kernel frees it when a process ends, however that comes; the file's modification time says
when the last answer had come.

A crawl on a single machine always may ask; a worker among many machines may while it holds the lease on its outlet, see
crawler.fleet.lease.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from archive.frontier.schedule import HostState, note_hosts
from archive.model.clock import now
from crawler.outlet import OutletSpider
from crawler.politeness.host_backoff import BackoffLimits, HostBackoff, HostBackoffs
from crawler.politeness.private_networks import PrivateNetworkFilter

_POLL_INTERVAL = 0.05  # seconds between two attempts to take another crawl's lock
_LEASE_POLL_INTERVAL = 0.2  # seconds between two checks whether the lease is held


class HostLock:
    """The lock of a crawl that is alone on its machine. at_once: how many requests may be under way to a host."""

    def __init__(self, at_once: int):
        self._semaphores: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))

    @asynccontextmanager
    async def take(self, host: str, pause: float) -> AsyncIterator[bool]:
        """Holds the host's lock for as long as the context lasts. pause: seconds to keep since another crawl's last
        answer from the host. Yields whether another crawl was waited for."""
        async with self._semaphores[host]:
            waited = await self._enter(host, pause)
            try:
                yield waited
            finally:
                self._leave(host)

    async def _enter(self, host: str, pause: float) -> bool:
        return False

    def _leave(self, host: str) -> None:
        """No other crawl waits."""


class SharedHostLock(HostLock):
    """The lock of a crawl among others on its machine. Raises OSError when the folder cannot be made."""

    def __init__(self, at_once: int, folder: Path):
        super().__init__(at_once)
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock_files: dict[str, int] = {}
        self._under_way: Counter[str] = Counter()
        self._entry_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._own_mtimes: dict[str, int] = {}

    async def _enter(self, host: str, pause: float) -> bool:
        async with self._entry_locks[host]:
            waited = host not in self._lock_files and await self._lock(host, pause)
            self._under_way[host] += 1
            return waited

    async def _lock(self, host: str, pause: float) -> bool:
        file = os.open(self._folder / f"{quote(host, safe='')}.turn", os.O_RDWR | os.O_CREAT, 0o644)
        waited = False
        try:
            while not _try_flock(file):
                waited = True
                await asyncio.sleep(_POLL_INTERVAL)
            if (remaining := self._remaining_pause(host, file, pause)) > 0:
                waited = True
                await asyncio.sleep(remaining)
        except BaseException:  # the lock is given back, and the error raised again
            os.close(file)
            raise
        self._lock_files[host] = file
        return waited

    def _remaining_pause(self, host: str, file: int, pause: float) -> float:
        """Seconds left of the pause after another crawl's answer. After this crawl's own answer the downloader has
        waited."""
        status = os.fstat(file)
        if not status.st_size or status.st_mtime_ns == self._own_mtimes.get(host):
            return 0.0
        return min(status.st_mtime + pause - time.time(), pause)

    def _leave(self, host: str) -> None:
        self._under_way[host] -= 1
        if not self._under_way[host]:
            self._unlock(host)

    def _unlock(self, host: str) -> None:
        file = self._lock_files.pop(host)
        os.pwrite(file, b".", 0)  # which sets the file's modification time
        self._own_mtimes[host] = os.fstat(file).st_mtime_ns
        os.close(file)


def _try_flock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class LeaseCheck:
    """The check of a crawl that needs no lease. lost: why the lease is lost for good; None while it is not."""

    lost: str | None = None

    def __deepcopy__(self, memo: Any) -> LeaseCheck:
        return self  # the same object, however often Scrapy copies its settings

    def check(self) -> None:
        """Raises HostBackoff where the crawl must not ask at this moment."""

    def host_lock(self, at_once: int, folder: Path) -> HostLock:
        """The host lock of a crawl among others, whose lock files are in the folder."""
        return SharedHostLock(at_once, folder)

    def holds(self) -> bool:
        return True

    async def wait(self) -> None:
        """Waits until the crawl may ask, or has lost its lease: then `check` raises."""
        while not self.holds() and self.lost is None:
            await asyncio.sleep(_LEASE_POLL_INTERVAL)


class HostPoliteness:
    """hosts: their backoff; host_lock: the lock for each host; lease_check: whether this crawl may ask;
    network_filter: which addresses it may ask."""

    def __init__(self, spider: OutletSpider, settings: BaseSettings):
        self._warned_hosts: set[str] = set()
        at_once = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        folder, self.lease_check = settings["LUUBAO_HOST_LOCKS"], settings["LUUBAO_LEASE"] or LeaseCheck()
        self.host_lock = self.lease_check.host_lock(at_once, Path(folder)) if folder else HostLock(at_once)
        self.writer = spider.writer
        # the proxies that the environment names: the operator means them to be asked
        proxies = [netloc for proxy in getproxies().values() if (netloc := urlsplit(proxy).netloc.rpartition("@")[2])]
        self.network_filter = PrivateNetworkFilter.of(spider.home_url, [*settings.getlist("LUUBAO_INSIDE"), *proxies])
        self.hosts = HostBackoffs(
            backoff_limits_of(settings), self.writer.session.troubled_hosts, self._remember, self.warn
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostPoliteness:
        """Scrapy calls this once the spider has its archive writer. Raises Misconfigured."""
        assert isinstance(crawler.spider, OutletSpider)
        return cls(crawler.spider, crawler.settings)

    def _remember(self, state: HostState) -> None:
        self.writer.note(lambda session: note_hosts(session.db, [state], now()))

    def warn(self, sentence: str) -> None:
        self.writer.note(lambda session: session.warn(sentence))

    def refuse_quiet(self, host: str) -> None:
        """Raises HostBackoff for a host that this run asks nothing any more."""
        if state := self.hosts.left_alone(host):
            raise HostBackoff(state.reason or f"{host} is in backoff", state.quiet_until or now())

    def doubt(self, host: str, doubt: str) -> None:
        """Warns once of a host whose certificate does not prove who it is."""
        if host not in self._warned_hosts:
            self._warned_hosts.add(host)
            self.warn(f"{host} cannot prove who it is: {doubt}. Its pages are kept all the same, and say so")


def host_politeness_of(crawler: Crawler) -> HostPoliteness:
    politeness = crawler.get_extension(HostPoliteness)
    assert politeness is not None
    return politeness


def backoff_limits_of(settings: BaseSettings) -> BackoffLimits:
    names = ("LONGEST_WAIT", "FIRST_PAUSE", "FIRST_QUIET", "LONGEST_QUIET")
    spans = (timedelta(seconds=settings.getfloat(f"LUUBAO_{name}")) for name in names)
    return BackoffLimits(settings.getint("LUUBAO_ERRORS_IN_A_ROW"), *spans)
