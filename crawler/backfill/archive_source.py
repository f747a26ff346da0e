"""What every archive one can reach back to must answer: what it has, and one capture of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from archive import Capture
from archive.frontier.remote_index import Offer


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing. next: what to ask for the next one with; None where it is the last. odd: what is wrong with
    lines that cannot be."""

    offers: list[Offer]
    next: str | None
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Timestamps of 14 digits or fewer, both included; None is open."""

    since: str | None = None
    until: str | None = None


class Source(Protocol):
    """An archive elsewhere."""

    @property
    def name(self) -> str:
        """Under which its offers are kept."""

    def queries(self, hosts: tuple[str, ...], span: Span) -> Iterator[str]:
        """What to ask its index, each listing by itself."""

    def page(self, query: str, key: str | None) -> Page:
        """One page of a listing."""

    def take(self, offer: Offer) -> Capture | str:
        """A capture as it was made then, or why it cannot be had. Raises ArchiveBusy, and BadValue for an offer that
        cannot be asked for or an answer that cannot be used."""


def is_document(media_type: str, status: str) -> bool:
    """Whether a line of an index is worth asking for: a page, or an answer that tells of one. Revisits carry no
    type."""
    kind = media_type.lower()
    return (
        kind in ("-", "unk", "warc/revisit")
        or kind.startswith(("text/html", "application/xhtml"))
        or status[:1] in "345"
    )
