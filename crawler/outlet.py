"""OutletSpider, the base of all spiders: requests from the frontier -> Capture. Requests are conditional (ETag,
If-Modified-Since). It fetches and stores; it extracts nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any, ClassVar, Self
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Headers, Request, Response
from scrapy.settings import BaseSettings
from scrapy.utils.python import to_unicode
from twisted.python.failure import Failure

from archive import Capture, Outlet, absolute, same_site
from archive.model.clock import now
from archive.model.errors import ArchiveUnusable, BadValue, Misconfigured
from archive.model.records import WantedPicture
from archive.model.urls import without_credentials
from archive.model.validation import outlet_name, shown, zone
from archive.monitor.health import WrongClock
from archive.pipeline.ingest import note_sitemaps
from crawler import discovery
from crawler.config import catalogue, settings_in_force
from crawler.config.descriptions import FIELDS, TIMEZONE, OutletDescription
from crawler.config.settings_in_force import for_scrapy
from crawler.politeness.host_backoff import Forbidden, HostBackoff, PrivateAddress, RobotsUnavailable
from crawler.run.run_verdict import WRONG_CLOCK
from crawler.scrapy_responses import CODING, charset, field_value, leads_to, remarks
from crawler.session import CrawlSession
from crawler.writer import ArchiveWriter

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_GENERAL_PRIORITY, _OUTLET_PRIORITY = 25, 35  # Scrapy's priorities: project 20, spider 30, cmdline 40


class OutletSpider(scrapy.Spider):
    """Base of every spider. A subclass is data: `name`, `title`, `home`, `hosts`, `seeds`, `never`.

    home: the address of the home page, which is always a seed. hosts: the site's host names, without `www.`.
    seeds: further addresses, absolute or relative to home: sections, feeds, sitemaps. delay: seconds between requests
    where robots.txt names no crawl delay, if not DOWNLOAD_DELAY. never: addresses that are not asked for, as paths or
    whole; a * stands for any letters.
    base_url (spider argument): another address where the same site is served, for tests and mirrors.
    answers: how many requests have a final answer, or have failed.
    """

    title: ClassVar[str]
    home: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    seeds: ClassVar[tuple[str, ...]] = ()
    never: ClassVar[tuple[str, ...]] = ()
    timezone: ClassVar[str] = TIMEZONE
    delay: ClassVar[float | None] = None

    def __init__(self, base_url: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if base_url is not None and absolute(base_url, "") is None:
            wrong = f"{shown(base_url)} is no address a site is served at"
            raise Misconfigured(f"{wrong}. Give --base-url as http://host:port/")
        self.moved = base_url is not None
        self.home_url = base_url.rstrip("/") + "/" if base_url else self.home
        host = (urlsplit(self.home_url).hostname or "").removeprefix("www.")
        try:
            outlet_name(self.name)
            zone(self.timezone)
        except BadValue as error:
            raise Misconfigured(f"spider {self.name}: {error}") from error
        self.outlet = Outlet(self.name, self.title, self.home_url, (host,) if base_url else self.hosts, self.timezone)
        for url in self.seed_urls:
            if without_credentials(url) != url:
                raise Misconfigured(f"{without_credentials(url)}: write it without user:password@")
        self.answers = 0
        self.writer: ArchiveWriter  # crawler.run.run_record.RunRecord sets it before the crawl starts
        self.record: Any = None  # the RunRecord itself

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Adds the settings from luubao.toml and the environment, in this priority: those for all outlets, the spider's
        own, those for this outlet, the command line. Raises Misconfigured."""
        configuration = settings_in_force.load(settings["LUUBAO_CONFIG"])
        if configuration.outlets:
            known = catalogue.load_catalogue()
            configuration.check_outlets({cls.name, *known.outlets, *known.wrong})
        settings.setdict(for_scrapy(configuration.general()), priority=_GENERAL_PRIORITY)
        super().update_settings(settings)
        settings.setdict(for_scrapy(configuration.named(cls.name)), priority=_OUTLET_PRIORITY)

    @classmethod
    def of(cls, outlet: OutletDescription, module: str = __name__) -> type[Self]:
        facts = {name: getattr(outlet, name) for name in FIELDS}
        return type(f"{outlet.name}Spider", (cls,), {**facts, "__module__": module})

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.settings.set("USER_AGENT", user_agent(spider.outlet, crawler.settings["LUUBAO_CONTACT"]), "spider")
        if cls.delay is not None:
            crawler.settings.set("DOWNLOAD_DELAY", cls.delay, "spider")
        # Scrapy's handlers would drop lines below the level only after formatting each.
        logging.getLogger("scrapy").setLevel(crawler.settings["LOG_LEVEL"])
        return spider

    @property
    def seed_urls(self) -> list[str]:
        return list(dict.fromkeys(urljoin(self.home_url, seed) for seed in ("", *self.seeds)))

    async def start(self) -> AsyncIterator[Request]:
        """Yields nothing: the seeds are in the frontier, from which crawler.scheduler takes every request."""
        return
        yield

    async def take(self, limit: int) -> list[Request]:
        """The next requests from the frontier, with the validators of the last captures; none when nothing waits."""
        due = await self.writer.do(lambda session: self._take_urls(session, limit))
        return [request for url, headers in due for request in self._requests(url, headers=headers)]

    def _take_urls(self, session: CrawlSession, limit: int) -> list[tuple[str, dict[str, bytes]]]:
        urls = [self._at_base_url(url) for url in session.take(limit)]
        return [(url, conditions(*session.validators(url))) for url in urls]

    def _at_base_url(self, url: str) -> str:
        """The address on the base_url, a mirror or another port, where there is one. Addresses on other hosts stay as
        they are."""
        if not self.moved or not same_site(url, (*type(self).hosts, *self.outlet.hosts)):
            return url
        base = urlsplit(self.home_url)
        return urlsplit(url)._replace(scheme=base.scheme, netloc=base.netloc).geturl()

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Capture | WantedPicture | Request]:
        """Hands a response of any status to the archive writer, and follows its redirect and pictures."""
        if refused := condition_refused(response):
            self.answers += 1
            for request in self._requests(response.url, via=tuple(response.meta.get("via", ())), refused=refused):
                yield request
            return
        capture = capture_of(response)
        try:
            with self._closing_on_error():
                submitted = await self.writer.hand_in(capture)
        except BadValue as error:  # an invalid capture cannot be kept: as if no answer had come
            reason = f"{capture.requested_url}: the answer cannot be: {error}"
            await self.writer.do(lambda session: session.record_failure(capture.requested_url, reason))
            self.answers += 1
            return
        self.answers += 1
        yield capture
        if submitted.onward:
            for request in self._requests(submitted.onward, via=(*capture.via, capture.requested_url)):
                yield request
        for picture in submitted.pictures:
            yield replace(picture, url=self._at_base_url(picture.url))

    async def failed(self, failure: Failure) -> None:
        """The errback. Notes that no answer came: forbidden by robots.txt, unreachable, too large or too slow."""
        url: str = failure.request.url  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        with self._closing_on_error():
            await self.writer.do(lambda session: self._note_failure(session, url, failure))
        self.answers += 1

    @staticmethod
    def _note_failure(session: CrawlSession, url: str, failure: Failure) -> None:
        error, message = failure.value, failure.getErrorMessage()
        if isinstance(error, Forbidden):
            session.record_forbidden(url, "forbidden")
        elif isinstance(error, PrivateAddress):
            session.record_forbidden(url, "inside", message)
        elif isinstance(error, HostBackoff):
            session.record_backoff(url, error.until)
        else:
            is_named = isinstance(error, RobotsUnavailable)
            session.record_failure(url, message if is_named else f"{url}: {message or type(error).__name__}")

    def note_rules(self, url: str, body: bytes) -> None:
        sitemaps = discovery.sitemaps_in(body, url)
        self.writer.note(lambda session: note_sitemaps(session.db, session.run, url, sitemaps, now()))

    @contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        """Closes the spider where the archive cannot be written, or a clock is wrong."""
        try:
            yield
        except ArchiveUnusable as error:
            raise CloseSpider("archive-unusable") from error
        except WrongClock as error:
            sentence = str(error)
            self.writer.note(lambda session: session.warn(sentence))
            raise CloseSpider(WRONG_CLOCK) from error

    def _requests(
        self, url: str, *, via: tuple[str, ...] = (), headers: dict[str, bytes] | None = None, refused: int = 0
    ) -> Iterator[Request]:
        """The request for an address; none where Scrapy refuses to make one. refused: the status with which the server
        refused the conditional request."""
        meta = {"handle_httpstatus_all": True, "via": via, "refused": refused}
        try:
            yield Request(url, callback=self.parse, errback=self.failed, meta=meta, headers=headers, dont_filter=True)
        except ValueError:
            self.answers += 1
            self.writer.note(lambda session: session.record_refusal(url))


def capture_of(response: Response) -> Capture:
    """The capture of a response; of a redirect, final_url is its target."""
    request = response.request
    assert request is not None
    capture = Capture(
        requested_url=request.url,
        final_url=leads_to(response),
        captured_at=now(),
        status=response.status,
        headers=_original_headers(response),
        body=response.body or None,
        encoding=charset(response),
        request_headers=_header_pairs(request.headers),
        via=tuple(request.meta.get("via", ())),
        detail=remarks(response),
    )
    if capture.is_partial:
        content_range = capture.header("Content-Range") or "it does not say which"
        capture = replace(capture, detail=capture.detail or f"not read: a part that nobody asked for ({content_range})")
    return capture


def _original_headers(response: Response) -> tuple[tuple[str, str], ...]:
    """The headers, with the Content-Encoding that the decompression middleware removed."""
    headers = tuple(pair for pair in _header_pairs(response.headers) if pair[0].lower() != "content-encoding")
    coding = response.request.meta.get(CODING) if response.request else None
    return (*headers, ("Content-Encoding", coding)) if coding else headers


def _header_pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (to_unicode(name, encoding="latin-1"), to_unicode(value, encoding="latin-1"))
        for name, values in headers.items()
        for value in values
    )


def conditions(etag: str | None, last_modified: str | None) -> dict[str, bytes]:
    """The headers that make a request conditional (RFC 9110 section 13): an unchanged page costs the paper a 304."""
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: field_value(value) for name, value in validators.items() if value}


def condition_refused(response: Response) -> int:
    """The status with which a server refused a conditional request, which says nothing of the page: 412, or 400 from
    servers that do not know such fields; else 0."""
    sent = response.request.headers if response.request else {}
    conditional = "If-None-Match" in sent or "If-Modified-Since" in sent
    return response.status if conditional and response.status in (400, 412) else 0


def archive_writer_of(crawler: Crawler) -> ArchiveWriter:
    assert isinstance(crawler.spider, OutletSpider)
    return crawler.spider.writer


def user_agent(outlet: Outlet, contact: str) -> str:
    """The User-Agent with name and contact. Raises Misconfigured where no contact is set and the paper is not on this
    machine."""
    name = f"luubao/{version('luubao')}"
    if contact:
        return f"{name} (newspaper archive; contact: {contact})"
    if any(host not in _LOOPBACK for host in outlet.hosts):
        raise Misconfigured(
            "no contact is set. Newspapers must be able to reach you: set LUUBAO_CONTACT or contact in"
            " luubao.toml, or give --contact, with an e-mail or web address"
        )
    return name
