"""One version of an article that is told anew: its row, its words and its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from archive.edits import reading_digest
from archive.store.pictures import ensure_image
from archive.store.retold import Retold, State
from archive.store.texts import to_row

_COLUMNS = [
    "first_seen_at",
    "changed",
    "headline",
    "byline",
    "section",
    "published_at",
    "modified_at",
    "words_removed",
    "words_added",
    "numbers_changed",
    "names_changed",
    "weight",
]


def put_state(
    db: Database,
    retold: Retold,
    state: State,
    articles: Mapping[int, int],
    versions: Mapping[int, int],
    former: dict[str, Any] | None,
    extractor: int,
) -> int:
    """Writes a version: over the one it was, or as a new one. articles, versions: number in memory -> number here, as
    far as that is known. Returns its number."""
    values = {name: state.row[name] for name in _COLUMNS} | {
        "article_id": articles[state.article_id],
        "number": state.number,
        "capture_id": state.capture_id,
        "digest": former["digest"] if former and _same_first(former, state) else state.row["digest"],
        "words_of": versions[state.words_of] if state.words_of is not None else None,
    }
    version_id = former["id"] if former else _next_id(db)
    if former:
        settings = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE versions SET {settings} WHERE id = ?", [*values.values(), version_id])
    else:
        values["id"] = version_id
        marks = ", ".join("?" * len(values))
        db.execute(f"INSERT INTO versions ({', '.join(values)}) VALUES ({marks})", list(values.values()))
    _put_text(db, version_id, state, extractor, keep=former is not None and _same_first(former, state))
    _put_images(db, retold, state, version_id)
    return int(version_id)


def _same_first(former: dict[str, Any], state: State) -> bool:
    return bool(former["capture_id"] == state.capture_id)


def _next_id(db: Database) -> int:
    """A number that no version ever had: those that were taken out are still quoted."""
    row = db.execute(
        "SELECT max(coalesce((SELECT max(id) FROM versions), 0),"
        " coalesce((SELECT max(version_id) FROM renumberings), 0))"
    ).fetchone()
    return int(row[0]) + 1


def _put_text(db: Database, version_id: int, state: State, extractor: int, *, keep: bool) -> None:
    """The words of a version's first capture. Those it is told in already stay, where that capture is the same."""
    row = to_row(state.reading)
    known = db.execute(
        "SELECT texts.id, row_digest, active_texts.text_id FROM texts LEFT JOIN active_texts"
        " ON active_texts.version_id = texts.version_id WHERE texts.version_id = ? AND extractor_id = ?",
        [version_id, extractor],
    ).fetchone()
    if known and known[0] == known[2] and (keep or known[1] == row["row_digest"]):
        return
    db.execute("DELETE FROM active_texts WHERE version_id = ?", [version_id])  # the index is told what it held
    text_id = known[0] if known else None
    if known and not keep:
        db.execute("DELETE FROM texts WHERE id = ?", [text_id])
        text_id = None
    if text_id is None:
        columns = {"version_id": version_id, "extractor_id": extractor, "capture_id": state.capture_id, **row}
        cursor = db.execute(
            f"INSERT INTO texts ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            list(columns.values()),
        )
        text_id = cursor.lastrowid
    db.execute("INSERT INTO active_texts (version_id, text_id) VALUES (?, ?)", [version_id, text_id])
    assert reading_digest(state.reading) == row["digest"]


def _put_images(db: Database, retold: Retold, state: State, version_id: int) -> None:
    told = retold.images(state.id)
    rows = [
        (position, ensure_image(db, url, seen), caption, credit, raw, alt, picture)
        for position, url, seen, caption, credit, raw, alt, picture in told
    ]
    held = db.execute(
        "SELECT position, image_id, caption, credit, caption_raw, alt, picture_id FROM version_images"
        " WHERE version_id = ? ORDER BY position",
        [version_id],
    ).fetchall()
    if rows == held:
        return
    db.execute("DELETE FROM version_images WHERE version_id = ?", [version_id])
    for row in rows:
        db.execute(
            "INSERT INTO version_images (version_id, position, image_id, caption, credit, caption_raw, alt, picture_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [version_id, *row],
        )


def remove_version(db: Database, version_id: int) -> None:
    """Takes a version out whole; its captures stay. Call inside a transaction, with its article in `rebuilding`."""
    db.execute("DELETE FROM active_texts WHERE version_id = ?", [version_id])
    db.execute("DELETE FROM version_images WHERE version_id = ?", [version_id])
    db.execute("DELETE FROM texts WHERE version_id = ?", [version_id])
    db.execute("DELETE FROM versions WHERE id = ?", [version_id])


def refresh_comparisons(db: Database, article_id: int) -> None:
    """What is kept with a version of the one before it: its headline, how long it had stood, and that it followed."""
    db.execute(
        "DELETE FROM successors WHERE version_id IN (SELECT id FROM versions WHERE article_id = ?)", [article_id]
    )
    rows = db.execute(
        "SELECT id, headline, first_seen_at FROM versions WHERE article_id = ? ORDER BY number", [article_id]
    ).fetchall()
    for before, after in zip([None, *rows], rows, strict=False):
        if before:
            db.execute("INSERT INTO successors (version_id, next_id) VALUES (?, ?)", [before[0], after[0]])
        db.execute(
            "UPDATE versions SET old_headline = nullif(?1, headline),"
            " stood_days = round(julianday(first_seen_at) - julianday(?2), 4) WHERE id = ?3",
            [before[1] if before else None, before[2] if before else None, after[0]],
        )
