"""The run's record, and the delay that robots.txt asks for."""

from __future__ import annotations

import asyncio
import logging
import platform
from contextlib import ExitStack, suppress
from importlib.metadata import version
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request
from scrapy.robotstxt import RobotParser
from scrapy.statscollectors import StatsCollector
from scrapy.utils.httpobj import urlparse_cached

from archive import finish_run, learn_furniture, open_archive, read_pending, start_run
from archive.clock import now
from archive.errors import ArchiveUnusable
from crawler.door import Door
from archive.lock import outlet_lock
from crawler.outlet import OutletSpider, door_of
from crawler.verdict import Verdict, judge

log = logging.getLogger(__name__)
_SOFTWARE = ("luubao", "scrapy", "trafilatura", "lxml", "sqlite-utils", "pillow")


class Record:
    """Takes the outlet's lock, opens the archive and a run before the crawl, and closes them with a verdict after it.

    Raises Locked or an archive's error from from_crawler, before anything is fetched.
    """

    def __init__(self, spider: OutletSpider, database: Path, stats: StatsCollector):
        self.stats = stats
        self.verdict = Verdict("failed", "the crawl did not start")
        self.open = ExitStack()
        with ExitStack() as opening:
            opening.enter_context(outlet_lock(database, spider.name))
            db = opening.enter_context(open_archive(database, create=True))
            self.door = spider.door = Door(db, start_run(db, spider.outlet, _software(), now()))
            read_pending(db, self.door.run)
            self.open = opening.pop_all()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Record:
        """Called by Scrapy with the spider made and nothing fetched yet."""
        assert isinstance(crawler.spider, OutletSpider)
        record = cls(crawler.spider, Path(crawler.settings["LUUBAO_DB"]), crawler.stats)
        crawler.signals.connect(record.spider_closed, signals.spider_closed)
        return record

    def spider_closed(self, reason: str) -> None:
        """The end of the run, however it came."""
        with self.open:
            try:
                with self.door.noting_the_end():
                    self._finish(reason)
            except ArchiveUnusable as error:
                self.verdict = Verdict("failed", str(error))
                self._record_failure()
        for failure in self.door.failures:
            log.warning("no answer: %s", failure)

    def _finish(self, reason: str) -> None:
        door = self.door
        mistakes = self.stats.get_value("spider_exceptions/count", 0)
        self.verdict = judge(door.counts, [*door.failures], reason, door.known_articles(), mistakes)
        learn_furniture(door.db, door.run, now())
        self._record()

    def _record_failure(self) -> None:
        """The run's verdict, if the archive takes at least that; the next run calls this one interrupted if not."""
        with suppress(ArchiveUnusable):
            self._record()

    def _record(self) -> None:
        door, verdict = self.door, self.verdict
        finish_run(door.db, door.run, outcome=verdict.outcome, reason=verdict.reason, stats=door.counts, at=now())


def _software() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in _SOFTWARE}


class CrawlDelay:
    """Obeys the Crawl-delay of robots.txt to the letter: it replaces DOWNLOAD_DELAY for the host, without jitter."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlDelay:
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signals.robots_parsed)
        return extension

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Sets the delay of the host's download slot, now and whenever the slot is made anew."""
        delay = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        if delay is None:
            return
        host = urlparse_cached(request).hostname or ""
        downloader = self.crawler.engine.downloader
        downloader.per_slot_settings[host] = {"delay": delay, "jitter": 0.0}
        if slot := downloader.slots.get(host):
            slot.delay, slot.jitter = delay, 0.0


class PageLimit:
    """Ends the run after LUUBAO_MAX_PAGES captures; Scrapy's CLOSESPIDER_PAGECOUNT would count pictures too."""

    def __init__(self, crawler: Crawler, most: int):
        self.crawler = crawler
        self.most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PageLimit:
        most = crawler.settings.getint("LUUBAO_MAX_PAGES")
        if not most:
            raise NotConfigured  # without a message: Scrapy would log one
        extension = cls(crawler, most)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        return extension

    async def item_scraped(self) -> None:
        """After each capture and each picture."""
        if door_of(self.crawler).counts["captures"] >= self.most:
            self.ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="max-pages"))
