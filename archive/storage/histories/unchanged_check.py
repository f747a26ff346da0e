"""A fast path: checks by a few rows whether the newest capture of an address leaves the stored history unchanged.

Everything else is derived from all related captures (archive/pipeline/filing.py), which would have the same result in
these cases. They are nearly all that a crawl meets: an unchanged article at its main address, a copy of an article
whose own page is online, an address that never was an article's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archive.history.article_identity import PRIMARY_TIMEOUT
from archive.history.disappearances import NO_ARTICLE
from archive.history.edits import changed_fields, prints_alike, state_of, words_of
from archive.history.facts import declared_key
from archive.history.picture_changes import same_picture
from archive.history.plausibility import is_anyones
from archive.model import clock
from archive.model.records import Reading, Unreadable
from archive.storage.captures.kept_captures import Source, article_at
from archive.storage.histories.related_urls import hosts_of, is_pending, moved_keys
from archive.storage.picture_fetches import STANDS
from archive.storage.reading_rows import (
    doubted_with_words,
    extractor_id,
    other_articles,
    record_reading,
    record_refusal,
    same_words,
    set_aside,
    withdrawn_twin,
)
from archive.storage.schema_views import CORRECTED_TIME
from archive.storage.version_texts import from_row
from archive.storage.withdrawals import is_withdrawn

_KNOWN_ARTICLE = (
    "SELECT articles.id, articles.url_key, articles.url, current_version_id, gone_since,"
    " coalesce(words_of, current_version_id) AS worded FROM aliases"
    " JOIN articles ON articles.id = aliases.article_id JOIN versions ON versions.id = current_version_id"
    " WHERE aliases.outlet_id = ? AND aliases.url_key = ? AND withdrawn_at IS NULL"
)
_LAST_READING = (
    "SELECT coalesce(own.version_id, root.version_id), coalesce(own.doubt, root.doubt), captures.outcome,"
    f" {CORRECTED_TIME} AS at, coalesce(own.state, root.state), EXISTS (SELECT 1 FROM set_aside"
    "  WHERE capture_id = coalesce(own.capture_id, root.capture_id)), coalesce(own.extractor_id, root.extractor_id)"
    " FROM captures JOIN runs ON runs.id = run_id"
    " LEFT JOIN readings AS own ON own.capture_id = captures.id"
    " LEFT JOIN readings AS root ON root.capture_id = captures.revisit_of AND own.capture_id IS NULL"
    " WHERE captures.outlet_id = ? AND url_key = ? AND captures.id <> ? ORDER BY at DESC, captures.id DESC,"
    " coalesce(own.extractor_id, root.extractor_id) DESC LIMIT 1"
)

_CONFIRMING = ("fresh", "revisit", "not-modified")
_VERSION_OF_BYTES = (
    "SELECT version_id FROM captures JOIN readings ON readings.capture_id = revisit_of WHERE captures.id = ?"
    " ORDER BY extractor_id DESC LIMIT 1"
)


def concerns(db: Database, outlet_id: int, keys: Iterable[str]) -> list[str]:
    """Of these addresses, those that ever were an article's, or showed last what may be one's."""
    return [key for key in dict.fromkeys(keys) if article_at(db, outlet_id, key) or _is_doubted(db, outlet_id, key)]


def _is_doubted(db: Database, outlet_id: int, key: str) -> bool:
    """Whether an address's newest page is doubted, by the reading of the bytes that it brought or repeats."""
    row = db.execute(
        "SELECT doubt FROM captures INDEXED BY captures_time LEFT JOIN readings"
        " ON capture_id = coalesce(revisit_of, captures.id) WHERE outlet_id = ? AND url_key = ?"
        f" AND captures.outcome IN {_CONFIRMING} ORDER BY captured_at DESC LIMIT 1",
        [outlet_id, key],
    ).fetchone()
    return row is not None and row[0] is not None


def confirms(db: Database, source: Source) -> int | None:
    """The article that a capture with known bytes shows unchanged; None if that must be derived."""
    row = _known_article(db, source)
    if row is None:
        return None
    last = _last_reading(db, source, row["url_key"])
    own_last = last if row["url_key"] == source.url_key else _last_reading(db, source, source.url_key)
    if last is None or own_last is None or not _shows_newest(last, row, source):
        return None
    if db.execute(_VERSION_OF_BYTES, [source.capture_id]).fetchone() != (row["worded"],):
        return None  # without a reading of its own it would count for a former version with the same words
    if row["url_key"] == source.url_key:
        _update_last_seen(db, row["id"], source)
        return int(row["id"])
    if own_last[1] is not None or own_last[2] not in _CONFIRMING or own_last[4] is None or own_last[4] != last[4]:
        return None
    if last[5]:  # the article's page prints something else than its version: it may call this address canonical
        return None
    return int(row["id"]) if last[3] >= clock.stamp(source.captured_at - PRIMARY_TIMEOUT) else None


def shows(db: Database, source: Source, reading: Reading) -> int | None:
    """The article whose newest version a page shows again, at the article's main address; None if that must be derived.
    Stores the reading."""
    row = _known_article(db, source)
    if row is None or row["url_key"] != source.url_key or row["url"] != source.url:
        return None
    last = _last_reading(db, source, source.url_key)
    if last is None or not _shows_newest(last, row, source):
        return None
    newest = _text_of(db, row["current_version_id"], reading.extractor)
    if newest is None or newest.canonical_url != reading.canonical_url:
        return None
    number = extractor_id(db, reading.extractor, source.captured_at)
    if changed_fields(newest, reading) and (last[4], last[6]) != (state_of(reading), number):  # nor its last print
        return None
    if [image.url for image in reading.images] != _picture_urls(db, row["current_version_id"]):
        return None
    record_reading(db, source.capture_id, number, {
        "kind": reading.kind, "detail": None, "version_id": row["worded"],
        "rules": dict(reading.origins).get("rules"), "state": state_of(reading), "doubt": None,
    })  # fmt: skip
    if row["worded"] != row["current_version_id"]:
        newest = _text_of(db, row["worded"], reading.extractor)
    if newest is None or not prints_alike(newest, reading):
        set_aside(db, source.capture_id, number, reading)
    _update_last_seen(db, row["id"], source)
    db.execute(
        "UPDATE articles SET headline = ?, byline = ?, section = ?, published_at = ? WHERE id = ?",
        [reading.headline, reading.byline, reading.section, clock.claimed(reading.published_at), row["id"]],
    )
    return int(row["id"])


_NEWEST_TEXT = (
    "SELECT texts.* FROM texts JOIN active_texts ON active_texts.text_id = texts.id"
    " JOIN extractors ON extractors.id = texts.extractor_id WHERE active_texts.version_id = ? AND extractors.name = ?"
)


def _text_of(db: Database, version_id: int, extractor: str) -> Reading | None:
    """What an extractor read in a version's page; None where another one's text is shown."""
    row = next(iter(db.query(_NEWEST_TEXT, [version_id, extractor])), None)
    return from_row(row, extractor) if row else None


def _picture_urls(db: Database, version_id: int) -> list[str]:
    """Where a version's page shows its pictures by now, in order: at negative positions, as its text does not name
    them."""
    rows = db.execute(
        "SELECT abs(position), url FROM version_images JOIN images ON images.id = image_id WHERE version_id = ?"
        " ORDER BY position DESC",
        [version_id],
    ).fetchall()
    return [url for _, url in sorted(dict(rows).items())]


def refuses(db: Database, source: Source, refusal: Unreadable) -> bool:
    """Whether a page without an article concerns no known article; then stores why it was refused."""
    if concerns(db, source.run.outlet_id, (source.url_key, *(source.via if refusal.reason in NO_ARTICLE else ()))):
        return False
    if is_pending(db, source.run.outlet_id, source.url_key):
        return False
    record_refusal(db, source.capture_id, refusal, source.captured_at)
    return True


def is_alone(db: Database, source: Source, reading: Reading) -> bool:
    """Whether a page is the only thing known of its addresses and words, so that nothing is related to it."""
    outlet_id = source.run.outlet_id
    if source.via or is_withdrawn(db, outlet_id, source.url_key):
        return False
    declared = [key for key in declared_key(reading, source.run.outlet) if key != source.url_key]
    known = (db.execute(_KNOWN, [outlet_id, key, source.capture_id]).fetchone() for key in (source.url_key, *declared))
    if (
        any(known)
        or moved_keys(db, outlet_id, source.url_key, hosts_of(db, outlet_id))
        or same_words(db, outlet_id, reading)
        or doubted_with_words(db, outlet_id, reading)
        or withdrawn_twin(db, outlet_id, reading)
    ):
        return False
    return not is_anyones(reading) or not other_articles(db, outlet_id, "words", words_of(reading), ())


_KNOWN = """
SELECT 1 FROM captures WHERE outlet_id = ?1 AND url_key = ?2 AND id <> ?3
UNION ALL SELECT 1 FROM aliases WHERE outlet_id = ?1 AND url_key = ?2
UNION ALL SELECT 1 FROM articles WHERE outlet_id = ?1 AND url_key = ?2
UNION ALL SELECT 1 FROM unsettled WHERE outlet_id = ?1 AND url_key = ?2 LIMIT 1
"""


def _known_article(db: Database, source: Source) -> dict[str, Any] | None:
    """The article of an address, unless it is gone, unsettled, or reached by redirects from addresses of others."""
    outlet_id = source.run.outlet_id
    if is_pending(db, outlet_id, source.url_key):
        return None
    row = next(iter(db.query(_KNOWN_ARTICLE, [outlet_id, source.url_key])), None)
    if row is None or row["gone_since"] is not None:
        return None
    foreign = [key for key in source.via if article_at(db, outlet_id, key) != row["id"]]
    return None if foreign else row


def _last_reading(db: Database, source: Source, key: str) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = db.execute(_LAST_READING, [source.run.outlet_id, key, source.capture_id]).fetchone()
    return row


def _shows_newest(last: tuple[Any, ...], row: dict[str, Any], source: Source) -> bool:
    """Whether the last reading of an address shows the newest version, undoubted."""
    version_id, doubt, outcome, seen_at = last[:4]
    return (
        version_id == row["worded"]
        and doubt is None
        and outcome in _CONFIRMING
        and seen_at <= clock.stamp(source.captured_at)
    )


def _update_last_seen(db: Database, article_id: int, source: Source) -> None:
    db.execute(
        "UPDATE articles SET last_seen_at = ?1 WHERE id = ?2 AND last_seen_at < ?1",
        [clock.stamp(source.captured_at), article_id],
    )


def show_picture(db: Database, outlet_id: int, image_id: int, picture_id: int) -> list[str]:
    """Stores the picture that a picture address shows, for all current versions with it that have none yet. Returns the
    addresses of the outlet's articles that showed another picture, or whose newest version may depend on this one."""
    depending = db.execute(_DEPENDING, [image_id, outlet_id]).fetchall()
    db.execute(
        "UPDATE version_images SET picture_id = ? WHERE image_id = ? AND picture_id IS NULL AND position > 0"
        f" AND {STANDS} AND version_id IN (SELECT current_version_id FROM articles WHERE withdrawn_at IS NULL)",
        [picture_id, image_id],
    )
    rows = db.execute(
        "SELECT DISTINCT articles.url_key, old.perceptual_hash, new.perceptual_hash FROM version_images"
        " JOIN articles ON articles.current_version_id = version_images.version_id"
        " JOIN pictures AS old ON old.id = version_images.picture_id JOIN pictures AS new ON new.id = ?"
        " WHERE image_id = ? AND old.id <> new.id AND withdrawn_at IS NULL AND gone_since IS NULL AND outlet_id = ?",
        [picture_id, image_id, outlet_id],
    )
    replaced = [key for key, old, new in rows.fetchall() if same_picture(old, new) is False]
    return list(dict.fromkeys([*replaced, *(key for (key,) in depending)]))


_DEPENDING = """
SELECT DISTINCT articles.url_key FROM version_images
JOIN articles ON articles.current_version_id = version_images.version_id JOIN versions ON versions.id = version_id
WHERE image_id = ? AND articles.outlet_id = ? AND withdrawn_at IS NULL AND (position < 0
  OR version_count > 1 AND (picture_id IS NULL OR (changed = 'pictures' AND versions.words_of IS NULL)))
"""
"""Articles whose page shows an address at which nothing was fetched yet, or in place of another: the picture may be the
former one there, or another than stood in its place (archive/history/picture_changes.py); and with it an earlier
version's words may be another state (version_numbers.py)."""
