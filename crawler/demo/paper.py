"""The paper's content and its truth: what was published on which day, and what changed. Knows nothing of HTML.

For instance:

    published(2)     # every article that exists on day 2, as a person would read it
    changes(2)       # what the newsroom did between day 1 and day 2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from crawler.demo import words
from crawler.demo.later_edits import as_of
from crawler.demo.manuscript import plain, read_all
from crawler.demo.newsroom_records import (
    Article,
    Changes,
    Edit,
    Paragraph,
    Passage,
    Picture,
    Published,
    PublishedPicture,
)
from crawler.demo.section_addresses import BY_SLUG, article_path, picture_path

__all__ = [
    "DAYS",
    "Article",
    "Changes",
    "Edit",
    "Paragraph",
    "Passage",
    "Picture",
    "Published",
    "PublishedPicture",
    "changes",
    "load_articles",
    "published",
]

DAYS = (1, 2, 3)
DATE_ONLY = ("words", "dots")


@lru_cache(maxsize=1)
def load_articles() -> tuple[Article, ...]:
    """Every article the newsroom has, as first written, by id."""
    return read_all()


def articles_of(day: int) -> tuple[Article, ...]:
    """The articles that exist on that day, as they stand, newest first."""
    present = (as_of(article, day) for article in load_articles())
    return tuple(sorted((one for one in present if one), key=lambda one: (one.published, one.id), reverse=True))


def published(day: int, extra_articles: int = 0) -> tuple[Published, ...]:
    """The truth of that day, newest first; then the generated articles, if the paper was started with some."""
    return truth(articles_of(day), (words.article(number) for number in range(extra_articles)))


def truth(written: tuple[Article, ...], generated: Iterable[Article]) -> tuple[Published, ...]:
    """What is true of articles as they stand, written ones first."""
    every = (*written, *generated)
    by_id = {article.id: article for article in every}
    return tuple(_truth(article, by_id) for article in every)


def _truth(article: Article, others: dict[int, Article]) -> Published:
    source = others.get(article.linked_from) if article.linked_from else None
    return Published(
        id=article.id,
        path=article_path(article),
        form=article.form,
        headline=article.headline,
        lead=article.lead,
        body=tuple(Paragraph(one.kind, plain(one.text)) for one in article.passages if one.kind != "pictures"),
        byline=article.byline,
        authors=article.authors,
        published_at=_printed(article),
        prints_time=article.date_form not in (*DATE_ONLY, "none"),
        modified_at=article.modified,
        section=BY_SLUG[article.section].name,
        tags=article.tags,
        pictures=tuple(_picture(article.pictures[index]) for index in picture_order(article)),
        state=article.state,
        old_path=article_path(article, article.old_slug) if article.old_slug else None,
        reach=article.reach,
        linked_from=article_path(source) if source else None,
    )


def _printed(article: Article) -> datetime | None:
    """The moment the page tells, as precisely as it tells it."""
    if article.date_form == "none":
        return None
    return article.published.replace(hour=0, minute=0) if article.date_form in DATE_ONLY else article.published


def picture_order(article: Article) -> Iterator[int]:
    """The indices of the pictures as the body shows them."""
    return (index for passage in article.passages for index in passage.pictures)


def _picture(picture: Picture) -> PublishedPicture:
    return PublishedPicture(picture_path(picture.file), picture.caption, picture.credit, picture.shows)


def changes(day: int) -> Changes:
    """What changed between the day before and this day; nothing on day 1."""
    if day <= DAYS[0]:
        return Changes(day)
    before = {one.id: one for one in published(day - 1)}
    today = {one.id: one for one in published(day)}
    kept = [(before[key], one) for key, one in today.items() if key in before]
    return Changes(
        day=day,
        edited=tuple(edit for old, new in kept for edit in _edits(old, new)),
        added=tuple(one.path for key, one in today.items() if key not in before),
        disappeared=tuple(new.path for old, new in kept if old.live and not new.live),
        moved=tuple((old.path, new.path) for old, new in kept if old.path != new.path),
    )


def _edits(old: Published, new: Published) -> Iterator[Edit]:
    """The fields that differ; edits never add or remove a paragraph or a picture."""
    for field, before, after, index in _fields(old, new):
        if before != after:
            yield Edit(new.path, field, before, after, index)


def _fields(old: Published, new: Published) -> Iterator[tuple[str, str, str, int | None]]:
    yield "headline", old.headline, new.headline, None
    yield "lead", old.lead, new.lead, None
    for index, (was, now) in enumerate(zip(old.body, new.body, strict=True)):
        yield "body", was.text, now.text, index
    for index, (had, has) in enumerate(zip(old.pictures, new.pictures, strict=True)):
        yield "picture", had.path, has.path, index
        if had.path == has.path:
            yield "scene", had.shows, has.shows, index
        yield "caption", had.caption or "", has.caption or "", index
        yield "credit", had.credit or "", has.credit or "", index
