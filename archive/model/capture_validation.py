"""The gate for a whole capture, wherever it comes from, and which and how much of its headers is kept."""

from __future__ import annotations

from dataclasses import replace

from archive.model import validation
from archive.model.errors import BadValue
from archive.model.records import Capture, Headers
from archive.model.urls import without_credentials

MOST_HEADERS = 32 * 1024
"""Bytes of an answer's headers that are kept: four times what Apache, and as much as nginx, lets a request have."""
MOST_COOKIES = 4 * 1024
"""Bytes of them that may be Set-Cookie: what every browser keeps of one cookie (RFC 6265 section 6.1). A cookie says
nothing of the page, and is another one with each answer."""
_COOKIES = ("set-cookie", "set-cookie2")
_PLACES = ("location", "content-location")
KEPT_REQUEST_HEADERS = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection", "dnt", "from",
    "host", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "pragma", "range", "referer",
    "save-data", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode",
    "sec-fetch-site", "sec-fetch-user", "te", "upgrade-insecure-requests", "user-agent",
})  # fmt: skip
"""What of a request can have decided the answer and says nothing secret of who asked. All others, such as
Proxy-Authorization, Authorization and Cookie, are never kept: a list of what is secret would miss the next one."""


def gated(capture: Capture, most_headers: int = MOST_HEADERS) -> Capture:
    """The capture, if every value of it can be what it says; headers beyond their bound are cut, and its detail says
    so. Raises BadValue."""
    headers, cut = bounded(addressed(capture.headers), most_headers)
    asked, _ = bounded(harmless(capture.request_headers), most_headers)
    return replace(
        capture,
        requested_url=validation.address(capture.requested_url),
        final_url=validation.place(capture.final_url),
        captured_at=validation.stored_moment(capture.captured_at),
        status=validation.status(capture.status),
        headers=headers,
        request_headers=asked,
        encoding=line_or_nothing(capture.encoding),
        via=tuple(map(validation.address, capture.via)),
        detail=validation.optional(validation.line)("; ".join(filter(None, (capture.detail, cut))) or None),
    )


def harmless(headers: Headers) -> Headers:
    """Of a request's headers those that may be kept, and shown."""
    named = [(name, value) for name, value in headers if name.strip().lower() in KEPT_REQUEST_HEADERS]
    return tuple((name, without_credentials(value)) for name, value in named)


def addressed(headers: Headers) -> Headers:
    """An answer's headers; where it leads, as an address without credentials."""
    return tuple((name, without_credentials(value) if name.lower() in _PLACES else value) for name, value in headers)


def without_secrets(capture: Capture) -> Capture:
    """A capture from an archive that kept more once: what may leave it."""
    return replace(
        capture,
        requested_url=without_credentials(capture.requested_url),
        final_url=without_credentials(capture.final_url),
        headers=addressed(capture.headers),
        request_headers=harmless(capture.request_headers),
        via=tuple(map(without_credentials, capture.via)),
    )


def bounded(headers: Headers, most: int = MOST_HEADERS) -> tuple[Headers, str | None]:
    """The headers that fit, whole and in their order, and what is to be said of those that do not."""
    kept: list[tuple[str, str]] = []
    left = {True: min(MOST_COOKIES, most), False: most}
    cut = 0
    for name, value in headers:
        size, cookie = len(name) + len(value) + 4, name.lower() in _COOKIES
        if size > left[False] or (cookie and size > left[True]):
            cut += size
            continue
        left[False] -= size
        left[True] -= size if cookie else 0
        kept.append((name, value))
    return tuple(kept), f"left: {cut:,} bytes of headers" if cut else None


def line_or_nothing(value: str | None) -> str | None:
    """A short text; nothing where it cannot be one."""
    try:
        return None if value is None else validation.line(value)
    except BadValue:
        return None
