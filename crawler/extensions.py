"""The run's record, and the delay that robots.txt asks for."""

from __future__ import annotations

import logging
import platform
from contextlib import ExitStack, suppress
from importlib.metadata import version
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.robotstxt import RobotParser
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector
from scrapy.utils.httpobj import urlparse_cached
from sqlite_utils import Database

from archive import finish_run, learn_furniture, read_pending, start_run
from archive.clock import now
from archive.errors import ArchiveUnusable
from archive.lock import outlet_lock
from crawler.desk import Desk
from crawler.door import Door
from crawler.outlet import OutletSpider
from crawler.verdict import Verdict, judge

log = logging.getLogger(__name__)
_SOFTWARE = ("luubao", "scrapy", "trafilatura", "lxml", "sqlite-utils", "pillow")


class Record:
    """Takes the outlet's lock, opens the archive and a run before the crawl, and closes them with a verdict after it.

    Raises Locked or an archive's error from from_crawler, before anything is fetched.
    """

    def __init__(self, spider: OutletSpider, settings: BaseSettings, stats: StatsCollector):
        self.spider, self.stats = spider, stats
        self.rechecks: int | None = settings["LUUBAO_RECHECKS"]
        self.recheck_all = settings.getbool("LUUBAO_RECHECK_ALL")
        self.verdict = Verdict("failed", "the crawl did not start")
        database = Path(settings["LUUBAO_DB"])
        with ExitStack() as opening:
            opening.enter_context(outlet_lock(database, spider.name))
            self.desk = spider.desk = Desk(database, self._open, settings["LUUBAO_READERS"])
            self.lock = opening.pop_all()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Record:
        """Called by Scrapy with the spider made and nothing fetched yet."""
        assert isinstance(crawler.spider, OutletSpider)
        record = cls(crawler.spider, crawler.settings, crawler.stats)
        crawler.signals.connect(record.spider_closed, signals.spider_closed)
        return record

    def _open(self, db: Database) -> Door:
        door = Door(db, start_run(db, self.spider.outlet, _software(), now()), self.rechecks)
        read_pending(db, door.run)
        door.plant(self.spider.planted)
        if self.recheck_all:
            door.call_all()
        return door

    def spider_closed(self, reason: str) -> None:
        """The end of the run, however it came."""
        with self.lock:
            self.desk.close(lambda door: self._close(door, reason))
        for failure in self.desk.door.failures:
            log.warning("no answer: %s", failure)

    def _close(self, door: Door, reason: str) -> None:
        try:
            if self.desk.broken:
                raise ArchiveUnusable(self.desk.broken)
            self._finish(door, reason)
        except ArchiveUnusable as error:
            self.verdict = Verdict("failed", str(error))
            with suppress(ArchiveUnusable):  # the next run calls this one interrupted, if not even that can be written
                self._record(door)

    def _finish(self, door: Door, reason: str) -> None:
        mistakes = self.desk.mistakes + self.stats.get_value("spider_exceptions/count", 0)
        self.verdict = judge(door.counts, [*door.failures], reason, door.known_articles(), mistakes)
        learn_furniture(door.db, door.run, now())
        self._record(door)

    def _record(self, door: Door) -> None:
        verdict = self.verdict
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
