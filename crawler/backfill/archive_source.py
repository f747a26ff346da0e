"""The interface of a web archive that backfill reads from: its index of captures, and single captures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from archive import Capture
from archive.frontier.remote_index import Offer

MAX_PAGES = 100_000
"""Pages of an index, for one query: Common Crawl lists some 15,000 captures on each."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of an index listing. next: the resumption key of the next page; None on the last. odd: the error of each
    invalid line."""

    offers: list[Offer]
    next: str | None
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A range of timestamps of 14 digits or fewer, both ends included; None is open."""

    since: str | None = None
    until: str | None = None


class ArchiveSource(Protocol):
    """Another web archive."""

    @property
    def name(self) -> str:
        """The key under which its offers are stored."""

    def queries(self, hosts: tuple[str, ...], span: Span) -> Iterator[str]:
        """The index queries to send, one for each listing."""

    def page(self, query: str, key: str | None) -> ListingPage:
        """Fetches one page of a listing."""

    def take(self, offer: Offer) -> Capture | str:
        """Fetches a capture with its original status, headers and time; returns the reason where the archive has none.
        Raises ArchiveBusy, and BadValue for an offer that cannot be requested or a response that cannot be used."""


def is_document(media_type: str, status: str) -> bool:
    """Whether a capture in an index is worth fetching: an HTML page, a redirect or an error. Revisits carry no media
    type."""
    kind = media_type.lower()
    return (
        kind in ("-", "unk", "warc/revisit")
        or kind.startswith(("text/html", "application/xhtml"))
        or status[:1] in "345"
    )
