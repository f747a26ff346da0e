"""The columns of `versions` that measure an edit: words removed and added, numbers, names, weight, announcement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from archive.diff.compare import REPLACED_PICTURE, announcement, edit_weight
from archive.model.records import Reading
from archive.storage.version_texts import from_row

MEASURES = ("words_removed", "words_added", "numbers_changed", "names_changed", "weight", "announced")
PICTURE_REPLACED: Mapping[str, int | float | str] = dict(
    zip(MEASURES, (0, 0, 0, 0, REPLACED_PICTURE, "none"), strict=True)
)
"""The columns of a version that only a replaced picture opened."""

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
    store_columns(db, version_id, size_columns(old, new))


def size_columns(old: Reading, new: Reading) -> dict[str, int | float | str]:
    """The columns, named as MEASURES, for an edit of the words."""
    size = edit_weight(old, new)
    values = (size.words_removed, size.words_added, size.numbers, size.names, size.weight, announcement(old, new))
    return dict(zip(MEASURES, values, strict=True))


def store_columns(db: Database, version_id: int, columns: Mapping[str, object]) -> None:
    """Stores the columns of a version. Call inside a transaction."""
    settings = ", ".join(f"{name} = ?" for name in columns)
    db.execute(f"UPDATE versions SET {settings} WHERE id = ?", [*columns.values(), version_id])


def uncounted(db: Database) -> list[int]:
    """Measured edits that lack a measure: those stored before migration step 6 or 10."""
    rows = db.execute(
        "SELECT id FROM versions WHERE number > 1 AND weight IS NOT NULL"
        " AND (numbers_changed IS NULL OR announced IS NULL)"
    )
    return [int(row[0]) for row in rows.fetchall()]


def _active_text(db: Database, article_id: int, number: int) -> dict[str, Any] | None:
    return next(iter(db.query(_ACTIVE_TEXT, [article_id, number])), None)


def _store_size(db: Database, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    if old and new and old["extractor_id"] == new["extractor_id"]:
        note_size(db, new["version_id"], from_row(old), from_row(new))
