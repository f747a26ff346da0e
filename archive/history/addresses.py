"""An article's URLs: which of them is its primary one (its primary URL), and which others show it or lead to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from archive.history.edits import resembles
from archive.history.facts import UrlCapture
from archive.history.values import Article, History, Tombstone, UrlRendition
from archive.model.records import Unreadable

PRIMARY_TIMEOUT = timedelta(days=180)
"""How much longer ago than the primary URL another URL may have shown the article, to take its place when it dies; and
how long ago the primary URL may have shown it, to remain primary: no longer than known articles go without a
recheck."""


def is_primary_alive(article: Article, moment: datetime) -> bool:
    """Whether the primary URL's last answer showed the article, and lately. One that died, redirects elsewhere,
    answers only with errors or is not requested any more gives way when another URL shows something."""
    rendition = article.renditions.get(article.primary)
    return rendition is not None and rendition.standing == "shows" and moment - rendition.shown_at <= PRIMARY_TIMEOUT


def seen_at(article: Article, capture: UrlCapture) -> Article:
    """The article after a capture by which its URL is the primary one; if it was gone, it has returned."""
    tombstones = article.tombstones
    if article.is_gone:
        tombstones = (*tombstones[:-1], replace(tombstones[-1], returned_at=capture.at))
    return replace(
        article, primary=capture.key, url=capture.url, seen=max(article.seen, capture.at), page=capture,
        shown=capture if capture.answer == "page" else article.shown or article.page, fetched=frozenset(),
        tombstones=tombstones, moved_to=None,
    )  # fmt: skip


def next_primary(history: History, article: Article, lost_key: str) -> str | None:
    """The URL that becomes primary URL when the present one is lost; None where no other shows the article."""
    lost_rendition = article.renditions.get(lost_key)
    since = lost_rendition.shown_at if lost_rendition else article.seen
    living = [
        (rendition.shown_at, key)
        for key, rendition in article.renditions.items()
        if key != lost_key and rendition.standing == "shows" and rendition.shown_at >= since - PRIMARY_TIMEOUT
        if _belongs_to(history, article, key)
    ]
    return max(living)[1] if living else None


def _belongs_to(history: History, article: Article, key: str) -> bool:
    known = history.addresses.get(key)
    return known is not None and known.article == article.number


def remove_url(history: History, key: str, capture: UrlCapture, reason: str, moved_to: int | None = None) -> History:
    """The URL no longer shows its articles. An article that another URL still shows is not gone; any other has
    disappeared."""
    articles = tuple(_without_url(history, article, key, capture, reason, moved_to) for article in history.articles)
    return replace(history, articles=articles)


def _without_url(
    history: History, article: Article, key: str, capture: UrlCapture, reason: str, moved_to: int | None
) -> Article:
    if article.number == moved_to:
        return article
    if rendition := article.renditions.get(key):
        article = article.with_rendition(key, replace(rendition, standing="dead", doubted=None))
    if article.primary != key or article.is_gone:
        return article
    if successor := next_primary(history, article, key):
        return replace(article, primary=successor, url=article.renditions[successor].url)
    tombstones = (*article.tombstones, Tombstone(capture.at, reason))
    return replace(article, tombstones=tombstones, moved_to=moved_to)


def take_addresses(history: History, capture: UrlCapture, number: int, declared: tuple[str, ...]) -> History:
    """Gives the article the URL of a capture, and those that redirect to it or that it declares, unless they belong to
    another article. An article whose primary URL now leads to another article has moved there."""
    known = history.addresses.get(capture.key)
    if known is None:
        history = history.with_address(capture.key, number, capture.at, "address")
    elif known.article != number:
        history = _given_away(
            history.with_address(capture.key, number, known.since, known.kind), known.article, capture.key
        )
    for key, kind in (*((key, "redirect") for key in capture.via), *((key, "canonical") for key in declared)):
        if key not in history.addresses and not _shows_no_article(history, key):
            history = history.with_address(key, number, capture.at, kind)
    return note_moved(history, capture, number)


def _shows_no_article(history: History, key: str) -> bool:
    """Whether a URL last showed a list, or something else that is no article: outlets declare these as canonical
    too."""
    page = history.pages.get(key)
    return page is not None and isinstance(page.reading, Unreadable)


def note_moved(history: History, capture: UrlCapture, number: int) -> History:
    """Articles whose primary URL now redirects to another article have moved there."""
    for key in capture.via:
        history = remove_url(history, key, capture, f"redirected to {capture.url}", moved_to=number)
    return history


def exchanged(history: History, capture: UrlCapture, successor: Article) -> History:
    """The primary URL of one article has come to show another, its successor there. The former one goes on where it
    stands by now, and so does the one that stood there; nothing changes where one of them stands nowhere."""
    by_primary = {article.primary: article for article in history.articles}
    key, former, moves = capture.key, by_primary[capture.key], {successor.number: capture.key}
    while former.number not in moves:
        there = next(
            (url for url in by_primary if url not in moves.values() and _shows_now(by_primary[url], former)), None
        )
        if there is None:
            return history
        moves[former.number] = key = there
        former = by_primary[key]
    for number, there in moves.items():
        history = history if number == successor.number else _move(history, number, by_primary[there])
    return history


def _shows_now(article: Article, other: Article) -> bool:
    """Whether an article's primary URL last showed another one."""
    rendition = article.renditions.get(article.primary)
    reading = rendition.doubted.reading if rendition and rendition.doubted else None
    return reading is not None and article is not other and resembles(other.latest.reading, reading)


def _move(history: History, number: int, stood: Article) -> History:
    """Gives an article the primary URL of another one, which shows it by now."""
    there, article, former = stood.primary, history.articles[number], history.articles[stood.number]
    doubted = stood.renditions[there].doubted
    assert doubted is not None  # see _shows_now
    first = doubted.capture
    rendition = UrlRendition(first.url, article.latest.reading, article.newest, first.at)
    article = replace(article, primary=there, url=first.url).with_rendition(there, rendition)
    former = replace(
        former, renditions={key: rendition for key, rendition in former.renditions.items() if key != there}
    )
    known = history.addresses[there]
    history = history.with_address(there, number, known.since, known.kind)
    return history.with_article(article).with_article(former)


def _given_away(history: History, number: int, key: str) -> History:
    article = history.articles[number]
    if rendition := article.renditions.get(key):
        article = article.with_rendition(key, replace(rendition, standing="elsewhere", doubted=None))
    return history.with_article(article)
