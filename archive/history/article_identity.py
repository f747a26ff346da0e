"""Which article a page belongs to.

The address that speaks for an article answers first. Any other address, a redirect, a declared canonical address, the
same place on another domain or the very same words can only propose an article; the readings must agree too, with what
stood there lately or with what the address itself showed, for papers redirect dead articles to other ones, declare one
canonical address on every page, and repeat the headlines of columns. An address that did show an article and shows
something else now is not another one's at once: that may be its bad day.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.history.edits import resembles
from archive.history.moves import may_have_moved
from archive.history.responses import declared_key
from archive.history.states import words_of
from archive.history.values import Article, History
from archive.model.records import Outlet, Reading

RECENT = 4  # states with which a page is compared
TWIN_LENGTH = 200
"""A shorter text may well stand under two addresses without being the same article."""


def article_of(history: History, key: str, via: tuple[str, ...], reading: Reading, outlet: Outlet) -> Article | None:
    """The article a page at this address belongs to, or belonged to until now; None when it is a new one."""
    for number in dict.fromkeys(_proposed(history, key, via, reading, outlet)):
        article = history.articles[number]
        if article.speaker == key or _could_be(article, key, reading):
            return article
    return _shown_before(history, key)


def _could_be(article: Article, key: str, reading: Reading) -> bool:
    """Whether a reading can be a state of an article, or another print of one."""
    face = article.faces.get(key)
    recent = [stand.reading for stand in article.stands[-RECENT:]]
    return any(resembles(one, reading) for one in (*recent, *([face.reading] if face else ())))


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
        yield from (one.number for one in history.articles if any(words_of(s.reading) == words for s in one.stands))


def spoken_at(history: History, key: str) -> Article | None:
    """The article for which an address speaks."""
    return next((one for one in history.articles if one.speaker == key), None)
