"""Versions as rows of exported data sets (CSV, JSON Lines, Parquet, SQLite), and their columns. Withdrawn articles are
left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.queries.article_search import ArticleFilter, conditions
from archive.storage.captures.capture_stream import as_of
from archive.storage.integrity.column_validation import readable_values, usable
from archive.storage.version_texts import details_of
from archive.text.search_query import fts_query

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Selection(ArticleFilter):
    """Selection of versions. history: all versions, not only current ones."""

    history: bool = False


EXPORT_COLUMNS: dict[str, tuple[str, str]] = {
    "version_id": ("int64", "versions.id in the archive; it never changes"),
    "article_id": ("int64", "articles.id in the archive"),
    "outlet": ("string", "name of the paper"),
    "url": ("string", "where the article lives"),
    "number": ("int32", "number of the version within its article, by time, from 1"),
    "is_current": ("bool", "whether it is the newest version of its article"),
    "version_count": ("int32", "how many versions its article has"),
    "kind": ("string", "article, photo-story, video, live-blog or obfuscated"),
    "headline": ("string", "headline"),
    "kicker": ("string", "line above the headline"),
    "lead": ("string", "lead (sapo)"),
    "body": ("string", "text, paragraphs parted by blank lines, without captions"),
    "dateline": ("string", "where the story was filed, or who filed it; it also stands in lead or body"),
    "correction": ("string", "the newspaper's notes of corrections and updates, in lines"),
    "byline": ("string", "who wrote it, as printed"),
    "authors": ("list", "who wrote it, one by one, where they could be told apart"),
    "section": ("string", "section"),
    "tags": ("list", "tags"),
    "language": ("string", "language the page declares"),
    "published_at": ("string", "what the page claims, ISO 8601 with its zone; empty where it claims nothing"),
    "modified_at": ("string", "likewise"),
    "first_seen_at": ("string", "when we first saw this version, UTC"),
    "last_seen_at": ("string", "when we last saw it, UTC"),
    "gone_since": ("string", "since when the article is gone, UTC; empty while it is there"),
    "changed": ("string", "what differs from the version before"),
    "image_urls": ("list", "addresses of its pictures, in order"),
    "captions": ("list", "their captions; an empty string where there is none"),
    "credits": ("list", "who made them; an empty string where nobody is named"),
    "confidence": ("double", "how likely the reading is right, from 0 to 1; empty where it was not measured"),
    "digest": ("string", "sha256 under which the version was filed"),
    "extractor": ("string", "what read it: names and versions"),
}
"""Every column of a data set: type, meaning. A list is of strings. An absent value is null."""

_OTHER_COLUMNS = {"versions": ("first_seen_at", "digest", "number", "changed"), "articles": ("url", "gone_since")}
"""Columns of a row that come from other tables than `texts`."""
_FROM = """FROM versions JOIN articles ON articles.id = versions.article_id
 JOIN outlets ON outlets.id = articles.outlet_id JOIN active_texts ON active_texts.version_id = versions.id
 JOIN texts ON texts.id = active_texts.text_id JOIN extractors ON extractors.id = texts.extractor_id"""
_WHERE = "articles.withdrawn_at IS NULL AND (:history OR articles.current_version_id = versions.id)"
_MATCH = " AND versions.id IN (SELECT rowid FROM search WHERE search MATCH :query)"


_ROWS = (
    "SELECT versions.id AS version_id, versions.article_id, outlets.name AS outlet, articles.url, versions.number,"
    " articles.current_version_id = versions.id AS is_current, articles.version_count, texts.headline, texts.lead,"
    " texts.body, versions.first_seen_at, version_spans.last_seen_at, articles.gone_since, versions.changed,"
    f" versions.digest, extractors.name AS extractor, texts.details {_FROM}"
    " JOIN version_spans ON version_spans.version_id = versions.id"
)


def rows(db: Database, choice: Selection, *, newest: int | None = None) -> Iterator[dict[str, Any]]:
    """The selected versions in order of their ids, each with all of EXPORT_COLUMNS; read in batches, so that memory
    stays flat and no long read delays the checkpoint. newest: only so many, those first seen last come first.

    Raises BadQuery for words that cannot be parsed.
    """
    condition, values = _condition(db, choice)
    if newest is not None:
        query = f"{_ROWS} WHERE {condition} ORDER BY versions.first_seen_at DESC, versions.id DESC LIMIT :newest"
        yield from readable_values(db.query(query, {**values, "newest": newest}), "texts", _row)
        return
    last = 0
    query = f"{_ROWS} WHERE {condition} AND versions.id > :last ORDER BY versions.id LIMIT :batch"
    while batch := list(db.query(query, {**values, "last": last, "batch": _BATCH})):
        last = batch[-1]["version_id"]
        yield from readable_values(batch, "texts", _row)


def _condition(db: Database, choice: Selection) -> tuple[str, dict[str, Any]]:
    more, values = conditions(db, choice, words=False)
    parameters = {**values, "history": choice.history}
    if not choice.words:
        return _WHERE + more, parameters
    return _WHERE + more + _MATCH, {**parameters, "query": fts_query(choice.words)}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    for table, names in _OTHER_COLUMNS.items():
        usable(table, {name: row[name] for name in names})
    details = details_of(row.pop("details"))
    images = details.pop("images")
    details["confidence"] = details.get("confidence", {}).get("reading")
    fields = {**details, **row, "is_current": bool(row["is_current"])}
    fields["image_urls"] = [image[0] for image in images]
    fields["captions"] = [image[1] or "" for image in images]
    fields["credits"] = [image[2] or "" for image in images]
    return {name: fields.get(name) for name in EXPORT_COLUMNS}


def summary(db: Database, choice: Selection) -> dict[str, Any]:
    """Figures for a data set's card: counts, time span, share of rows with each field, gaps between captures."""
    condition, values = _condition(db, choice)
    counts = next(iter(db.query(
        "SELECT count(*) AS versions, count(DISTINCT versions.article_id) AS articles,"
        " min(versions.published_at) AS published_first, max(versions.published_at) AS published_last,"
        " min(versions.first_seen_at) AS seen_first, max(versions.first_seen_at) AS seen_last,"
        " avg(texts.lead IS NOT NULL) AS lead, avg(texts.body <> '') AS body, avg(versions.byline IS NOT NULL)"
        " AS byline, avg(versions.section IS NOT NULL) AS section,"
        " avg(versions.published_at IS NOT NULL) AS published_at,"
        f" avg(texts.captions IS NOT NULL) AS captions {_FROM} WHERE {condition}", values,
    )))  # fmt: skip
    outlet = {"outlet": choice.outlet}
    (withdrawn,) = db.execute(
        "SELECT count(*) FROM articles JOIN outlets ON outlets.id = outlet_id WHERE withdrawn_at IS NOT NULL"
        " AND (:outlet IS NULL OR outlets.name = :outlet)", outlet,
    ).fetchone()  # fmt: skip
    outlets = list(db.query(
        "SELECT name, title, home_url, timezone, (SELECT count(*) FROM articles WHERE outlet_id = outlets.id"
        " AND withdrawn_at IS NULL) AS articles FROM outlets WHERE :outlet IS NULL OR name = :outlet"
        " ORDER BY name", outlet,
    ))  # fmt: skip
    years = db.execute(
        f"SELECT coalesce(substr(versions.published_at, 1, 4), 'no date'), count(*) {_FROM} WHERE {condition}"
        " GROUP BY 1 ORDER BY 1", values,
    ).fetchall()  # fmt: skip
    gaps = db.execute(
        "WITH days AS (SELECT DISTINCT outlets.name, substr(captured_at, 1, 10) AS day FROM captures"
        " JOIN outlets ON outlets.id = outlet_id WHERE :outlet IS NULL OR outlets.name = :outlet),"
        " pairs AS (SELECT name, day, lead(day) OVER (PARTITION BY name ORDER BY day) AS next FROM days)"
        " SELECT name, day, next, julianday(next) - julianday(day) FROM pairs WHERE julianday(next)"
        " - julianday(day) > 7 ORDER BY 4 DESC LIMIT 20", outlet,
    ).fetchall()  # fmt: skip
    return {**counts, "as_of": as_of(db), "withdrawn": withdrawn, "outlets": outlets, "years": years, "gaps": gaps}
