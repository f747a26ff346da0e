"""The Wayback Machine, and whoever speaks as it does (pywb, OpenWayback, arquivo.pt): a CDX server to ask what there
is, and replay in raw form (`id_`) to have it as it came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urljoin

from archive import REDIRECTS, Capture
from archive.exchange.content_codings import NotPacked, TooLarge, codings_of, unpack
from archive.exchange.importers.import_items import LARGEST, charset, leads_to
from archive.frontier.remote_index import Offer
from archive.model import validation
from archive.model.errors import BadValue
from crawler.backfill import cdx
from crawler.backfill.archive_client import Answer, Asker
from crawler.backfill.archive_source import Page, Span, is_document

PAGE = 3000
_ALL = "all"
_MOMENTS = 4
_HEAD, _NO_TEXT = 4096, re.compile(rb"[\x00-\x08]")
"""Bytes of a body that show whether it is text: in UTF-16 it has NUL too, but never came packed as another text."""
_LARGEST_INDEX = 512 * 1024 * 1024
_NOT = ("image/.*", "video/.*", "audio/.*", "font/.*", "text/css", ".*javascript.*")
_ORIGINAL = "x-archive-orig-"
_ITS_OWN = frozenset({
    "memento-datetime", "link", "x-archive-src", "x-app-server", "x-ts", "x-tr", "x-location", "x-cache-key", "x-rl",
    "x-na", "x-page-cache", "server-timing", "x-nid", "x-archive-redirect-reason", "preference-applied",
    "content-security-policy",
})  # fmt: skip


@dataclass(slots=True)
class Wayback:
    """index: the address of its CDX server; replay: that under which captures are replayed, with a slash at the end."""

    asker: Asker
    index: str
    replay: str
    page_size: int = PAGE

    @property
    def name(self) -> str:
        return self.index

    def queries(self, hosts: tuple[str, ...], span: Span) -> Iterator[str]:
        """One listing a host, with its subdomains."""
        for host in hosts:
            asked = {"url": host, "matchType": "domain", "output": "json", "limit": str(self.page_size)}
            if ":" in host or host.replace(".", "").isdigit():  # an address of this machine, in tests and mirrors
                asked |= {"url": f"http://{host}/", "matchType": "prefix"}
            times = {"from": span.since, "to": span.until}
            # many captures in a row with the same bytes are one state: the first is enough
            collapse = {"collapse": "digest", "showResumeKey": "true"}
            plain = {**asked, **{name: value for name, value in times.items() if value}, **collapse}
            yield urlencode([*plain.items(), *(("filter", f"!mimetype:{kind}") for kind in _NOT)])

    def page(self, query: str, key: str | None) -> Page:
        """pywb knows no resumption key: where it has more than a page, it is asked for all at once."""
        asked = query.replace(f"&limit={self.page_size}", "") if key == _ALL else query
        more = f"&{key}" if key and key != _ALL else ""
        answer = self.asker.get(f"{self.index}?{asked}{more}", largest=_LARGEST_INDEX)
        if answer.status == 404:
            return Page([], None)
        found = cdx.parse(answer.body)
        lines, resume = found.lines, found.next
        if not resume and key != _ALL and len(lines) + len(found.odd) >= self.page_size:
            return Page([], _ALL)
        offers = [
            Offer(line.url, line.captured_at, f"{line.timestamp}id_/{line.url}", line.facts.get("digest"))
            for line in lines
            if is_document(line.media_type, line.status)
        ]
        return Page(offers, urlencode({"resumeKey": resume}) if resume else None, found.odd)

    def take(self, offer: Offer) -> Capture | str:
        """The capture as it was made: its own status, headers and time."""
        answer = self._replayed(offer.place)
        original = _original(answer)
        if not _is_replayed(answer):  # an archive has pages of its own, too, which answer 200
            return f"the archive answers {answer.status} and replays nothing"
        body = _unpacked(answer)
        location = next((value for name, value in original if name.lower() == "location"), None)
        headers = tuple(
            (name, self._at_home(value) if name.lower() == "location" else value) for name, value in original
        )
        final = leads_to(offer.url, answer.status, headers) if location else offer.url
        if answer.status == 200 and not body:
            return "it is empty"
        return Capture(
            offer.url,
            final,
            _made_at(answer) or offer.captured_at,
            answer.status,
            headers,
            body or None,
            charset(headers),
        )

    def _replayed(self, place: str) -> Answer:
        """What is replayed there. An archive may lead to another moment than was asked for."""
        for _ in range(_MOMENTS):
            answer = self.asker.get(self.replay + place)
            location = urljoin(self.replay + place, answer.headers.get("location", ""))
            if _is_replayed(answer) or answer.status not in REDIRECTS or not location.startswith(self.replay):
                break
            place = location.removeprefix(self.replay)
        return answer

    def _at_home(self, location: str) -> str:
        """Where a redirect led then, without the archive's address before it."""
        _, mark, rest = location.partition("id_/")
        return rest if mark and rest.startswith(("http://", "https://")) else location


def _unpacked(answer: Answer) -> bytes:
    """The body without the coding in which it was sent, and that in which it was once kept, where it still has it.
    Raises BadValue where it cannot be had, or came only in part."""
    if len(answer.body) > LARGEST:
        raise BadValue(f"more than {LARGEST:,} bytes")
    body, named = answer.body, list[str]()
    for name in ("content-encoding", f"{_ORIGINAL}content-encoding"):
        codings, _ = codings_of(answer.headers.get(name, ""))
        with suppress(NotPacked):  # it was unpacked before it was sent
            body = _whole(body, codings)
        named += codings
    if named and _NO_TEXT.search(body[:_HEAD]):
        raise BadValue(f"it is packed, and not with {', '.join(named)}")
    return body


def _whole(body: bytes, codings: list[str]) -> bytes:
    try:
        unpacked = unpack(body, codings, LARGEST)
    except TooLarge as error:
        raise BadValue(f"it would {error}") from error
    if not unpacked.whole:
        raise BadValue("its packing has no end: only a part was recorded")
    return unpacked.body


def _original(answer: Answer) -> tuple[tuple[str, str], ...]:
    """The headers of then: the Wayback Machine writes them with a prefix, pywb as they were."""
    prefixed = [(name[len(_ORIGINAL) :], value) for name, value in answer.pairs if name.lower().startswith(_ORIGINAL)]
    plain = [
        (name, value)
        for name, value in answer.pairs
        if name.lower() not in _ITS_OWN and not name.lower().startswith(_ORIGINAL)
    ]
    typed = [pair for pair in plain if pair[0].lower() in ("content-type", "location")]
    kept = (
        [*prefixed, *(pair for pair in typed if pair[0].lower() not in {name.lower() for name, _ in prefixed})]
        if prefixed
        else plain
    )
    return tuple(
        pair for pair in kept if pair[0].lower() not in ("transfer-encoding", "connection", "content-encoding")
    )


def _made_at(answer: Answer) -> datetime | None:
    """When the capture was made that is replayed: an archive may give the nearest to the one that was asked for
    (RFC 7089 section 2.1.1)."""
    try:
        return validation.moment(parsedate_to_datetime(answer.headers["memento-datetime"]))
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _is_replayed(answer: Answer) -> bool:
    """Whether a status is the capture's own, and not the archive's: only a capture has a time."""
    return "memento-datetime" in answer.headers
