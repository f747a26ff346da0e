"""Who speaks for an article, and which addresses are its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from archive.history.facts import Look
from archive.history.values import Address, AddressKind, Article, Face, History, Stand, Tombstone
from archive.model.records import Reading, Unreadable
from archive.model.urls import print_kind

HEARD = timedelta(days=180)
"""How much longer ago than the speaker another address may have shown the article, to speak for it when that one dies,
and how long ago the speaker may, to keep the word: no longer than known articles are left unasked."""


def face_of(look: Look, reading: Reading, place: int) -> Face:
    """What an address shows that shows the article's state in that place."""
    return Face(look.url, reading, place, look.at)


def put(article: Article, latest: Stand) -> Article:
    """The article with its newest state told otherwise."""
    return replace(article, stands=(*article.stands[:-1], latest))


def put_face(article: Article, key: str, face: Face) -> Article:
    """The article, of which an address shows that face now."""
    return replace(article, faces={**article.faces, key: face})


def is_heard(article: Article, at: datetime) -> bool:
    """Whether the speaker last showed the article, and lately. Nobody speaks for ever: one that died, leads elsewhere,
    answers with nothing that says anything or is not asked any more is no longer heard when another address has
    something to say."""
    face = article.faces.get(article.speaker)
    return face is not None and face.standing == "shows" and at - face.shown_at <= HEARD


def pass_word(article: Article, look: Look) -> Article:
    """The address of a look speaks for the article from now on."""
    return replace(article, speaker=look.key, url=look.url)


def seen_again(article: Article, look: Look) -> Article:
    """The speaker has shown the article; if it was gone, it has returned."""
    stones = article.tombstones
    if article.is_gone:
        stones = (*stones[:-1], replace(stones[-1], returned_at=look.at))
    return replace(
        article, seen=max(article.seen, look.at), page=look, fetched=frozenset(), tombstones=stones, moved_to=None
    )


def heir_of(history: History, article: Article, lost: str) -> str | None:
    """The address that goes on showing an article when the one that spoke for it is lost."""
    own = article.faces.get(lost)
    since = own.shown_at if own else article.seen
    living = [
        (face.shown_at, key)
        for key, face in article.faces.items()
        if key != lost and face.standing == "shows" and face.shown_at >= since - HEARD
        if _is_its(history, article, key)
    ]
    return max(living)[1] if living else None


def _is_its(history: History, article: Article, key: str) -> bool:
    known = history.addresses.get(key)
    return known is not None and known.article == article.number


def leave(history: History, key: str, look: Look, reason: str, moved_to: int | None = None) -> History:
    """An address shows its articles no longer. One that lives on elsewhere is not gone; any other has disappeared."""
    articles = tuple(_left(history, one, key, look, reason, moved_to) for one in history.articles)
    return replace(history, articles=articles)


def _left(history: History, article: Article, key: str, look: Look, reason: str, moved_to: int | None) -> Article:
    if article.number == moved_to:
        return article
    if face := article.faces.get(key):
        article = put_face(article, key, replace(face, standing="dead", doubted=None))
    if article.speaker != key or article.is_gone:
        return article
    if heir := heir_of(history, article, key):
        return replace(article, speaker=heir, url=article.faces[heir].url)
    stones = (*article.tombstones, Tombstone(look.at, reason))
    return replace(article, tombstones=stones, moved_to=moved_to)


def take_addresses(history: History, look: Look, number: int, declared: tuple[str, ...]) -> History:
    """Makes an address the article's, and those that led or are declared here, where they are nobody's yet. An article
    that spoke at an address which now leads to another one has moved there."""
    before = history.addresses.get(look.key)
    if before is None or before.article != number:
        since, kind = (look.at, print_kind(look.key) or "address") if before is None else (before.since, before.kind)
        history = replace(history, addresses={**history.addresses, look.key: Address(number, since, kind)})  # type: ignore[arg-type]  # print_kind names such kinds
    if before is not None and before.article != number:
        history = _lost(history, before.article, look.key)
    ways: list[tuple[str, AddressKind]] = [(key, "redirect") for key in look.via]
    for key, way in (*ways, *((key, "canonical") for key in declared)):
        if key not in history.addresses and not _is_no_article(history, key):
            address = Address(number, look.at, print_kind(key) or way)  # type: ignore[arg-type]  # as above
            history = replace(history, addresses={**history.addresses, key: address})
    return note_moved(history, look, number)


def _is_no_article(history: History, key: str) -> bool:
    """Whether an address last showed a list, or something else that is no article: papers declare these too."""
    page = history.pages.get(key)
    return page is not None and isinstance(page.said, Unreadable)


def note_moved(history: History, look: Look, number: int) -> History:
    """Articles that spoke where it now leads to another article have moved there."""
    for key in look.via:
        history = leave(history, key, look, f"redirected to {look.url}", moved_to=number)
    return history


def _lost(history: History, number: int, key: str) -> History:
    article = history.articles[number]
    if face := article.faces.get(key):
        article = put_face(article, key, replace(face, standing="elsewhere", doubted=None))
    return replace(history, articles=tuple(article if one.number == number else one for one in history.articles))
