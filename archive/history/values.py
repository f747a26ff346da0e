"""What a history is: articles with their states, their addresses and disappearances, and what each capture came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archive.history.facts import Look, PictureLook, Shown
from archive.model.records import Reading

Standing = Literal["shows", "dead", "silent", "elsewhere"]
"""What an address last said of its article: it shows it; it is dead or leads elsewhere; it answered with nothing that
says anything (an error, a wall, a page that is doubted); it shows another article."""

AddressKind = Literal["address", "redirect", "canonical", "mobile", "amp", "print"]


@dataclass(frozen=True, slots=True)
class Stand:
    """A state that stood at an article, from when it was first seen until another was.

    state: names the words, equal for two prints of one wording. proof: the capture that shows these words; picture: the
    fetch that opened the state, where its words had stood before. pictures: address -> what it showed, as far as it was
    fetched while the state stood. lacks: fields in which the print that proved it differs from the fuller one of the
    article.
    """

    state: str
    digest: str
    reading: Reading
    proof: Look
    at: datetime
    seen: datetime
    changed: tuple[str, ...] = ()
    pictures: Mapping[str, Shown] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()
    picture: PictureLook | None = None


@dataclass(frozen=True, slots=True)
class Doubted:
    """What an address showed last, and was not believed; look: when it first showed that. fetches: what the pictures of
    this reading have shown since. reading: None where it is a disappearance that is not believed yet."""

    look: Look
    reading: Reading | None
    why: str
    fetches: tuple[PictureLook, ...] = ()


@dataclass(frozen=True, slots=True)
class Face:
    """What one address shows of an article, at url. stand: the state it shows, or is another print of, by its place in
    the article's states. differs: fields in which this print differs from the article as it is told. doubted: what it
    showed last and was not believed."""

    url: str
    reading: Reading
    stand: int
    shown_at: datetime
    standing: Standing = "shows"
    differs: frozenset[str] = frozenset()
    doubted: Doubted | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A disappearance; returned_at: None while the article is gone."""

    gone_at: datetime
    reason: str
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """number: its place in the history. speaker: the address that speaks for it, and url as that answered.
    first: when any address first showed it; seen: when its speaker last did. page: the last capture of its speaker that
    showed it, with which a visit begins; fetched: the pictures asked for since. moved_to: the article its address leads
    to now."""

    number: int
    speaker: str
    url: str
    stands: tuple[Stand, ...]
    faces: Mapping[str, Face]
    first: datetime
    seen: datetime
    page: Look
    fetched: frozenset[str] = frozenset()
    tombstones: tuple[Tombstone, ...] = ()
    moved_to: int | None = None

    @property
    def latest(self) -> Stand:
        """The newest state."""
        return self.stands[-1]

    @property
    def place(self) -> int:
        """The place of the newest state."""
        return len(self.stands) - 1

    @property
    def is_gone(self) -> bool:
        """Whether it has disappeared and not returned."""
        return bool(self.tombstones) and self.tombstones[-1].returned_at is None


@dataclass(frozen=True, slots=True)
class Address:
    """An address and the article it stands for, since when, and how it leads there."""

    article: int
    since: datetime
    kind: AddressKind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a capture of a page came to. stand: the article's state it showed, by its place; None where it showed none,
    and `why` says why not. doubted: it was not believed."""

    look: Look
    article: int | None = None
    stand: int | None = None
    why: str = ""
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """All that the captures of a few addresses that belong together amount to. Frozen: a step gives another one.

    pages: the last page of each address, which a 304 confirms. hops: where an address led when it was last asked.
    pictures: the last that each picture's address showed, and when.
    """

    articles: tuple[Article, ...] = ()
    addresses: Mapping[str, Address] = field(default_factory=dict)
    pages: Mapping[str, Look] = field(default_factory=dict)
    hops: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, PictureLook] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()


NOTHING = History()
