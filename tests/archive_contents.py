"""What an archive tells of its articles, without any number of a row: to compare two archives that hold the same."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

_ARTICLES = """
SELECT articles.id, url_key, url, headline, byline, section, published_at, version_count, first_seen_at, changed_at,
  last_seen_at, gone_since, gone_reason,
  (SELECT other.url_key FROM articles AS other WHERE other.id = articles.moved_to_id) AS moved_to
FROM articles WHERE withdrawn_at IS NULL ORDER BY url_key
"""
# A version keeps the digest it was filed under, while a former text of it has that; when blocks were learned decides that.
_VERSIONS = """
SELECT versions.number, versions.first_seen_at, last_seen_at, changed,
  iif(versions.digest IN (SELECT digest FROM texts AS any_text WHERE any_text.version_id = versions.id), texts.digest,
    versions.digest), versions.headline, words_removed,
  words_added, old_headline, stood_days, texts.digest AS words, lead, body, captions, layout,
  json_remove(details, '$.confidence'), words_of IS NULL
FROM versions JOIN version_spans ON version_spans.version_id = versions.id
JOIN active_texts ON active_texts.version_id = versions.id
JOIN texts ON texts.id = text_id WHERE versions.article_id = ? ORDER BY versions.number
"""
_PICTURES = """
SELECT number, position, images.url, caption, credit, pictures.digest FROM versions
JOIN version_images ON version_images.version_id = versions.id JOIN images ON images.id = image_id
LEFT JOIN pictures ON pictures.id = picture_id WHERE article_id = ? ORDER BY number, position
"""


def told(db: Database) -> list[dict[str, Any]]:
    """Every article with its versions, their words, spans and pictures, its addresses, and when it was gone."""
    return [_article(db, row) for row in list(db.query(_ARTICLES))]


def _article(db: Database, row: dict[str, Any]) -> dict[str, Any]:
    number = row.pop("id")
    return {
        **row,
        "versions": db.execute(_VERSIONS, [number]).fetchall(),
        "pictures": db.execute(_PICTURES, [number]).fetchall(),
        "addresses": db.execute(
            "SELECT url_key, since, kind FROM aliases WHERE article_id = ? ORDER BY url_key", [number]
        ).fetchall(),
        "gone": db.execute(
            "SELECT gone_at, reason, returned_at FROM tombstones WHERE article_id = ? ORDER BY gone_at, reason",
            [number],
        ).fetchall(),
    }
