"""Scrapy's scheduler, fed from the archive's frontier: a run holds a few addresses in memory, however many wait.

Addresses come a batch at a time, while there is still work, so that the downloader never waits for the archive. What is
enqueued, the end of a redirect or a second try, goes first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Request

from archive.console.logs import log_of
from archive.model.errors import ArchiveUnusable
from crawler.politeness.host_backoff import host_to_ask
from crawler.politeness.host_politeness import host_politeness_of

if TYPE_CHECKING:
    from crawler.outlet import OutletSpider

log = log_of(__name__)
_BATCH = 50
_LOW = 20


class FrontierScheduler(BaseScheduler):
    """See above. After LUUBAO_MAX_PAGES nothing more is handed out but what belongs to pages that were: redirects
    count as pages, second tries do not."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self._left = crawler.settings.getint("LUUBAO_MAX_PAGES") or float("inf")
        self._first: deque[Request] = deque()
        self._next: deque[Request] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._asked_at = -1  # how many answers had come when the frontier last had nothing

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FrontierScheduler:
        return cls(crawler)

    @property
    def spider(self) -> OutletSpider:
        """The running spider."""
        spider: OutletSpider = self.crawler.spider  # type: ignore[assignment]  # the settings name this scheduler for these
        return spider

    def has_pending_requests(self) -> bool:
        """Whether something waits here, or may wait in the frontier."""
        return self._left > 0 and (bool(self._first or self._next or self._asking) or self._may_have_more())

    def enqueue_request(self, request: Request) -> bool:
        """Takes what is to be asked for before anything else."""
        self._first.append(request)
        self._left += request.meta.get("retry_times", 0) > 0
        return True

    def next_request(self) -> Request | None:
        """The next; None while the archive is being asked, or there is none."""
        if len(self._next) < min(_LOW, self._left) and not self._asking and self._may_have_more():
            self._asking = asyncio.ensure_future(self._ask())
        request = (self._askable(self._first) or self._askable(self._next)) if self._left > 0 else None
        self._left -= request is not None
        return request

    def _askable(self, queue: deque[Request]) -> Request | None:
        """The first whose host does not want rest at the moment: the others wait here, where they hold up nobody.
        Scrapy asks again every five seconds."""
        hosts = host_politeness_of(self.crawler).hosts
        for request in queue:
            if not hosts.wait(host_to_ask(request.url)) or hosts.left_alone(host_to_ask(request.url)):
                queue.remove(request)
                return request
        return None

    def _may_have_more(self) -> bool:
        """Only an answer brings new addresses into the frontier."""
        return self.spider.answers != self._asked_at and not self.spider.writer.broken

    async def _ask(self) -> None:
        answers = self.spider.answers
        try:
            batch = await self.spider.take(_BATCH)
            self._next.extend(batch)
            if not batch:
                self._asked_at = answers
        except ArchiveUnusable:
            await self._end()
        except Exception as error:  # a mistake of ours: nothing is handed out any more, and nobody may wait for it
            log.error("the frontier could not be asked", exc_info=error)
            self.spider.writer.mistakes += 1
            await self._end()
        finally:
            self._asking = None
            if slot := self.crawler.engine._slot:
                slot.nextcall.schedule()

    async def _end(self) -> None:
        """Where nothing can be kept, nothing more is fetched."""
        self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="archive-unusable"))
