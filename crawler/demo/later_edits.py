"""Applies the newsroom's later changes to an article."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.demo.manuscript import HANOI
from crawler.demo.newsroom_records import Article, Change, Passage, Picture

FIRST_DAY = datetime(2026, 5, 18, tzinfo=HANOI)
"""The start of day 1 of the paper, a Monday."""


_FILE_FIELDS = ("scene", "percent")
"""Changes of a picture's file alone, which do not change the article's page."""


def date_of(day: int) -> datetime:
    """The midnight at which a day of the paper begins."""
    return FIRST_DAY + timedelta(days=day - 1)


def as_of(article: Article, day: int) -> Article | None:
    """The article with all changes up to that day applied; None before its first day."""
    if day < article.first_day:
        return None
    for change in article.changes:
        if change.day <= day:
            article = _apply(article, change)
    return article


def _apply(article: Article, change: Change) -> Article:
    if change.field == "state":
        return replace(article, state=change.after)  # type: ignore[arg-type]  # checked when the data are tested
    if change.field == "slug":
        return replace(article, slug=change.after, old_slug=article.slug, state="moved")
    edited = _edit(article, change)
    if change.field in _FILE_FIELDS:
        return edited
    return replace(edited, modified=date_of(change.day) + timedelta(hours=8, minutes=article.id % 50))


def _edit(article: Article, change: Change) -> Article:
    if change.field == "headline":
        return replace(article, headline=article.headline.replace(change.before, change.after))
    if change.field == "lead":
        return replace(article, lead=article.lead.replace(change.before, change.after))
    if change.field == "body":
        return replace(article, passages=_edit_passages(article.passages, change))
    return replace(article, pictures=tuple(_edit_picture(picture, change) for picture in article.pictures))


def _edit_passages(passages: tuple[Passage, ...], change: Change) -> tuple[Passage, ...]:
    return tuple(replace(passage, text=passage.text.replace(change.before, change.after)) for passage in passages)


def _edit_picture(picture: Picture, change: Change) -> Picture:
    if change.field == "caption" and picture.caption:
        return replace(picture, caption=picture.caption.replace(change.before, change.after))
    if change.field == "credit" and picture.credit == change.before:
        return replace(picture, credit=change.after)
    if change.field == "file" and picture.file == change.before:
        return replace(picture, file=change.after)
    if change.field == "scene" and picture.file == change.before:
        return replace(picture, scene=change.after)
    if change.field == "percent" and picture.file == change.before:
        return replace(picture, percent=int(change.after))
    return picture
