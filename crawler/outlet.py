"""OutletSpider: seeds -> links -> Capture. It fetches and writes down; it reads nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from importlib.metadata import version
from typing import Any, ClassVar, Self
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.python import to_unicode
from twisted.python.failure import Failure

from archive import Capture, Outlet
from archive.clock import now
from archive.errors import Misconfigured
from crawler import discovery
from crawler.door import Door

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_MOST_REDIRECTS = 5
_SEED_PRIORITY = 1000


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
        self.moved = base_url is not None
        self.home_url = base_url.rstrip("/") + "/" if base_url else self.home
        host = (urlsplit(self.home_url).hostname or "").removeprefix("www.")
        self.outlet = Outlet(self.name, self.title, self.home_url, (host,) if base_url else self.hosts, self.timezone)
        self.door: Door  # set by crawler.extensions.Record before the crawl starts

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.settings.set("USER_AGENT", user_agent(spider.outlet, crawler.settings["LUUBAO_CONTACT"]), "spider")
        if cls.delay is not None:
            crawler.settings.set("DOWNLOAD_DELAY", cls.delay, "spider")
        return spider

    async def start(self) -> AsyncIterator[Request]:
        seeds = [urljoin(self.home_url, seed) for seed in ("", *self.seeds)]
        self.door.enter(seeds)
        for seed in dict.fromkeys(seeds):
            yield self._request(seed, priority=_SEED_PRIORITY)
        for url in self.door.due():
            yield self._request(self._here(url))

    def _here(self, url: str) -> str:
        """The address at the place where the site is served now: with a base_url, a mirror or another port."""
        place = urlsplit(self.home_url)
        return urlsplit(url)._replace(scheme=place.scheme, netloc=place.netloc).geturl() if self.moved else url

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Capture | Request]:
        """Writes down an answer of any status, then follows what it leads to."""
        capture = self._capture(response)
        yield capture
        if 300 <= capture.status < 400 and capture.status != 304:
            yield from self._follow_redirect(response, capture)
        else:
            for url in self.door.discover(capture.final_url, self._links(response)):
                yield self._request(url)

    def failed(self, failure: Failure) -> None:
        """No answer: refused by robots.txt, unreachable, too large or too slow."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        self.door.failed(request.url, failure)

    def _request(self, url: str, *, via: tuple[str, ...] = (), priority: int = 0) -> Request:
        meta = {"handle_httpstatus_all": True, "via": via}
        return Request(
            url, callback=self.parse, errback=self.failed, meta=meta, priority=priority, dont_filter=bool(via)
        )

    def _follow_redirect(self, response: Response, capture: Capture) -> Iterator[Request]:
        via = (*capture.via, capture.requested_url)
        if self.door.stays(capture) and len(via) <= _MOST_REDIRECTS and capture.final_url not in via:
            self.door.enter([capture.final_url])
            yield self._request(capture.final_url, via=via, priority=_SEED_PRIORITY)

    def _links(self, response: Response) -> list[str]:
        """Links of the page; of an unmodified one, those of the page the archive has kept: a run that was killed may
        have kept it and never followed them."""
        body = self.door.last_body(response.url) if response.status == 304 else response.body
        return discovery.links(body or b"", response.url, self.outlet.hosts, _charset(response))

    def _capture(self, response: Response) -> Capture:
        request = response.request
        assert request is not None
        location = response.headers.get("Location") if response.status in range(300, 400) else None
        return Capture(
            requested_url=request.url,
            final_url=urljoin(response.url, to_unicode(location).strip()) if location else response.url,
            captured_at=now(),
            status=response.status,
            headers=_pairs(response.headers),
            body=response.body or None,
            encoding=_charset(response),
            request_headers=_pairs(request.headers),
            via=tuple(request.meta.get("via", ())),
        )


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


def _charset(response: Response) -> str | None:
    """The charset the HTTP header names, as it stands there."""
    content_type = to_unicode(response.headers.get("Content-Type") or b"", errors="replace")
    _, _, charset = content_type.lower().partition("charset=")
    return charset.split(";")[0].strip(" \"'") or None


def _pairs(headers: scrapy.http.Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (to_unicode(name), to_unicode(value, encoding="latin-1"))
        for name, values in headers.items()
        for value in values
    )
