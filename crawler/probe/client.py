"""HTTP client of the probe, one request at a time; and the facts of a page about its site."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser

from archive import Link, absolute, same_site
from archive.console import show_progress
from archive.extract.charset import decode
from archive.text.folding import folded
from crawler import discovery
from crawler.discovery.markup_parsing import as_utf8, elements, html, unpacked, value
from crawler.outlet import OutletSpider
from crawler.politeness.host_backoff import Forbidden, HostBackoff, PrivateAddress, RobotsUnavailable
from crawler.scrapy_responses import charset, header, leads_to, redirects, remarks

_MAX_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Page:
    """A response, after redirects. encoding: the charset in its header; via: the URLs that redirected to it."""

    url: str
    status: int
    body: bytes
    encoding: str | None = None
    content_type: str = ""
    via: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        return 200 <= self.status < 300 and bool(self.body)


@dataclass(frozen=True, slots=True)
class NoPage:
    """Why there is no response. kind: robots.txt forbids the URL or cannot be read, the host name does not resolve, the
    server does not answer, it must not be asked, a redirect leads to another site, or the request limit is reached."""

    url: str
    kind: Literal["forbidden", "rules", "unknown-host", "silent", "left-alone", "away", "enough"]
    reason: str


class Client:
    """Fetches pages, counts requests, and shows progress on a terminal. rules: the robots.txt of each host with one."""

    def __init__(self, crawler: Crawler, hosts: tuple[str, ...], most: int):
        self.crawler = crawler
        self.hosts = hosts
        self.most = most
        self.rules: dict[str, RobotParser] = {}
        self._answers: dict[str, Page | NoPage] = {}
        crawler.signals.connect(self._store_robots, signals.robots_parsed)

    @property
    def requests(self) -> int:
        return int(self.crawler.stats.get_value("downloader/request_count", 0))

    @property
    def misses(self) -> int:
        """The number of URLs that gave no page."""
        return sum(not (isinstance(answer, Page) and answer.is_there) for answer in self._answers.values())

    def left(self) -> int:
        return max(self.most - self.requests, 0)

    async def get(self, url: str, purpose: str, *, anywhere: bool = False) -> Page | NoPage:
        """Fetches a page; caches it, so that each URL is requested once. purpose: shown on the terminal; anywhere:
        follows redirects to other sites too."""
        if url not in self._answers:
            self._answers[url] = await self._follow(url, purpose, anywhere)
        return self._answers[url]

    async def _follow(self, url: str, purpose: str, anywhere: bool) -> Page | NoPage:
        via: tuple[str, ...] = ()
        while True:
            if not self.left():
                return NoPage(url, "enough", f"{self.most} requests were made, which is enough")
            show_progress(f"{self.requests + 1} of at most {self.most} requests: {purpose} {urlsplit(url).path or '/'}")
            response = await self._request(url)
            if isinstance(response, NoPage):
                return response
            target = leads_to(response)
            if not redirects(response) or target in (*via, url) or len(via) >= _MAX_REDIRECTS:
                return _page(response, via)
            if urlsplit(target).scheme not in ("http", "https") or not (anywhere or same_site(target, self.hosts)):
                return NoPage(url, "away", f"it leads to {target}")
            via, url = (*via, url), target

    async def _request(self, url: str) -> Response | NoPage:
        try:
            request = Request(url, meta={"handle_httpstatus_all": True}, dont_filter=True)
            return await self.crawler.engine.download_async(request)
        except Forbidden:
            return NoPage(url, "forbidden", "robots.txt forbids it")
        except RobotsUnavailable as error:
            return _robots_failure(url, str(error))
        except (HostBackoff, PrivateAddress) as error:
            return NoPage(url, "left-alone", str(error))
        except CannotResolveHostError:
            return NoPage(url, "unknown-host", "there is no such host")
        except Exception as error:  # noqa: BLE001  # whatever the error, there is no response
            return NoPage(url, "silent", str(error) or type(error).__name__)

    def _store_robots(self, robotparser: RobotParser, request: Request) -> None:
        self.rules[urlsplit(request.url).netloc] = robotparser


def _page(response: Response, via: tuple[str, ...]) -> Page:
    detail = remarks(response)
    status = response.status if response.body or not detail else 0
    return Page(response.url, status, response.body, charset(response), header(response, "Content-Type") or "", via)


def _robots_failure(url: str, reason: str) -> NoPage:
    """Why robots.txt, the first request to a host, gave no answer: mostly the host is unknown or down."""
    if "DNS lookup" in reason:
        return NoPage(url, "unknown-host", "there is no such host")
    return NoPage(url, "silent" if "gave no answer" in reason else "rules", reason)


class Prober(OutletSpider):
    """A spider that follows no links by itself: `exploration` fetches pages. found: its result; error: the
    exception that ended it."""

    name = "probe"
    title = "probe"
    exploration: ClassVar[Callable[[Client], Awaitable[Any]]]
    most: ClassVar[int]

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.found: Any = None
        self.error: BaseException | None = None

    @property
    def seed_urls(self) -> list[str]:
        """No seeds: a probe has no frontier."""
        return []

    async def start(self) -> AsyncIterator[Request]:
        """Runs the exploration; yields no requests."""
        client = Client(self.crawler, self.hosts, self.most)
        try:
            self.found = await type(self).exploration(client)
        except Exception as error:  # noqa: BLE001  # raised again where the probe was started
            self.error = error
        finally:
            show_progress("")
        return
        yield


_TITLE = re.compile(r"<title\b[^>]*>(.{1,600}?)</title", re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(r"<html\b[^>]{0,400}?\blang\s*=\s*[\"']?([\w-]{2,12})", re.IGNORECASE)
_MAX_LINK_TEXT = 120


@dataclass(frozen=True)
class Facts:
    """A page and the facts in it. hosts: the site's."""

    page: Page
    hosts: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        return decode(self.page.body, self.page.encoding)

    @cached_property
    def found(self) -> discovery.FoundLinks:
        """The links that a crawl would follow, and notes on those it could not."""
        return discovery.look(self.page.body, self.page.url, self.hosts, self.page.encoding)

    @property
    def links(self) -> tuple[Link, ...]:
        return self.found.links

    @cached_property
    def _root(self) -> Any:  # an lxml element; only crawler.discovery imports lxml
        return html(as_utf8(unpacked(self.page.body)[0], self.page.encoding))

    @cached_property
    def anchors(self) -> dict[str, str]:
        """The links to the site's hosts: URL -> its first text that is not empty."""
        words_by_url: dict[str, str] = {}
        base = next((value(element, "href") for element in elements(self._root, "base")), "")
        base = absolute(self.page.url, base) or self.page.url
        for element in elements(self._root, "a"):
            url = absolute(base, value(element, "href"))
            if url and same_site(url, self.hosts):
                words = folded(" ".join(map(str, element.itertext())), _MAX_LINK_TEXT)
                words_by_url[url] = words_by_url.get(url) or words
        return words_by_url

    @cached_property
    def title(self) -> str:
        """The content of the title element, with entities decoded; "" where there is none."""
        match = _TITLE.search(self.text)
        return folded(unescape(match[1])) if match else ""

    @cached_property
    def language(self) -> str:
        match = _LANGUAGE.search(self.text)
        return match[1].lower() if match else ""

    def meta(self, name: str) -> str:
        """The content of a meta element by its name or property; "" where there is none."""
        for element in elements(self._root, "meta"):
            if name in (value(element, "property").lower(), value(element, "name").lower()):
                return folded(value(element, "content"))
        return ""

    @cached_property
    def feeds(self) -> tuple[str, ...]:
        return self._declared_links("alternate", "type", "rss", "atom", "feed+json")

    @cached_property
    def twins(self) -> tuple[str, ...]:
        """The URLs of mobile versions of the page."""
        return (*self._declared_links("alternate", "media", "handheld", "max-width"), *self._declared_links("amphtml"))

    def _declared_links(self, relation: str, attribute: str = "rel", *kinds: str) -> tuple[str, ...]:
        """The URLs of the link elements of a relation. kinds: what one of the attribute's words must hold."""
        found = [
            absolute(self.page.url, value(element, "href"))
            for element in elements(self._root, "link")
            if relation in value(element, "rel").lower().split()
            and any(kind in value(element, attribute).lower() for kind in kinds or ("",))
        ]
        return tuple(dict.fromkeys(url for url in found if url))
