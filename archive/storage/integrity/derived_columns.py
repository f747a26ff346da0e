"""Compares stored columns with derived ones: derives again every column of an article that people read.

Reads only. A version keeps its stored digest, and a reading that only a former extractor found keeps its words: these
are accepted as stored if the archive holds what they were made from.

All others are sealed, or derived from sealed ones and compared. docs/storage.md prints this list; a test changes a
value of every other column.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from archive.history import Version
from archive.model import clock, validation
from archive.model.urls import without_credentials
from archive.storage.connection import rows_of
from archive.storage.histories.history_readings import (
    DerivedHistory,
    Plan,
    ReadingRow,
    VersionRef,
    address_rows,
    article_row,
    reading_rows,
    tombstone_rows,
)
from archive.storage.histories.history_versions import (
    MEASURES,
    PICTURE_REPLACED,
    has_text_digest,
    image_rows,
    size_columns,
    version_row,
)
from archive.storage.histories.history_writer import match, shown_versions
from archive.storage.integrity import Problem
from archive.storage.version_texts import to_row
from archive.storage.withdrawals import is_withdrawn

_ACTIVE_TEXT = (
    "SELECT {}, extractors.name AS extractor, state FROM active_texts JOIN texts ON texts.id = text_id"
    " LEFT JOIN extractors ON extractors.id = texts.extractor_id"
    " LEFT JOIN readings ON readings.capture_id = texts.capture_id AND readings.extractor_id = texts.extractor_id"
    " WHERE active_texts.version_id = ?"
)
_IMAGES = (
    "SELECT position, url, caption, credit, caption_raw, alt, digest FROM version_images"
    " LEFT JOIN images ON images.id = image_id LEFT JOIN pictures ON pictures.id = picture_id"
    " WHERE version_id = ? AND position > 0 ORDER BY position"
)
StoredRows = dict[int, dict[int, dict[str, Any]]]
"""Rows of `readings`, by captures.id and extractors.id."""
_ADDRESS_COLUMNS = ("url", "url_key", "reason")
"""Columns in which old archives may hold credentials; `luubao upgrade` reports them."""
_IMAGE_COLUMNS = ("position", "image_id", "caption", "credit", "caption_raw", "alt", "picture_id")


def differences(
    db: Database, derivation: DerivedHistory, stored: StoredRows, readers: Mapping[int, int], *, words: bool
) -> Iterator[Problem]:
    """Yields each difference between the tables and the derived history. stored: readings_of all its captures; readers:
    by captures.id, the extractor whose stored reading was taken, if it is another than the derivation's. words: also
    compares the texts; only if they were not taken from the tables."""
    plan = match(db, derivation)
    yield from _articles(db, derivation, plan)
    for ref, version in plan.derived.items():
        yield from _version(db, plan, ref, version, words=words)
    for version_id in plan.old.keys() - set(plan.versions.values()):
        yield Problem(f"versions {version_id}", "its captures show no such state of its article")
    yield from _addresses(db, derivation, plan)
    yield from _tombstones(db, derivation, plan)
    shown = shown_versions(plan)
    for row in reading_rows(derivation, shown):
        yield from _reading(stored[row.past.id], row, shown, readers.get(row.past.id, derivation.extractor))


def _differing(where: str, stored: Mapping[str, Any], derived: Mapping[str, Any]) -> Iterator[Problem]:
    """One problem for all the columns in which a row differs."""
    differing = [
        f"{name} is {validation.shown(stored[name])}, derived again {validation.shown(value)}"
        for name, value in derived.items()
        if stored[name] != value and not _are_one_address(name, stored[name], value)
    ]
    if differing:
        yield Problem(where, "; ".join(differing))


def _are_one_address(name: str, stored: object, derived: object) -> bool:
    return name in _ADDRESS_COLUMNS and without_credentials(str(stored)) == without_credentials(str(derived))


def _articles(db: Database, derivation: DerivedHistory, plan: Plan) -> Iterator[Problem]:
    for article in derivation.history.articles:
        article_id = plan.articles.get(article.number)
        if article_id is None:
            yield Problem(
                "articles", f"its captures show an article at {validation.shown(article.url)} that is not here"
            )
            continue
        for row in rows_of(db, "SELECT * FROM articles WHERE id = ?", [article_id]):
            expected = {"outlet_id": derivation.outlet_id, **article_row(article, plan)}
            yield from _differing(f"articles {article_id}", row, expected)
    for article_id in derivation.related.articles - set(plan.articles.values()):
        yield Problem(f"articles {article_id}", "its captures show no such article")


def _version(db: Database, plan: Plan, ref: VersionRef, version: Version, *, words: bool) -> Iterator[Problem]:
    version_id, article_id = plan.versions.get(ref), plan.articles.get(ref[0])
    if version_id is None:
        yield Problem(f"articles {article_id}", f"its captures show a version {version.number} that is not here")
        return
    stored = plan.old[version_id]
    words_of = plan.versions.get((ref[0], version.words_of - 1)) if version.words_of else None
    expected = version_row(article_id, version, words_of)
    if stored["digest"] != expected["digest"] and has_text_digest(db, version_id, stored["digest"]):
        del expected["digest"]
    before = plan.derived.get((ref[0], ref[1] - 1))
    expected |= _comparison(db, before, version, stored)
    yield from _differing(f"versions {version_id}", stored, expected)
    yield from _text(db, version_id, version, words=words)
    yield from _images(db, version_id, version)


def _comparison(db: Database, before: Version | None, version: Version, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that compare a version with the one before it."""
    if before is None:
        return dict.fromkeys((*MEASURES, "old_headline", "stood_days"))
    old, new = before.state.reading, version.state.reading
    days_query = "SELECT round(julianday(?) - julianday(?), 4)"
    row: dict[str, Any] = {
        "old_headline": old.headline if old.headline != new.headline else None,
        "stood_days": db.execute(
            days_query, [clock.stamp(version.first_seen), clock.stamp(before.first_seen)]
        ).fetchone()[0],
    }
    if version.words_of is not None:
        row |= PICTURE_REPLACED
    elif old.extractor == new.extractor:
        row |= size_columns(old, new)
        if stored["numbers_changed"] is None and stored["names_changed"] is None:  # a version older than these counts
            row |= {"numbers_changed": None, "names_changed": None, "weight": stored["weight"]}
    if stored["announced"] is None:  # a version older than this measure
        row["announced"] = None
    return row


def _text(db: Database, version_id: int, version: Version, *, words: bool) -> Iterator[Problem]:
    """Checks the active text of a version."""
    reading = version.state.reading
    columns = "texts.*" if words else "texts.id, texts.digest, texts.capture_id, texts.extractor_id"
    row = next(iter(rows_of(db, _ACTIVE_TEXT.format(columns), [version_id])), None)
    if row is None:  # archive.storage.integrity.consistency reports it
        return
    expected: dict[str, Any] = dict(to_row(reading)) if words else {"digest": version.state.digest}
    if reading.extractor:
        expected["extractor"] = reading.extractor
    if words:
        row, expected = _without_confidence(row), _without_confidence(expected)
    yield from _differing(f"texts {row['id']}", row, expected)
    if row["state"] not in (None, version.state.state):
        yield Problem(
            f"texts {row['id']}", f"capture {row['capture_id']}, which it is said to be from, said other words"
        )


def _without_confidence(text: Mapping[str, Any]) -> dict[str, Any]:
    """Without what captures of the same words differ in: how sure the reader was of each. fixity compares the digest of
    the row."""
    details = json.loads(text["details"])
    return {**text, "details": {**details, "confidence": None}, "row_digest": None}


def _images(db: Database, version_id: int, version: Version) -> Iterator[Problem]:
    derived = image_rows(version)
    stored = db.execute(_IMAGES, [version_id]).fetchall()
    for position in range(len(derived), len(stored)):
        yield Problem(f"version_images {version_id} {stored[position][0]}", "its page shows no such picture")
    for index, row in enumerate(derived):
        where = f"version_images {version_id} {index + 1}"
        if index >= len(stored):
            yield Problem(where, "a picture of its page is not here")
            continue
        yield from _differing(
            where, *(dict(zip(_IMAGE_COLUMNS, columns, strict=True)) for columns in (stored[index], row))
        )


def _addresses(db: Database, derivation: DerivedHistory, plan: Plan) -> Iterator[Problem]:
    derived = address_rows(derivation.history, plan)
    stored = {}
    for article_id in derivation.related.articles:
        for row in rows_of(db, "SELECT * FROM aliases WHERE article_id = ?", [article_id]):
            stored[row["url_key"]] = row
    names = ("article_id", "since", "kind")
    for key in stored.keys() | derived.keys():
        where = f"aliases {key}"
        if key not in derived:
            yield Problem(where, "no capture says that it is an address of its article")
        elif key in stored:
            yield from _differing(where, stored[key], dict(zip(names, derived[key], strict=True)))
        elif not is_withdrawn(db, derivation.outlet_id, key):
            yield Problem(where, "it is not here, and captures say that it is an address of an article")


def _tombstones(db: Database, derivation: DerivedHistory, plan: Plan) -> Iterator[Problem]:
    names = ("gone_at", "reason", "returned_at")
    for article in derivation.history.articles:
        article_id = plan.articles.get(article.number)
        stored = rows_of(db, "SELECT * FROM tombstones WHERE article_id = ? ORDER BY gone_at, id", [article_id])
        derived = tombstone_rows(article)
        if len(stored) != len(derived):
            message = f"its disappearances are {len(stored)}, derived again {len(derived)}"
            yield Problem(f"articles {article_id}", message)
        for row, expected in zip(stored, derived, strict=False):
            yield from _differing(f"tombstones {row['id']}", row, dict(zip(names, expected, strict=True)))


def _reading(
    stored: Mapping[int, Mapping[str, Any]], row: ReadingRow, ids: Mapping[int, int], accepted: int
) -> Iterator[Problem]:
    """Checks the readings of a capture, by the accepted extractor and by former ones. stored: by extractors.id."""
    where = f"readings {row.past.id}"
    for extractor, reading in stored.items():
        if row.values is not None and extractor == accepted:
            yield from _differing(where, reading, row.values)
        elif reading["version_id"] is not None:
            yield from _differing(where, reading, {"version_id": ids.get(row.past.id)})
    if row.values is not None and row.own and accepted not in stored:
        yield Problem(where, "what was read in this capture is not here")


def readings_of(db: Database, captures: Sequence[int]) -> StoredRows:
    """The stored readings of captures."""
    stored: StoredRows = {capture_id: {} for capture_id in captures}
    query = "SELECT * FROM readings WHERE capture_id IN (SELECT value FROM json_each(?))"
    for reading in rows_of(db, query, [json.dumps(captures)]):
        stored[reading["capture_id"]][reading["extractor_id"]] = reading
    return stored
