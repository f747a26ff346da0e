"""The robots.txt middleware (RFC 9309), and the Crawl-delay that a robots.txt asks for.

Each run fetches robots.txt anew. Without an answer it does not use an earlier run's copy: section 2.3.1.4 wants nothing
to be asked then, and only allows an older copy; a server that cannot serve this file had better be left alone anyway.
After 30 days without an answer the same section allows to treat the file as missing.
"""

from __future__ import annotations

import asyncio
import re
from copy import copy
from datetime import timedelta

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from archive import absolute
from crawler.discovery.markup_parsing import as_utf8
from crawler.politeness.host_backoff import Forbidden, HostBackoff, PrivateAddress, RobotsUnavailable, host_to_ask
from crawler.politeness.host_politeness import host_politeness_of
from crawler.scrapy_responses import leads_to, remarks

MOST_RULES = 512 * 1024
"""Bytes of a robots.txt that are parsed, at least 500 KiB (RFC 9309 section 2.5). What is beyond is ignored."""
_MOST_REDIRECTS = 5  # RFC 9309 section 2.3.1.2
_VERSION_OF_GROUP = re.compile(rb"(?im)^([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]{1,100})/[^\s#]{0,100}")
"""What stands behind a crawler's name, which alone says whom a group is for (RFC 9309 section 2.2.1)."""
_START_OF_PATH = re.compile(rb"(?im)^([ \t]*(?:dis)?allow[ \t]*:[ \t]*)(?:https?://[^\s/]{1,260}/?|(?=[^\s/*$#]))")
"""A rule whose path begins with the site or without its slash, which would forbid nothing."""


class RobotsTxt(RobotsTxtMiddleware):
    """Downloader middleware. Fetches each origin's robots.txt once a run; concurrent requests wait for it."""

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._politeness = host_politeness_of(crawler)
        self._rules: dict[str, asyncio.Task[RobotParser | IgnoreRequest | None]] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises Forbidden instead of Scrapy's general IgnoreRequest."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Forbidden(str(error)) from None

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules for a request; None where there are none. Raises RobotsUnavailable, HostBackoff, PrivateAddress."""
        address = urlparse_cached(request)
        origin = f"{address.scheme}://{address.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch_rules(f"{origin}/robots.txt", request))
        rules = await asyncio.shield(self._rules[origin])
        if isinstance(rules, IgnoreRequest):
            raise copy(rules)
        return rules

    async def _fetch_rules(self, url: str, request: Request) -> RobotParser | IgnoreRequest | None:
        self._stats.inc_value("robotstxt/request_count")
        try:
            answer = await self._fetch(url)
        except (HostBackoff, PrivateAddress) as refusal:
            return refusal
        except Exception as error:  # noqa: BLE001  # whatever the cause, there is no answer
            cause = str(error) or type(error).__name__
            return self._unavailable(url, f"gave no answer, so nothing is asked of that site: {cause}")
        self._stats.inc_value(f"robotstxt/response_status_count/{answer.status}")
        if answer.status >= 500 or answer.status == 429:
            return self._unavailable(url, f"answered {answer.status}, so nothing is asked of that site")
        if not answer.body and "left: " in (remarks(answer) or ""):  # other remarks say nothing of the body
            return self._unavailable(url, f"cannot be read, so nothing is asked of that site: {remarks(answer)}")
        self._politeness.hosts.rules(host_to_ask(url), known=True)
        return await self._parse(answer, request) if 200 <= answer.status < 300 else None

    def _unavailable(self, url: str, why: str) -> RobotsUnavailable | None:
        """The refusal of all requests; None where robots.txt gave no answer for a month: then there are no rules."""
        if self._politeness.hosts.rules(host_to_ask(url), known=False):
            return None
        return RobotsUnavailable(f"{url} {why}")

    async def _fetch(self, url: str) -> Response:
        """The response at the end of the redirects; the last redirect where there are too many."""
        for _ in range(_MOST_REDIRECTS + 1):
            meta = {"dont_obey_robotstxt": True}
            request = Request(url, priority=self.DOWNLOAD_PRIORITY, meta=meta, callback=NO_CALLBACK)
            response = await self.crawler.engine.download_async(request)
            target = leads_to(response)
            if target == response.url or absolute(url, target) is None:
                break
            url = target
        return response

    async def _parse(self, answer: Response, request: Request) -> RobotParser:
        text = _VERSION_OF_GROUP.sub(rb"\1", as_utf8(answer.body[:MOST_RULES], None))
        text = _START_OF_PATH.sub(rb"\1/", text)
        rules: RobotParser = build_from_crawler(self._parserimpl, self.crawler, text)
        self.crawler.spider.note_rules(answer.url, text)  # type: ignore[union-attr]  # an OutletSpider's
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules


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
        delay = robotparser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"])
        host = host_to_ask(request.url)
        if delay is None:
            return
        if delay > self.longest:
            reason = f"asks for {delay:.0f} seconds between two requests (Crawl-delay), and a run waits for"
            rest = timedelta(seconds=min(delay, 1e9))
            host_politeness_of(self.crawler).hosts.back_off(host, rest, f"{reason} {self.longest:.0f} at most")
            return
        downloader = self.crawler.engine.downloader
        downloader.per_slot_settings[host] = {"delay": delay, "jitter": 0.0}
        if slot := downloader.slots.get(host):
            slot.delay, slot.jitter = delay, 0.0
