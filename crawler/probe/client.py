"""HTTP client of the probe: fetches a few pages of an unknown site, one at a time, as politely as a crawl."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser

from archive import same_site
from archive.console.output import show_progress
from crawler.outlet import OutletSpider
from crawler.politeness.refusals import Forbidden, HostBackoff, PrivateAddress, RobotsUnavailable
from crawler.response_capture import charset, header, leads_to, redirects, remarks

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
        """Whether the response is a page, not an error."""
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
        """The number of requests sent, including robots.txt."""
        return int(self.crawler.stats.get_value("downloader/request_count", 0))

    @property
    def misses(self) -> int:
        """The number of URLs that gave no page."""
        return sum(not (isinstance(answer, Page) and answer.is_there) for answer in self._answers.values())

    def left(self) -> int:
        """The number of requests that may still be sent."""
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
            self._show_request(purpose, url)
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

    def _show_request(self, purpose: str, url: str) -> None:
        self._show_line(f"{self.requests + 1} of at most {self.most} requests: {purpose} {urlsplit(url).path or '/'}")

    def done(self) -> None:
        """Clears the progress line."""
        self._show_line("")

    def _show_line(self, text: str) -> None:
        show_progress(text)


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
    """A spider that follows no links by itself: `course` fetches pages. found: the result of the course; error: the
    exception that ended it."""

    name = "probe"
    title = "probe"
    course: ClassVar[Callable[[Client], Awaitable[Any]]]
    most: ClassVar[int]

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.found: Any = None
        self.error: BaseException | None = None

    @property
    def planted(self) -> list[str]:
        """No seeds: a probe has no frontier."""
        return []

    async def start(self) -> AsyncIterator[Request]:
        """Runs the course; yields no requests."""
        client = Client(self.crawler, self.hosts, self.most)
        try:
            self.found = await type(self).course(client)
        except Exception as error:  # noqa: BLE001  # raised again where the probe was started
            self.error = error
        finally:
            client.done()
        return
        yield
