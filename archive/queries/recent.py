"""Latest articles, edits and disappearances, for front pages, lists and feeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.model.picture_paths import thumbnail_place
from archive.model.validation import is_digest, stored_moment
from archive.queries.article_filter import LANGUAGE, ArticleFilter, conditions
from archive.storage.damaged_rows import readable_values

EditOrder = Literal["weight", "time"]

Span = tuple[str, str]
"""Two stored times of our clock, UTC; the first is included, the last is not."""
ALWAYS: Span = ("", "9999")


@dataclass(frozen=True, slots=True)
class Card:
    """An article in a list. thumbnail: path in the picture store, of its first picture that has one; width, height: of
    that picture, in pixels. timezone: the outlet's. language: of its words. gone_since: None while it is online."""

    id: int
    outlet: str
    timezone: str
    url: str
    headline: str
    lead: str | None
    byline: str | None
    section: str | None
    published_at: str | None
    first_seen_at: str
    version_count: int
    gone_since: str | None
    gone_reason: str | None
    thumbnail: str | None
    width: int | None
    height: int | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit in a list: the version it made, and how much that differs from the version before."""

    article_id: int
    number: int
    outlet: str
    timezone: str
    url: str
    edited_at: str
    changed: str
    words_removed: int | None
    words_added: int | None
    numbers_changed: int | None
    names_changed: int | None
    announced: str | None
    old_headline: str
    new_headline: str
    section: str | None
    old_version_id: int
    new_version_id: int


_CARD = (
    "SELECT articles.id, outlets.title AS outlet, outlets.timezone, articles.url, articles.headline, texts.lead,"
    " articles.byline, articles.section, articles.published_at, articles.first_seen_at, articles.version_count,"
    " articles.gone_since, articles.gone_reason, pictures.digest AS thumbnail, pictures.width, pictures.height,"
    f" {LANGUAGE}"
    " FROM ({picked}) AS picked CROSS JOIN articles ON articles.id = picked.id"
    " JOIN outlets ON outlets.id = articles.outlet_id"
    " LEFT JOIN active_texts ON active_texts.version_id = articles.current_version_id"
    " LEFT JOIN texts ON texts.id = active_texts.text_id"
    " LEFT JOIN pictures ON pictures.id = (SELECT shown.id FROM version_images JOIN pictures AS shown"
    " ON shown.id = version_images.picture_id WHERE version_images.version_id = articles.current_version_id"
    " AND shown.thumbnail NOT LIKE 'withheld/%' ORDER BY version_images.position LIMIT 1) ORDER BY {order}"
)
_PICKED = "SELECT id FROM articles WHERE withdrawn_at IS NULL{more} ORDER BY {order} LIMIT :limit OFFSET :offset"


def published(db: Database, wanted: ArticleFilter, *, limit: int, offset: int = 0) -> list[Card]:
    """Articles, the latest published first, those without a date last."""
    return _cards(db, wanted, "articles.published_at DESC, articles.id DESC", limit, offset)


def arrived(db: Database, wanted: ArticleFilter, *, limit: int, offset: int = 0) -> list[Card]:
    """Articles, the last archived first."""
    return _cards(db, wanted, "articles.id DESC", limit, offset)


def gone(db: Database, wanted: ArticleFilter, *, between: Span = ALWAYS, limit: int, offset: int = 0) -> list[Card]:
    """Gone articles whose disappearance was noticed in a span, the latest first."""
    more, values = conditions(db, wanted)
    more += " AND articles.gone_since >= :first AND articles.gone_since < :last"
    values = {**values, "first": between[0], "last": between[1]}
    return _query_cards(db, more, values, "articles.gone_since DESC, articles.id DESC", limit, offset)


def _cards(db: Database, wanted: ArticleFilter, order: str, limit: int, offset: int) -> list[Card]:
    more, values = conditions(db, wanted)
    return _query_cards(db, more, values, order, limit, offset)


def _query_cards(
    db: Database, more: str, values: Mapping[str, object], order: str, limit: int, offset: int
) -> list[Card]:
    picked = _PICKED.format(more=more, order=order)
    rows = db.query(_CARD.format(picked=picked, order=order), {**values, "limit": limit, "offset": offset})
    return list(readable_values(rows, "articles", _card))


def _card(row: dict[str, Any]) -> Card:
    digest = row["thumbnail"]
    return Card(**{**row, "thumbnail": thumbnail_place(digest) if is_digest(digest) else None})


# A difference between two extractor versions is no edit: see the view `edits`.
_EDITS = (
    "SELECT edits.article_id, edits.number, outlets.title AS outlet, outlets.timezone, edits.url, edits.edited_at,"
    " edits.changed, edits.words_removed, edits.words_added, edits.numbers_changed, edits.names_changed,"
    " edits.announced, edits.old_headline, edits.new_headline, articles.section, edits.old_version_id,"
    " edits.new_version_id FROM edits"
    " JOIN articles ON articles.id = edits.article_id JOIN outlets ON outlets.id = articles.outlet_id"
    " WHERE articles.withdrawn_at IS NULL{more}"
)


_UNANNOUNCED = " AND edits.announced = 'none'"
_IN_SPAN = " AND edits.edited_at >= :first AND edits.edited_at < :last"


def edits(
    db: Database,
    wanted: ArticleFilter,
    *,
    order: EditOrder = "time",
    between: Span = ALWAYS,
    limit: int,
    offset: int = 0,
) -> list[Edit]:
    """Edits seen in a span, the latest or those with the highest weight first. With `wanted.unannounced`, only
    those."""
    more, values = conditions(db, wanted)
    order_column = "edits.weight" if order == "weight" else "edits.edited_at"
    rows = db.query(
        f"{_EDITS.format(more=more)}{_UNANNOUNCED if wanted.unannounced else ''}{_IN_SPAN if between != ALWAYS else ''}"
        f"{' AND edits.weight IS NOT NULL' if order == 'weight' else ''}"
        f" ORDER BY {order_column} DESC, edits.new_version_id DESC LIMIT :limit OFFSET :offset",
        {**values, "first": between[0], "last": between[1], "limit": limit, "offset": offset},
    )
    return list(readable_values(rows, "versions", _edit))


def _edit(row: dict[str, Any]) -> Edit:
    stored_moment(row["edited_at"])
    return Edit(**row)
