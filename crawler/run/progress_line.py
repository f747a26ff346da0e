"""The progress line of a run on a terminal; none under cron."""

from __future__ import annotations

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.console.output import clear_progress, is_watched, show_progress
from crawler.outlet import archive_writer_of

_OUTCOMES_SHOWN = ("new", "edited", "disappeared")


class Progress:
    """Scrapy extension. Shows counts of pages and outcomes on standard error, where that is a terminal."""

    def __init__(self, crawler: Crawler):
        if not is_watched() or not crawler.settings.getbool("LUUBAO_PROGRESS"):
            raise NotConfigured  # without a message: Scrapy would log one
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        extension = cls(crawler)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def item_scraped(self) -> None:
        session = archive_writer_of(self.crawler).session
        counts = session.counts
        known = ", ".join(f"{counts[name]} {name}" for name in _OUTCOMES_SHOWN if counts[name])
        waiting = f"{session.waiting} waiting{', ' if known else ''}"
        show_progress(f"{session.run.outlet.name}: {counts['captures']} pages, {waiting}{known}")

    def spider_closed(self) -> None:
        clear_progress()
