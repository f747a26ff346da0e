"""Converts a Scrapy response to the Capture that the archive keeps."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from urllib.parse import quote, urlsplit

from scrapy.http import Headers, Response
from scrapy.utils.python import to_unicode

from archive import Capture, absolute
from archive.history.responses import REDIRECTS
from archive.model.clock import now
from archive.storage.captures.request_validators import REFUSED
from archive.text.charsets import charset_of

CODING = "content_encoding"
"""The key in a request's meta for the Content-Encoding of its response, as it came."""
_REMARK = "luubao: "  # tells our remarks from Scrapy's own flags


def capture_of(response: Response) -> Capture:
    """The capture of a response; of a redirect, final_url is its target."""
    request = response.request
    assert request is not None
    capture = Capture(
        requested_url=request.url,
        final_url=leads_to(response),
        captured_at=now(),
        status=response.status,
        headers=_original_headers(response),
        body=response.body or None,
        encoding=charset(response),
        request_headers=_header_pairs(request.headers),
        via=tuple(request.meta.get("via", ())),
        detail=remarks(response),
    )
    if capture.is_partial:
        content_range = capture.header("Content-Range") or "it does not say which"
        capture = replace(capture, detail=capture.detail or f"not read: a part that nobody asked for ({content_range})")
    return capture


def remark(response: Response, text: str) -> None:
    response.flags.append(_REMARK + text)


def without_body(response: Response, reason: str) -> Response:
    """The response without its body, with the reason as a remark."""
    bodiless = response.replace(body=b"")
    remark(bodiless, reason)
    return bodiless


def remarks(response: Response) -> str | None:
    flags = [flag.removeprefix(_REMARK) for flag in response.flags if flag.startswith(_REMARK)]
    if refused := response.request.meta.get("refused") if response.request else 0:
        flags.insert(0, f"{REFUSED} {refused}")
    return "; ".join(flags) or None


def redirects(response: Response) -> bool:
    """Whether the response is a redirect with a target (RFC 9110 section 15.4); a 300, a 304 or a 305 is none."""
    return response.status in REDIRECTS and "Location" in response.headers


def charset(response: Response) -> str | None:
    """The charset that the Content-Type header names, as written."""
    return charset_of(to_unicode(response.headers.get("Content-Type") or b"", errors="replace"))


def leads_to(response: Response) -> str:
    """The address that answered; of a redirect its target: absolute, or as written where it is not on the web. A
    Location that cannot be parsed leads to the address itself."""
    if not redirects(response):
        return response.url
    location = _location_text(response.headers.get("Location") or b"").strip()
    return absolute(response.url, location) or (location if _has_scheme(location) else response.url)


def _location_text(location: bytes) -> str:
    """A Location as text: bytes that are not UTF-8 are percent-encoded, for the server wants to be asked for them; more
    than two leading slashes are two, as in browsers."""
    try:
        text = location.decode("utf-8")
    except UnicodeDecodeError:
        text = quote(location, safe=string.punctuation)
    return re.sub(r"^\s*/{3,}", "//", text)


def _has_scheme(location: str) -> bool:
    """Whether an address has another scheme than http(s): ftp:, file:, an app's own."""
    try:
        return urlsplit(location).scheme not in ("", "http", "https")
    except ValueError:
        return False


def header(response: Response, name: str) -> str | None:
    """A response header as text; None where the response has none of that name."""
    value = response.headers.get(name)
    return None if value is None else to_unicode(value, encoding="latin-1")


def field_value(value: str) -> bytes:
    """A header's value as bytes: luubao's text has one letter for each byte (RFC 9110 section 5.5), text from elsewhere
    may have been decoded as UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")


def _original_headers(response: Response) -> tuple[tuple[str, str], ...]:
    """The headers, with the Content-Encoding that the decompression middleware removed."""
    headers = tuple(pair for pair in _header_pairs(response.headers) if pair[0].lower() != "content-encoding")
    coding = response.request.meta.get(CODING) if response.request else None
    return (*headers, ("Content-Encoding", coding)) if coding else headers


def _header_pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (to_unicode(name, encoding="latin-1"), to_unicode(value, encoding="latin-1"))
        for name, values in headers.items()
        for value in values
    )
