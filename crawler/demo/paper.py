"""The paper's content as ground truth for tests: what was published on each day, and what changed. No HTML here.

For instance:

    published(2)     # every article that exists on day 2, as a person would read it
    changes(2)       # what the newsroom did between day 1 and day 2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from crawler.demo import words
from crawler.demo.newsroom_records import (
    Article,
    Changes,
    Edit,
    Paragraph,
    Picture,
    Published,
    PublishedPicture,
    as_of,
    plain,
    read_all,
)  # fmt: skip
from crawler.demo.section_addresses import BY_SLUG, article_path, picture_path

DAYS = (1, 2, 3)
DATE_ONLY = ("words", "dots")


@lru_cache(maxsize=1)
def load_articles() -> tuple[Article, ...]:
    """Every article of the newsroom, as first written, sorted by id."""
    return read_all()


def articles_of(day: int) -> tuple[Article, ...]:
    """The articles that exist on that day, with its changes, newest first."""
    present = (article for written in load_articles() if (article := as_of(written, day)))
    return tuple(sorted(present, key=lambda article: (article.published, article.id), reverse=True))


def published(day: int, extra_articles: int = 0) -> tuple[Published, ...]:
    """The expected articles of that day, newest first; then the generated ones, if the paper was started with some."""
    return truth(articles_of(day), (words.article(number) for number in range(extra_articles)))


def truth(written: tuple[Article, ...], generated: Iterable[Article]) -> tuple[Published, ...]:
    """The expected data of these articles, written ones first."""
    articles = (*written, *generated)
    by_id = {article.id: article for article in articles}
    return tuple(_published_article(article, by_id) for article in articles)


def _published_article(article: Article, others: dict[int, Article]) -> Published:
    source = others.get(article.linked_from) if article.linked_from else None
    return Published(
        id=article.id,
        path=article_path(article),
        form=article.form,
        headline=article.headline,
        lead=article.lead,
        body=tuple(
            Paragraph(passage.kind, plain(passage.text)) for passage in article.passages if passage.kind != "pictures"
        ),
        byline=article.byline,
        authors=article.authors,
        published_at=_printed_time(article),
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


def _printed_time(article: Article) -> datetime | None:
    """The publication time as the page prints it, with the same precision."""
    if article.date_form == "none":
        return None
    return article.published.replace(hour=0, minute=0) if article.date_form in DATE_ONLY else article.published


def picture_order(article: Article) -> Iterator[int]:
    return (index for passage in article.passages for index in passage.pictures)


def _picture(picture: Picture) -> PublishedPicture:
    return PublishedPicture(picture_path(picture.file), picture.caption, picture.credit, picture.shows)


def changes(day: int) -> Changes:
    """The changes between the day before and this day; none on day 1."""
    if day <= DAYS[0]:
        return Changes(day)
    before = {article.id: article for article in published(day - 1)}
    today = {article.id: article for article in published(day)}
    kept = [(before[key], article) for key, article in today.items() if key in before]
    return Changes(
        day=day,
        edited=tuple(
            Edit(new.path, field, was, is_now, index)
            for old, new in kept
            for field, was, is_now, index in _compared_fields(old, new)
            if was != is_now
        ),
        added=tuple(article.path for key, article in today.items() if key not in before),
        disappeared=tuple(new.path for old, new in kept if old.live and not new.live),
        moved=tuple((old.path, new.path) for old, new in kept if old.path != new.path),
    )


def _compared_fields(old: Published, new: Published) -> Iterator[tuple[str, str, str, int | None]]:
    """(field, before, after, index); edits never add or remove a paragraph or a picture."""
    yield "headline", old.headline, new.headline, None
    yield "lead", old.lead, new.lead, None
    for index, (old_block, new_block) in enumerate(zip(old.body, new.body, strict=True)):
        yield "body", old_block.text, new_block.text, index
    for index, (old_picture, new_picture) in enumerate(zip(old.pictures, new.pictures, strict=True)):
        yield "picture", old_picture.path, new_picture.path, index
        if old_picture.path == new_picture.path:
            yield "scene", old_picture.shows, new_picture.shows, index
        yield "caption", old_picture.caption or "", new_picture.caption or "", index
        yield "credit", old_picture.credit or "", new_picture.credit or "", index
