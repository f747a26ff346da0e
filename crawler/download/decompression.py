"""Content codings (RFC 9110 section 8.4), unpacked within bounds.

Scrapy bounds what a body unpacks to, and then ends the request with an exception; here the answer goes on without its
body and with the reason, for every answer is kept. A body that is not packed as it says goes on as it came. One whose
packing does not come to its end is a broken transfer, and no answer: it is asked for again, and then has failed.

A small body that stays small is unpacked here, which takes some milliseconds. Others are by those who read: 20 MB that
consist of a million gzip members unpack to nothing, and hold a processor for half a minute.
"""

from __future__ import annotations

from contextlib import suppress

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response, TextResponse
from scrapy.responsetypes import responsetypes

from archive.exchange.content_codings import NotPacked, TooLarge, Unpacked, codings_of, unpack
from archive.model.clock import now
from archive.workers import Lost
from crawler.outlet import desk_of
from crawler.politeness.refusals import HostBackoff
from crawler.readers import ReadingStopped
from crawler.response_capture import CODING, remark

_SMALL, _STAYS_SMALL = 64 * 1024, 4 * 1024 * 1024  # bytes as they come, and unpacked


class BrokenTransfer(Exception):
    """Raised when an answer came only in part, and asking again has not helped."""


class _Slow(Exception):
    """Raised when unpacking a body takes more time or memory than a worker has."""


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's middleware, in its place."""

    def __init__(self, *, crawler: Crawler):
        super().__init__(crawler=crawler)
        self._crawler = crawler

    async def process_response(  # type: ignore[override]  # Scrapy awaits what it returns
        self, request: Request, response: Response, spider: object = None
    ) -> Response | Request:
        """The answer with its body unpacked. Raises HostBackoff where the run ends meanwhile, and BrokenTransfer where
        the body has no end however often it is asked for."""
        coding = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").strip()
        request.meta[CODING] = coding  # the capture names it, whatever becomes of the body
        to_undo, to_keep = codings_of(coding)
        if not to_undo or request.method == "HEAD":
            return response
        try:
            unpacked = await self._unpacked(response.body, to_undo)
        except (TooLarge, _Slow) as error:
            return _without_body(response, f"left: {len(response.body)} bytes that {error}")
        except ReadingStopped as error:
            raise HostBackoff(f"{response.url} was not unpacked when the run ended", now()) from error
        except NotPacked as error:
            remark(response, f"not unpacked: it is not {coding} ({error})")
            return response
        if not unpacked.whole:
            return self._broken(request, response, coding)
        return _with_body(response, unpacked.body, to_keep)

    def _broken(self, request: Request, response: Response, coding: str) -> Request:
        """Asks again; raises BrokenTransfer when that has been tried as often as it may."""
        assert self._crawler.spider is not None
        why = f"the transfer broke off: {len(response.body)} bytes of {coding} that have no end"
        dont = request.meta.get("dont_retry", False)
        again = None if dont else get_retry_request(request, spider=self._crawler.spider, reason=why)
        if again is None:
            raise BrokenTransfer(why)
        return again

    async def _unpacked(self, body: bytes, codings: list[str]) -> Unpacked:
        """Raises TooLarge, NotPacked and _Slow."""
        if len(body) <= _SMALL:
            with suppress(TooLarge):
                return unpack(body, codings, min(_STAYS_SMALL, self._max_size))
        result = await desk_of(self._crawler).call(_tried, body, codings, self._max_size)
        if isinstance(result, Lost):
            raise _Slow(f"cannot be unpacked: {result.reason}")
        if isinstance(result, Exception):
            raise result
        return result


def _tried(body: bytes, codings: list[str], most: int) -> Unpacked | TooLarge | NotPacked:
    try:
        return unpack(body, codings, most)
    except (TooLarge, NotPacked) as error:
        return error


def _with_body(response: Response, body: bytes, codings: list[str]) -> Response:
    """The answer with another body, of the class that its headers and body say."""
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    if codings:
        headers["Content-Encoding"] = ", ".join(codings)
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    # those of every class: of one that is text Scrapy would guess the charset before it is unpacked, for nothing
    facts = {name: getattr(response, name) for name in Response.attributes} | {"body": body, "headers": headers}
    return kind(**facts, encoding=None) if issubclass(kind, TextResponse) else kind(**facts)


def _without_body(response: Response, reason: str) -> Response:
    whole = response.replace(body=b"")
    remark(whole, reason)
    return whole
