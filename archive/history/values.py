"""The output of a history: articles with their states, URLs and disappearances, and the verdict on each capture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, cast

from archive.history.facts import PictureFetch, Shown, UrlCapture
from archive.model.records import Reading
from archive.model.urls import print_kind

Standing = Literal["shows", "dead", "silent", "elsewhere"]
"""What a URL last did for its article: it shows it; it is dead or redirects elsewhere; it is silent (an error, a wall,
a doubted page); it shows another article."""

AddressKind = Literal["address", "redirect", "canonical", "mobile", "amp", "print"]


@dataclass(frozen=True, slots=True)
class ArticleState:
    """A state of an article, from when it was first seen until the next one was.

    state: names the words, equal for two variants with one wording. proof: the capture that shows these words; picture:
    the fetch that opened the state, where its words had stood before. pictures: URL -> what it showed, as far as it was
    fetched while the state stood. lacks: fields in which the variant that proved it differs from the article's fuller
    one.
    """

    state: str
    digest: str
    reading: Reading
    proof: UrlCapture
    first_seen: datetime
    last_seen: datetime
    changed: tuple[str, ...] = ()
    pictures: Mapping[str, Shown] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()
    picture: PictureFetch | None = None


@dataclass(frozen=True, slots=True)
class Doubted:
    """What a URL showed last, and was not accepted; capture: its first capture. fetches: fetches since of this
    reading's pictures. reading: None for a disappearance that is not accepted yet."""

    capture: UrlCapture
    reading: Reading | None
    why: str
    fetches: tuple[PictureFetch, ...] = ()


@dataclass(frozen=True, slots=True)
class UrlRendition:
    """What one URL shows of an article, at url. state_index: of the state that it shows, or is a variant of. differs:
    fields in which this variant differs from that state. doubted: what it showed last and was not accepted."""

    url: str
    reading: Reading
    state_index: int
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
    """number: its index in the history. primary: the key of its primary URL, and url as that answered. first_seen: when
    any of its URLs first showed it; last_seen: when its primary URL last did. page: that URL's last capture that showed
    it, with which a visit begins; shown: the last one that brought its page; None for the first; fetched: the pictures
    requested since. moved_to: the article that its URL leads to now."""

    number: int
    primary: str
    url: str
    states: tuple[ArticleState, ...]
    renditions: Mapping[str, UrlRendition]
    first_seen: datetime
    last_seen: datetime
    page: UrlCapture
    fetched: frozenset[str] = frozenset()
    tombstones: tuple[Tombstone, ...] = ()
    moved_to: int | None = None
    shown: UrlCapture | None = None

    @property
    def latest(self) -> ArticleState:
        """The newest state."""
        return self.states[-1]

    @property
    def newest(self) -> int:
        """The index of the newest state."""
        return len(self.states) - 1

    @property
    def is_gone(self) -> bool:
        """Whether it has disappeared and not returned."""
        return bool(self.tombstones) and self.tombstones[-1].returned_at is None

    def with_latest(self, latest: ArticleState) -> Article:
        """The article with its newest state replaced."""
        return replace(self, states=(*self.states[:-1], latest))

    def with_rendition(self, key: str, rendition: UrlRendition) -> Article:
        """The article with the rendition of one URL replaced."""
        return replace(self, renditions={**self.renditions, key: rendition})

    def with_renditions_at(self, state_index: int, change: Callable[[UrlRendition], UrlRendition]) -> Article:
        """The article with the renditions of one state changed."""
        renditions = {
            key: change(rendition) if rendition.state_index == state_index else rendition
            for key, rendition in self.renditions.items()
        }
        return replace(self, renditions=renditions)


@dataclass(frozen=True, slots=True)
class Address:
    """A URL and the article it belongs to, since when, and how it leads there."""

    article: int
    since: datetime
    kind: AddressKind


@dataclass(frozen=True, slots=True)
class CaptureVerdict:
    """The result for a capture of a page. state_index: of the article's state it showed; None where it showed none, and
    `why` says why not. doubted: it was not accepted."""

    capture: UrlCapture
    article: int | None = None
    state_index: int | None = None
    why: str = ""
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """The result for the captures of a few URLs that belong together. Frozen: a step returns another one.

    pages: the last page of each URL, which a 304 confirms. hops: where a URL redirected when it was last requested.
    missing: URLs that were gone when last requested. pictures: what each picture's URL last showed, and when.
    """

    articles: tuple[Article, ...] = ()
    addresses: Mapping[str, Address] = field(default_factory=dict)
    pages: Mapping[str, UrlCapture] = field(default_factory=dict)
    hops: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    pictures: Mapping[str, PictureFetch] = field(default_factory=dict)
    verdicts: tuple[CaptureVerdict, ...] = ()

    def with_article(self, article: Article) -> History:
        """The history with an article that has changed."""
        articles = (article if other.number == article.number else other for other in self.articles)
        return replace(self, articles=tuple(articles))

    def with_verdict(self, verdict: CaptureVerdict) -> History:
        """The history with one more verdict."""
        return replace(self, verdicts=(*self.verdicts, verdict))

    def with_address(self, key: str, article: int, since: datetime, kind: str) -> History:
        """The history with a URL given to an article. kind: where the URL's form does not tell it."""
        address = Address(article, since, cast(AddressKind, print_kind(key) or kind))
        return replace(self, addresses={**self.addresses, key: address})


NOTHING = History()
