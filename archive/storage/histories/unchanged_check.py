"""What the newest capture of an address says where a look at a few rows tells: that all stands as it stood.

Everything else is derived from all captures that belong together (archive/pipeline/filing.py). These are the cases in
which that would come to the same, and they are nearly all a crawl meets: an unchanged article at the address that
speaks for it, a copy of an article whose own page is well, an address that never was an article's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archive.history.addresses import HEARD
from archive.history.disappearances import NO_ARTICLE
from archive.history.edits import changed_fields
from archive.history.plausibility import is_anyones
from archive.history.responses import declared_key
from archive.history.states import state_of, words_of
from archive.model import clock
from archive.model.perceptual_hash import same_picture
from archive.model.records import Reading, Unreadable
from archive.storage.captures.capture_source import Source, article_at
from archive.storage.clock_corrections import SEEN_AT
from archive.storage.histories.domain_moves import moved_keys
from archive.storage.readings.reading_rows import elsewhere, extractor_id, record_reading, same_words, withdrawn_twin
from archive.storage.readings.version_texts import from_row
from archive.storage.withdrawals.withdrawal_lookup import is_withdrawn

_SPEAKER = (
    "SELECT articles.id, articles.url_key, articles.url, current_version_id, gone_since,"
    " coalesce(words_of, current_version_id) AS worded FROM aliases"
    " JOIN articles ON articles.id = aliases.article_id JOIN versions ON versions.id = current_version_id"
    " WHERE aliases.outlet_id = ? AND aliases.url_key = ? AND withdrawn_at IS NULL"
)
_SHOWN = (
    "SELECT coalesce(own.version_id, root.version_id), coalesce(own.doubt, root.doubt), captures.outcome,"
    f" {SEEN_AT} AS at, coalesce(own.state, root.state) FROM captures JOIN runs ON runs.id = run_id"
    " LEFT JOIN readings AS own ON own.capture_id = captures.id"
    " LEFT JOIN readings AS root ON root.capture_id = captures.revisit_of AND own.capture_id IS NULL"
    " WHERE captures.outlet_id = ? AND url_key = ? AND captures.id <> ? ORDER BY at DESC, captures.id DESC,"
    " coalesce(own.extractor_id, root.extractor_id) DESC LIMIT 1"
)


def is_unsettled(db: Database, outlet_id: int, key: str) -> bool:
    """Whether something of an address waits to be put in order."""
    row = db.execute("SELECT 1 FROM unsettled WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]).fetchone()
    return row is not None


def concerns(db: Database, outlet_id: int, keys: Iterable[str]) -> list[str]:
    """Of these addresses, those that an article ever had."""
    return [key for key in dict.fromkeys(keys) if article_at(db, outlet_id, key) is not None]


def confirms(db: Database, source: Source) -> int | None:
    """The article that a capture with known bytes shows as it stood; None where that must be derived."""
    row = _known(db, source)
    if row is None:
        return None
    last = _last(db, source, row["url_key"])
    own = last if row["url_key"] == source.url_key else _last(db, source, source.url_key)
    if last is None or own is None or not _stands(last, row, source):
        return None
    if row["url_key"] == source.url_key:
        _see(db, row["id"], source)
        return int(row["id"])
    if own[1] is not None or own[2] not in _CONFIRMING or own[4] is None or own[4] != last[4]:
        return None
    return int(row["id"]) if last[3] >= clock.stamp(source.captured_at - HEARD) else None


_CONFIRMING = ("fresh", "revisit", "not-modified")


def shows(db: Database, source: Source, reading: Reading) -> int | None:
    """The article of which a page that was read shows the newest version again, at the address that speaks for it; None
    where that must be derived. Writes down what was read."""
    row = _known(db, source)
    if row is None or row["url_key"] != source.url_key or row["url"] != source.url:
        return None
    last = _last(db, source, source.url_key)
    if last is None or not _stands(last, row, source):
        return None
    told = next(iter(db.query(_TEXT, [row["current_version_id"], reading.extractor])), None)
    if told is None or changed_fields(from_row(told, reading.extractor), reading):
        return None
    number = extractor_id(db, reading.extractor, source.captured_at)
    record_reading(db, source.capture_id, number, {
        "kind": reading.kind, "detail": None, "version_id": row["worded"],
        "rules": dict(reading.origins).get("rules"), "state": state_of(reading), "doubt": None,
    })  # fmt: skip
    _see(db, row["id"], source)
    _describe(db, row["id"], reading)
    return int(row["id"])


_TEXT = (
    "SELECT texts.* FROM texts JOIN active_texts ON active_texts.text_id = texts.id"
    " JOIN extractors ON extractors.id = texts.extractor_id WHERE active_texts.version_id = ? AND extractors.name = ?"
)


def refuses(db: Database, source: Source, refusal: Unreadable) -> bool:
    """Whether a page from which nothing was read concerns no article; then what it is is written down."""
    if concerns(db, source.run.outlet_id, (source.url_key, *(source.via if refusal.reason in NO_ARTICLE else ()))):
        return False
    if is_unsettled(db, source.run.outlet_id, source.url_key):
        return False
    number = extractor_id(db, refusal.extractor, source.captured_at)
    row = {"kind": refusal.reason, "detail": refusal.detail or None, "version_id": None}
    record_reading(db, source.capture_id, number, row)
    return True


def is_alone(db: Database, source: Source, reading: Reading) -> bool:
    """Whether a page is all that is known of its addresses and words, so that nothing belongs together with it."""
    outlet_id = source.run.outlet_id
    if source.via or is_withdrawn(db, outlet_id, source.url_key):
        return False
    declared = [key for key in declared_key(reading, source.run.outlet) if key != source.url_key]
    known = (db.execute(_KNOWN, [outlet_id, key, source.capture_id]).fetchone() for key in (source.url_key, *declared))
    if (
        any(known)
        or moved_keys(db, outlet_id, source.url_key)
        or same_words(db, outlet_id, reading)
        or withdrawn_twin(db, outlet_id, reading)
    ):
        return False
    return not is_anyones(reading) or not elsewhere(db, outlet_id, "words", words_of(reading), ())


_KNOWN = """
SELECT 1 FROM captures WHERE outlet_id = ?1 AND url_key = ?2 AND id <> ?3
UNION ALL SELECT 1 FROM aliases WHERE outlet_id = ?1 AND url_key = ?2
UNION ALL SELECT 1 FROM articles WHERE outlet_id = ?1 AND url_key = ?2
UNION ALL SELECT 1 FROM unsettled WHERE outlet_id = ?1 AND url_key = ?2 LIMIT 1
"""


def _known(db: Database, source: Source) -> dict[str, Any] | None:
    """The article of an address, if it is there, and nothing of it waits."""
    outlet_id = source.run.outlet_id
    if is_unsettled(db, outlet_id, source.url_key):
        return None
    row = next(iter(db.query(_SPEAKER, [outlet_id, source.url_key])), None)
    if row is None or row["gone_since"] is not None:
        return None
    lead = [key for key in source.via if article_at(db, outlet_id, key) != row["id"]]
    return None if lead else row


def _last(db: Database, source: Source, key: str) -> tuple[Any, ...] | None:
    return db.execute(_SHOWN, [source.run.outlet_id, key, source.capture_id]).fetchone()  # type: ignore[no-any-return]  # a row


def _stands(last: tuple[Any, ...], row: dict[str, Any], source: Source) -> bool:
    """Whether the last that an address said before is that it shows the newest version."""
    version_id, doubt, outcome, at, _ = last
    return (
        version_id == row["worded"]
        and doubt is None
        and outcome in _CONFIRMING
        and at <= clock.stamp(source.captured_at)
    )


def _see(db: Database, article_id: int, source: Source) -> None:
    db.execute(
        "UPDATE articles SET last_seen_at = ?1 WHERE id = ?2 AND last_seen_at < ?1",
        [clock.stamp(source.captured_at), article_id],
    )


def _describe(db: Database, article_id: int, reading: Reading) -> None:
    db.execute(
        "UPDATE articles SET headline = ?, byline = ?, section = ?, published_at = ? WHERE id = ?",
        [reading.headline, reading.byline, reading.section, clock.claimed(reading.published_at), article_id],
    )


def show_picture(db: Database, outlet_id: int, image_id: int, picture_id: int) -> list[str]:
    """What a picture's address shows, where nothing was known of it, for all articles that show it now. Returns the
    addresses of the outlet's that showed another picture, or whose digest depends on this one."""
    named = db.execute(_NAMED_BY_PICTURES, [image_id, outlet_id]).fetchall()
    db.execute(
        "UPDATE version_images SET picture_id = ? WHERE image_id = ? AND picture_id IS NULL AND version_id IN"
        " (SELECT current_version_id FROM articles WHERE withdrawn_at IS NULL)",
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
    return list(dict.fromkeys([*replaced, *(key for (key,) in named)]))


_NAMED_BY_PICTURES = """
SELECT DISTINCT articles.url_key FROM version_images
JOIN articles ON articles.current_version_id = version_images.version_id
JOIN active_texts AS shown ON shown.version_id = articles.current_version_id JOIN texts ON texts.id = shown.text_id
WHERE image_id = ? AND picture_id IS NULL AND withdrawn_at IS NULL AND outlet_id = ? AND version_count > 1
AND EXISTS (SELECT 1 FROM versions AS older JOIN active_texts ON active_texts.version_id = older.id
  JOIN texts AS said ON said.id = active_texts.text_id
  WHERE older.article_id = articles.id AND older.id <> articles.current_version_id AND said.digest = texts.digest)
"""
"""Articles that said the same before: with other pictures it is another state (archive/history/version_numbers.py)."""
