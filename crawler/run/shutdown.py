"""Ends a run early: soon after a signal, whatever the run waits for, and when the crawl window (a paper's hours) ends.

Scrapy ends a run when everything that it has begun is done, and each request in a slot's queue waits its delay before.
Here queued requests are dropped, and stay due; requests under way have a little time; a page that is being read then is
kept, and the next run reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from scrapy import signals as scrapy_signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.model.clock import now, zone_of
from archive.model.errors import LuubaoError, Misconfigured
from archive.runtime import signals
from crawler.config.setting_types import Hours
from crawler.outlet import OutletSpider
from crawler.politeness.host_backoff import HostBackoff

_POLL_INTERVAL = 0.2  # seconds between two checks whether the run ends
_GRACE = 1.0  # seconds for requests under way


class Shutdown:
    """Scrapy extension. Closes the spider at a signal, and bounds every shutdown, which Scrapy does not announce."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self._under_way: set[asyncio.Timeout] = set()
        self._grace_is_over = False
        self._watch_task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Shutdown:
        shutdown = cls(crawler)
        crawler.signals.connect(shutdown.spider_opened, scrapy_signals.spider_opened)
        crawler.signals.connect(shutdown.spider_closed, scrapy_signals.spider_closed)
        return shutdown

    def is_closing(self) -> bool:
        slot = self.crawler.engine._slot
        return slot is None or slot.closing is not None

    async def spider_opened(self) -> None:
        self._watch_task = asyncio.ensure_future(self._watch())

    def spider_closed(self) -> None:
        if self._watch_task:
            self._watch_task.cancel()

    @asynccontextmanager
    async def until_the_end(self, host: str) -> AsyncIterator[None]:
        """The context of a request: raises HostBackoff where the run ends before the answer."""
        if self.is_closing():
            raise HostBackoff(f"{host} was not asked, for the run ends", now())
        timeout = asyncio.timeout(None)
        self._under_way.add(timeout)
        try:
            async with timeout:
                yield
        except TimeoutError as error:
            if not (self._grace_is_over and timeout.expired()):
                raise
            raise HostBackoff(f"{host} had not answered when the run ended", now()) from error
        finally:
            self._under_way.discard(timeout)

    async def _watch(self) -> None:
        while not self.is_closing():
            if signals.signal_received():
                self._close_task = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="shutdown"))
            await asyncio.sleep(_POLL_INTERVAL)
        self._drop_queued_requests()
        await asyncio.sleep(_GRACE)
        self._grace_is_over = True
        for timeout in self._under_way:
            timeout.reschedule(asyncio.get_running_loop().time())
        if writer := getattr(self.crawler.spider, "writer", None):
            writer.stop_reading()

    def _drop_queued_requests(self) -> None:
        """Drops the queued requests now, not after a delay each."""
        downloader = self.crawler.engine.downloader
        for slot in downloader.slots.values():
            slot.delay = slot.jitter = 0.0
            slot.close()
            downloader._process_queue(slot)


def shutdown_of(crawler: Crawler) -> Shutdown:
    shutdown = crawler.get_extension(Shutdown)
    assert shutdown is not None
    return shutdown


OUTSIDE_HOURS = "outside-hours"
"""Scrapy's finish reason of a run that the end of the crawl window stopped."""


class OutsideHours(LuubaoError):
    """Raised when a crawl starts outside the hours set for the paper; the remedy is to start it within them."""


class CrawlWindow:
    """Scrapy extension. Closes the spider when its crawl window ends; what remains is due in the next run. from_crawler
    raises OutsideHours, before the archive is opened, and Misconfigured."""

    def __init__(self, crawler: Crawler, left: timedelta):
        self.crawler, self.left = crawler, left

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlWindow:
        assert isinstance(crawler.spider, OutletSpider)
        text: str | None = crawler.settings["LUUBAO_HOURS"]
        if not text:
            raise NotConfigured  # without a message: Scrapy would log one
        window = cls(crawler, time_left(text, crawler.spider))
        crawler.signals.connect(window.spider_opened, scrapy_signals.spider_opened)
        crawler.signals.connect(window.spider_closed, scrapy_signals.spider_closed)
        return window

    async def spider_opened(self) -> None:
        self.alarm = asyncio.get_running_loop().call_later(self.left.total_seconds(), self._close)

    def spider_closed(self) -> None:
        """Cancels the timer: the run has ended before the window did."""
        self.alarm.cancel()

    def _close(self) -> None:
        self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=OUTSIDE_HOURS))


def time_left(text: str, spider: OutletSpider) -> timedelta:
    """The time left until the crawl window ends. Raises OutsideHours and Misconfigured."""
    try:
        hours = Hours.parse(text)
    except ValueError:
        raise Misconfigured(f"{text!r} are no hours of the day. Write them as 22:00-06:00") from None
    local_time = datetime.now(zone_of(spider.timezone))
    if not hours.hold(local_time):
        raise OutsideHours(
            f"{spider.title} is crawled at {hours} only, and there it is {local_time:%H:%M}: the first run after"
            f" {hours.start:%H:%M} goes on"
        )
    return hours.end_after(local_time) - local_time
