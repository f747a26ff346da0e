"""Whose turn a host is: of this crawl's requests, and of other crawls on this machine, which may lead to the same host,
for papers share servers for pictures and scripts.

A host is a file in a folder that the crawls share, locked while one of them asks. The kernel frees it when a process
ends, however that comes; the file's time says when the last answer had come.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

_GLANCE = 0.05  # seconds between two looks whether another crawl is done


class HostLock:
    """Turns of a crawl that is taken to be alone. at_once: how many requests may be under way to a host."""

    def __init__(self, at_once: int):
        self._own: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))

    @asynccontextmanager
    async def take(self, host: str, pause: float) -> AsyncIterator[bool]:
        """The turn, for as long as the context lasts. pause: seconds since another crawl's last answer from the host.
        Gives whether another crawl was waited for."""
        async with self._own[host]:
            waited = await self._enter(host, pause)
            try:
                yield waited
            finally:
                self._leave(host)

    async def _enter(self, host: str, pause: float) -> bool:
        return False

    def _leave(self, host: str) -> None:
        """Nobody else waits."""


class SharedHostLock(HostLock):
    """Turns of a crawl among others. Raises OSError when the folder cannot be made."""

    def __init__(self, at_once: int, folder: Path):
        super().__init__(at_once)
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._held: dict[str, int] = {}
        self._under_way: Counter[str] = Counter()
        self._entering: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._left: dict[str, int] = {}

    async def _enter(self, host: str, pause: float) -> bool:
        async with self._entering[host]:
            waited = host not in self._held and await self._lock(host, pause)
            self._under_way[host] += 1
            return waited

    async def _lock(self, host: str, pause: float) -> bool:
        file = os.open(self._folder / f"{quote(host, safe='')}.turn", os.O_RDWR | os.O_CREAT, 0o644)
        waited = False
        try:
            while not _locked(file):
                waited = True
                await asyncio.sleep(_GLANCE)
            if (rest := self._rest(host, file, pause)) > 0:
                waited = True
                await asyncio.sleep(rest)
        except BaseException:  # undone, whatever it was, and raised again
            os.close(file)
            raise
        self._held[host] = file
        return waited

    def _rest(self, host: str, file: int, pause: float) -> float:
        """Seconds that are left of the pause after another crawl's answer. After an own one the downloader has
        waited."""
        facts = os.fstat(file)
        if not facts.st_size or facts.st_mtime_ns == self._left.get(host):
            return 0.0
        return min(facts.st_mtime + pause - time.time(), pause)

    def _leave(self, host: str) -> None:
        self._under_way[host] -= 1
        if not self._under_way[host]:
            self._unlock(host)

    def _unlock(self, host: str) -> None:
        file = self._held.pop(host)
        os.pwrite(file, b".", 0)  # which sets the file's time
        self._left[host] = os.fstat(file).st_mtime_ns
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
