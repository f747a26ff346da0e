"""Decides which article a page belongs to.

An article's speaker identifies it. Any other URL, a redirect, a declared canonical URL, the same path on another domain
or the very same text can only propose an article; the readings must resemble each other too, either the article's
recent states or what the URL itself showed, because outlets redirect dead articles to other ones, declare one canonical
URL on every page, and repeat the headlines of columns. A URL that showed one article and shows something else now does
not at once belong to another one: it may be a temporary fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.history.edits import resembles
from archive.history.moves import may_have_moved
from archive.history.responses import declared_key
from archive.history.states import words_of
from archive.history.values import Article, History
from archive.model.records import Outlet, Reading

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
        if article.speaker == key or _could_be(article, key, reading):
            return article
    return _shown_before(history, key)


def _could_be(article: Article, key: str, reading: Reading) -> bool:
    """Whether a reading can be a state of an article, or a variant of one."""
    face = article.faces.get(key)
    recent = [stand.reading for stand in article.stands[-RECENT:]]
    return any(resembles(known, reading) for known in (*recent, *([face.reading] if face else ())))


def _shown_before(history: History, key: str) -> Article | None:
    known = history.addresses.get(key)
    article = history.articles[known.article] if known else None
    return article if article and key in article.faces else None


def _proposed(history: History, key: str, via: tuple[str, ...], reading: Reading, outlet: Outlet) -> Iterator[int]:
    for address in (key, *via, *declared_key(reading, outlet)):
        if known := history.addresses.get(address):
            yield known.article
    yield from (known.article for address, known in history.addresses.items() if may_have_moved(address, key))
    if history.articles and len(reading.text) >= TWIN_LENGTH:
        words = words_of(reading)
        yield from (
            article.number
            for article in history.articles
            if any(words_of(stand.reading) == words for stand in article.stands)
        )


def spoken_at(history: History, key: str) -> Article | None:
    """The article whose speaker a URL is."""
    return next((article for article in history.articles if article.speaker == key), None)
