"""Validates captures, wherever they come from, and decides which headers are kept, and how much of them; validates
links and the measures of runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from archive.model import validation
from archive.model.errors import BadValue
from archive.model.records import Capture, Headers, Link
from archive.model.urls import without_credentials

MOST_HEADERS = 32 * 1024
"""Bytes of a response's headers that are kept: four times what Apache, and as much as nginx, allows a request."""
MOST_COOKIES = 4 * 1024
"""Bytes of these that may be Set-Cookie: what every browser keeps of one cookie (RFC 6265 section 6.1). A cookie says
nothing about the page, and differs with each response."""
_COOKIE_HEADERS = ("set-cookie", "set-cookie2")
_URL_HEADERS = ("location", "content-location")
KEPT_REQUEST_HEADERS = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection", "dnt", "from",
    "host", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "pragma", "range", "referer",
    "save-data", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode",
    "sec-fetch-site", "sec-fetch-user", "te", "upgrade-insecure-requests", "user-agent",
})  # fmt: skip
"""Request headers that can have decided the response and reveal no secret of the client. All others, such as
Proxy-Authorization, Authorization and Cookie, are never kept: a list of secret headers would miss the next one."""


def validated(capture: Capture, most_headers: int = MOST_HEADERS) -> Capture:
    """The capture, if all of its values are valid; headers beyond their bound are dropped, and its detail says so.
    Raises BadValue."""
    headers, dropped_note = truncated_headers(without_url_credentials(capture.headers), most_headers)
    request_headers, _ = truncated_headers(allowed_request_headers(capture.request_headers), most_headers)
    return replace(
        capture,
        requested_url=validation.address(capture.requested_url),
        final_url=validation.place(capture.final_url),
        captured_at=validation.stored_moment(capture.captured_at),
        status=validation.status(capture.status),
        headers=headers,
        request_headers=request_headers,
        encoding=validation.or_none(validation.line, capture.encoding),
        via=tuple(map(validation.address, capture.via)),
        detail=validation.optional(validation.line)("; ".join(filter(None, (capture.detail, dropped_note))) or None),
    )


def allowed_request_headers(headers: Headers) -> Headers:
    """The request headers that may be kept and shown."""
    kept = [(name, value) for name, value in headers if name.strip().lower() in KEPT_REQUEST_HEADERS]
    return tuple((name, without_credentials(value)) for name, value in kept)


def without_url_credentials(headers: Headers) -> Headers:
    """A response's headers, with credentials removed from the URLs in them."""
    return tuple(
        (name, without_credentials(value) if name.lower() in _URL_HEADERS else value) for name, value in headers
    )


def without_secrets(capture: Capture) -> Capture:
    """A capture from an archive that once stored more, reduced to what may leave the archive."""
    return replace(
        capture,
        requested_url=without_credentials(capture.requested_url),
        final_url=without_credentials(capture.final_url),
        headers=without_url_credentials(capture.headers),
        request_headers=allowed_request_headers(capture.request_headers),
        via=tuple(map(without_credentials, capture.via)),
    )


def truncated_headers(headers: Headers, most: int = MOST_HEADERS) -> tuple[Headers, str | None]:
    """The headers that fit, whole and in order, and a note on those that do not."""
    kept: list[tuple[str, str]] = []
    remaining = {True: min(MOST_COOKIES, most), False: most}
    dropped_bytes = 0
    for name, value in headers:
        size, is_cookie = len(name) + len(value) + 4, name.lower() in _COOKIE_HEADERS
        if size > remaining[False] or (is_cookie and size > remaining[True]):
            dropped_bytes += size
            continue
        remaining[False] -= size
        remaining[True] -= size if is_cookie else 0
        kept.append((name, value))
    return tuple(kept), f"left: {dropped_bytes:,} bytes of headers" if dropped_bytes else None


def valid_links(links: Iterable[Link]) -> Iterator[Link]:
    """The links, without invalid times; links with an invalid URL are left out."""
    for link in links:
        if len(link.url) > validation.LONGEST_ADDRESS or not validation.is_address(link.url):
            continue
        if link.lastmod is None and link.published is None:
            yield link
        else:
            lastmod, published = (
                validation.or_none(validation.claimed_moment, moment) for moment in (link.lastmod, link.published)
            )
            yield replace(link, lastmod=lastmod, published=published)


def run_measures(value: object) -> dict[str, Any]:
    """An object as archive.monitor.health writes it, in JSON. Unknown names are left as they are."""
    measures = validation.json_object(value)
    for name, measure in measures.items():
        if name in _MEASURES:
            _MEASURES[name](measure)
    return measures


def _object_of(validator: Callable[[object], object]) -> Callable[[object], object]:
    """Validator of an object whose every value passes the given validator."""

    def check(measures: object) -> None:
        if not isinstance(measures, dict):
            raise BadValue(f"{validation.shown(measures)} is no object of measures")
        for name, measure in measures.items():
            validation.line(name)
            validator(measure)

    return check


def _name_list(names: object) -> None:
    if not isinstance(names, list):
        raise BadValue(f"{validation.shown(names)} is no list of names")
    for name in names:
        validation.line(name)


def _share(share: object) -> None:
    if not isinstance(share, list) or len(share) != 2:
        raise BadValue(f"{validation.shown(share)} is not how many of how many")
    for number in share:
        validation.count(number)


def _seed(seed: object) -> None:
    if not isinstance(seed, dict):
        raise BadValue(f"{validation.shown(seed)} is not what a seed answered")
    validation.line(seed.get("outcome"))
    validation.optional(validation.count)(seed.get("links"))
    validation.optional(validation.claimed_moment)(seed.get("newest"))


_COUNTS = _object_of(validation.count)
_MEASURES: dict[str, Callable[[object], object]] = {
    "new": validation.count, "flags": _name_list, "told": _name_list,
    "shares": _object_of(_share), "seeds": _object_of(_seed),
    "sections": _COUNTS, "kinds": _COUNTS, "body_from": _COUNTS, "containers": _COUNTS,
}  # fmt: skip
