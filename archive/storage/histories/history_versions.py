"""Writes one version: its row, its text, its pictures, and how it compares with the version before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from archive.diff.compare import REPLACED_PICTURE, announcement, edit_weight
from archive.history import Version
from archive.model import clock
from archive.model.records import Reading
from archive.storage.connection import insert, update
from archive.storage.picture_fetches import ensure_image, schedule_moved
from archive.storage.reading_rows import extractor_id, keep_aside
from archive.storage.version_texts import from_row, to_row

MEASURES = ("words_removed", "words_added", "numbers_changed", "names_changed", "weight", "announced")
PICTURE_REPLACED: Mapping[str, int | float | str] = dict(
    zip(MEASURES, (0, 0, 0, 0, REPLACED_PICTURE, "none"), strict=True)
)
"""The columns of a version that only a replaced picture opened."""


def put_version(
    db: Database, article_id: int, version: Version, former: dict[str, Any] | None, words_of: int | None,
    extractor: int, pictures: Mapping[str, int], *, moved: bool,
) -> tuple[int, bool]:  # fmt: skip
    """Updates a version, or inserts a new one; returns its id, and whether anything of it changed. former: its stored
    row; words_of: versions.id of the version whose words it shares; pictures: pictures.id by digest; moved: version
    numbers of its article change."""
    values = version_row(article_id, version, words_of)
    if former is not None and values["digest"] != former["digest"] and _keeps_digest(db, former, version, words_of):
        values["digest"] = former["digest"]
    if version.number == 1:
        values |= dict.fromkeys(MEASURES)
    if former is None:
        changes = values | {"id": _next_id(db)}
        insert(db, "versions", changes)
    else:
        changes = {
            name: value for name, value in values.items() if former[name] != value or (moved and name == "number")
        }
        update(db, "versions", former["id"], changes)
    version_id = int((former or changes)["id"])
    changed = _put_text(db, version_id, version, extractor)
    _put_images(db, version_id, version, pictures)
    return version_id, changed or bool(changes)


def _keeps_digest(db: Database, former: dict[str, Any], version: Version, words_of: int | None) -> bool:
    """Whether a version keeps its stored digest, which a former extractor's text of the same capture has. One that
    repeats an earlier version's words does not: the known pictures are part of its digest."""
    if version.repeats or former["capture_id"] != version.proof.id or words_of or former["words_of"]:
        return False
    return has_text_digest(db, former["id"], former["digest"])


def has_text_digest(db: Database, version_id: int, digest: str) -> bool:
    """Whether a text of a version has a digest."""
    row = db.execute("SELECT 1 FROM texts WHERE version_id = ? AND digest = ?", [version_id, digest]).fetchone()
    return row is not None


def version_row(article_id: int | None, version: Version, words_of: int | None) -> dict[str, Any]:
    """The row of a version, without the columns that compare it with the one before it."""
    return {
        "article_id": article_id, "number": version.number, "capture_id": version.proof.id,
        "first_seen_at": clock.stamp(version.first_seen), "changed": ", ".join(version.changed) or None,
        "digest": version.digest, "words_of": words_of, **narrow(version.state.reading),
    }  # fmt: skip


def narrow(reading: Reading) -> dict[str, str | None]:
    """The columns of `versions` that a better extraction from the same capture may correct."""
    return {
        "headline": reading.headline, "byline": reading.byline, "section": reading.section,
        "published_at": clock.claimed(reading.published_at), "modified_at": clock.claimed(reading.modified_at),
    }  # fmt: skip


def _next_id(db: Database) -> int:
    """An id that no version ever had: those of removed versions are still quoted."""
    row = db.execute(
        "SELECT max(coalesce((SELECT max(id) FROM versions), 0),"
        " coalesce((SELECT max(version_id) FROM renumberings), 0))"
    ).fetchone()
    return int(row[0]) + 1


def _put_text(db: Database, version_id: int, version: Version, extractor: int) -> bool:
    """Writes the text from the capture that proves a version, and makes it active. Returns whether that changed."""
    row, reader = to_row(version.state.reading), _extractor_of(db, version, extractor)
    stored = db.execute(
        "SELECT texts.id, row_digest, active_texts.text_id, texts.capture_id FROM texts LEFT JOIN active_texts"
        " ON active_texts.version_id = texts.version_id WHERE texts.version_id = ? AND extractor_id = ?",
        [version_id, reader],
    ).fetchone()
    is_same = stored and (stored[1], stored[3]) == (row["row_digest"], version.proof.id)
    if is_same and stored[0] == stored[2]:
        return False
    # a trigger removes its words from the search index
    db.execute("DELETE FROM active_texts WHERE version_id = ?", [version_id])
    text_id = stored[0] if stored else None
    if not is_same:
        db.execute("DELETE FROM texts WHERE id = ?", [text_id])
        columns = {"version_id": version_id, "extractor_id": reader, "capture_id": version.proof.id, **row}
        text_id = insert(db, "texts", columns)
    db.execute("INSERT INTO active_texts (version_id, text_id) VALUES (?, ?)", [version_id, text_id])
    return True


def _extractor_of(db: Database, version: Version, extractor: int) -> int:
    """extractors.id of the extractor of a version's text."""
    name = version.state.reading.extractor
    return extractor_id(db, name, version.first_seen) if name else extractor


def _put_images(db: Database, version_id: int, version: Version, pictures: Mapping[str, int]) -> None:
    """Writes a version's pictures, and, at negative positions, the other addresses at which they stand by now."""
    stored = db.execute(
        "SELECT position, image_id, caption, credit, caption_raw, alt, picture_id FROM version_images"
        " WHERE version_id = ? ORDER BY position",
        [version_id],
    ).fetchall()
    seen_at, moved_at = clock.stamp(version.proof.time), clock.stamp(version.last_seen)
    moved = {position: ensure_image(db, url, moved_at) for position, url in version.moved.items()}
    rows: list[tuple[Any, ...]] = [(-position, image_id, *[None] * 5) for position, image_id in moved.items()]
    rows += [
        (position, ensure_image(db, url, seen_at), *printed, pictures.get(shown) if shown else None)
        for position, url, *printed, shown in image_rows(version)
    ]
    if (rows := sorted(rows, key=lambda row: int(row[0]))) == stored:
        return
    if stored:
        db.execute("DELETE FROM version_images WHERE version_id = ?", [version_id])
    for row in rows:
        db.execute(
            "INSERT INTO version_images (version_id, position, image_id, caption, credit, caption_raw, alt, picture_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [version_id, *row],
        )
    former = {-row[0]: row[1] for row in stored}
    shown = {row[0]: row[6] for row in rows}
    for position, image_id in moved.items():
        if former.get(position) != image_id:
            schedule_moved(db, image_id, former.get(position), shown[position], moved_at)


def image_rows(version: Version) -> list[tuple[Any, ...]]:
    """A version's pictures in order: position, address, caption, credit, both as printed, alt, and the digest of the
    picture shown; None if it was not fetched while the version was online."""
    rows = []
    for position, image in enumerate(version.state.reading.images, 1):
        shown = version.state.pictures.get(image.url)
        printed = (image.caption, image.credit, image.caption_raw, image.alt)
        rows.append((position, image.url, *printed, shown.digest if shown else None))
    return rows


def put_size(db: Database, version_id: int, before: Version, version: Version) -> None:
    """Stores how much a version differs from the one before it, if the same extractor read both."""
    if version.words_of is not None:
        update(db, "versions", version_id, PICTURE_REPLACED)
    elif before.state.reading.extractor == version.state.reading.extractor:
        update(db, "versions", version_id, size_columns(before.state.reading, version.state.reading))


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
        update(db, "versions", version_id, size_columns(from_row(texts[0]), from_row(texts[1])))


def size_columns(old: Reading, new: Reading) -> dict[str, int | float | str]:
    """The columns, named as MEASURES, for an edit of the words."""
    size = edit_weight(old, new)
    values = (size.words_removed, size.words_added, size.numbers, size.names, size.weight, announcement(old, new))
    return dict(zip(MEASURES, values, strict=True))


def remove_version(db: Database, version_id: int) -> None:
    """Deletes a version; its captures stay. Call inside a transaction, with its article in `rebuilding`."""
    db.execute("DELETE FROM active_texts WHERE version_id = ?", [version_id])
    db.execute("DELETE FROM version_images WHERE version_id = ?", [version_id])
    keep_aside(db, version_id)
    db.execute("DELETE FROM texts WHERE version_id = ?", [version_id])
    # readings of captures whose bytes cannot be read, which now belong to no version
    db.execute("UPDATE readings SET version_id = NULL WHERE version_id = ?", [version_id])
    db.execute("DELETE FROM successors WHERE version_id = ?1 OR next_id = ?1", [version_id])
    db.execute("DELETE FROM versions WHERE id = ?", [version_id])


def refresh_comparisons(db: Database, article_id: int) -> None:
    """Refreshes what a version row holds of its predecessor: headline, days online, and the link in `successors`."""
    rows = db.execute(
        "SELECT versions.id, headline, first_seen_at, old_headline, stood_days, next_id FROM versions"
        " LEFT JOIN successors ON version_id = versions.id WHERE article_id = ? ORDER BY number",
        [article_id],
    ).fetchall()
    for before, after in zip([None, *rows], rows, strict=False):
        if before and before[5] != after[0]:
            db.execute("DELETE FROM successors WHERE version_id = ?1 OR next_id = ?2", [before[0], after[0]])
            db.execute("INSERT INTO successors (version_id, next_id) VALUES (?, ?)", [before[0], after[0]])
        old_headline = before[1] if before and before[1] != after[1] else None
        db.execute(
            "UPDATE versions SET old_headline = ?1, stood_days ="
            " round(julianday(first_seen_at) - julianday(?2), 4) WHERE id = ?3 AND (old_headline IS NOT ?1"
            " OR stood_days IS NOT round(julianday(first_seen_at) - julianday(?2), 4))",
            [old_headline, before[2] if before else None, after[0]],
        )
    if rows and rows[-1][5] is not None:
        db.execute("DELETE FROM successors WHERE version_id = ?", [rows[-1][0]])
