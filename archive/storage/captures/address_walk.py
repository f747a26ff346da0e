"""Walks an archive URL by URL, to derive its histories again (archive.pipeline.verification)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlite_utils import Database

from archive.model.records import Unreadable
from archive.storage.histories.related_urls import is_pending
from archive.storage.reading_rows import READABLE

_BATCH_SIZE = 500
_URL_KEYS = """
SELECT url_key FROM captures WHERE outlet_id = ?1 AND url_key > ?2
UNION SELECT url_key FROM aliases WHERE outlet_id = ?1 AND url_key > ?2
UNION SELECT url_key FROM articles WHERE outlet_id = ?1 AND url_key > ?2
ORDER BY 1 LIMIT ?3
"""
_COUNT = """
SELECT count(*) FROM (SELECT outlet_id, url_key FROM captures UNION SELECT outlet_id, url_key FROM aliases
  UNION SELECT outlet_id, url_key FROM articles)
"""
_OTHER_ADDRESS = """
SELECT 1 FROM aliases JOIN articles ON articles.id = article_id AND articles.outlet_id = ?1 AND withdrawn_at IS NULL
WHERE aliases.outlet_id = ?1 AND aliases.url_key = ?2 AND articles.url_key <> ?2 AND NOT EXISTS (
  SELECT 1 FROM aliases AS own WHERE own.outlet_id = ?1 AND own.url_key = articles.url_key
  AND own.article_id <> articles.id)
"""
_EXTRACTOR_OF_ARTICLE = """
SELECT id, name FROM extractors WHERE id = (SELECT max(texts.extractor_id) FROM versions
  JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = text_id WHERE article_id = ?)
"""
_EXTRACTOR_OF_CAPTURE = """
SELECT extractors.id, name FROM readings JOIN extractors ON extractors.id = extractor_id
WHERE capture_id = ? ORDER BY extractors.id DESC LIMIT 1
"""


def addresses(db: Database, outlet_id: int, after: str = "", last: str | None = None) -> Iterator[str]:
    """The URL keys of all captures, aliases and articles of an outlet, in order: from one after a key to the last."""
    while batch := db.execute(_URL_KEYS, [outlet_id, after, _BATCH_SIZE]).fetchall():
        for (key,) in batch:
            if last is not None and key > last:
                return
            yield str(key)
        after = batch[-1][0]


def parts(db: Database, size: int) -> Iterator[tuple[int, str, str]]:
    """The addresses of all outlets, so many at a time: outlets.id, the key before the first, the last key."""
    for (outlet_id,) in db.execute("SELECT id FROM outlets ORDER BY name").fetchall():
        after, keys = "", addresses(db, outlet_id)
        while part := list(islice(keys, size)):
            yield int(outlet_id), after, part[-1]
            after = part[-1]


def is_compared_elsewhere(db: Database, outlet_id: int, key: str) -> bool:
    """Whether an address is only another one of an article whose own address leads to no other article: it is compared
    with that."""
    return db.execute(_OTHER_ADDRESS, [outlet_id, key]).fetchone() is not None


def address_count(db: Database) -> int:
    """How many `addresses` all outlets have."""
    return int(db.execute(_COUNT).fetchone()[0])


def is_waiting(db: Database, outlet_id: int, keys: Iterable[str]) -> bool:
    """Whether one of these URLs is to be rebuilt."""
    return any(is_pending(db, outlet_id, key) for key in keys)


def reader_of(db: Database, articles: Iterable[int], pages: Iterable[int]) -> tuple[int, str]:
    """Id and name of the latest extractor whose texts these articles show; where there is none, of the latest that read
    one of these captures; 0 and no name where none did. pages: capture ids."""
    rows = [db.execute(_EXTRACTOR_OF_ARTICLE, [article]).fetchone() for article in articles]
    extractors = [row for row in rows if row] or [
        row for page in pages if (row := db.execute(_EXTRACTOR_OF_CAPTURE, [page]).fetchone())
    ]
    extractor_id, name = max(extractors, default=(0, ""))
    return int(extractor_id), str(name)


def has_read(db: Database, extractor: int, capture_id: int) -> bool:
    """Whether an extractor has read a capture."""
    query = "SELECT 1 FROM readings WHERE capture_id = ? AND extractor_id = ?"
    return db.execute(query, [capture_id, extractor]).fetchone() is not None


def refused_by(db: Database, capture_id: int) -> tuple[int, Unreadable] | None:
    """Id and refusal of the latest extractor of a capture; None where it read something, or the capture is unconfirmed
    or withdrawn."""
    row = db.execute(
        "SELECT extractors.id, name, kind, detail FROM readings JOIN extractors ON extractors.id = extractor_id"
        " WHERE capture_id = ? ORDER BY extractors.id DESC LIMIT 1",
        [capture_id],
    ).fetchone()
    if row is None or row[2] in READABLE or row[2] == "unconfirmed" or row[3] == "withdrawn":
        return None
    return int(row[0]), Unreadable(row[2], row[3] or "", row[1])


def are_by_former_rules(db: Database, readings: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of these rows of `readings` has no `state`, made before histories were derived from readings, in an
    upgraded archive: its history stays until the captures are read again."""
    return any(row["state"] is None and row["kind"] in READABLE for row in readings) and _was_upgraded(db)


def _was_upgraded(db: Database) -> bool:
    row = db.execute(
        "SELECT 1 FROM _sqlite_migrations, runs WHERE name = 'm008_one_history'"
        " AND runs.id = (SELECT min(id) FROM runs)"
        " AND replace(substr(started_at, 1, 19), 'T', ' ') < substr(applied_at, 1, 19)"
    ).fetchone()
    return row is not None
