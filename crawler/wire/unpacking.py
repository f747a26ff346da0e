"""Content codings (RFC 9110 section 8.4), unpacked within bounds.

Scrapy bounds what a body unpacks to, and then ends the request with an exception; here the answer goes on without its
body and with the reason, for every answer is kept. A body that is not packed as it says goes on as it came. One whose
packing does not come to its end is a broken transfer, and no answer: it is asked for again, and then has failed.
"""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector
from scrapy.utils._compression import _DecompressionMaxSizeExceeded

from archive.codings import is_whole
from crawler.exchange import remark

_MOST_CODINGS = 3  # one is common, two happen; a thousand around one another keep a machine busy for minutes


class BrokenTransfer(Exception):
    """Raised when an answer came only in part, and asking again has not helped."""


class _TooLarge(Exception):
    """Raised when a body unpacks to more than is taken."""


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's middleware, in its place."""

    def __init__(self, stats: StatsCollector | None = None, *, crawler: Crawler | None = None):
        super().__init__(stats, crawler=crawler)
        self.crawler = crawler

    def process_response(self, request: Request, response: Response, spider: object = None) -> Response | Request:
        """The answer with its body unpacked."""
        codings = b",".join(response.headers.getlist("Content-Encoding"))
        if not codings:
            return response
        if codings.count(b",") >= _MOST_CODINGS:
            return _without_body(response, f"left: packed {codings.count(b',') + 1} times over")
        coding = codings.decode("latin-1").strip()
        try:
            unpacked = super().process_response(request, _untyped(response))
        except _TooLarge as error:
            return _without_body(response, f"left: {len(response.body)} bytes that {error}")
        except Exception as error:  # noqa: BLE001  # each of four decoders raises errors of its own
            remark(response, f"not unpacked: it is not {coding} ({error})")
            return response
        if not is_whole(response.body, coding.rpartition(",")[2]):  # only now: it is known to unpack to what is taken
            return self._broken(request, response, coding)
        return unpacked

    def _broken(self, request: Request, response: Response, coding: str) -> Request:
        """Asks again; raises BrokenTransfer when that has been tried as often as it may."""
        assert self.crawler is not None and self.crawler.spider is not None
        why = f"the transfer broke off: {len(response.body)} bytes of {coding} that have no end"
        dont = request.meta.get("dont_retry", False)
        again = None if dont else get_retry_request(request, spider=self.crawler.spider, reason=why)
        if again is None:
            raise BrokenTransfer(why)
        return again

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        """Scrapy's; it would log the exception that this one does without."""
        try:
            return super()._handle_encoding(body, content_encoding, max_size)
        except _DecompressionMaxSizeExceeded:
            raise _TooLarge(f"unpack to more than {max_size}, which is what is taken") from None


def _untyped(response: Response) -> Response:
    """The answer as bytes. Of one that is text Scrapy would guess the charset before it is unpacked, for nothing."""
    return Response(**{name: getattr(response, name) for name in Response.attributes})


def _without_body(response: Response, reason: str) -> Response:
    whole = response.replace(body=b"")
    remark(whole, reason)
    return whole
