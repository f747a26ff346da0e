"""The columns of `versions` that measure an edit: words removed and added, numbers, names, weight, announcement."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

from archive.diff.significance import REPLACED_PICTURE, announcement, edit_weight
from archive.model.records import Reading
from archive.storage.version_texts import from_row

MEASURES = ("words_removed", "words_added", "numbers_changed", "names_changed", "weight", "announced")
PICTURE_REPLACED: Mapping[str, int | float | str] = dict(
    zip(MEASURES, (0, 0, 0, 0, REPLACED_PICTURE, "none"), strict=True)
)
"""The columns of a version that only a replaced picture opened."""

_TEXTS = (
    "SELECT texts.* FROM versions AS edited JOIN versions ON versions.article_id = edited.article_id"
    " AND versions.number BETWEEN edited.number - 1 AND edited.number"
    " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = active_texts.text_id"
    " WHERE edited.id = ? ORDER BY versions.number"
)


def measure(db: Database, version_id: int) -> None:
    """Stores how much a version differs from the one before it, if the same extractor read both. Call inside a
    transaction."""
    texts = list(db.query(_TEXTS, [version_id]))
    if len(texts) == 2 and texts[0]["extractor_id"] == texts[1]["extractor_id"]:
        note_size(db, version_id, from_row(texts[0]), from_row(texts[1]))


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
