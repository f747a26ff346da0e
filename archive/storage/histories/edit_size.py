"""How much an edit changed, by the texts that are shown: words taken out and put in, numbers, names, and a weight."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.diff.significance import meaning
from archive.model.records import Reading
from archive.storage.readings.version_texts import from_row

_SHOWN = (
    "SELECT texts.* FROM versions JOIN active_texts ON active_texts.version_id = versions.id"
    " JOIN texts ON texts.id = active_texts.text_id WHERE versions.article_id = ? AND versions.number = ?"
)


def measure(db: Database, version_id: int) -> None:
    """Writes down how much a version differs from the one before, and the next one from it, where one extractor read
    both. Call inside a transaction, whenever a version's text has become another."""
    article_id, number = db.execute("SELECT article_id, number FROM versions WHERE id = ?", [version_id]).fetchone()
    before, present, after = (_shown(db, article_id, place) for place in (number - 1, number, number + 1))
    _write(db, before, present)
    _write(db, present, after)


def note_size(db: Database, version_id: int, old: Reading, new: Reading) -> None:
    """Writes down how much a version differs from what was before it. Call inside a transaction."""
    found = meaning(old, new)
    db.execute(
        "UPDATE versions SET words_removed = ?, words_added = ?, numbers_changed = ?, names_changed = ?, weight = ?"
        " WHERE id = ?",
        [found.words_removed, found.words_added, found.numbers, found.names, found.weight, version_id],
    )


def uncounted(db: Database) -> list[int]:
    """Edits whose numbers and names were never counted: those from before step 6."""
    rows = db.execute("SELECT id FROM versions WHERE number > 1 AND weight IS NOT NULL AND numbers_changed IS NULL")
    return [int(row[0]) for row in rows.fetchall()]


def _shown(db: Database, article_id: int, number: int) -> dict[str, Any] | None:
    return next(iter(db.query(_SHOWN, [article_id, number])), None)


def _write(db: Database, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    if old and new and old["extractor_id"] == new["extractor_id"]:
        note_size(db, new["version_id"], from_row(old), from_row(new))
