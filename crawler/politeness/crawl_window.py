"""The crawl window: a paper's hours. Outside them no run starts, and a running one stops."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.model.errors import LuubaoError, Misconfigured
from archive.model.time_zones import zone_of
from crawler.config.setting_types import Hours
from crawler.outlet import OutletSpider

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
        curfew = cls(crawler, time_left(text, crawler.spider))
        crawler.signals.connect(curfew.spider_opened, signals.spider_opened)
        crawler.signals.connect(curfew.spider_closed, signals.spider_closed)
        return curfew

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
