"""OutletSpider: seeds -> links -> Capture. It fetches and writes down; it reads nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any, ClassVar, Self
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive import Capture, Outlet, WantedPicture, absolute, same_site
from archive.errors import ArchiveUnusable, Misconfigured
from crawler import discovery
from crawler.door import Door
from crawler.exchange import capture_of, charset, redirects
from crawler.robots import Forbidden, RobotsUnavailable

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_MOST_REDIRECTS = 5
_SEED_PRIORITY = 1000
_PAGES = ("fresh", "revisit", "not-modified")


class OutletSpider(scrapy.Spider):
    """Base of every spider. A subclass is data: `name`, `title`, `home`, `hosts`, `seeds`.

    home: the address of the home page, which is always a seed. hosts: the site's host names, without `www.`.
    seeds: further addresses, absolute or relative to home: sections, feeds, sitemaps. delay: seconds between requests
    where robots.txt names none, if not DOWNLOAD_DELAY.
    base_url (spider argument): another place where the same site is served, for tests and mirrors.
    """

    title: ClassVar[str]
    home: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    seeds: ClassVar[tuple[str, ...]] = ()
    timezone: ClassVar[str] = "Asia/Ho_Chi_Minh"
    delay: ClassVar[float | None] = None

    def __init__(self, base_url: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if base_url is not None and absolute(base_url, "") is None:
            raise Misconfigured(f"{base_url!r} is no address a site is served at. Give --base-url as http://host:port/")
        self.moved = base_url is not None
        self.home_url = base_url.rstrip("/") + "/" if base_url else self.home
        host = (urlsplit(self.home_url).hostname or "").removeprefix("www.")
        self.outlet = Outlet(self.name, self.title, self.home_url, (host,) if base_url else self.hosts, self.timezone)
        self.door: Door  # set by crawler.extensions.Record before the crawl starts

    @classmethod
    def described(cls) -> Outlet:
        """The outlet, at home."""
        return Outlet(cls.name, cls.title, cls.home, cls.hosts, cls.timezone)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.settings.set("USER_AGENT", user_agent(spider.outlet, crawler.settings["LUUBAO_CONTACT"]), "spider")
        if cls.delay is not None:
            crawler.settings.set("DOWNLOAD_DELAY", cls.delay, "spider")
        return spider

    async def start(self) -> AsyncIterator[Request]:
        with self._ending_with_the_archive():
            seeds = [urljoin(self.home_url, seed) for seed in ("", *self.seeds)]
            self.door.enter(seeds)
            for seed in dict.fromkeys(seeds):
                for request in self._requests(seed, priority=_SEED_PRIORITY):
                    yield request
            for url in self.door.due():
                for request in self._requests(self._here(url)):
                    yield request

    def _here(self, url: str) -> str:
        """The address at the place where the site is served now: with a base_url, a mirror or another port. What lies
        on other hosts stays there."""
        if not self.moved or not same_site(url, (*type(self).hosts, *self.outlet.hosts)):
            return url
        place = urlsplit(self.home_url)
        return urlsplit(url)._replace(scheme=place.scheme, netloc=place.netloc).geturl()

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Capture | WantedPicture | Request]:
        """Hands an answer of any status to the archive, and only then follows what it leads to. Reading a page holds
        up the event loop for some 30 ms, which a crawl of one page a second does not notice."""
        with self._ending_with_the_archive():
            capture = capture_of(response)
            ingested = self.door.ingest(capture)
            yield capture
            if redirects(response):
                yield from self._follow_redirect(capture)
            elif ingested.outcome in _PAGES:
                for url in self.door.discover(capture.final_url, self._links(response)):
                    yield from self._requests(url)
            for picture in self.door.pictures(ingested):
                yield replace(picture, url=self._here(picture.url))

    def failed(self, failure: Failure) -> None:
        """No answer: forbidden by robots.txt, unreachable, too large or too slow."""
        url: str = failure.request.url  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        with self._ending_with_the_archive():
            if isinstance(failure.value, Forbidden):
                self.door.forbidden(url)
            elif isinstance(failure.value, RobotsUnavailable):
                self.door.failed(url, failure.getErrorMessage())
            else:
                self.door.failed(url, f"{url}: {failure.getErrorMessage() or type(failure.value).__name__}")

    @contextmanager
    def _ending_with_the_archive(self) -> Iterator[None]:
        """Where nothing can be kept, nothing more is fetched."""
        try:
            with self.door.noting_the_end():
                yield
        except ArchiveUnusable as error:
            raise CloseSpider("archive-unusable") from error

    def _requests(self, url: str, *, via: tuple[str, ...] = (), priority: int = 0) -> Iterator[Request]:
        """The request for an address; none where Scrapy refuses to make one."""
        meta = {"handle_httpstatus_all": True, "via": via}
        try:
            request = Request(
                url, callback=self.parse, errback=self.failed, meta=meta, priority=priority, dont_filter=bool(via)
            )
        except ValueError:
            self.door.refused(url)
        else:
            yield request

    def _follow_redirect(self, capture: Capture) -> Iterator[Request]:
        via, target = (*capture.via, capture.requested_url), capture.final_url
        if not self.door.stays(capture) or target in via or len(via) > _MOST_REDIRECTS:
            return
        if not self.door.has_answered(via, target) and not self.door.waits(via, target):
            self.door.enter([target])
            yield from self._requests(target, via=via, priority=_SEED_PRIORITY)

    def _links(self, response: Response) -> list[str]:
        """Links of the page; of an unmodified one, those of the page the archive has kept: a run that was killed may
        have kept it and never followed them."""
        body = self.door.last_body(response.url) if response.status == 304 else response.body
        return discovery.links(body or b"", response.url, self.outlet.hosts, charset(response))


def door_of(crawler: Crawler) -> Door:
    """The door of the running spider."""
    assert isinstance(crawler.spider, OutletSpider)
    return crawler.spider.door


def user_agent(outlet: Outlet, contact: str) -> str:
    """Who asks, and whom to write to. Raises Misconfigured when there is nobody to write to and the paper is not on
    this machine."""
    name = f"luubao/{version('luubao')}"
    if contact:
        return f"{name} (newspaper archive; contact: {contact})"
    if any(host not in _LOOPBACK for host in outlet.hosts):
        raise Misconfigured(
            "no contact is set. Newspapers must be able to reach whoever crawls them: set LUUBAO_CONTACT, or give"
            " --contact, with an e-mail or web address"
        )
    return name
