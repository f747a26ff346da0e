"""Backfill from the Wayback Machine and compatible archives (pywb, OpenWayback, arquivo.pt): a CDX server lists the
captures, raw replay (`id_`) gives them as they were recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urljoin

from archive import Capture
from archive.exchange.decompression import GZIP, BadCoding, TooLarge, codings_of, decode_body
from archive.exchange.importers.import_items import charset, leads_to
from archive.frontier.remote_index import Offer
from archive.history.facts import REDIRECTS
from archive.model import clock, validation
from archive.model.errors import BadValue, LuubaoError
from archive.model.packing import LARGEST_BODY
from crawler.backfill import commoncrawl
from crawler.backfill.archive_client import (
    ArchiveClient,
    ArchiveResponse,
    ListingPage,
    TimestampRange,
    host_query,
    in_worker,
    is_document,
)

PAGE = 3000
_WHOLE_LISTING = "all"
_MAX_REDIRECTS = 4
_SNIFFED_BYTES, _CONTROL_BYTES = 4096, re.compile(rb"[\x00-\x08]")
"""The first bytes of a body show whether it is still compressed. Text in UTF-16 has NUL too, but none has come with a
content coding."""
_LARGEST_INDEX = 64 * 1024 * 1024
_EXCLUDED_TYPES = ("image/.*", "video/.*", "audio/.*", "font/.*", "text/css", ".*javascript.*")
_ORIGINAL_PREFIX = "x-archive-orig-"
_HOP_HEADERS = ("transfer-encoding", "connection", "content-encoding")
_ARCHIVE_HEADERS = frozenset({
    "memento-datetime", "link", "x-archive-src", "x-app-server", "x-ts", "x-tr", "x-location", "x-cache-key", "x-rl",
    "x-na", "x-page-cache", "server-timing", "x-nid", "x-archive-redirect-reason", "preference-applied",
    "content-security-policy",
})  # fmt: skip


@dataclass(slots=True)
class Wayback:
    """A Wayback Machine as a source. index: the URL of its CDX server; replay: the base URL of replay, with a final
    slash."""

    client: ArchiveClient
    index: str
    replay: str
    page_size: int = PAGE

    @property
    def name(self) -> str:
        return self.index

    def queries(self, hosts: tuple[str, ...], span: TimestampRange) -> Iterator[str]:
        for host in hosts:
            # of several captures in a row with the same digest the first is enough
            collapse = {"collapse": "digest", "showResumeKey": "true"}
            plain = {**host_query(host), "limit": str(self.page_size), **span.parameters(), **collapse}
            yield urlencode([*plain.items(), *(("filter", f"!mimetype:{kind}") for kind in _EXCLUDED_TYPES)])

    def page(self, query: str, key: str | None) -> ListingPage:
        """Fetches a page of the listing. pywb has no resumption key: where it has more than a page, asks for the
        whole."""
        parameters = query.replace(f"&limit={self.page_size}", "") if key == _WHOLE_LISTING else query
        resume_parameter = f"&{key}" if key and key != _WHOLE_LISTING else ""
        answer = self.client.get(f"{self.index}?{parameters}{resume_parameter}", largest=_LARGEST_INDEX)
        if answer.status == 404:
            return ListingPage([], None)
        if len(answer.body) > _LARGEST_INDEX:
            raise LuubaoError(f"{self.index}: a page of the index has more than {_LARGEST_INDEX:,} bytes")
        parsed = commoncrawl.read_index(answer)
        lines, resume = parsed.lines, parsed.next
        if not resume and key != _WHOLE_LISTING and len(lines) + len(parsed.odd) >= self.page_size:
            return ListingPage([], _WHOLE_LISTING)
        offers = [
            Offer(line.url, line.captured_at, f"{line.timestamp}id_/{line.url}", line.facts.get("digest"))
            for line in lines
            if is_document(line.media_type, line.status)
        ]
        return ListingPage(offers, urlencode({"resumeKey": resume}) if resume else None, tuple(parsed.odd))

    def take(self, offer: Offer) -> Capture | str:
        answer = self._fetch_replay(offer.place)
        original = _original_headers(answer)
        if not _is_replayed(answer):  # the archive's own pages may have status 200, too
            return f"the archive answers {answer.status} and replays nothing"
        body = in_worker(_decoded_body, answer)
        if answer.status == 200 and not body:
            return "it is empty"
        has_location = any(name.lower() == "location" for name, _ in original)
        headers = tuple(
            (name, _original_location(value) if name.lower() == "location" else value) for name, value in original
        )
        final = leads_to(offer.url, answer.status, headers) if has_location else offer.url
        captured_at = _memento_datetime(answer) or offer.captured_at
        return Capture(offer.url, final, captured_at, answer.status, headers, body or None, charset(headers))

    def _fetch_replay(self, place: str) -> ArchiveResponse:
        """Fetches a replay. An archive may redirect to a capture of another time than the requested one."""
        for _ in range(_MAX_REDIRECTS):
            answer = self.client.get(self.replay + place)
            location = _joined(self.replay + place, answer.headers.get("location", ""))
            if _is_replayed(answer) or answer.status not in REDIRECTS or not location.startswith(self.replay):
                break
            place = location.removeprefix(self.replay)
        return answer


def _original_location(location: str) -> str:
    """The original target of a redirect, without the archive's URL before it."""
    _, mark, rest = location.partition("id_/")
    return rest if mark and rest.startswith(("http://", "https://")) else location


def _joined(url: str, location: str) -> str:
    """The target of a redirect. Raises BadValue."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise BadValue(f"the archive redirects to {validation.shown(location)}") from error


def _decoded_body(answer: ArchiveResponse) -> bytes:
    """The body without its content coding, and without the original one where the archive left it on. Raises BadValue
    where the body cannot be decoded, or is incomplete."""
    if len(answer.body) > LARGEST_BODY:
        raise BadValue(f"more than {LARGEST_BODY:,} bytes")
    body, all_codings = answer.body, list[str]()
    for name in ("content-encoding", f"{_ORIGINAL_PREFIX}content-encoding"):
        codings, _ = codings_of(answer.headers.get(name, ""))
        with suppress(BadCoding):  # the archive decoded it before sending
            body = _decode(body, codings)
        all_codings += codings
    if body.startswith(GZIP):  # a header was lost on the way
        with suppress(BadCoding):
            body = _decode(body, ["gzip"])
    if all_codings and _CONTROL_BYTES.search(body[:_SNIFFED_BYTES]):
        raise BadValue(f"it is packed, and not with {', '.join(all_codings)}")
    return body


def _decode(body: bytes, codings: list[str]) -> bytes:
    try:
        unpacked = decode_body(body, codings, LARGEST_BODY)
    except TooLarge as error:
        raise BadValue(f"it would {error}") from error
    if not unpacked.whole:
        raise BadValue("its coding has no end: only a part was recorded")
    return unpacked.body


def _original_headers(answer: ArchiveResponse) -> tuple[tuple[str, str], ...]:
    """The original headers: the Wayback Machine sends them with a prefix, pywb unchanged."""
    prefixed, plain = [], []
    for name, value in answer.pairs:
        if name.lower().startswith(_ORIGINAL_PREFIX):
            prefixed.append((name[len(_ORIGINAL_PREFIX) :], value))
        elif name.lower() not in _ARCHIVE_HEADERS:
            plain.append((name, value))
    if prefixed:
        missing = {"content-type", "location"} - {name.lower() for name, _ in prefixed}
        plain = [*prefixed, *(pair for pair in plain if pair[0].lower() in missing)]
    return tuple(pair for pair in plain if pair[0].lower() not in _HOP_HEADERS)


def _memento_datetime(answer: ArchiveResponse) -> datetime | None:
    """The time of the replayed capture: an archive may replay the one nearest to the requested time
    (RFC 7089 section 2.1.1)."""
    return validation.or_none(validation.moment, clock.http_date(answer.headers.get("memento-datetime")))


def _is_replayed(answer: ArchiveResponse) -> bool:
    """Whether the response is a replayed capture, and not the archive's own page: only a capture has
    Memento-Datetime."""
    return "memento-datetime" in answer.headers
