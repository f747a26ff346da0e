"""Parses the newsroom's files: one TOML file an article, its body in a light markup.

A blank line parts the passages. `## ` opens a subhead, `> ` a quote, `- ` a list, `| ` a table; `!1` puts the first
picture there, `!2,3` two pictures under one caption; `[words](bai:ID)` links to another article.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from importlib import resources
from typing import Any

from crawler.demo.newsroom_records import Article, Change, Passage, PassageKind, Picture

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
MARKS: tuple[tuple[str, PassageKind], ...] = (("## ", "subhead"), ("> ", "quote"), ("- ", "list"), ("| ", "table"))
LINK = re.compile(r"\[([^\]]+)\]\(bai:(\d+)\)")


def read_body(text: str) -> tuple[Passage, ...]:
    """Parses a body into passages."""
    return tuple(_passage(piece.strip()) for piece in re.split(r"\n\s*\n", text.strip()))


def _passage(piece: str) -> Passage:
    if piece.startswith("!"):
        return Passage("pictures", pictures=tuple(int(number) - 1 for number in piece[1:].split(",")))
    for mark, kind in MARKS:
        if piece.startswith(mark):
            return Passage(kind, "\n".join(line.strip()[len(mark) :] for line in piece.splitlines()))
    return Passage("paragraph", " ".join(piece.split()))


def plain(text: str) -> str:
    """A passage's text as a person reads it, without link markup."""
    return LINK.sub(r"\1", text)


def read_article(text: str) -> Article:
    """Parses one article from its TOML text. Raises KeyError or TypeError where a key is missing or misspelt."""
    data: dict[str, Any] = tomllib.loads(unicodedata.normalize("NFC", text))
    data["passages"] = read_body(data.pop("body"))
    data["published"] = data["published"].replace(tzinfo=HANOI)
    data["tags"] = tuple(data.get("tags", ()))
    data["authors"] = tuple(data.get("authors", [data["byline"]] if "byline" in data else ()))
    data["pictures"] = tuple(Picture(**picture) for picture in data.get("pictures", ()))
    data["changes"] = tuple(Change(**change) for change in data.get("changes", ()))
    return Article(**data)


def read_all() -> tuple[Article, ...]:
    """Reads every article of the package's data, sorted by id."""
    files = resources.files("crawler.demo") / "articles"
    texts = (file.read_text(encoding="utf-8") for file in files.iterdir() if file.name.endswith(".toml"))
    return tuple(sorted((read_article(text) for text in texts), key=lambda article: article.id))


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
