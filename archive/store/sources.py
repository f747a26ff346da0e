"""Kept captures, handed out again to be read."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from archive import clock
from archive.records import Run
from archive.store.connection import transaction
from archive.store.identity import Source, article_at, link_moved
from archive.urls import url_key

_COLUMNS = "id, url_key, final_url, captured_at, via, encoding"


def unread(db: Database, run: Run) -> list[tuple[Source, str | None]]:
    """Captures of the run's outlet that brought a page and that no extractor has read, oldest first, each with the
    charset its HTTP header named."""
    rows = db.query(
        f"SELECT {_COLUMNS} FROM captures WHERE outlet_id = ? AND outcome = 'fresh'"
        " AND NOT EXISTS (SELECT 1 FROM readings WHERE readings.capture_id = captures.id) ORDER BY id",
        [run.outlet_id],
    )
    return [_source(run, row) for row in rows]


def source_of(db: Database, run: Run, capture_id: int) -> tuple[Source, str | None]:
    """One capture, to be read again."""
    return _source(run, next(iter(db.query(f"SELECT {_COLUMNS} FROM captures WHERE id = ?", [capture_id]))))


def _source(run: Run, row: dict[str, Any]) -> tuple[Source, str | None]:
    via = tuple(map(url_key, json.loads(row["via"] or "[]")))
    source = Source(row["id"], run, row["url_key"], row["final_url"], clock.parse(row["captured_at"]), via)
    return source, row["encoding"]


def note_move(db: Database, source: Source) -> None:
    """A known address redirected to an article that is already here and unchanged."""
    with transaction(db):
        if article_id := article_at(db, source.run.outlet_id, source.url_key):
            link_moved(db, source, article_id)
