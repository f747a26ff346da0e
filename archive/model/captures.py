"""The gate for a whole capture, wherever it comes from, and how much of its headers is kept."""

from __future__ import annotations

from dataclasses import replace

from archive.errors import BadValue
from archive.model import gates
from archive.records import Capture, Headers

MOST_HEADERS = 32 * 1024
"""Bytes of an answer's headers that are kept: four times what Apache, and as much as nginx, lets a request have."""
MOST_COOKIES = 4 * 1024
"""Bytes of them that may be Set-Cookie: what every browser keeps of one cookie (RFC 6265 section 6.1). A cookie says
nothing of the page, and is another one with each answer."""
_COOKIES = ("set-cookie", "set-cookie2")


def gated(capture: Capture, most_headers: int = MOST_HEADERS) -> Capture:
    """The capture, if every value of it can be what it says; headers beyond their bound are cut, and its detail says
    so. Raises BadValue."""
    headers, cut = bounded(capture.headers, most_headers)
    asked, _ = bounded(capture.request_headers, most_headers)
    return replace(
        capture,
        requested_url=gates.address(capture.requested_url),
        final_url=gates.place(capture.final_url),
        captured_at=gates.stored_moment(capture.captured_at),
        status=gates.status(capture.status),
        headers=headers,
        request_headers=asked,
        encoding=line_or_nothing(capture.encoding),
        via=tuple(map(gates.address, capture.via)),
        detail=gates.optional(gates.line)("; ".join(filter(None, (capture.detail, cut))) or None),
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
        return None if value is None else gates.line(value)
    except BadValue:
        return None
