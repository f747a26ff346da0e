"""Reading answers off the wire, more warily than Twisted does.

Twisted bounds a header line and not their number: a server that sends headers, or interim 1xx answers, without end
would fill the memory. And it takes a connection that breaks off for the end of an answer of undeclared length, which
would show as an edit of the page.

Twisted has no public place for either, so this hangs on the classes Scrapy puts in the same place.
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
"""Bytes of status lines and headers, interim answers included; browsers put up with as many."""


class HeadTooLong(Exception):
    """Raised when an answer's headers do not end."""


class WaryFactory(_LenientHTTP11ClientFactory):
    """Builds connections for Twisted's pool. check: raises where nothing may be asked any more."""

    def __init__(self, check: Callable[[], None], *given: Any):
        super().__init__(*given)  # type: ignore[no-untyped-call]  # its library publishes no types
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
        except Exception:  # noqa: BLE001  # it goes to whoever waits for the answer
            self.transport.abortConnection()  # type: ignore[union-attr]  # there is one by now
            return fail(Failure())  # type: ignore[no-untyped-call]  # its library publishes no types
        answer = super().request(request)
        self._parser.__class__ = WaryParser
        return answer


class WaryParser(_LenientHTTPClientParser):
    """Reads one answer."""

    _head_length = 0

    def lineReceived(self, line: bytes) -> None:
        """A line of the head. Raises HeadTooLong, which ends the answer and the connection."""
        self._head_length += len(line)
        if self._head_length > MOST_HEAD:
            transport: Any = self.transport
            transport._producer.abortConnection()
            raise HeadTooLong(f"more than {MOST_HEAD} bytes of headers")
        super().lineReceived(line)

    def connectionLost(self, reason: Any = None) -> None:
        """The connection is gone. Only when it was closed can what came be the whole of an answer without length.
        Twisted gives the reason as a Failure, or as the exception itself."""
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
