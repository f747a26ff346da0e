"""The last gate before the wire: everything that is asked for passes here, pages, pictures and robots.txt alike."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from functools import partial
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.error import ConnectionClosed, ConnectionDone
from twisted.web.client import ResponseFailed

from archive.model.clock import now
from crawler.download.certificates import NotingContextFactory
from crawler.download.dns_lookup import WaryResolver
from crawler.download.response_reading import HeadTooLong, WaryFactory
from crawler.download.size_limits import cut
from crawler.politeness.host_backoff import host_to_ask, longest_exchange
from crawler.politeness.host_politeness import host_politeness_of
from crawler.politeness.refusals import HostBackoff, PrivateAddress
from crawler.response_capture import header, remark
from crawler.run.shutdown import ending_of

_GLANCE = 0.5  # seconds between two looks whether the run is ending
LEASE_LOST = "lease-lost"
"""Why a run ended whose outlet was given to another machine, as Scrapy's finish reason."""


class OffsiteMiddleware:
    """Middleware that stops a request before it waits for its turn: to a host that is left alone, or inside."""

    def __init__(self, crawler: Crawler):
        self.politeness = host_politeness_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OffsiteMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises PrivateAddress or HostBackoff."""
        if not self.politeness.reach.permits(request.url):
            raise PrivateAddress(f"{request.url} lies inside the network of this machine, where luubao does not go")
        self.politeness.refuse_quiet(host_to_ask(request.url))


class DownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler, which waits while the host wants rest, notes how it answers, and looks closer at what comes.

    A request waits here with the host's turn in its hand, so that nothing else is asked of that host, and all else goes
    on. (Scrapy's slots alone do not keep requests apart: without a delay, all that wait in one set out at once.)
    """

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        from twisted.internet import reactor

        self.politeness = host_politeness_of(crawler)
        self.ending = ending_of(crawler)
        self.longest = longest_exchange(crawler.settings.getfloat("DOWNLOAD_TIMEOUT"))
        self.certificates = NotingContextFactory.from_crawler(crawler)
        self.resolver = WaryResolver(reactor.nameResolver, self.politeness.reach)
        reactor.installNameResolver(self.resolver)
        self._contextFactory: Any = self.certificates
        pool: Any = self._pool
        pool._factory = partial(WaryFactory, self.politeness.lease_check.check)
        self._ending: asyncio.Task[None] | None = None
        self._fail_on_dataloss_warned = True  # Scrapy's warning advises to keep half of a page

    async def download_request(self, request: Request) -> Response:
        """The answer. Raises PrivateAddress, HostBackoff, and what Scrapy raises when none came."""
        host = host_to_ask(request.url)
        async with (
            self.ending.until_the_end(host),
            self.politeness.host_lock.take(host, self._pause(request)) as waited,
        ):
            if waited:
                self._restart_delay(request)
            await self._turn(request, host)
            await self._permission()
            return await self._ask(request, host)

    async def _permission(self) -> None:
        """Raises HostBackoff where this crawl may not ask any more; then the run ends."""
        await self.politeness.lease_check.wait()
        try:
            self.politeness.lease_check.check()
        except HostBackoff:
            if self._ending is None:
                self._ending = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=LEASE_LOST))
            raise

    async def _ask(self, request: Request, host: str) -> Response:
        try:
            response = await self._within_time(request)
        except CannotResolveHostError as error:
            self._refuse_inside(request, host)
            self._note_silence(request, host, error)
            raise
        except HostBackoff:  # at the very last moment
            raise
        except Exception as error:  # any silence of a host counts; raised again
            plain = _plain(error)
            self._note_silence(request, host, plain)
            raise plain from error
        self._note_answer(request, host, response)
        return cut(request, response)

    def _note_silence(self, request: Request, host: str, error: Exception) -> None:
        self.politeness.hosts.silent(host, str(error) or type(error).__name__)
        self._spare(request, host)

    def _note_answer(self, request: Request, host: str, response: Response) -> None:
        rules = bool(request.meta.get("dont_obey_robotstxt"))
        self.politeness.hosts.answered(host, response.status, header(response, "Retry-After"), is_rules=rules)
        self._spare(request, host)
        self._note_doubt(request, response)

    def _spare(self, request: Request, host: str) -> None:
        """A host that is left alone from now on is not asked a second time either: what it last said is kept."""
        request.meta["dont_retry"] = self.politeness.hosts.left_alone(host) is not None

    async def _within_time(self, request: Request) -> Response:
        """Scrapy's own bound on the whole exchange does nothing where Twisted has lost hold of the connection: what
        waits then would wait for ever."""
        try:
            async with asyncio.timeout(self.longest):
                return await super().download_request(request)
        except TimeoutError:
            raise DownloadTimeoutError(f"no end after {self.longest:.0f} seconds") from None

    async def _turn(self, request: Request, host: str) -> None:
        """Waits while the host wants rest. Raises HostBackoff where that is too long, or the run ends meanwhile."""
        self.politeness.refuse_quiet(host)
        waited = False
        while seconds := self.politeness.hosts.wait(host):
            if self.ending.is_closing():
                raise HostBackoff(f"{host} wants rest, and the run ends", now() + timedelta(seconds=seconds))
            await asyncio.sleep(min(seconds, _GLANCE))
            waited = True
        if waited:
            self._restart_delay(request)

    def _pause(self, request: Request) -> float:
        """Seconds between two requests to its host."""
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        return float(slot.delay) if slot else 0.0

    def _restart_delay(self, request: Request) -> None:
        """The delay to the next request counts from now, not from when this one began to wait."""
        slots = self._crawler.engine.downloader.slots
        if slot := slots.get(request.meta.get("download_slot", "")):
            slot.lastseen = time.monotonic()

    def _refuse_inside(self, request: Request, host: str) -> None:
        if address := self.resolver.refused.get(host):
            raise PrivateAddress(
                f"{request.url}: {host} is {address}, inside the network of this machine, where luubao does not go."
                " If it is meant to, name it under `inside` in luubao.toml"
            )

    def _note_doubt(self, request: Request, response: Response) -> None:
        """Writes down that the server could not prove who it is."""
        if not request.url.startswith("https:"):
            return
        address = urlparse_cached(request)
        if doubt := self.certificates.doubts.get((address.hostname or "", address.port or 443)):
            remark(response, doubt)
            self.politeness.doubt(address.hostname or "", doubt)


def _plain(error: Exception) -> Exception:
    """The error with a message for people: Twisted's shows the insides of its own."""
    if isinstance(error, ResponseDataLossError):
        return ResponseDataLossError("the answer broke off before its end")
    if isinstance(error, DownloadFailedError) and isinstance(error.__cause__, ResponseFailed):
        return DownloadFailedError("; ".join(dict.fromkeys(_why(one.value) for one in error.__cause__.reasons)))
    return error


def _why(reason: BaseException) -> str:
    if isinstance(reason, ConnectionDone):
        return "the connection was closed before there was an answer"
    if isinstance(reason, (ConnectionClosed, HeadTooLong)):
        return str(reason)
    return f"the answer is no HTTP ({type(reason).__name__})"
