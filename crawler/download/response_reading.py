"""Parses HTTP responses off the connection, with two checks that Twisted lacks: header size and lost connections.

Twisted bounds the length of a header line and not the number of lines: a server that sends headers, or interim 1xx
responses, without end would fill the memory. And Twisted takes a lost connection for the end of a response without
Content-Length, which would show as an edit of the page.

Twisted has no public hook for either, so these classes inherit from those that Scrapy puts in the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, ResponseFailed
from twisted.web.http import _DataLoss, _IdentityTransferDecoder

MOST_HEAD = 256 * 1024
"""Bytes of status lines and headers, interim responses included; browsers accept as many."""


class HeadTooLong(Exception):
    """Raised when a response's headers are longer than MOST_HEAD."""


class WaryFactory(_LenientHTTP11ClientFactory):
    """Builds connections for Twisted's pool. check: raises where the crawl may not ask any more (the lease check)."""

    def __init__(self, check: Callable[[], None], *arguments: Any):
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # its library publishes no types
        self._check = check

    def buildProtocol(self, addr: IAddress | None) -> _LenientHTTP11ClientProtocol:
        """A connection that reads with WaryParser."""
        protocol = _WaryProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # its library publishes no types
        protocol.check = self._check
        return protocol


class _WaryProtocol(_LenientHTTP11ClientProtocol):
    check: Callable[[], None]

    def request(self, request: Any) -> Deferred[Any]:
        try:
            self.check()  # the last moment before the request leaves: making the connection may have taken long
        except Exception:  # noqa: BLE001  # it goes to the caller that awaits the response
            self.transport.abortConnection()  # type: ignore[union-attr]  # there is one by now
            return fail(Failure())  # type: ignore[no-untyped-call]  # its library publishes no types
        response = super().request(request)
        self._parser.__class__ = WaryParser
        return response


class WaryParser(_LenientHTTPClientParser):
    """Parses one response."""

    _head_length = 0

    def lineReceived(self, line: bytes) -> None:
        """A line of status or headers. Raises HeadTooLong, which ends the response and the connection."""
        self._head_length += len(line)
        if self._head_length > MOST_HEAD:
            transport: Any = self.transport
            transport._producer.abortConnection()
            raise HeadTooLong(f"more than {MOST_HEAD} bytes of headers")
        super().lineReceived(line)

    def connectionLost(self, reason: Any = None) -> None:
        """The connection has ended. A response without Content-Length is whole only where the connection was closed,
        not lost. Twisted gives the reason as a Failure, or as the exception itself."""
        decoder = self.bodyDecoder
        if (
            isinstance(getattr(reason, "value", None), ConnectionLost)
            and self.state == BODY
            and isinstance(decoder, _IdentityTransferDecoder)
            and decoder.contentLength is None
        ):
            lost = ResponseFailed([reason, Failure(_DataLoss())], self.response)  # type: ignore[no-untyped-call]  # its library publishes no types
            self.response._bodyDataFinished(Failure(lost))  # type: ignore[no-untyped-call]  # its library publishes no types
        else:
            super().connectionLost(reason)
