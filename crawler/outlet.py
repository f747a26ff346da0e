"""OutletSpider: seeds -> links -> Capture. It fetches and writes down; it reads nothing."""

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
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from archive import Capture, Outlet, WantedPicture, absolute, same_site
from archive.model.errors import ArchiveUnusable, BadValue, Misconfigured
from archive.model.urls import without_credentials
from archive.model.validation import outlet_name, shown, zone
from crawler import discovery
from crawler.config import settings_in_force
from crawler.config.settings_in_force import for_scrapy
from crawler.outlets import catalogue
from crawler.outlets.outlet_checks import TIMEZONE
from crawler.politeness.refusals import Forbidden, HostBackoff, PrivateAddress, RobotsUnavailable
from crawler.response_capture import capture_of, field_value
from crawler.run.run_verdict import WRONG_CLOCK
from crawler.run.site_witness import WrongClock
from crawler.session import CrawlSession
from crawler.writer import ArchiveWriter

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_BELOW_SPIDER, _ABOVE_SPIDER = 25, 35  # of Scrapy's priorities: project 20, spider 30, command line 40


class OutletSpider(scrapy.Spider):
    """Base of every spider. A subclass is data: `name`, `title`, `home`, `hosts`, `seeds`, `never`.

    home: the address of the home page, which is always a seed. hosts: the site's host names, without `www.`.
    seeds: further addresses, absolute or relative to home: sections, feeds, sitemaps. delay: seconds between requests
    where robots.txt names none, if not DOWNLOAD_DELAY. never: addresses that are not asked for, as paths or whole; a *
    stands for any letters.
    base_url (spider argument): another place where the same site is served, for tests and mirrors.
    answers: how many requests have been answered for good, or have failed.
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
            raise Misconfigured(
                f"{shown(base_url)} is no address a site is served at. Give --base-url as http://host:port/"
            )
        self.moved = base_url is not None
        self.home_url = base_url.rstrip("/") + "/" if base_url else self.home
        host = (urlsplit(self.home_url).hostname or "").removeprefix("www.")
        self.outlet = _checked(
            Outlet(self.name, self.title, self.home_url, (host,) if base_url else self.hosts, self.timezone)
        )
        for url in self.planted:
            if without_credentials(url) != url:
                raise Misconfigured(f"{without_credentials(url)}: write it without user:password@")
        self.answers = 0
        self.writer: ArchiveWriter  # set by crawler.run.run_record.Record before the crawl starts
        self.record: Any = None  # the Record itself

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """What luubao.toml and the environment say; the spider's own values lie between what is said of all outlets and
        what is said of this one, and a command line goes before all. Raises Misconfigured."""
        found = settings_in_force.load(settings["LUUBAO_CONFIG"])
        if found.outlets:
            there = catalogue.survey()
            found.check_outlets({cls.name, *there.outlets, *there.wrong})
        settings.setdict(for_scrapy(found.general()), priority=_BELOW_SPIDER)
        super().update_settings(settings)
        settings.setdict(for_scrapy(found.named(cls.name)), priority=_ABOVE_SPIDER)

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
        # Scrapy's handlers would drop what is below the level, after each line has been made up.
        logging.getLogger("scrapy").setLevel(crawler.settings["LOG_LEVEL"])
        return spider

    @property
    def planted(self) -> list[str]:
        """The addresses of the seeds, each once."""
        return list(dict.fromkeys(urljoin(self.home_url, seed) for seed in ("", *self.seeds)))

    async def start(self) -> AsyncIterator[Request]:
        """Nothing: the seeds are in the frontier, from which crawler.scheduler takes all there is to ask for."""
        return
        yield

    async def take(self, limit: int) -> list[Request]:
        """The next requests, with the validators of what their addresses last brought; none when nothing waits."""
        taken = await self.writer.do(lambda session: self._take(session, limit))
        return [request for url, headers in taken for request in self._requests(url, headers=headers)]

    def _take(self, session: CrawlSession, limit: int) -> list[tuple[str, dict[str, bytes]]]:
        urls = [self._here(url) for url in session.take(limit)]
        return [(url, conditions(*session.validators(url))) for url in urls]

    def _here(self, url: str) -> str:
        """The address at the place where the site is served now: with a base_url, a mirror or another port. What lies
        on other hosts stays there."""
        if not self.moved or not same_site(url, (*type(self).hosts, *self.outlet.hosts)):
            return url
        place = urlsplit(self.home_url)
        return urlsplit(url)._replace(scheme=place.scheme, netloc=place.netloc).geturl()

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Capture | WantedPicture | Request]:
        """Hands an answer of any status to the archive, which keeps it, has it read, and notes where it leads."""
        if refused := condition_refused(response):
            self.answers += 1
            for request in self._requests(response.url, via=tuple(response.meta.get("via", ())), refused=refused):
                yield request
            return
        capture = capture_of(response)
        try:
            with self._ending_with_the_archive():
                handed = await self.writer.hand_in(capture)
        except BadValue as error:  # no capture of that can be kept: as if no answer had come
            reason = f"{capture.requested_url}: the answer cannot be: {error}"
            await self.writer.do(lambda session: session.failed(capture.requested_url, reason))
            self.answers += 1
            return
        self.answers += 1
        yield capture
        if handed.onward:
            for request in self._requests(handed.onward, via=(*capture.via, capture.requested_url)):
                yield request
        for picture in handed.pictures:
            yield replace(picture, url=self._here(picture.url))

    async def failed(self, failure: Failure) -> None:
        """No answer: forbidden by robots.txt, unreachable, too large or too slow."""
        url: str = failure.request.url  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        with self._ending_with_the_archive():
            await self.writer.do(lambda session: self._note_failure(session, url, failure))
        self.answers += 1

    @staticmethod
    def _note_failure(session: CrawlSession, url: str, failure: Failure) -> None:
        if isinstance(failure.value, Forbidden):
            session.forbidden(url)
        elif isinstance(failure.value, HostBackoff):
            session.left_alone(url, failure.value.until)
        elif isinstance(failure.value, PrivateAddress):
            session.inside(url, failure.getErrorMessage())
        elif isinstance(failure.value, RobotsUnavailable):
            session.failed(url, failure.getErrorMessage())
        else:
            session.failed(url, f"{url}: {failure.getErrorMessage() or type(failure.value).__name__}")

    def note_rules(self, url: str, body: bytes) -> None:
        """Notes the sitemaps that a robots.txt names."""
        named = discovery.sitemaps_in(body, url)
        self.writer.note(lambda session: session.note_sitemaps(url, named))

    @contextmanager
    def _ending_with_the_archive(self) -> Iterator[None]:
        """Where nothing can be kept, nothing more is fetched."""
        try:
            yield
        except ArchiveUnusable as error:
            raise CloseSpider("archive-unusable") from error
        except WrongClock as error:
            sentence = str(error)
            self.writer.note(lambda session: session.warnings.setdefault(sentence))
            raise CloseSpider(WRONG_CLOCK) from error

    def _requests(
        self, url: str, *, via: tuple[str, ...] = (), headers: dict[str, bytes] | None = None, refused: int = 0
    ) -> Iterator[Request]:
        """The request for an address; none where Scrapy refuses to make one. refused: the status with which a condition
        was answered."""
        meta = {"handle_httpstatus_all": True, "via": via, "refused": refused}
        try:
            yield Request(url, callback=self.parse, errback=self.failed, meta=meta, headers=headers, dont_filter=True)
        except ValueError:
            self.answers += 1
            self.writer.note(lambda session: session.refused(url))


def _checked(outlet: Outlet) -> Outlet:
    """An outlet as its spider describes it. Raises Misconfigured."""
    try:
        outlet_name(outlet.name)
        zone(outlet.timezone)
    except BadValue as error:
        raise Misconfigured(f"spider {outlet.name}: {error}") from error
    return outlet


def conditions(etag: str | None, last_modified: str | None) -> dict[str, bytes]:
    """The headers that make a request conditional (RFC 9110 section 13): an unchanged page costs the paper a 304."""
    named = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: field_value(value) for name, value in named.items() if value}


def condition_refused(response: Response) -> int:
    """The status of an answer to our condition that says nothing of the page: 412, or 400 from servers that do not know
    such fields; else 0."""
    request = response.request
    asked = request is not None and any(name in request.headers for name in ("If-None-Match", "If-Modified-Since"))
    return response.status if asked and response.status in (400, 412) else 0


def desk_of(crawler: Crawler) -> ArchiveWriter:
    """The desk of the running spider."""
    assert isinstance(crawler.spider, OutletSpider)
    return crawler.spider.writer


def user_agent(outlet: Outlet, contact: str) -> str:
    """Who asks, and whom to write to. Raises Misconfigured when there is nobody to write to and the paper is not on
    this machine."""
    name = f"luubao/{version('luubao')}"
    if contact:
        return f"{name} (newspaper archive; contact: {contact})"
    if any(host not in _LOOPBACK for host in outlet.hosts):
        raise Misconfigured(
            "no contact is set. Newspapers must be able to reach whoever crawls them: set LUUBAO_CONTACT or contact in"
            " luubao.toml, or give --contact, with an e-mail or web address"
        )
    return name
