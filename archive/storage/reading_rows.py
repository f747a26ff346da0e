"""Stores readings (extraction results) so that no page need be read twice: as texts of a version, as a refusal, or set
aside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from sqlite_utils import Database

from archive.history.article_identity import TWIN_LENGTH
from archive.history.edits import reading_digest, state_of, words_of
from archive.model import clock
from archive.model.errors import pass_over
from archive.model.records import ReadableKind, Reading, Unreadable
from archive.storage import codecs
from archive.storage.connection import insert, rows_of
from archive.storage.integrity.column_validation import ROW_ERRORS
from archive.storage.list_placements import put_teasers
from archive.storage.version_texts import COLUMNS, body_of, from_row, to_row

READABLE = frozenset(get_args(ReadableKind))


def extractor_id(db: Database, name: str, moment: datetime) -> int:
    """The row id of an extractor; inserts it on first use. Call inside a transaction."""
    if row := db.execute("SELECT id FROM extractors WHERE name = ?", [name]).fetchone():
        return int(row[0])
    return insert(db, "extractors", {"name": name, "first_used_at": clock.stamp(moment)})


@dataclass(frozen=True, slots=True)
class StoredReadings:
    """The stored readings of one extractor. refused: capture id -> why nothing was read; states: capture id -> state
    digest; words: state digest -> a reading of that state; own: readings of captures that name their pictures at other
    addresses."""

    refused: dict[int, Unreadable]
    states: dict[int, str]
    words: dict[str, Reading]
    own: dict[int, Reading] = field(default_factory=dict)

    def reading(self, capture_id: int) -> Reading | Unreadable | None:
        """The stored reading of a capture; None where there is none, and the page must be read again."""
        own = self.refused.get(capture_id) or self.own.get(capture_id)
        return own or self.words.get(self.states.get(capture_id, ""))


def kept_readings(db: Database, captures: Iterable[int], articles: Iterable[int], extractor: str) -> StoredReadings:
    """The stored readings of these captures, and of these articles' versions."""
    row = db.execute("SELECT id FROM extractors WHERE name = ?", [extractor]).fetchone()
    kept = StoredReadings({}, {}, {})
    if row is None:
        return kept
    versions: dict[int, Reading] = {}
    for article_id in articles:
        for text in rows_of(db, _TEXTS_OF_ARTICLE, [row[0], article_id]):
            reading = versions[text["version_id"]] = kept.own[text["capture_id"]] = from_row(text, extractor)
            kept.words.setdefault(state_of(reading), reading)
    for reading_row in db.execute(_READINGS, [json.dumps(list(captures)), row[0]]).fetchall():
        _add_reading(kept, versions, reading_row, extractor)
    return kept


_TEXTS_OF_ARTICLE = (
    "SELECT texts.* FROM versions JOIN texts ON texts.version_id = versions.id AND texts.extractor_id = ?"
    " WHERE versions.article_id = ? AND versions.words_of IS NULL ORDER BY versions.number"
)


_READINGS = (
    "SELECT capture_id, kind, detail, version_id, state, reading FROM readings"
    " LEFT JOIN set_aside USING (capture_id, extractor_id)"
    " WHERE capture_id IN (SELECT value FROM json_each(?)) AND extractor_id = ? ORDER BY capture_id"
)


def _add_reading(
    kept: StoredReadings, versions: dict[int, Reading], row: tuple[Any, ...], name: str
) -> None:  # fmt: skip
    capture_id, kind, detail, version_id, state, aside = row
    if kind == "unconfirmed" or detail == "withdrawn":
        return
    if kind not in READABLE:
        kept.refused[capture_id] = Unreadable(kind, detail or "", name)
        return
    version, own = versions.get(version_id), kept.own.get(capture_id)
    if own and state and state_of(own) != state:  # a changed text is no capture's: its page is read again
        del kept.own[capture_id]
    state = state or (state_of(version) if version else None)
    if state is None:
        return
    kept.states[capture_id] = state
    if own:
        return
    own = _reading_set_aside(capture_id, aside, name) if aside else None
    if own is None and version and state_of(version) == state:
        own = version
    if own is not None:
        kept.own[capture_id] = own
        kept.words.setdefault(state, own)


def _reading_set_aside(capture_id: int, packed: bytes, name: str) -> Reading | None:
    try:
        return from_row(json.loads(codecs.decompress(packed)), name)
    except (codecs.ZstdError, *ROW_ERRORS) as error:  # its page is read again
        pass_over(f"set_aside {capture_id}", error)
        return None


def set_aside(db: Database, capture_id: int, extractor: int, reading: Reading, *, again: bool = True) -> None:
    """Stores a reading that belongs to no version, or names its pictures at other addresses than its version. again:
    also where one is stored. Call inside a transaction."""
    packed = codecs.compress(json.dumps(to_row(reading), ensure_ascii=False).encode())
    conflict = "REPLACE" if again else "IGNORE"
    db.execute(f"INSERT OR {conflict} INTO set_aside VALUES (?, ?, ?)", [capture_id, extractor, packed])


def keep_aside(db: Database, version_id: int) -> None:
    """Sets aside all texts of a version before it is dropped. Call inside a transaction."""
    rows = db.query(
        "SELECT texts.* FROM texts JOIN readings USING (capture_id, extractor_id) WHERE texts.version_id = ?",
        [version_id],
    )
    for row in list(rows):
        columns = {name: row[name] for name in ("digest", "row_digest", *COLUMNS)}
        packed = codecs.compress(json.dumps(columns, ensure_ascii=False).encode())
        db.execute("INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?)", [row["capture_id"], row["extractor_id"], packed])


def last_words(db: Database, capture_id: int) -> tuple[int, Reading] | None:
    """The version a capture showed to the latest extractor that could read it, with that version's active text: the
    only reading where the bytes are missing, or the present extractor finds nothing in them."""
    rows = db.query(
        "SELECT texts.*, extractors.name AS extractor, readings.version_id AS showed FROM readings"
        " JOIN active_texts ON active_texts.version_id = readings.version_id JOIN texts ON texts.id = text_id"
        " JOIN extractors ON extractors.id = texts.extractor_id"
        " WHERE readings.capture_id = ? ORDER BY readings.extractor_id DESC LIMIT 1",
        [capture_id],
    )
    return next(((row["showed"], from_row(row, row["extractor"])) for row in rows), None)


def version_shown(db: Database, capture_id: int) -> int | None:
    """The version a capture showed, by the latest extractor that found one."""
    row = db.execute(
        "SELECT version_id FROM readings WHERE capture_id = ? AND version_id IS NOT NULL"
        " ORDER BY extractor_id DESC LIMIT 1",
        [capture_id],
    ).fetchone()
    return int(row[0]) if row else None


def record_reading(db: Database, capture_id: int, extractor: int, row: dict[str, Any]) -> None:
    """Inserts or updates the reading of a capture by an extractor. row: further columns. Call inside a transaction."""
    columns = {"capture_id": capture_id, "extractor_id": extractor, **row}
    updates = ", ".join(f"{name} = excluded.{name}" for name in row)
    db.execute(
        f"INSERT INTO readings ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        f" ON CONFLICT (capture_id, extractor_id) DO UPDATE SET {updates}",
        list(columns.values()),
    )


def same_words(db: Database, outlet_id: int, reading: Reading) -> set[str]:
    """URL keys of articles that ever had the same text, with the same or other pictures; empty for a short one."""
    if len(reading.text) < TWIN_LENGTH:
        return set()
    # The unary plus keeps SQLite from starting with all articles of the outlet instead of the digest.
    rows = db.execute(
        "SELECT articles.url_key FROM texts JOIN versions ON versions.id = texts.version_id"
        " JOIN articles ON articles.id = versions.article_id"
        " WHERE texts.digest = ?1 AND +articles.outlet_id = ?2 AND withdrawn_at IS NULL"
        " UNION ALL SELECT articles.url_key FROM versions JOIN articles ON articles.id = versions.article_id"
        " WHERE versions.digest = ?1 AND +articles.outlet_id = ?2 AND withdrawn_at IS NULL"
        " UNION ALL SELECT articles.url_key FROM versions JOIN texts ON texts.version_id = versions.id"
        " JOIN articles ON articles.id = versions.article_id WHERE versions.headline = ?3 AND texts.digest <> ?1"
        " AND texts.body = ?4"
        " AND +articles.outlet_id = ?2 AND withdrawn_at IS NULL",
        [reading_digest(reading), outlet_id, reading.headline, body_of(reading)],
    )
    return {row[0] for row in rows.fetchall()}


def doubted_with_words(db: Database, outlet_id: int, reading: Reading) -> set[str]:
    """URL keys of articles that showed the same words and were not believed, or URL keys of no article; empty for a
    short text. What relates an article to these relates these to the article (same_words)."""
    if len(reading.text) < TWIN_LENGTH:
        return set()
    rows = db.execute(
        "SELECT coalesce(articles.url_key, captures.url_key) FROM readings"
        " JOIN captures ON captures.id = readings.capture_id"
        " LEFT JOIN aliases ON aliases.outlet_id = captures.outlet_id AND aliases.url_key = captures.url_key"
        " LEFT JOIN articles ON articles.id = aliases.article_id AND withdrawn_at IS NULL"
        " WHERE readings.words = ?1 AND captures.outlet_id = ?2 AND doubt IS NOT NULL",
        [words_of(reading), outlet_id],
    )
    return {row[0] for row in rows.fetchall()}


def has_captures(db: Database, outlet_id: int, key: str) -> bool:
    """Whether a URL key has captures."""
    row = db.execute("SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? LIMIT 1", [outlet_id, key]).fetchone()
    return row is not None


def withdrawn_twin(db: Database, outlet_id: int, reading: Reading) -> int | None:
    """The withdrawn article with the same text at another URL; None when there is none."""
    row = db.execute(
        "SELECT articles.id FROM texts JOIN versions ON versions.id = texts.version_id"
        " JOIN articles ON articles.id = versions.article_id"
        " WHERE texts.digest = ? AND outlet_id = ? AND withdrawn_at IS NOT NULL",
        [reading_digest(reading), outlet_id],
    ).fetchone()
    return int(row[0]) if row else None


def other_articles(db: Database, outlet_id: int, column: str, name: str, keys: Iterable[str]) -> set[str]:
    """The other articles that these words, or this headline, would have changed. name: the digest in that column;
    column: words or headline. keys: URL keys that do not count as others."""
    assert column in ("words", "headline")
    rows = db.execute(
        f"SELECT DISTINCT coalesce('a' || aliases.article_id, captures.url_key), captures.url_key FROM readings"
        f" JOIN captures ON captures.id = readings.capture_id"
        f" LEFT JOIN aliases ON aliases.outlet_id = captures.outlet_id AND aliases.url_key = captures.url_key"
        f" WHERE readings.{column} = ?1 AND captures.outlet_id = ?2",
        [name, outlet_id],
    ).fetchall()
    own = set(keys)
    return {str(article) for article, key in rows if key not in own}


def record_refusal(db: Database, capture_id: int, refusal: Unreadable, moment: datetime) -> None:
    """Records that an extractor read no article in a capture, why, and its teasers. Call inside a transaction."""
    row = {"kind": refusal.reason, "detail": refusal.detail or None, "version_id": None}
    record_reading(db, capture_id, extractor_id(db, refusal.extractor, moment), row)
    put_teasers(db, capture_id, refusal)
