"""Answers that are too large, or that are no pages: stopped where they stand, and kept as far as they told of
themselves, status and headers. A body that is cut is no body: half a page would show as an edit."""

from __future__ import annotations

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, Request, Response
from scrapy.settings import BaseSettings

from crawler.response_capture import remark

MOST_RULES = 512 * 1024
"""Bytes of a robots.txt that are read; RFC 9309 section 2.5 wants 500 KiB at least. What is beyond is not read."""
# A page, feed or sitemap says that it is text; what says nothing may be one.
_TEXT = (b"text/", b"+xml", b"/xml", b"json", b"gzip", b"javascript")


class Bounds:
    """Stops an answer at its bound: what is no text has a lower one, unless it was asked for as a picture."""

    def __init__(self, settings: BaseSettings):
        self.most = settings.getint("DOWNLOAD_MAXSIZE")
        self.most_not_text = min(self.most, settings.getint("LUUBAO_MAXSIZE_NOT_TEXT"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Bounds:
        bounds = cls(crawler.settings)
        crawler.signals.connect(bounds.headers_received, signals.headers_received)
        crawler.signals.connect(bounds.bytes_received, signals.bytes_received)
        return bounds

    def headers_received(self, headers: Headers, body_length: int | object, request: Request) -> None:
        """The head of an answer. Raises StopDownload where it declares too long a body; a length that is not declared
        is no number."""
        request.meta["download_maxsize"] = 0  # Scrapy's own bound would throw the head away too
        most, kind = self._bound(request, headers.get("Content-Type") or b"")
        request.meta["bound"] = (most, kind, 0)
        if isinstance(body_length, int) and body_length > most and not _is_rules(request):
            request.meta["cut"] = f"left: {kind}{body_length} bytes are declared, at most {most} are taken"
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """A piece of the body. Raises StopDownload with the one that is too much."""
        most, kind, before = request.meta["bound"]
        request.meta["bound"] = (most, kind, before + len(data))
        if before + len(data) > most:
            request.meta["cut"] = f"left: {kind}more than the {most} bytes that are taken"
            raise StopDownload(fail=False)

    def _bound(self, request: Request, content_type: bytes) -> tuple[int, str]:
        if _is_rules(request):
            return MOST_RULES, ""
        kind = content_type.partition(b";")[0].strip().lower()
        if not kind or "picture" in request.meta or any(text in kind for text in _TEXT):
            return self.most, ""
        return self.most_not_text, f"{kind.decode('latin-1')}, "


def cut(request: Request, response: Response) -> Response:
    """An answer that was stopped, without its body, and with the reason; others as they are."""
    reason = request.meta.pop("cut", None)
    request.meta.pop("bound", None)
    request.meta.pop("download_maxsize", None)
    if reason is None or _is_rules(request):
        return response
    whole = response.replace(body=b"")
    remark(whole, reason)
    return whole


def _is_rules(request: Request) -> bool:
    return bool(request.meta.get("dont_obey_robotstxt"))
