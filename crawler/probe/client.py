"""Asking an unknown site for a few pages, one after the other, with all the manners of a crawl."""

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

_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, at the end of its redirects. encoding: the charset its header names; via: what redirected here."""

    url: str
    status: int
    body: bytes
    encoding: str | None = None
    content_type: str = ""
    via: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether it is a page, not a word on why there is none."""
        return 200 <= self.status < 300 and bool(self.body)


@dataclass(frozen=True, slots=True)
class NoPage:
    """Why there is no answer. kind: robots.txt forbids it or cannot be read, the host's name leads nowhere, nobody
    answers, it is not to be asked, a redirect leads to another site, or enough was asked."""

    url: str
    kind: Literal["forbidden", "rules", "unknown-host", "silent", "left-alone", "away", "enough"]
    reason: str


class Client:
    """Asks, counts, and shows on a terminal what it is at. rules: the robots.txt of each host that has one."""

    def __init__(self, crawler: Crawler, hosts: tuple[str, ...], most: int):
        self.crawler = crawler
        self.hosts = hosts
        self.most = most
        self.rules: dict[str, RobotParser] = {}
        self._known: dict[str, Page | NoPage] = {}
        crawler.signals.connect(self._note_rules, signals.robots_parsed)

    @property
    def requests(self) -> int:
        """How many requests were made, robots.txt among them."""
        return int(self.crawler.stats.get_value("downloader/request_count", 0))

    @property
    def misses(self) -> int:
        """How many addresses gave no page."""
        return sum(not (isinstance(one, Page) and one.is_there) for one in self._known.values())

    def left(self) -> int:
        """How many more may be made."""
        return max(self.most - self.requests, 0)

    async def get(self, url: str, what: str, *, anywhere: bool = False) -> Page | NoPage:
        """The page at an address, each asked for once. what: said on the terminal; anywhere: follows redirects to other
        sites too."""
        if url not in self._known:
            self._known[url] = await self._follow(url, what, anywhere)
        return self._known[url]

    async def _follow(self, url: str, what: str, anywhere: bool) -> Page | NoPage:
        via: tuple[str, ...] = ()
        while True:
            if not self.left():
                return NoPage(url, "enough", f"{self.most} requests were made, which is enough")
            self._show(what, url)
            response = await self._ask(url)
            if isinstance(response, NoPage):
                return response
            target = leads_to(response)
            if not redirects(response) or target in (*via, url) or len(via) >= _MOST_REDIRECTS:
                return _page(response, via)
            if urlsplit(target).scheme not in ("http", "https") or not (anywhere or same_site(target, self.hosts)):
                return NoPage(url, "away", f"it leads to {target}")
            via, url = (*via, url), target

    async def _ask(self, url: str) -> Response | NoPage:
        try:
            request = Request(url, meta={"handle_httpstatus_all": True}, dont_filter=True)
            return await self.crawler.engine.download_async(request)
        except Forbidden:
            return NoPage(url, "forbidden", "robots.txt forbids it")
        except RobotsUnavailable as error:
            return _no_rules(url, str(error))
        except (HostBackoff, PrivateAddress) as error:
            return NoPage(url, "left-alone", str(error))
        except CannotResolveHostError:
            return NoPage(url, "unknown-host", "there is no such host")
        except Exception as error:  # noqa: BLE001  # whatever kept the answer away, there is none
            return NoPage(url, "silent", str(error) or type(error).__name__)

    def _note_rules(self, robotparser: RobotParser, request: Request) -> None:
        self.rules[urlsplit(request.url).netloc] = robotparser

    def _show(self, what: str, url: str) -> None:
        self._line(f"{self.requests + 1} of at most {self.most} requests: {what} {urlsplit(url).path or '/'}")

    def done(self) -> None:
        """Clears the line."""
        self._line("")

    def _line(self, text: str) -> None:
        show_progress(text)


def _page(response: Response, via: tuple[str, ...]) -> Page:
    detail = remarks(response)
    status = response.status if response.body or not detail else 0
    return Page(response.url, status, response.body, charset(response), header(response, "Content-Type") or "", via)


def _no_rules(url: str, reason: str) -> NoPage:
    """What it means that robots.txt, which is asked for first, gave no answer: mostly that nobody is there."""
    if "DNS lookup" in reason:
        return NoPage(url, "unknown-host", "there is no such host")
    return NoPage(url, "silent" if "gave no answer" in reason else "rules", reason)


class Prober(OutletSpider):
    """A spider that follows nothing by itself: `course` says what to ask for. found: what came of it; error: what kept
    anything from coming of it."""

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
        """Nothing waits in a frontier."""
        return []

    async def start(self) -> AsyncIterator[Request]:
        """Goes the whole course, and asks for nothing more."""
        client = Client(self.crawler, self.hosts, self.most)
        try:
            self.found = await type(self).course(client)
        except Exception as error:  # noqa: BLE001  # it is raised where the probe was started
            self.error = error
        finally:
            client.done()
        return
        yield
