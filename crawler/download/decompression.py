"""Decompression middleware: undoes content codings (Content-Encoding, RFC 9110 section 8.4) within size limits.

Scrapy ends a request with an exception where its body unpacks to more than the limit; here the response goes on without
its body and with the reason, for every response is kept. A body that is not packed as its header says goes on as it
came. A truncated body is a broken transfer, and no response: a retry follows, and then the request has failed.

A small body that stays small is unpacked here, which takes some milliseconds. Reader processes unpack the others: 20 MB
of a million gzip members unpack to nothing, and hold a processor for half a minute.
"""

from __future__ import annotations

from contextlib import suppress

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response, TextResponse
from scrapy.responsetypes import responsetypes

from archive.exchange.content_codings import BadCoding, DecodedBody, TooLarge, codings_of, decode_body
from archive.model.clock import now
from archive.workers import Lost
from crawler.outlet import archive_writer_of
from crawler.politeness.host_backoff import HostBackoff
from crawler.readers import ReadingStopped
from crawler.response_capture import CODING, remark, without_body

_SMALL_PACKED, _SMALL_UNPACKED = 64 * 1024, 4 * 1024 * 1024  # bytes, packed and unpacked


class BrokenTransfer(Exception):
    """Raised when a response came only in part, and the retries have not helped."""


class DecompressionMiddleware(HttpCompressionMiddleware):
    """Downloader middleware that replaces Scrapy's HttpCompressionMiddleware."""

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
