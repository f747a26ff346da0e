"""Decides which article a page belongs to, before and after its outlet moved to another domain; joins near-duplicates
at two URLs; which of an article's URLs is its primary one, and which others show it or lead to it.

An article's primary URL identifies it. Any other URL, a redirect, a declared canonical URL, the same path on another
domain or with another query, or the very same text can only propose an article; the readings must resemble each other
too, either the article's recent states or what the URL itself showed, because outlets redirect dead articles to other
ones, declare one canonical URL on every page, and repeat the headlines of columns. A URL that showed one article and
shows something else now does not at once belong to another one: it may be a temporary fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from archive.history.edits import resembles, shares_text, words_of
from archive.history.facts import UrlCapture, declared_key
from archive.history.picture_changes import VISIT
from archive.history.values import Article, Doubted, History, Tombstone, UrlRendition
from archive.model.records import Outlet, Reading, Unreadable
from archive.model.urls import url_key

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
        tombstones = (*tombstones[:-1], replace(tombstones[-1], returned_at=capture.time))
    return replace(
        article, primary=capture.key, url=capture.url, last_seen=max(article.last_seen, capture.time), page=capture,
        shown=capture if capture.answer == "page" else article.shown or article.page, fetched=frozenset(),
        tombstones=tombstones, moved_to=None,
    )  # fmt: skip


def next_primary(history: History, article: Article, lost_key: str) -> str | None:
    """The URL that becomes primary URL when the present one is lost; None where no other shows the article."""
    lost_rendition = article.renditions.get(lost_key)
    since = lost_rendition.shown_at if lost_rendition else article.last_seen
    living = [
        (rendition.shown_at, key)
        for key, rendition in article.renditions.items()
        if key != lost_key and rendition.standing == "shows" and rendition.shown_at >= since - PRIMARY_TIMEOUT
        if (known := history.addresses.get(key)) and known.article == article.number
    ]
    return max(living)[1] if living else None


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
    tombstones = (*article.tombstones, Tombstone(capture.time, reason))
    return replace(article, tombstones=tombstones, moved_to=moved_to)


def take_addresses(history: History, capture: UrlCapture, number: int, declared: tuple[str, ...]) -> History:
    """Gives the article the URL of a capture, and those that redirect to it or that it declares, unless they belong to
    another article. An article whose primary URL now leads to another article has moved there."""
    known = history.addresses.get(capture.key)
    if known is None:
        history = history.with_address(capture.key, number, capture.time, "address")
    elif known.article != number:
        history, former = (
            history.with_address(capture.key, number, known.since, known.kind), history.articles[known.article],
        )  # fmt: skip
        if rendition := former.renditions.get(capture.key):
            rendition = replace(rendition, standing="elsewhere", doubted=None)
            history = history.with_article(former.with_rendition(capture.key, rendition))
    for key, kind in (*((key, "redirect") for key in capture.via), *((key, "canonical") for key in declared)):
        if key not in history.addresses and not _shows_no_article(history, key):
            history = history.with_address(key, number, capture.time, kind)
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
        new_key = next(
            (url for url in by_primary if url not in moves.values() and _shows_now(by_primary[url], former)), None
        )
        if new_key is None:
            return history
        moves[former.number] = key = new_key
        former = by_primary[key]
    for number, new_key in moves.items():
        history = history if number == successor.number else _move(history, number, by_primary[new_key])
    return history


def _shows_now(article: Article, other: Article) -> bool:
    """Whether an article's primary URL last showed another one."""
    rendition = article.renditions.get(article.primary)
    reading = rendition.doubted.reading if rendition and rendition.doubted else None
    return reading is not None and article is not other and resembles(other.latest.reading, reading)


def _move(history: History, number: int, stood: Article) -> History:
    """Gives an article the primary URL of another one, which shows it by now."""
    url, article, former = stood.primary, history.articles[number], history.articles[stood.number]
    doubted = stood.renditions[url].doubted
    assert doubted is not None  # see _shows_now
    first = doubted.capture
    rendition = UrlRendition(first.url, article.latest.reading, article.newest, first.time)
    article = replace(article, primary=url, url=first.url).with_rendition(url, rendition)
    former = replace(former, renditions={key: rendition for key, rendition in former.renditions.items() if key != url})
    known = history.addresses[url]
    history = history.with_address(url, number, known.since, known.kind)
    return history.with_article(article).with_article(former)


_ARTICLE_ID = re.compile(r"(?<!\d)\d{5,}(?!\d)")
_HEADLINE_HYPHENS = 3  # as in /cau-moi-qua-song.html


@lru_cache(maxsize=4096)
def parts_of(key: str) -> tuple[str, str]:
    """The host of a key, and the rest of it."""
    host = re.split(r"[/?]", key, maxsplit=1)[0]
    return host, key[len(host) :]


@lru_cache(maxsize=4096)
def number_in(key: str) -> str | None:
    """The article id in a URL: the last number that is long enough for one."""
    numbers = _ARTICLE_ID.findall(parts_of(key)[1])
    return str(numbers[-1]) if numbers else None


def are_domains(first: str, second: str) -> bool:
    """Whether two hosts belong to different domains: they differ, and neither is a subdomain of the other."""
    return first != second and not first.endswith(f".{second}") and not second.endswith(f".{first}")


def may_have_moved(first: str, second: str) -> bool:
    """Whether two URLs on different domains may belong to one article."""
    (host, path), (other_host, other_path) = parts_of(first), parts_of(second)
    if not are_domains(host, other_host) or not path or not other_path:
        return False
    number = number_in(first)
    return path == other_path or (number is not None and number == number_in(second))


@lru_cache(maxsize=4096)
def page_of(key: str) -> str | None:
    """A URL without its query, where its path alone names an article, by an id or by a headline; None where it does
    not."""
    page = key.partition("?")[0]
    named = number_in(page) or page.rpartition("/")[2].count("-") >= _HEADLINE_HYPHENS
    return page if named else None


def is_same_page(first: str, second: str) -> bool:
    """Whether two URLs differ by their query alone: a parameter says where a reader came from, or shows another page of
    the same article."""
    page = page_of(first)
    return page is not None and first != second and page == page_of(second)


def takes_over(key: str, primary: str, outlet: Outlet) -> bool:
    """Whether a URL on the outlet's present domain corresponds to the primary URL's URL on a former domain."""
    home = parts_of(url_key(outlet.home_url))[0]
    return parts_of(key)[0] == home and may_have_moved(key, primary)


RECENT = 4  # states that a page is compared with
TWIN_LENGTH = 200
"""A shorter text may stand at two URLs without being the same article."""


def article_of(history: History, key: str, via: tuple[str, ...], reading: Reading, outlet: Outlet) -> Article | None:
    """The article that a page at this URL belongs to, or belonged to until now; None when it is a new one."""
    tried = set[int]()
    for number in _proposed(history, key, via, reading, outlet):  # one by one: texts are compared last
        article = history.articles[number]
        if number in tried:
            continue
        tried.add(number)
        if article.primary == key:
            return article
        if _could_be(article, key, reading):
            return article
    return _shown_before(history, key)


def moved_here(history: History, article: Article, capture: UrlCapture, reading: Reading) -> Article | None:
    """The article that stands at another one's URL by now, as a look a visit ago has shown too, and stands no more at
    its own: the outlet has exchanged their URLs, or given them other numbers."""
    rendition = article.renditions.get(article.primary)
    doubted = rendition.doubted if rendition else None
    if doubted is None or doubted.reading is None or capture.time - doubted.capture.time <= VISIT:
        return None
    if not resembles(doubted.reading, reading) or _could_be(article, article.primary, reading):
        return None
    return next(
        (
            other
            for other in history.articles
            if other is not article and _left(other) and resembles(other.latest.reading, reading)
        ),
        None,
    )


def is_now_another_article(article: Article, capture: UrlCapture, doubted: Doubted) -> bool:
    """Whether a URL has become another article's: the primary URL has shown this one since."""
    if capture.key == article.primary or doubted.capture.key != capture.key or doubted.reading is None:
        return False
    primary = article.renditions.get(article.primary)
    primary_shows = primary is not None and primary.standing == "shows" and primary.shown_at > doubted.capture.time
    return primary_shows and not resembles(article.latest.reading, doubted.reading)


def _left(article: Article) -> bool:
    """Whether an article's primary URL last showed something else."""
    rendition = article.renditions.get(article.primary)
    return rendition is not None and rendition.doubted is not None and rendition.doubted.reading is not None


def _could_be(article: Article, key: str, reading: Reading) -> bool:
    """Whether a reading can be a state of an article, or a variant of one."""
    rendition = article.renditions.get(key)
    recent = [past.reading for past in article.states[-RECENT:]]
    return any(resembles(known, reading) for known in (*recent, *([rendition.reading] if rendition else ())))


def _shown_before(history: History, key: str) -> Article | None:
    known = history.addresses.get(key)
    article = history.articles[known.article] if known else None
    return article if article and key in article.renditions else None


def _proposed(history: History, key: str, via: tuple[str, ...], reading: Reading, outlet: Outlet) -> Iterator[int]:
    for address in (key, *via, *declared_key(reading, outlet)):
        if known := history.addresses.get(address):
            yield known.article
    yield from (known.article for address, known in history.addresses.items() if may_have_moved(address, key))
    yield from (
        known.article
        for address, known in history.addresses.items()
        if is_same_page(address, key) and shares_text(history.articles[known.article].latest.reading, reading)
    )
    if history.articles and len(reading.text) >= TWIN_LENGTH:
        words = words_of(reading)
        yield from (
            article.number
            for article in history.articles
            if any(words_of(past.reading) == words for past in article.states)
        )


def article_with_primary(history: History, key: str) -> Article | None:
    """The article whose primary URL a URL is."""
    return next((article for article in history.articles if article.primary == key), None)
