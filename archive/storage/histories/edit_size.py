"""Measures the size of an edit by the active texts: words removed and added, numbers, names, and a weight."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.diff.significance import edit_weight
from archive.model.records import Reading
from archive.storage.readings.version_texts import from_row

_ACTIVE_TEXT = (
    "SELECT texts.* FROM versions JOIN active_texts ON active_texts.version_id = versions.id"
    " JOIN texts ON texts.id = active_texts.text_id WHERE versions.article_id = ? AND versions.number = ?"
)


def measure(db: Database, version_id: int) -> None:
    """Stores how much a version differs from the one before it, and the next one from it, if the same extractor read
    both. Call inside a transaction, whenever a version's text changes."""
    article_id, number = db.execute("SELECT article_id, number FROM versions WHERE id = ?", [version_id]).fetchone()
    before, present, after = (
        _active_text(db, article_id, version_number) for version_number in (number - 1, number, number + 1)
    )
    _store_size(db, before, present)
    _store_size(db, present, after)


def note_size(db: Database, version_id: int, old: Reading, new: Reading) -> None:
    """Stores how much a version differs from the reading before it. Call inside a transaction."""
    size = edit_weight(old, new)
    db.execute(
        "UPDATE versions SET words_removed = ?, words_added = ?, numbers_changed = ?, names_changed = ?, weight = ?"
        " WHERE id = ?",
        [size.words_removed, size.words_added, size.numbers, size.names, size.weight, version_id],
    )


def uncounted(db: Database) -> list[int]:
    """Edits whose changed numbers and names were never counted: those from before migration step 6."""
    rows = db.execute("SELECT id FROM versions WHERE number > 1 AND weight IS NOT NULL AND numbers_changed IS NULL")
    return [int(row[0]) for row in rows.fetchall()]


def _active_text(db: Database, article_id: int, number: int) -> dict[str, Any] | None:
    return next(iter(db.query(_ACTIVE_TEXT, [article_id, number])), None)


def _store_size(db: Database, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    if old and new and old["extractor_id"] == new["extractor_id"]:
        note_size(db, new["version_id"], from_row(old), from_row(new))
