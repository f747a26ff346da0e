"""Scrapy scheduler over the archive's frontier: a run holds a few requests in memory, however many addresses wait.

It fetches the next batch from the frontier while there is still work, so that the downloader never waits for the
archive. Enqueued requests, redirect targets and retries, have priority over the frontier's, whose order is
archive/frontier/dequeue.py.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Request

from archive.console import log_of
from archive.model.errors import ArchiveUnusable
from crawler.politeness.host_backoff import host_to_ask
from crawler.politeness.host_politeness import host_politeness_of

if TYPE_CHECKING:
    from crawler.outlet import OutletSpider

log = log_of(__name__)
_BATCH_SIZE = 50
_REFILL_BELOW = 20


class FrontierScheduler(BaseScheduler):
    """The scheduler. After LUUBAO_MAX_PAGES it hands out no request but retries: redirects count as pages, retries do
    not."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self._pages_left = crawler.settings.getint("LUUBAO_MAX_PAGES") or float("inf")
        self._priority_queue: deque[Request] = deque()
        self._frontier_queue: deque[Request] = deque()
        self._refill_task: asyncio.Task[None] | None = None
        self._answers_when_empty = -1  # how many answers had come when the frontier was last empty

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FrontierScheduler:
        return cls(crawler)

    @property
    def spider(self) -> OutletSpider:
        spider: OutletSpider = self.crawler.spider  # type: ignore[assignment]  # the settings name this scheduler for these
        return spider

    def has_pending_requests(self) -> bool:
        """Whether requests wait here, or may wait in the frontier."""
        waiting = bool(self._priority_queue or self._frontier_queue or self._refill_task)
        return self._pages_left > 0 and (waiting or self._may_have_more())

    def enqueue_request(self, request: Request) -> bool:
        """Queues a redirect target or a retry, before all requests from the frontier."""
        self._priority_queue.append(request)
        self._pages_left += request.meta.get("retry_times", 0) > 0
        return True

    def next_request(self) -> Request | None:
        """The next request; None while a batch is on its way, or where there is none."""
        if self._pages_left <= 0:
            return None
        is_low = len(self._frontier_queue) < min(_REFILL_BELOW, self._pages_left)
        if is_low and not self._refill_task and self._may_have_more():
            self._refill_task = asyncio.ensure_future(self._refill())
        request = self._pop_askable(self._priority_queue) or self._pop_askable(self._frontier_queue)
        self._pages_left -= request is not None
        return request

    def _pop_askable(self, queue: deque[Request]) -> Request | None:
        """Removes and returns the first request whose host is not in a short backoff; the others wait here, where they
        block no other host. Scrapy asks again every five seconds."""
        hosts = host_politeness_of(self.crawler).hosts
        for request in queue:
            if not hosts.remaining_seconds(host_to_ask(request.url)) or hosts.left_alone(host_to_ask(request.url)):
                queue.remove(request)
                return request
        return None

    def _may_have_more(self) -> bool:
        """Whether the frontier may have more: only an answer brings new addresses into it."""
        return self.spider.answers != self._answers_when_empty and not self.spider.writer.broken

    async def _refill(self) -> None:
        answers = self.spider.answers
        try:
            batch = await self.spider.take(_BATCH_SIZE)
            self._frontier_queue.extend(batch)
            if not batch:
                self._answers_when_empty = answers
        except ArchiveUnusable:
            await self._close_spider()
        except Exception as error:  # luubao's own mistake: nothing is handed out any more, so the run must end
            log.error("the frontier could not be asked", exc_info=error)
            self.spider.writer.mistakes += 1
            await self._close_spider()
        finally:
            self._refill_task = None
            if slot := self.crawler.engine._slot:
                slot.nextcall.schedule()

    async def _close_spider(self) -> None:
        """Closes the spider: where nothing can be kept, nothing more is fetched."""
        self.closing_task = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="archive-unusable"))
