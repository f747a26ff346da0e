"""Latest articles, edits with their gists, disappearances; and what became of an article since a day."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from sqlite_utils import Database

from archive.diff import EditSummary, summarize_edit
from archive.model.clock import day_span
from archive.model.errors import UnknownArticle, Withdrawn
from archive.model.paths import thumbnail_place
from archive.model.records import Reading, StoredPicture
from archive.model.validation import is_digest, stored_moment
from archive.queries.article_search import LANGUAGE, ArticleFilter, conditions
from archive.queries.lookup import Article, find_article, stored_pictures, with_stored
from archive.storage.integrity.column_validation import readable_values
from archive.storage.version_texts import from_row

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


def published(db: Database, article_filter: ArticleFilter, *, limit: int, offset: int = 0) -> list[Card]:
    """Articles, the latest published first, those without a date last."""
    return _cards(db, article_filter, "articles.published_at DESC, articles.id DESC", limit, offset)


def arrived(db: Database, article_filter: ArticleFilter, *, limit: int, offset: int = 0) -> list[Card]:
    """Articles, the last archived first."""
    return _cards(db, article_filter, "articles.id DESC", limit, offset)


def gone(
    db: Database, article_filter: ArticleFilter, *, between: Span = ALWAYS, limit: int, offset: int = 0
) -> list[Card]:
    """Gone articles whose disappearance was noticed in a span, the latest first."""
    span = " AND articles.gone_since >= :first AND articles.gone_since < :last"
    order = "articles.gone_since DESC, articles.id DESC"
    return _cards(db, article_filter, order, limit, offset, span, {"first": between[0], "last": between[1]})


def _cards(
    db: Database, article_filter: ArticleFilter, order: str, limit: int, offset: int, span: str = "",
    bounds: Mapping[str, object] = MappingProxyType({}),
) -> list[Card]:  # fmt: skip
    more, values = conditions(db, article_filter)
    more, values = more + span, {**values, **bounds}
    picked = _PICKED.format(more=more, order=order)
    rows = db.query(_CARD.format(picked=picked, order=order), {**values, "limit": limit, "offset": offset})
    return list(readable_values(rows, "articles", _card))


def _card(row: dict[str, Any]) -> Card:
    digest = row["thumbnail"]
    return Card(**{**row, "thumbnail": thumbnail_place(digest) if is_digest(digest) else None})


# A difference between two extractor versions is no edit: see the view `edits`.
_EDITS = (
    "SELECT edits.article_id, edits.number, outlets.title AS outlet, outlets.timezone, edits.url, edits.edited_at,"
    " edits.changed, edits.words_removed, edits.words_added, edits.announced,"
    " edits.old_headline, edits.new_headline, articles.section, edits.old_version_id,"
    " edits.new_version_id FROM edits"
    " JOIN articles ON articles.id = edits.article_id JOIN outlets ON outlets.id = articles.outlet_id"
    " WHERE articles.withdrawn_at IS NULL{more}"
)


_UNANNOUNCED = " AND edits.announced = 'none'"
_IN_SPAN = " AND edits.edited_at >= :first AND edits.edited_at < :last"


def edits(
    db: Database, article_filter: ArticleFilter, *, order: EditOrder = "time", between: Span = ALWAYS, limit: int,
    offset: int = 0,
) -> list[Edit]:  # fmt: skip
    """Edits seen in a span, the latest or those with the highest weight first. With `article_filter.unannounced`, only
    those."""
    more, values = conditions(db, article_filter)
    order_column = "edits.weight" if order == "weight" else "edits.edited_at"
    rows = db.query(
        f"{_EDITS.format(more=more)}{_UNANNOUNCED if article_filter.unannounced else ''}"
        f"{_IN_SPAN if between != ALWAYS else ''}"
        f"{' AND edits.weight IS NOT NULL' if order == 'weight' else ''}"
        f" ORDER BY {order_column} DESC, edits.new_version_id DESC LIMIT :limit OFFSET :offset",
        {**values, "first": between[0], "last": between[1], "limit": limit, "offset": offset},
    )
    return list(readable_values(rows, "versions", _edit))


def _edit(row: dict[str, Any]) -> Edit:
    stored_moment(row["edited_at"])
    return Edit(**row)


Step = tuple[int, int]
"""versions.id of the version before an edit, and of the one it made."""


_ContentKey = tuple[str, tuple[tuple[str, StoredPicture], ...]]
"""Cache key of a version's content: the digest of its text row, and its stored pictures by URL."""
_CACHE: dict[tuple[_ContentKey, _ContentKey], EditSummary] = {}
_CACHE_SIZE = 1000


def gists(db: Database, steps: Iterable[Step]) -> dict[int, EditSummary]:
    """The gist of each edit, by versions.id of the version it made; edits with an unreadable text are left out.

    Reading and comparing takes time, and the same edits are requested often: gists are cached by the content of both
    versions.
    """
    listed = list(steps)
    keys_by_version = _content_keys(db, {version for step in listed for version in step})
    known = [step for step in listed if step[0] in keys_by_version and step[1] in keys_by_version]
    keys = {step: (keys_by_version[step[0]], keys_by_version[step[1]]) for step in known}
    by_version = {step[1]: cached for step, key in keys.items() if (cached := _CACHE.get(key))}
    missing = [step for step in keys if step[1] not in by_version]
    readings = readings_of(db, {version for step in missing for version in step}) if missing else {}
    for old, new in missing:
        if old in readings and new in readings:
            if len(_CACHE) >= _CACHE_SIZE:
                _CACHE.clear()
            by_version[new] = _CACHE[keys[old, new]] = summarize_edit(readings[old], readings[new])
    return by_version


def _content_keys(db: Database, versions: Collection[int]) -> dict[int, _ContentKey]:
    numbers = json.dumps(sorted(versions))
    pictures = stored_pictures(db, numbers)
    rows = db.execute(
        "SELECT active_texts.version_id, texts.row_digest FROM active_texts JOIN texts ON texts.id = text_id"
        " WHERE active_texts.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    by_url = {version: tuple(sorted(shown.items(), key=lambda pair: pair[0])) for version, shown in pictures.items()}
    return {int(version): (str(digest), by_url.get(version, ())) for version, digest in rows.fetchall()}


def last_gists(db: Database, articles: Collection[int]) -> dict[int, EditSummary]:
    """The gist of the last edit of each of these articles, by articles.id; articles without an edit are left out."""
    rows = db.execute(
        "SELECT article_id, max(number), old_version_id, new_version_id FROM edits"
        " WHERE article_id IN (SELECT value FROM json_each(?)) GROUP BY article_id",
        [json.dumps(sorted(articles))],
    ).fetchall()
    gists_by_version = gists(db, ((int(old), int(new)) for _, _, old, new in rows))
    return {int(article): gists_by_version[new] for article, _, _, new in rows if new in gists_by_version}


def readings_of(db: Database, versions: Collection[int]) -> dict[int, Reading]:
    """The active readings of versions, by versions.id, with the stored pictures."""
    numbers = json.dumps(sorted(versions))
    pictures = stored_pictures(db, numbers)
    rows = db.query(
        "SELECT active_texts.version_id AS id, texts.headline, texts.lead, texts.body, texts.captions, texts.layout,"
        " texts.details FROM active_texts JOIN texts ON texts.id = active_texts.text_id"
        " WHERE active_texts.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    readings = readable_values(rows, "texts", lambda row: (int(row["id"]), from_row(row)))
    return {number: with_stored(reading, pictures.get(number, {})) for number, reading in readings}


Fate = Literal["same", "edited", "gone", "unknown", "withdrawn"]


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """What became of a cited URL. fate: `edited` and `gone` since the access day, or since the first version where
    there is none; `unknown`: not in the archive. then, now: version numbers; earlier: whether the access day lies
    before the first version, so that nothing is known of what it said; summary: of the edit from `then` to `now`."""

    url: str
    accessed: date | None
    fate: Fate
    article: Article | None = None
    then: int = 1
    now: int = 1
    earlier: bool = False
    summary: EditSummary | None = None


def cited_article(db: Database, url: str, accessed: date | None) -> CitedArticle:
    """What became of the article at a URL since a day in the outlet's time zone; the version at its end counts."""
    try:
        article = find_article(db, url)
    except UnknownArticle:
        return CitedArticle(url, accessed, "unknown")
    except Withdrawn:
        return CitedArticle(url, accessed, "withdrawn")
    until = day_span(accessed, accessed, article.timezone)[1] if accessed else ""
    rows = db.execute(
        "SELECT id, number, first_seen_at < ? FROM versions WHERE article_id = ? ORDER BY number", [until, article.id]
    ).fetchall()
    then, now = next((row for row in reversed(rows) if row[2]), rows[0]), rows[-1]
    readings = readings_of(db, {then[0], now[0]}) if then != now else {}
    summary = summarize_edit(readings[then[0]], readings[now[0]]) if len(readings) == 2 else None
    fate: Fate = "gone" if article.gone_since else "edited" if then != now else "same"
    earlier = accessed is not None and not rows[0][2]
    return CitedArticle(url, accessed, fate, article, int(then[1]), int(now[1]), earlier, summary)
