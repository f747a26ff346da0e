"""What Scrapy responses say: their charset, the target of a redirect, single headers, and our remarks on them."""

from __future__ import annotations

import string
from urllib.parse import quote, urlsplit

from scrapy.http import Response
from scrapy.utils.python import to_unicode

from archive import absolute
from archive.history.facts import REDIRECTS
from archive.storage.captures.capture_writer import REFUSED
from archive.text.charsets import charset_of

CODING = "content_encoding"
"""The key in a request's meta for the Content-Encoding of its response, as it came."""
_REMARK = "luubao: "  # tells our remarks from Scrapy's own flags


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
    """A Location as text: bytes that are not UTF-8 are percent-encoded, for the server wants to be asked for them."""
    try:
        return location.decode("utf-8")
    except UnicodeDecodeError:
        return quote(location, safe=string.punctuation)


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
