"""An article's URLs: which of them is its primary one (its speaker), and which others show it or lead to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from archive.history.facts import UrlCapture
from archive.history.values import Address, AddressKind, Article, ArticleState, History, Tombstone, UrlRendition
from archive.model.records import Reading, Unreadable
from archive.model.urls import print_kind

PRIMARY_TIMEOUT = timedelta(days=180)
"""How much longer ago than the speaker another URL may have shown the article, to become speaker when that one dies,
and how long ago the speaker may have shown it, to remain speaker: no longer than known articles go without a
recheck."""


def face_of(look: UrlCapture, reading: Reading, place: int) -> UrlRendition:
    """The face of a URL that shows the article's state with that index."""
    return UrlRendition(look.url, reading, place, look.at)


def put(article: Article, latest: ArticleState) -> Article:
    """The article with its newest state replaced."""
    return replace(article, stands=(*article.stands[:-1], latest))


def put_face(article: Article, key: str, face: UrlRendition) -> Article:
    """The article with the face of one URL replaced."""
    return replace(article, faces={**article.faces, key: face})


def is_primary_alive(article: Article, at: datetime) -> bool:
    """Whether the speaker's last answer showed the article, and lately. A speaker that died, redirects elsewhere,
    answers only with errors or is not requested any more gives way when another URL shows something."""
    face = article.faces.get(article.speaker)
    return face is not None and face.standing == "shows" and at - face.shown_at <= PRIMARY_TIMEOUT


def make_primary(article: Article, look: UrlCapture) -> Article:
    """Makes the URL of a capture the article's speaker."""
    return replace(article, speaker=look.key, url=look.url)


def seen_again(article: Article, look: UrlCapture) -> Article:
    """The speaker has shown the article; if it was gone, it has returned."""
    tombstones = article.tombstones
    if article.is_gone:
        tombstones = (*tombstones[:-1], replace(tombstones[-1], returned_at=look.at))
    return replace(
        article, seen=max(article.seen, look.at), page=look, fetched=frozenset(), tombstones=tombstones, moved_to=None
    )


def next_primary(history: History, article: Article, lost_key: str) -> str | None:
    """The URL that becomes speaker when the present one is lost; None where no other shows the article."""
    lost_face = article.faces.get(lost_key)
    since = lost_face.shown_at if lost_face else article.seen
    living = [
        (face.shown_at, key)
        for key, face in article.faces.items()
        if key != lost_key and face.standing == "shows" and face.shown_at >= since - PRIMARY_TIMEOUT
        if _belongs_to(history, article, key)
    ]
    return max(living)[1] if living else None


def _belongs_to(history: History, article: Article, key: str) -> bool:
    known = history.addresses.get(key)
    return known is not None and known.article == article.number


def remove_url(history: History, key: str, look: UrlCapture, reason: str, moved_to: int | None = None) -> History:
    """The URL no longer shows its articles. An article that another URL still shows is not gone; any other has
    disappeared."""
    articles = tuple(_without_url(history, article, key, look, reason, moved_to) for article in history.articles)
    return replace(history, articles=articles)


def _without_url(
    history: History, article: Article, key: str, look: UrlCapture, reason: str, moved_to: int | None
) -> Article:
    if article.number == moved_to:
        return article
    if face := article.faces.get(key):
        article = put_face(article, key, replace(face, standing="dead", doubted=None))
    if article.speaker != key or article.is_gone:
        return article
    if heir := next_primary(history, article, key):
        return replace(article, speaker=heir, url=article.faces[heir].url)
    tombstones = (*article.tombstones, Tombstone(look.at, reason))
    return replace(article, tombstones=tombstones, moved_to=moved_to)


def take_addresses(history: History, look: UrlCapture, number: int, declared: tuple[str, ...]) -> History:
    """Gives the article the URL of a capture, and those that redirect to it or that it declares, unless they belong to
    another article. An article whose speaker now leads to another article has moved there."""
    known = history.addresses.get(look.key)
    if known is None or known.article != number:
        since, kind = (look.at, print_kind(look.key) or "address") if known is None else (known.since, known.kind)
        history = replace(history, addresses={**history.addresses, look.key: Address(number, since, kind)})  # type: ignore[arg-type]  # print_kind names such kinds
    if known is not None and known.article != number:
        history = _given_away(history, known.article, look.key)
    redirects: list[tuple[str, AddressKind]] = [(key, "redirect") for key in look.via]
    for key, address_kind in (*redirects, *((key, "canonical") for key in declared)):
        if key not in history.addresses and not _shows_no_article(history, key):
            address = Address(number, look.at, print_kind(key) or address_kind)  # type: ignore[arg-type]  # as above
            history = replace(history, addresses={**history.addresses, key: address})
    return note_moved(history, look, number)


def _shows_no_article(history: History, key: str) -> bool:
    """Whether a URL last showed a list, or something else that is no article: outlets declare these as canonical
    too."""
    page = history.pages.get(key)
    return page is not None and isinstance(page.said, Unreadable)


def note_moved(history: History, look: UrlCapture, number: int) -> History:
    """Articles whose speaker now redirects to another article have moved there."""
    for key in look.via:
        history = remove_url(history, key, look, f"redirected to {look.url}", moved_to=number)
    return history


def _given_away(history: History, number: int, key: str) -> History:
    article = history.articles[number]
    if face := article.faces.get(key):
        article = put_face(article, key, replace(face, standing="elsewhere", doubted=None))
    return replace(history, articles=tuple(article if other.number == number else other for other in history.articles))
