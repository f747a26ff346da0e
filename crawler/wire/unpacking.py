"""Content codings (RFC 9110 section 8.4), unpacked within bounds.

Scrapy bounds what a body unpacks to, and then ends the request with an exception; here the answer goes on without its
body and with the reason, for every answer is kept. A body that is not packed as it says goes on as it came.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response
from scrapy.utils._compression import _DecompressionMaxSizeExceeded

from crawler.exchange import remark

_MOST_CODINGS = 3  # one is common, two happen; a thousand around one another keep a machine busy for minutes


class _TooLarge(Exception):
    """Raised when a body unpacks to more than is taken."""


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's middleware, in its place."""

    def process_response(self, request: Request, response: Response, spider: object = None) -> Response | Request:
        """The answer with its body unpacked."""
        codings = b",".join(response.headers.getlist("Content-Encoding"))
        if not codings:
            return response
        if codings.count(b",") >= _MOST_CODINGS:
            return _without_body(response, f"left: packed {codings.count(b',') + 1} times over")
        try:
            return super().process_response(request, _untyped(response))
        except _TooLarge as error:
            return _without_body(response, f"left: {len(response.body)} bytes that {error}")
        except Exception as error:  # noqa: BLE001  # each of four decoders raises errors of its own
            coding = codings.decode("latin-1").strip()
            remark(response, f"not unpacked: it is not {coding} ({error})")
            return response

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
