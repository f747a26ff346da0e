"""The newsroom's data: articles, pictures and changes as written, independent of how pages show them.

A blank line parts the passages. `## ` opens a subhead, `> ` a quote, `- ` a list, `| ` a table; `!1` puts the first
picture there, `!2,3` two pictures under one caption; `[words](bai:ID)` links to another article.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from importlib import resources
from typing import Any, Literal, get_args

PassageKind = Literal["paragraph", "subhead", "quote", "list", "table", "pictures"]

Form = Literal["dnn", "webforms", "plain", "modern"]
"""The template of an article's page: a DotNetNuke module, ASP.NET WebForms with layout tables, centred paragraphs,
and a present-day page with figures, OpenGraph and JSON-LD."""

LinkedFrom = Literal["open", "page-3", "feed", "link", "sitemap", "script"]
"""Where the article is linked: everywhere, or only on page 3 of its section (or later, once newer articles push it
back), only in the feeds, only in the body of `Article.linked_from`, only in the sitemap, or in a list that only a
script shows beyond its first page."""

State = Literal["live", "gone-404", "gone-410", "moved"]
_STATES: dict[str, State] = {state: state for state in get_args(State)}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph. file: its name without directory and extension.

    caption: without the full stop that pages print between caption and credit. credit: the photographer or agency, or
    "Ảnh minh họa" where the page says only that. grouped: shown beside the picture before it, under one caption.
    scene: what it shows, where its file is named for something else; percent: the size it is served in. No page shows
    either.
    """

    file: str
    caption: str | None = None
    credit: str | None = None
    grouped: bool = False
    scene: str | None = field(default=None, repr=False)
    percent: int = field(default=100, repr=False)

    @property
    def shows(self) -> str:
        return self.scene or self.file


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of the body. text: list items and table rows are lines, cells are joined by " | "; links to other
    articles have the form `[words](bai:ID)`. pictures: indices into Article.pictures, for the kind "pictures"."""

    kind: PassageKind
    text: str = ""
    pictures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One change by the newsroom on a later day: replaces `before` with `after` in `field`.

    field: headline, lead, body, caption, credit, file, slug or state; scene or percent for a picture that is replaced,
    or made smaller, under its address (before: its file). before: a piece of text that occurs once; empty for slug and
    state.
    """

    day: int
    field: str
    after: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """An article in the newsroom's data on one day.

    published: aware; orders the lists even where the page prints no date (date_form "none"). date_form: how the page
    prints it, see printed_dates.py. authors: persons only, so none for a byline like "CTV". hidden_byline: the byline
    is in the linked data only. decomposed: part of the page is in NFD. entities: letters beyond ASCII are written as
    numeric entities.
    """

    id: int
    slug: str
    form: Form
    section: str
    headline: str
    lead: str
    passages: tuple[Passage, ...]
    published: datetime
    byline: str | None = None
    hidden_byline: bool = False
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    date_form: str = "plain"
    first_day: int = 1
    reach: LinkedFrom = "open"
    linked_from: int | None = None
    decomposed: bool = False
    entities: bool = False
    state: State = "live"
    old_slug: str | None = None
    modified: datetime | None = None
    changes: tuple[Change, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """An edit of generated articles. number: counted from 1; edited_at: aware, the modification time that the
    articles give."""

    number: int
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class PublishedPicture:
    """A picture as published. path: on the paper's host. shows: the name of its scene."""

    path: str
    caption: str | None
    credit: str | None
    shows: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of the body as a person reads it: text without link markup; otherwise as in Passage, without pictures."""

    kind: PassageKind
    text: str


@dataclass(frozen=True, slots=True)
class Published:
    """The expected data of one article on one day, independent of markup; all text NFC.

    published_at: aware, to the minute; at midnight where the page prints only the day (prints_time is False); None
    where the page prints no date. A disappeared article keeps its last text. old_path: where a moved article was.
    pictures: in reading order. modified_at: the last edit, or None.
    """

    id: int
    path: str
    form: Form
    headline: str
    lead: str
    body: tuple[Paragraph, ...]
    byline: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    prints_time: bool
    modified_at: datetime | None
    section: str
    tags: tuple[str, ...]
    pictures: tuple[PublishedPicture, ...]
    state: State
    old_path: str | None
    reach: LinkedFrom
    linked_from: str | None

    @property
    def live(self) -> bool:
        return self.state in ("live", "moved")


@dataclass(frozen=True, slots=True)
class Edit:
    """The change of one field of an article from one day to the next. field: headline, lead, body, caption, credit,
    picture or scene.

    before and after: the whole value: for body the whole paragraph, for picture its path, for scene what the picture
    shows where the path stayed. index: which paragraph or picture, from 0; None for headline and lead.
    """

    path: str
    field: str
    before: str
    after: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes between the day before and this day. added, disappeared: paths. moved: (old path, new path)."""

    day: int
    edited: tuple[Edit, ...] = ()
    added: tuple[str, ...] = ()
    disappeared: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
MARKS: tuple[tuple[str, PassageKind], ...] = (("## ", "subhead"), ("> ", "quote"), ("- ", "list"), ("| ", "table"))
LINK = re.compile(r"\[([^\]]+)\]\(bai:(\d+)\)")


def read_body(text: str) -> tuple[Passage, ...]:
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
    files = resources.files("crawler.demo") / "articles"
    texts = (file.read_text(encoding="utf-8") for file in files.iterdir() if file.name.endswith(".toml"))
    return tuple(sorted((read_article(text) for text in texts), key=lambda article: article.id))


FIRST_DAY = datetime(2026, 5, 18, tzinfo=HANOI)
"""The start of day 1 of the paper, a Monday."""


_FILE_FIELDS = ("scene", "percent")
"""Changes of a picture's file alone, which do not change the article's page."""


def date_of(day: int) -> datetime:
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
        return replace(article, state=_STATES[change.after])
    if change.field == "slug":
        return replace(article, slug=change.after, old_slug=article.slug, state="moved")
    edited = _edit(article, change)
    if change.field in _FILE_FIELDS:
        return edited
    return replace(edited, modified=date_of(change.day) + timedelta(hours=8, minutes=article.id % 50))


def _edit(article: Article, change: Change) -> Article:
    before, after = change.before, change.after
    if change.field == "headline":
        return replace(article, headline=article.headline.replace(before, after))
    if change.field == "lead":
        return replace(article, lead=article.lead.replace(before, after))
    if change.field == "body":
        passages = (replace(passage, text=passage.text.replace(before, after)) for passage in article.passages)
        return replace(article, passages=tuple(passages))
    return replace(article, pictures=tuple(_edit_picture(picture, change) for picture in article.pictures))


def _edit_picture(picture: Picture, change: Change) -> Picture:
    if change.field == "caption":
        return replace(picture, caption=picture.caption and picture.caption.replace(change.before, change.after))
    if change.before != (picture.credit if change.field == "credit" else picture.file):
        return picture
    changed: dict[str, Any] = {change.field: int(change.after) if change.field == "percent" else change.after}
    return replace(picture, **changed)
