"""A response as Scrapy hands it over, written down as the capture the archive keeps."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from urllib.parse import quote, urlsplit

from scrapy.http import Headers, Response
from scrapy.utils.python import to_unicode

from archive import REDIRECTS, Capture, absolute
from archive.model.clock import now
from archive.storage.captures.validators import REFUSED

CODING = "content_encoding"
"""The key of a request's meta under which its answer's Content-Encoding stands, as it came."""
_REMARK = "luubao: "  # Scrapy's flags are words of its own


def capture_of(response: Response) -> Capture:
    """The exchange as it came; for a redirect, final_url is where it leads."""
    request = response.request
    assert request is not None
    capture = Capture(
        requested_url=request.url,
        final_url=leads_to(response),
        captured_at=now(),
        status=response.status,
        headers=_as_it_came(response),
        body=response.body or None,
        encoding=charset(response),
        request_headers=_pairs(request.headers),
        via=tuple(request.meta.get("via", ())),
        detail=remarks(response),
    )
    if capture.is_partial:
        said = capture.header("Content-Range") or "it does not say which"
        capture = replace(capture, detail=capture.detail or f"not read: a part that nobody asked for ({said})")
    return capture


def remark(response: Response, what: str) -> None:
    """Says of an answer what was odd about it; the capture keeps it as its detail."""
    response.flags.append(_REMARK + what)


def remarks(response: Response) -> str | None:
    """What was said of an answer."""
    flags = [flag.removeprefix(_REMARK) for flag in response.flags if flag.startswith(_REMARK)]
    if refused := response.request.meta.get("refused") if response.request else 0:
        flags.insert(0, f"{REFUSED} {refused}")
    return "; ".join(flags) or None


def redirects(response: Response) -> bool:
    """Whether the answer sends the asker elsewhere (RFC 9110 section 15.4); a 300, a 304 or a 305 does not."""
    return response.status in REDIRECTS and "Location" in response.headers


def charset(response: Response) -> str | None:
    """The charset the HTTP header names, as it stands there."""
    content_type = to_unicode(response.headers.get("Content-Type") or b"", errors="replace")
    _, _, named = content_type.lower().partition("charset=")
    return named.split(";")[0].strip(" \"'") or None


def leads_to(response: Response) -> str:
    """The address that answered; of a redirect, where Location leads: absolute, or as it stands where it names
    something that is not on the web. One that can be understood in no way leads nowhere, to the address itself."""
    if not redirects(response):
        return response.url
    location = _spelt(response.headers.get("Location") or b"").strip()
    return absolute(response.url, location) or (location if _has_scheme(location) else response.url)


def _spelt(location: bytes) -> str:
    """A Location as text: bytes that are not UTF-8 are what the server wants to be asked for, so they are escaped; more
    slashes than two are two, as in browsers."""
    try:
        text = location.decode("utf-8")
    except UnicodeDecodeError:
        text = quote(location, safe=string.punctuation)
    return re.sub(r"^\s*/{3,}", "//", text)


def _has_scheme(location: str) -> bool:
    """Whether it is an address of another kind than http(s): ftp:, file:, an app's own."""
    try:
        return urlsplit(location).scheme not in ("", "http", "https")
    except ValueError:
        return False


def header(response: Response, name: str) -> str | None:
    """A response header as text; None where the answer has none of that name."""
    value = response.headers.get(name)
    return None if value is None else to_unicode(value, encoding="latin-1")


def field_value(value: str) -> bytes:
    """A header's value as the bytes that came: a text of ours has a letter for each byte (RFC 9110 section 5.5), one
    from elsewhere may have been read as UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")


def _as_it_came(response: Response) -> tuple[tuple[str, str], ...]:
    """The headers, with the coding that was undone since."""
    kept = tuple(pair for pair in _pairs(response.headers) if pair[0].lower() != "content-encoding")
    coding = response.request.meta.get(CODING) if response.request else None
    return (*kept, ("Content-Encoding", coding)) if coding else kept


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (to_unicode(name, encoding="latin-1"), to_unicode(value, encoding="latin-1"))
        for name, values in headers.items()
        for value in values
    )
