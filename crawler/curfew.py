"""Ending a run when the paper's hours end, which it never outlasts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.outlet import OutletSpider

OUTSIDE_HOURS = "outside-hours"
"""Why such a run ended, as Scrapy's finish reason."""


class Curfew:
    """Closes the spider when its hours end. What remains is due in the next run."""

    def __init__(self, crawler: Crawler, left: timedelta):
        self.crawler = crawler
        self.left = left

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Curfew:
        assert isinstance(crawler.spider, OutletSpider)
        left = crawler.spider.hours_left()
        if left is None:
            raise NotConfigured  # without a message: Scrapy would log one
        curfew = cls(crawler, left)
        crawler.signals.connect(curfew.spider_opened, signals.spider_opened)
        crawler.signals.connect(curfew.spider_closed, signals.spider_closed)
        return curfew

    async def spider_opened(self) -> None:
        """Sets the alarm."""
        self.alarm = asyncio.get_running_loop().call_later(self.left.total_seconds(), self._close)

    def spider_closed(self) -> None:
        """The run has ended before the hours did."""
        self.alarm.cancel()

    def _close(self) -> None:
        self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=OUTSIDE_HOURS))
