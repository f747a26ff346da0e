"""A picture replaced under its address opens the next version of the articles that show it."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from archive import clock
from archive.diff.meaning import REPLACED_PICTURE
from archive.likeness import same_picture
from archive.records import Run
from archive.store import frontier

_SHOWING = (
    "SELECT DISTINCT articles.id, articles.outlet_id, articles.url_key, articles.current_version_id,"
    " articles.gone_since, old.perceptual_hash AS old_hash, new.perceptual_hash AS new_hash FROM version_images"
    " JOIN articles ON articles.current_version_id = version_images.version_id"
    " JOIN pictures AS old ON old.id = version_images.picture_id JOIN pictures AS new ON new.id = ?"
    " WHERE version_images.image_id = ? AND old.id <> new.id AND articles.withdrawn_at IS NULL"
)
_NARROW = "headline, byline, section, published_at, modified_at"
_TEXT = "extractor_id, capture_id, digest, headline, lead, body, captions, layout, details, row_digest"


def settle_versions(db: Database, run: Run, image_id: int, picture_id: int, at: datetime) -> None:
    """What an address shows, for all articles that show it now: where nothing was known it is written down; where it
    is another picture than the version showed, that is an edit. A copy in other bytes is none, nor is what cannot be
    compared. Call inside a transaction."""
    db.execute(
        "UPDATE version_images SET picture_id = ? WHERE image_id = ? AND picture_id IS NULL AND version_id IN"
        " (SELECT current_version_id FROM articles WHERE withdrawn_at IS NULL)",
        [picture_id, image_id],
    )
    edited = {
        row["id"]: row
        for row in db.query(_SHOWING, [picture_id, image_id])
        if row["gone_since"] is None and same_picture(row["old_hash"], row["new_hash"]) is False
    }
    for article_id, row in edited.items():
        _open_version(db, article_id, row["current_version_id"], image_id, picture_id, at)
        if row["outlet_id"] == run.outlet_id:
            frontier.enliven(db, run, row["url_key"], at)


def _open_version(db: Database, article_id: int, latest: int, image_id: int, picture_id: int, at: datetime) -> None:
    """The same words, seen last in the article's latest capture; another picture, seen now."""
    moment = clock.stamp(at)
    cursor = db.execute(
        "INSERT INTO versions (article_id, number, capture_id, first_seen_at, digest, changed, words_removed,"
        f" words_added, numbers_changed, names_changed, weight, words_of, {_NARROW})"
        f" SELECT article_id, number + 1, ?, ?, digest, 'pictures', 0, 0, 0, 0, {REPLACED_PICTURE},"
        f" coalesce(words_of, id), {_NARROW} FROM versions WHERE id = ?",
        [_last_capture(db, latest), moment, latest],
    )
    version_id = int(cursor.lastrowid or 0)
    _copy_text(db, latest, version_id)
    db.execute(
        "INSERT INTO version_images (version_id, position, image_id, caption, credit, caption_raw, alt, picture_id)"
        " SELECT ?1, position, image_id, caption, credit, caption_raw, alt,"
        " CASE image_id WHEN ?2 THEN ?3 ELSE picture_id END FROM version_images WHERE version_id = ?4",
        [version_id, image_id, picture_id, latest],
    )
    db.execute(
        "UPDATE articles SET current_version_id = ?, version_count = version_count + 1, changed_at = ? WHERE id = ?",
        [version_id, moment, article_id],
    )


def _copy_text(db: Database, latest: int, version_id: int) -> None:
    cursor = db.execute(
        f"INSERT INTO texts (version_id, {_TEXT}) SELECT ?, {_TEXT} FROM texts"
        " WHERE id = (SELECT text_id FROM active_texts WHERE version_id = ?)",
        [version_id, latest],
    )
    db.execute("INSERT INTO active_texts (version_id, text_id) VALUES (?, ?)", [version_id, cursor.lastrowid])


def _last_capture(db: Database, version_id: int) -> int:
    """The newest capture that showed a version's words, or confirmed them."""
    (capture_id,) = db.execute(
        "WITH shown AS (SELECT readings.capture_id FROM versions"
        " JOIN readings ON readings.version_id IN (versions.id, versions.words_of) WHERE versions.id = ?1)"
        " SELECT coalesce((SELECT id FROM captures WHERE id IN shown OR (revisit_of IN shown"
        " AND NOT EXISTS (SELECT 1 FROM readings WHERE readings.capture_id = captures.id))"
        " ORDER BY captured_at DESC, id DESC LIMIT 1), (SELECT capture_id FROM versions WHERE id = ?1))",
        [version_id],
    ).fetchone()
    return int(capture_id)
