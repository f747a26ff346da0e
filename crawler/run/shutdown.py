"""The end of a run: soon after it is told to, whatever it waits for.

Scrapy ends a run when all that it has begun has come to an end, and each request in a slot's queue waits its delay
before. Here what has not been asked yet is not asked any more, and stays due; what is under way has a little
time; a page that is being read then is kept, and the next run reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scrapy import signals as scrapy_signals
from scrapy.crawler import Crawler

from archive.model.clock import now
from archive.runtime import signals
from crawler.politeness.refusals import HostBackoff

_GLANCE = 0.2  # seconds between two looks whether the run ends
_GRACE = 1.5  # seconds for what is under way


class Ending:
    """Ends the run at a signal, and whatever ends it, in time. Scrapy tells nobody that it has begun to close."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self._under_way: set[asyncio.Timeout] = set()
        self._over = False
        self._watching: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Ending:
        ending = cls(crawler)
        crawler.signals.connect(ending.spider_opened, scrapy_signals.spider_opened)
        crawler.signals.connect(ending.spider_closed, scrapy_signals.spider_closed)
        return ending

    def is_closing(self) -> bool:
        """Whether the run is ending."""
        slot = self.crawler.engine._slot
        return slot is None or slot.closing is not None

    async def spider_opened(self) -> None:
        """Begins to watch."""
        self._watching = asyncio.ensure_future(self._watch())

    def spider_closed(self) -> None:
        """The run has ended."""
        if self._watching:
            self._watching.cancel()

    @asynccontextmanager
    async def until_the_end(self, host: str) -> AsyncIterator[None]:
        """Around a request: raises HostBackoff where the run ends before it has an answer."""
        if self.is_closing():
            raise HostBackoff(f"{host} was not asked, for the run ends", now())
        timeout = asyncio.timeout(None)
        self._under_way.add(timeout)
        try:
            async with timeout:
                yield
        except TimeoutError as error:
            if not (self._over and timeout.expired()):
                raise
            raise HostBackoff(f"{host} had not answered when the run ended", now()) from error
        finally:
            self._under_way.discard(timeout)

    async def _watch(self) -> None:
        while not self.is_closing():
            if signals.came():
                self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="shutdown"))
            await asyncio.sleep(_GLANCE)
        self._let_go()
        await asyncio.sleep(_GRACE)
        self._over = True
        for timeout in self._under_way:
            timeout.reschedule(asyncio.get_running_loop().time())
        self._stop_reading()

    def _let_go(self) -> None:
        """What waits for its turn to be asked is refused, now and not after a delay each."""
        downloader = self.crawler.engine.downloader
        for slot in downloader.slots.values():
            slot.delay = slot.jitter = 0.0
            slot.close()
            downloader._process_queue(slot)

    def _stop_reading(self) -> None:
        if writer := getattr(self.crawler.spider, "desk", None):
            writer.stop_reading()


def ending_of(crawler: Crawler) -> Ending:
    """The Ending of a running crawl."""
    ending = crawler.get_extension(Ending)
    assert ending is not None
    return ending
