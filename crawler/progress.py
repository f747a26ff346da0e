"""One line that moves, on a terminal; nothing under cron."""

from __future__ import annotations

import sys

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.outlet import desk_of

_SHOWN = ("new", "edited", "disappeared")


class Progress:
    """Shows how many pages came and what they were, on standard error when that is a terminal."""

    def __init__(self, crawler: Crawler):
        if not sys.stderr.isatty() or not crawler.settings.getbool("LUUBAO_PROGRESS"):
            raise NotConfigured  # without a message: Scrapy would log one
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        extension = cls(crawler)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def item_scraped(self) -> None:
        """After each capture."""
        door = desk_of(self.crawler).door
        counts = door.counts
        known = ", ".join(f"{counts[name]} {name}" for name in _SHOWN if counts[name])
        waiting = f"{door.waiting} waiting{', ' if known else ''}"
        self._show(f"{door.run.outlet.name}: {counts['captures']} pages, {waiting}{known}")

    def spider_closed(self) -> None:
        """Clears the line."""
        self._show("")

    def _show(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line[:79]}")
        sys.stderr.flush()
