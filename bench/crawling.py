"""One crawl in a process of its own, measured from inside: run by bench/test_crawl.py.

usage: python -m bench.crawling ours|inline|fetch BASE_URL PLACE

ours: the crawl as it is, politeness off. inline: the same, pages read on the event loop. fetch: Scrapy fetching the
addresses that PLACE names, a line each, and nothing else. Prints JSON: pages, seconds from the first request to the
last answer, lag of the event loop in seconds (each of many sleeps of 5 ms, how much longer it took), largest
memory in kB.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request, Response

from crawler import readers
from crawler.run.run_command import project_settings, spider_class

PACE = {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "LOG_LEVEL": "ERROR"}
_SLEEP = 0.005


class Meter:
    """Counts answers and watches the event loop."""

    def __init__(self, crawler: Crawler):
        self.lags: list[float] = []
        self.times: list[float] = []
        crawler.signals.connect(self.opened, signals.spider_opened)
        crawler.signals.connect(self.answered, signals.response_received)
        crawler.signals.connect(self.closed, signals.spider_closed)

    async def opened(self) -> None:
        self.watch = asyncio.ensure_future(self._watch())

    def answered(self) -> None:
        self.times.append(time.monotonic())

    def closed(self) -> None:
        self.watch.cancel()

    async def _watch(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(_SLEEP)
            self.lags.append(time.monotonic() - before - _SLEEP)

    def told(self) -> dict[str, Any]:
        lags = sorted(self.lags)
        return {
            "pages": len(self.times),
            "seconds": self.times[-1] - self.times[0],
            "lag_p50": lags[len(lags) // 2],
            "lag_p99": lags[len(lags) * 99 // 100],
            "memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }


class Fetching(scrapy.Spider):
    """Asks for addresses and drops the answers."""

    name = "fetching"

    def __init__(self, place: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.addresses = Path(place).read_text().split()

    async def start(self) -> AsyncIterator[Request]:
        for url in self.addresses:
            yield Request(url, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Nothing is made of it."""


class _Inline(readers.Readers):
    async def read(self, task: readers.Task) -> readers.PageWithLinks:
        return readers._read(self._boilerplate, task)


def main(kind: str, base_url: str, place: str) -> None:
    if kind == "fetch":
        process = AsyncCrawlerProcess({**PACE, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False})
        crawler = process.create_crawler(Fetching)
        given: dict[str, Any] = {"place": place}
    else:
        if kind == "inline":
            sys.modules["crawler.writer"].Readers = _Inline  # type: ignore[attr-defined]  # put in the place of processes
        # the demo's spider looks at all it knows, each time; a paper's looks at what is due
        again = {"LUUBAO_RECHECK_ALL": False} if kind == "again" else {}
        process = AsyncCrawlerProcess(project_settings(LUUBAO_DB=place, LUUBAO_PICTURES="", **PACE, **again))
        crawler = process.create_crawler(spider_class("demo"))
        given = {"base_url": base_url}
    meter = Meter(crawler)
    process.crawl(crawler, **given)
    process.start()
    print(json.dumps(meter.told()))


if __name__ == "__main__":
    main(*sys.argv[1:])
