"""Parses HTTP responses within limits: stops one that is too large and keeps its status and headers.

The truncated body is dropped: half a page would show as an edit. What is not text has a lower limit.

Twisted bounds the length of a header line and not the number of lines: a server that sends headers, or interim 1xx
responses, without end would fill the memory. Twisted takes a lost connection for the end of a response without
Content-Length, which would show as an edit of the page. And it refuses whole responses for flaws that browsers pass
over.

Twisted has no public hook for these, so these classes inherit from those that Scrapy puts in the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from scrapy import signals
from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, Request, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, ResponseFailed
from twisted.web.http import _ChunkedTransferDecoder, _DataLoss, _IdentityTransferDecoder
from twisted.web.http_headers import InvalidHeaderName

from archive.exchange.decompression import BadCoding, DecodedBody, TooLarge, codings_of, decode_body
from archive.model.clock import now
from archive.workers import Lost
from crawler.outlet import archive_writer_of
from crawler.politeness.host_backoff import HostBackoff
from crawler.politeness.robots_txt import MOST_RULES
from crawler.readers import ReadingStopped
from crawler.scrapy_responses import CODING, remark, without_body

# Content types of pages, feeds and sitemaps; a response without a type may be one.
_TEXT_TYPES = (b"text/", b"+xml", b"/xml", b"json", b"gzip", b"javascript")


class SizeLimits:
    """Scrapy extension. Stops a response at its size limit, which is lower for what is neither text nor a picture."""

    def __init__(self, settings: BaseSettings):
        self.most = settings.getint("DOWNLOAD_MAXSIZE")
        self.most_not_text = min(self.most, settings.getint("LUUBAO_MAXSIZE_NOT_TEXT"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SizeLimits:
        bounds = cls(crawler.settings)
        crawler.signals.connect(bounds.headers_received, signals.headers_received)
        crawler.signals.connect(bounds.bytes_received, signals.bytes_received)
        return bounds

    def headers_received(self, headers: Headers, body_length: int | object, request: Request) -> None:
        """Checks the declared length. Raises StopDownload where it is over the limit; a length that is not declared is
        no int."""
        request.meta["download_maxsize"] = 0  # Scrapy's own limit would drop the headers too
        limit, label = self._limit(request, headers.get("Content-Type") or b"")
        request.meta["bound"] = (limit, label, 0)
        if isinstance(body_length, int) and body_length > limit and not _is_robots_txt(request):
            request.meta["cut"] = f"left: {label}{body_length} bytes are declared, at most {limit} are taken"
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Counts the bytes of the body. Raises StopDownload at the first chunk over the limit."""
        limit, label, received = request.meta["bound"]
        request.meta["bound"] = (limit, label, received + len(data))
        if received + len(data) > limit:
            request.meta["cut"] = f"left: {label}more than the {limit} bytes that are taken"
            raise StopDownload(fail=False)

    def _limit(self, request: Request, content_type: bytes) -> tuple[int, str]:
        if _is_robots_txt(request):
            return MOST_RULES, ""
        media_type = content_type.partition(b";")[0].strip().lower()
        if not media_type or "picture" in request.meta or any(text in media_type for text in _TEXT_TYPES):
            return self.most, ""
        return self.most_not_text, f"{media_type.decode('latin-1')}, "


def cut(request: Request, response: Response) -> Response:
    """A response that was stopped, without its body and with the reason; others unchanged."""
    reason = request.meta.pop("cut", None)
    request.meta.pop("bound", None)
    request.meta.pop("download_maxsize", None)
    return response if reason is None or _is_robots_txt(request) else without_body(response, reason)


def _is_robots_txt(request: Request) -> bool:
    return bool(request.meta.get("dont_obey_robotstxt"))


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
        protocol = _WaryProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # as above
        protocol.check = self._check
        return protocol


class _WaryProtocol(_LenientHTTP11ClientProtocol):
    check: Callable[[], None]

    def request(self, request: Any) -> Deferred[Any]:
        try:
            self.check()  # the last moment before the request leaves: making the connection may have taken long
        except Exception:  # noqa: BLE001  # it goes to the caller that awaits the response
            self.transport.abortConnection()  # type: ignore[union-attr]  # there is one by now
            return fail(Failure())
        response = super().request(request)
        self._parser.__class__ = WaryParser
        return response


_SAYS_NOTHING = {(b"transfer-encoding", b"identity"), (b"content-length", b"")}
_LONGEST_SIZE_LINE = 1024  # Twisted's limit


class _PaddedChunksDecoder(_ChunkedTransferDecoder):
    """Takes sizes of chunks with spaces behind them, as old Tomcats and Apaches send them (RFC 2616 section 2.1)."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:
        end = self._buffer.find(b"\r\n", 0, _LONGEST_SIZE_LINE)
        size = self._buffer[: max(end, 0)].partition(b";")[0]
        if size.endswith((b" ", b"\t")):
            self._buffer[:end] = size.rstrip(b" \t")
            self._start = 0
        return super()._dataReceived_CHUNK_LENGTH()


_DECODERS: dict[bytes, type[_ChunkedTransferDecoder]] = {b"chunked": _PaddedChunksDecoder}


class WaryParser(_LenientHTTPClientParser):
    MAX_LENGTH = MOST_HEAD
    _transferDecoders = _DECODERS
    _head_length = 0

    def headerReceived(self, name: bytes, value: bytes) -> None:
        """A header. One whose name is not allowed, or that says nothing, is passed over, as in browsers."""
        name = name.rstrip()
        if (name.lower(), value.lower()) not in _SAYS_NOTHING:
            with suppress(InvalidHeaderName):
                super().headerReceived(name, value)  # type: ignore[no-untyped-call]  # its library publishes no types

    def lineReceived(self, line: bytes) -> None:
        """A line of status or headers. Raises HeadTooLong, which ends the response and the connection."""
        self._head_length += len(line)
        if self._head_length > MOST_HEAD:
            self.lineLengthExceeded(line)
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        transport: Any = self.transport
        transport._producer.abortConnection()
        raise HeadTooLong(f"more than {MOST_HEAD} bytes of headers")

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
            lost = ResponseFailed([reason, Failure(_DataLoss())], self.response)
            self.response._bodyDataFinished(Failure(lost))
        else:
            super().connectionLost(reason)


_SMALL_PACKED, _SMALL_UNPACKED = 64 * 1024, 4 * 1024 * 1024  # bytes, packed and unpacked


class BrokenTransfer(Exception):
    """Raised when a response came only in part, and the retries have not helped."""


class DecompressionMiddleware(HttpCompressionMiddleware):
    """Undoes content codings (Content-Encoding, RFC 9110 section 8.4) within size limits, in the place of Scrapy's own.

    Scrapy ends a request with an exception where its body unpacks to more than the limit; here the response goes on
    without its body and with the reason, for every response is kept. A body that is not packed as its header says goes
    on as it came. A truncated body is a broken transfer, and no response: a retry follows, and then the request has
    failed.

    A small body that stays small is unpacked here, which takes some milliseconds. Reader processes unpack the others:
    20 MB of a million gzip members unpack to nothing, and hold a processor for half a minute.
    """

    def __init__(self, *, crawler: Crawler):
        super().__init__(crawler=crawler)
        self._crawler = crawler

    async def process_response(  # type: ignore[override]  # Scrapy awaits what it returns
        self, request: Request, response: Response, spider: object = None
    ) -> Response | Request:
        """The response with its body unpacked, or a retry request. Raises HostBackoff where the run ends meanwhile, and
        BrokenTransfer where the body is truncated after the last retry."""
        coding = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").strip()
        request.meta[CODING] = coding  # the capture names the coding, whatever becomes of the body
        to_undo, to_keep = codings_of(coding)
        if not to_undo or request.method == "HEAD":
            return response
        try:
            unpacked = await self._unpack_body(response.body, to_undo)
        except TooLarge as error:
            return without_body(response, f"left: {len(response.body)} bytes that {error}")
        except ReadingStopped as error:
            raise HostBackoff(f"{response.url} was not unpacked when the run ended", now()) from error
        except BadCoding as error:
            remark(response, f"not unpacked: it is not {coding} ({error})")
            return response
        if not unpacked.whole:
            return self._retry_truncated(request, response, coding)
        return _with_body(response, unpacked.body, to_keep)

    def _retry_truncated(self, request: Request, response: Response, coding: str) -> Request:
        """The retry request; raises BrokenTransfer after the last retry."""
        assert self._crawler.spider is not None
        why = f"the transfer broke off: {len(response.body)} bytes of {coding} that have no end"
        no_retry = request.meta.get("dont_retry", False)
        retry = None if no_retry else get_retry_request(request, spider=self._crawler.spider, reason=why)
        if retry is None:
            raise BrokenTransfer(why)
        return retry

    async def _unpack_body(self, body: bytes, codings: list[str]) -> DecodedBody:
        """Raises BadCoding, and TooLarge also where it takes more time or memory than a worker has."""
        if len(body) <= _SMALL_PACKED:
            with suppress(TooLarge):
                return decode_body(body, codings, min(_SMALL_UNPACKED, self._max_size))
        result = await archive_writer_of(self._crawler).call(_unpack_or_error, body, codings, self._max_size)
        if isinstance(result, Lost):
            raise TooLarge(f"cannot be unpacked: {result.reason}")
        if isinstance(result, Exception):
            raise result
        return result


def _unpack_or_error(body: bytes, codings: list[str], max_size: int) -> DecodedBody | TooLarge | BadCoding:
    try:
        return decode_body(body, codings, max_size)
    except (TooLarge, BadCoding) as error:
        return error


def _with_body(response: Response, body: bytes, codings: list[str]) -> Response:
    """The response with another body, of the response class that suits headers and body."""
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    if codings:
        headers["Content-Encoding"] = ", ".join(codings)
    cls = responsetypes.from_args(headers=headers, url=response.url, body=body)
    # the attributes of every class: for a TextResponse Scrapy would guess the charset of the packed body, for nothing
    attributes = {name: getattr(response, name) for name in Response.attributes} | {"body": body, "headers": headers}
    return cls(**attributes, encoding=None) if issubclass(cls, TextResponse) else cls(**attributes)
