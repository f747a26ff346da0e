"""Crawl delay: the seconds between two requests to a host that Crawl-delay in its robots.txt asks for."""

from __future__ import annotations

from datetime import timedelta

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.robotstxt import RobotParser

from crawler.politeness.host_backoff import host_to_ask
from crawler.politeness.host_politeness import host_politeness_of


class CrawlDelay:
    """Scrapy extension. Obeys Crawl-delay to the letter: it replaces DOWNLOAD_DELAY for the host, without jitter. A
    delay that no run can wait for puts the host into backoff."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self.longest = crawler.settings.getfloat("LUUBAO_LONGEST_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlDelay:
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signals.robots_parsed)
        return extension

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Sets the delay of the host's download slot, and of every later slot of that host."""
        delay = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        host = host_to_ask(request.url)
        if delay is None:
            return
        if delay > self.longest:
            reason = f"asks for {delay:.0f} seconds between two requests (Crawl-delay), and a run waits for"
            rest = timedelta(seconds=min(delay, 1e9))
            host_politeness_of(self.crawler).hosts.wants_rest(host, rest, f"{reason} {self.longest:.0f} at most")
            return
        downloader = self.crawler.engine.downloader
        downloader.per_slot_settings[host] = {"delay": delay, "jitter": 0.0}
        if slot := downloader.slots.get(host):
            slot.delay, slot.jitter = delay, 0.0
