"""robots.txt as RFC 9309 has it: redirects followed, no file means no rules, no answer means hands off."""

from __future__ import annotations

import asyncio

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
from crawler.exchange import leads_to

_MOST_REDIRECTS = 5  # RFC 9309 section 2.3.1.2


class Forbidden(IgnoreRequest):
    """Raised instead of a request that robots.txt forbids."""


class RobotsUnavailable(IgnoreRequest):
    """Raised instead of a request when robots.txt gave no answer, or the answer of a broken server: whoever cannot
    read the rules must ask for nothing (RFC 9309 section 2.3.1.4)."""


class RobotsTxt(RobotsTxtMiddleware):
    """Asks each origin for its rules once a run; whoever asks meanwhile waits for the same answer."""

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._rules: dict[str, asyncio.Task[RobotParser | RobotsUnavailable | None]] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises Forbidden where Scrapy would raise its general IgnoreRequest."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Forbidden(str(error)) from None

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules for a request; None when there are none. Raises RobotsUnavailable."""
        address = urlparse_cached(request)
        origin = f"{address.scheme}://{address.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(f"{origin}/robots.txt", request))
        rules = await asyncio.shield(self._rules[origin])
        if isinstance(rules, RobotsUnavailable):
            raise RobotsUnavailable(str(rules))
        return rules

    async def _ask(self, url: str, request: Request) -> RobotParser | RobotsUnavailable | None:
        self._stats.inc_value("robotstxt/request_count")
        try:
            answer = await self._fetch(url)
        except Exception as error:  # noqa: BLE001  # whatever kept the answer away, the consequence is the same
            cause = str(error) or type(error).__name__
            return RobotsUnavailable(f"{url} gave no answer, so nothing is asked of that site: {cause}")
        self._stats.inc_value(f"robotstxt/response_status_count/{answer.status}")
        if answer.status >= 500:
            return RobotsUnavailable(f"{url} answered {answer.status}, so nothing is asked of that site")
        if not 200 <= answer.status < 300:
            return None
        return await self._parse(answer, request)

    async def _fetch(self, url: str) -> Response:
        """The answer at the end of the redirects; the last redirect when there are too many."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self.crawler.engine.download_async(_robots_request(url))
            target = leads_to(response)
            if target == response.url or absolute(url, target) is None:
                break
            url = target
        return response

    async def _parse(self, answer: Response, request: Request) -> RobotParser:
        rules: RobotParser = build_from_crawler(self._parserimpl, self.crawler, answer.body)
        self.crawler.spider.note_rules(answer.url, answer.body)  # type: ignore[union-attr]  # an OutletSpider's
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules


def _robots_request(url: str) -> Request:
    return Request(url, priority=RobotsTxt.DOWNLOAD_PRIORITY, meta={"dont_obey_robotstxt": True}, callback=NO_CALLBACK)
