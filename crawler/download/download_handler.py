"""The download handler: every request is sent here, after backoff, host lock and lease: pages, pictures, robots.txt.
Its connections take any TLS certificate (a wrong one is recorded, not refused), and lead into no private network.

Papers let certificates expire, and a paper that is about to be closed does so first; to refuse it would be to lose it.
The capture names the fault.

The address is checked in the lookup for the connection itself: after an earlier check the DNS server may give another
address the second time (DNS rebinding). Twisted resolves IP addresses here too, in all their spellings.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from functools import partial
from typing import Any

from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy.core.downloader import Slot
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.error import ConnectionClosed, ConnectionDone
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.web.client import ResponseFailed
from zope.interface import implementer

from archive.model.clock import now
from crawler.download.size_limits import HeadTooLong, WaryFactory, cut
from crawler.politeness.host_backoff import HostBackoff, PrivateAddress, host_to_ask, longest_exchange
from crawler.politeness.host_politeness import host_politeness_of
from crawler.politeness.private_networks import PrivateNetworkFilter
from crawler.run.shutdown import shutdown_of
from crawler.scrapy_responses import header, remark

# OpenSSL's error codes in words (X509_verify_cert_error_string(3)); other codes are printed as numbers.
_MEANINGS = {
    10: "has expired", 9: "is not valid yet", 18: "is signed by nobody but itself", 23: "has been revoked",
    **dict.fromkeys((19, 20, 21), "is signed by an authority this machine does not know"),
    **dict.fromkeys((66, 67, 68), "has a key or signature that is too weak to prove anything"),
}  # fmt: skip


class NotingContextFactory(_ScrapyClientContextFactory):
    """Makes TLS connections that go on whatever the certificate is. doubts: by host and port, what is wrong with the
    certificate of the newest connection; no entry where it is in order."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.doubts: dict[tuple[str, int], str] = {}
        self._options = self._get_cert_options()
        self._options.getContext().set_default_verify_paths()  # reads a hundred certificates: once is enough

    def creatorForNetloc(self, hostname: bytes, port: int) -> ClientTLSOptions:  # type: ignore[override]  # as Scrapy's
        return _LenientTLSOptions(self._options._makeTLSConnection, hostname.decode("ascii"), port, self.doubts)


class _LenientTLSOptions(ClientTLSOptions):
    def __init__(self, make: Any, hostname: str, port: int, doubts: dict[tuple[str, int], str]):
        super().__init__(make, hostname)  # pyOpenSSL takes a function, its types only a context
        self.place, self.doubts = (hostname.lower(), port), doubts

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """A connection that notes certificate errors where Twisted would end it."""
        connection = super().clientConnectionForTLS(tlsProtocol)
        problems: list[str] = []

        def verify(_: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
            """OpenSSL's verify callback: called for each certificate of the chain down to the server's own at depth 0,
            and for each error in it. Must not raise."""
            if error:
                problems.append(_MEANINGS.get(error, f"fails OpenSSL's check {error}"))
            elif depth == 0 and not self._matches_host(certificate):
                problems.append(f"does not name {self.place[0]}")
            if depth == 0:
                self._note_problem(problems)
            return True

        connection.set_verify(SSL.VERIFY_PEER, verify)
        return connection

    def _note_problem(self, problems: list[str]) -> None:
        if problems:
            self.doubts[self.place] = f"the certificate {problems[0]}"
        else:
            self.doubts.pop(self.place, None)

    def _matches_host(self, certificate: X509) -> bool:
        expected = DNS_ID(self._hostnameASCII) if self._hostnameIsDnsName else IPAddress_ID(self._hostnameASCII)
        try:
            verify_service_identity(extract_patterns(certificate), [expected], [])
        except (VerificationError, CertificateError, ValueError):
            return False
        return True


@implementer(IHostnameResolver)
class WaryResolver:
    """Resolves a host to the addresses that the filter admits. refused: by host, the last address that was refused."""

    def __init__(self, resolver: Any, network_filter: PrivateNetworkFilter):
        self.resolver, self.network_filter = resolver, network_filter
        self.refused: dict[str, str] = {}

    def resolveHostName(
        self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *args: Any, **kwargs: Any
    ) -> Any:
        """See IHostnameResolver."""
        receiver = _AddressFilter(self, resolutionReceiver, hostName, portNumber)
        return self.resolver.resolveHostName(receiver, hostName, portNumber, *args, **kwargs)


@implementer(IResolutionReceiver)
class _AddressFilter:
    def __init__(self, resolver: WaryResolver, receiver: Any, host: str, port: int):
        self.resolver, self.receiver, self.host, self.port = resolver, receiver, host, port

    def resolutionBegan(self, resolution: Any) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        ip: str = address.host  # IPv4Address and IPv6Address have a host, their interface does not declare it
        if self.resolver.network_filter.admits(self.host, self.port, ip):
            self.receiver.addressResolved(address)
        else:
            self.resolver.refused[self.host] = ip

    def resolutionComplete(self) -> None:
        self.receiver.resolutionComplete()


_POLL_INTERVAL = 0.5  # seconds between two checks whether the run is ending
LEASE_LOST = "lease-lost"
"""Scrapy's finish reason of a run whose outlet was given to another machine."""


class RefusalMiddleware:
    """Downloader middleware. Refuses a request to a host in backoff or in a private network, before it queues."""

    def __init__(self, crawler: Crawler):
        self.politeness = host_politeness_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RefusalMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises PrivateAddress or HostBackoff."""
        if not self.politeness.network_filter.permits(request.url):
            raise PrivateAddress(f"{request.url} lies inside the network of this machine, where luubao does not go")
        self.politeness.refuse_quiet(host_to_ask(request.url))


class DownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler, which also waits out a host's backoff, notes how the host answers, and checks what comes.

    A request waits here with the host's lock, so that nothing else is asked of that host, and other hosts go on.
    (Scrapy's slots alone do not keep requests apart: without a delay, all requests in a slot start at once.)
    """

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        from twisted.internet import reactor

        self.politeness = host_politeness_of(crawler)
        self.shutdown = shutdown_of(crawler)
        self.longest = longest_exchange(crawler.settings.getfloat("DOWNLOAD_TIMEOUT"))
        self.certificates = NotingContextFactory.from_crawler(crawler)
        self.resolver = WaryResolver(reactor.nameResolver, self.politeness.network_filter)
        reactor.installNameResolver(self.resolver)
        self._contextFactory: Any = self.certificates
        pool: Any = self._pool
        pool._factory = partial(WaryFactory, self.politeness.lease_check.check)
        self._closing_task: asyncio.Task[None] | None = None
        self._fail_on_dataloss_warned = True  # Scrapy's warning advises to keep truncated pages

    async def download_request(self, request: Request) -> Response:
        """The response. Raises PrivateAddress, HostBackoff, and what Scrapy raises when none came."""
        host, slot = host_to_ask(request.url), self._slot(request)
        async with (
            self.shutdown.until_the_end(host),
            self.politeness.host_lock.take(host, slot.delay if slot else 0.0) as waited,
        ):
            if waited:
                self._restart_delay(request)
            await self._wait_out_backoff(request, host)
            await self._wait_for_lease()
            return await self._send(request, host)

    async def _wait_for_lease(self) -> None:
        """Waits for the lease. Raises HostBackoff, and ends the run, where the lease is lost."""
        await self.politeness.lease_check.wait()
        try:
            self.politeness.lease_check.check()
        except HostBackoff:
            if self._closing_task is None:
                self._closing_task = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=LEASE_LOST))
            raise

    async def _send(self, request: Request, host: str) -> Response:
        hosts = self.politeness.hosts
        try:
            response = await self._download_within_timeout(request)
            is_robots = bool(request.meta.get("dont_obey_robotstxt"))
            hosts.answered(host, response.status, header(response, "Retry-After"), is_rules=is_robots)
            self._note_certificate(request, response)
            return cut(request, response)
        except HostBackoff:  # the lease check right before sending
            raise
        except Exception as error:  # every failed request counts against the host; raised again
            if isinstance(error, CannotResolveHostError):
                self._refuse_private_address(request, host)
            readable = _readable_error(error)
            hosts.failed(host, str(readable) or type(readable).__name__)
            if readable is error:
                raise
            raise readable from error
        finally:  # no retry to a host that is in backoff from now on: its last answer is kept
            request.meta["dont_retry"] = hosts.left_alone(host) is not None

    async def _download_within_timeout(self, request: Request) -> Response:
        """Bounds the whole exchange: Scrapy's own timeout does nothing where Twisted has lost the connection, and the
        request would wait for ever."""
        try:
            async with asyncio.timeout(self.longest):
                return await super().download_request(request)
        except TimeoutError:
            raise DownloadTimeoutError(f"no end after {self.longest:.0f} seconds") from None

    async def _wait_out_backoff(self, request: Request, host: str) -> None:
        """Waits out the host's backoff. Raises HostBackoff where that is too long, or the run ends meanwhile."""
        self.politeness.refuse_quiet(host)
        while seconds := self.politeness.hosts.remaining_seconds(host):
            if self.shutdown.is_closing():
                raise HostBackoff(f"{host} asked us to back off; ending the run", now() + timedelta(seconds=seconds))
            await asyncio.sleep(min(seconds, _POLL_INTERVAL))
            self._restart_delay(request)

    def _slot(self, request: Request) -> Slot | None:
        slot: Slot | None = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        return slot

    def _restart_delay(self, request: Request) -> None:
        """Counts the delay to the next request from now, not from when this one began to wait."""
        if slot := self._slot(request):
            slot.lastseen = time.monotonic()

    def _refuse_private_address(self, request: Request, host: str) -> None:
        if address := self.resolver.refused.get(host):
            raise PrivateAddress(
                f"{request.url}: {host} is {address}, inside the network of this machine, where luubao does not go."
                " If it is meant to, name it under `inside` in luubao.toml"
            )

    def _note_certificate(self, request: Request, response: Response) -> None:
        if not request.url.startswith("https:"):
            return
        address = urlparse_cached(request)
        if doubt := self.certificates.doubts.get((address.hostname or "", address.port or 443)):
            remark(response, doubt)
            self.politeness.doubt(address.hostname or "", doubt)


def _readable_error(error: Exception) -> Exception:
    """The error with a readable message: Twisted's prints its internals."""
    if isinstance(error, ResponseDataLossError):
        return ResponseDataLossError("the answer broke off before its end")
    if isinstance(error, DownloadFailedError) and isinstance(error.__cause__, ResponseFailed):
        causes = dict.fromkeys(_cause(failure.value) for failure in error.__cause__.reasons)
        return DownloadFailedError("; ".join(causes))
    return error


def _cause(reason: BaseException) -> str:
    if isinstance(reason, ConnectionDone):
        return "the connection was closed before there was an answer"
    if isinstance(reason, (ConnectionClosed, HeadTooLong)):
        return str(reason)
    if isinstance(reason, SSL.Error):
        return f"no encrypted connection: {', '.join(words[-1] for words in reason.args[0]) or 'the server ended it'}"
    return f"the answer is no HTTP ({type(reason).__name__})"
