"""Stores the teasers that captures of home and section pages show."""

from __future__ import annotations

import json

from sqlite_utils import Database

from archive.model.digests import digest_of_value
from archive.model.records import Reading, Teaser, Unreadable
from archive.model.urls import url_key
from archive.storage.withdrawals.withdrawal_lookup import is_withdrawn

_LISTS = ("home", "listing")


def put_teasers(db: Database, capture_id: int, said: Reading | Unreadable | None) -> None:
    """Stores the teasers read in a capture; deletes those of a page that is no list by this reading. A stored reading
    has none, and changes nothing. Call inside a transaction."""
    if isinstance(said, Unreadable) and said.teasers is not None:
        list_id, outlet_id = _list_of(db, capture_id)
        numbers = [_teaser_id(db, outlet_id, teaser) for teaser in said.teasers]
        _write(db, capture_id, list_id, json.dumps(numbers, separators=(",", ":")))
    elif said is not None and not (isinstance(said, Unreadable) and said.reason in _LISTS):
        _delete(db, capture_id)


def _write(db: Database, capture_id: int, list_id: int, teasers: str) -> None:
    written = db.execute(
        "INSERT INTO list_readings (capture_id, list_id, teasers) VALUES (?, ?, ?) ON CONFLICT (capture_id)"
        " DO UPDATE SET list_id = excluded.list_id, teasers = excluded.teasers WHERE teasers <> excluded.teasers",
        [capture_id, list_id, teasers],
    )
    if written.rowcount:
        _mark_stale(db, capture_id, list_id)


def _delete(db: Database, capture_id: int) -> None:
    row = db.execute("DELETE FROM list_readings WHERE capture_id = ? RETURNING list_id", [capture_id]).fetchone()
    if row:
        _mark_stale(db, capture_id, row[0])


def _mark_stale(db: Database, capture_id: int, list_id: int) -> None:
    """Placements of a list must be derived again from the time of a capture on."""
    (at,) = db.execute("SELECT captured_at FROM captures WHERE id = ?", [capture_id]).fetchone()
    db.execute("UPDATE list_pages SET stale_from = min(coalesce(stale_from, ?1), ?1) WHERE id = ?2", [at, list_id])


def _list_of(db: Database, capture_id: int) -> tuple[int, int]:
    """list_pages.id and outlets.id of a capture."""
    outlet_id, key, url = db.execute(
        "SELECT outlet_id, url_key, requested_url FROM captures WHERE id = ?", [capture_id]
    ).fetchone()
    db.execute(
        "INSERT INTO list_pages (outlet_id, url_key, url) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [outlet_id, key, url],
    )
    query = "SELECT id FROM list_pages WHERE outlet_id = ? AND url_key = ?"
    return int(db.execute(query, [outlet_id, key]).fetchone()[0]), int(outlet_id)


def _teaser_id(db: Database, outlet_id: int, teaser: Teaser) -> int:
    """teasers.id; without the words, where the article is withdrawn."""
    key = url_key(teaser.url)
    if is_withdrawn(db, outlet_id, key):
        teaser = Teaser(teaser.url, "")
    row = [outlet_id, key, teaser.url, teaser.headline, teaser.summary, teaser.picture]
    digest = digest_of_value(row[2:])
    db.execute(
        "INSERT INTO teasers (outlet_id, url_key, url, headline, summary, picture, digest) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [*row, digest],
    )
    query = "SELECT id FROM teasers WHERE outlet_id = ? AND url_key = ? AND digest = ?"
    return int(db.execute(query, [outlet_id, key, digest]).fetchone()[0])
