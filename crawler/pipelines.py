"""Captures go through the door into the archive."""

from __future__ import annotations

from scrapy.crawler import Crawler

from archive import Capture
from crawler.door import Door
from crawler.outlet import OutletSpider


class Ingest:
    """Hands every capture to the archive. Reading a page here holds up the event loop for some 30 ms, which a crawl
    of one page a second does not notice."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Ingest:
        return cls(crawler)

    def process_item(self, item: Capture) -> Capture:
        """Keeps, reads and files; the item is for whoever listens."""
        door_of(self.crawler).ingest(item)
        return item


def door_of(crawler: Crawler) -> Door:
    """The door of the running spider."""
    assert isinstance(crawler.spider, OutletSpider)
    return crawler.spider.door
