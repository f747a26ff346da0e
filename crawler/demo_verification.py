"""Compares the archive with what the demo newspaper published, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import UnknownArticle
from archive.model.records import Reading
from archive.model.urls import url_key
from archive.queries import lookup
from archive.storage.connection import Database
from crawler.demo.painted_pictures import photograph
from crawler.demo.paper import DAYS, Published, changes, published


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One value that is not as published."""

    day: int
    path: str
    what: str
    published: Any
    archived: Any

    def __str__(self) -> str:
        return f"day {self.day} {self.path}: {self.what}: published {self.published!r}, archived {self.archived!r}"


def disagreements(db: Database, base_url: str, day: int) -> Iterator[Mismatch]:
    """Every difference between the archive and what the newspaper had published by that day: articles missing or
    invented, fields, numbers of versions, disappearances."""
    articles = published(day)
    for article in articles:
        yield from _article_mismatches(db, base_url, day, article)
    known_keys = {url_key(base_url + article.path) for article in articles}
    for archived in lookup.articles(db):
        if url_key(archived.url) not in known_keys:
            yield Mismatch(day, archived.url.removeprefix(base_url), "article", None, archived.headline)


def _article_mismatches(db: Database, base_url: str, day: int, article: Published) -> Iterator[Mismatch]:
    try:
        row = lookup.find_article(db, base_url + article.path)
    except UnknownArticle:
        if article.live:
            yield Mismatch(day, article.path, "article", article.headline, None)
        return
    number, reading = lookup.reading_of(db, row.id)
    for field, expected, archived in (
        *fields(article, reading),
        ("gone", not article.live, row.gone_since is not None),
        (
            "shown",
            _digests(article),
            [image.stored.digest if image.stored else None for image in reading.images],
        ),
        ("versions", _expected_versions(article, day), number),
    ):
        if expected != archived:
            yield Mismatch(day, article.path, field, expected, archived)


def _digests(article: Published) -> list[str]:
    """Digests of the files as each was published first: a smaller copy is not another picture."""
    return [digest_of(photograph(picture.shows)) for picture in article.pictures]


def fields(article: Published, reading: Reading) -> Iterator[tuple[str, Any, Any]]:
    """(name, as published, as read) of every field of a reading that is compared."""
    yield "headline", article.headline, reading.headline
    yield "lead", article.lead, reading.lead
    yield "body", _lines(*(paragraph.text for paragraph in article.body)), _lines(reading.text)
    yield "authors", article.authors, reading.authors
    yield "published_at", clock.claimed(article.published_at), clock.claimed(reading.published_at)
    yield "pictures", *_pictures(article, reading)


def _lines(*texts: str) -> list[str]:
    return [" ".join(line.split()) for text in texts for line in text.splitlines() if line.strip()]


def _pictures(article: Published, reading: Reading) -> tuple[Any, Any]:
    return (
        [(picture.path, picture.caption, picture.credit) for picture in article.pictures],
        [(urlsplit(image.url).path, _without_full_stop(image.caption), image.credit) for image in reading.images],
    )


def _without_full_stop(caption: str | None) -> str | None:
    """The caption without a full stop at its end: pages print one before the credit, the newspaper published none."""
    return caption.removesuffix(".") if caption else caption


def _expected_versions(article: Published, day: int) -> int:
    """One, and one more for every later day up to this one on which the newsroom edited the article."""
    paths = {article.path, article.old_path}
    return 1 + sum(any(edit.path in paths for edit in changes(later_day).edited) for later_day in DAYS[1:day])
