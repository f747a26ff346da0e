"""Consistency checks between tables: each rule is a query for the rows that violate it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from archive.storage.connection import snapshot, transaction
from archive.storage.integrity import Problem, Step
from archive.storage.integrity.column_validation import odd_rows
from archive.storage.schema_views import CORRECTED_TIME


@dataclass(frozen=True, slots=True)
class _Rule:
    """A consistency rule. what: what is wrong with a row that `query` returns; its first column names the row in
    `table`."""

    table: str
    what: str
    query: str


def _differences(kept: str, counted: str) -> str:
    """A query for the rows that only one of two queries returns."""
    return f"SELECT * FROM ({kept} EXCEPT {counted}) UNION SELECT * FROM ({counted} EXCEPT {kept})"


RULES = (
    _Rule("captures", "it brought a page whose body is not there",
          "SELECT id FROM captures WHERE outcome IN ('fresh', 'revisit', 'not-modified') AND body_id IS NULL"
          " AND (outcome = 'fresh' OR revisit_of IS NOT NULL)"),
    _Rule("captures", "it confirms a capture of another address, or of other bytes",
          "SELECT captures.id FROM captures JOIN captures AS root ON root.id = captures.revisit_of"
          " WHERE root.url_key <> captures.url_key OR root.outlet_id <> captures.outlet_id"
          " OR root.body_id IS NOT captures.body_id OR root.id > captures.id"),
    _Rule("captures", "it belongs to another outlet than its run",
          "SELECT captures.id FROM captures JOIN runs ON runs.id = captures.run_id"
          " WHERE runs.outlet_id <> captures.outlet_id"),
    _Rule("captures", "its headers are not there",
          "SELECT id FROM captures WHERE id NOT IN (SELECT capture_id FROM headers)"),
    _Rule("bodies", "its chain is not as long as it is said to be",
          "SELECT bodies.id FROM bodies LEFT JOIN bodies AS base ON base.id = bodies.base_id"
          " WHERE bodies.depth <> coalesce(base.depth + 1, 0) OR base.id >= bodies.id"),
    _Rule("bodies", "it is not stored as it is said to be",
          "SELECT id FROM bodies WHERE (codec = 'zstd-dictionary') <> (dictionary_id IS NOT NULL)"
          " OR (codec = 'zstd-patch') <> (base_id IS NOT NULL) OR codec NOT IN"
          " ('zstd', 'zstd-dictionary', 'zstd-patch', 'withheld', 'destroyed')"),
    _Rule("captures", "it brought known bytes and does not say which capture brought them",
          "SELECT id FROM captures WHERE outcome = 'revisit' AND revisit_of IS NULL"),
    _Rule("seals", "it does not name as many captures as it is said to cover",
          "SELECT seals.id FROM seals JOIN runs ON runs.id = run_id WHERE length(capture_digests) <> 32 * capture_count"
          " AND NOT (json_valid(stats) AND stats ->> 'cleansed' IS NOT NULL)"),  # fixity.py checks these
    _Rule("articles", "its versions are not numbered 1, 2, 3 ...",
          "SELECT article_id FROM versions GROUP BY article_id HAVING min(number) <> 1 OR max(number) <> count(*)"),
    _Rule("articles", "it has no version", "SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM versions)"),
    _Rule("articles", "its row disagrees with its versions",
          "SELECT articles.id FROM articles LEFT JOIN versions ON versions.id = articles.current_version_id"
          " WHERE versions.article_id IS NOT articles.id OR versions.number IS NOT version_count"
          " OR EXISTS (SELECT 1 FROM versions AS later WHERE later.article_id = articles.id"
          " AND later.number > versions.number)"),
    _Rule("articles", "its address is not among its addresses",
          "SELECT id FROM articles WHERE moved_to_id IS NULL AND NOT EXISTS (SELECT 1 FROM aliases"
          " WHERE aliases.outlet_id = articles.outlet_id AND aliases.url_key = articles.url_key)"),
    _Rule("articles", "its disappearance has no tombstone, or a tombstone stands for what is there",
          "SELECT id FROM articles WHERE (gone_since IS NOT NULL) <> EXISTS (SELECT 1 FROM tombstones"
          " WHERE article_id = articles.id AND returned_at IS NULL)"),
    _Rule("articles", "it is said to be withdrawn and no withdrawal says so, or the other way round",
          "SELECT id FROM articles WHERE (withdrawn_at IS NOT NULL) <> EXISTS (SELECT 1 FROM withdrawals"
          " WHERE article_id = articles.id AND restored_at IS NULL)"),
    _Rule("versions", "it was first seen at another time than its capture",
          "SELECT versions.id FROM versions JOIN captures ON captures.id = versions.capture_id"
          f" JOIN runs ON runs.id = run_id WHERE first_seen_at <> {CORRECTED_TIME} AND changed IS NOT 'pictures'"
          " AND words_of IS NULL"),  # a picture opened it
    _Rule("versions", "no text of it has the digest it was filed under",
          "SELECT id FROM versions WHERE NOT EXISTS (SELECT 1 FROM texts"
          " WHERE texts.version_id = versions.id AND texts.digest = versions.digest)"
          # with the words of another version and other pictures the digest covers both: history/version_numbers.py
          " AND NOT EXISTS (SELECT 1 FROM texts AS own JOIN texts AS same ON same.digest = own.digest"
          " JOIN versions AS other ON other.id = same.version_id WHERE own.version_id = versions.id"
          " AND other.article_id = versions.article_id AND other.id <> versions.id)"),
    _Rule("versions", "none of its texts, or that of another version, is shown",
          "SELECT versions.id FROM versions JOIN articles ON articles.id = versions.article_id"
          " LEFT JOIN active_texts ON active_texts.version_id = versions.id"
          " LEFT JOIN texts ON texts.id = active_texts.text_id"
          " WHERE texts.version_id IS NOT versions.id AND articles.withdrawn_at IS NULL"),
    _Rule("versions", "it is withdrawn and still shown",
          "SELECT versions.id FROM versions JOIN articles ON articles.id = versions.article_id"
          " JOIN active_texts ON active_texts.version_id = versions.id WHERE articles.withdrawn_at IS NOT NULL"),
    _Rule("versions", "it is not led to by the version before it",
          "SELECT later.id FROM versions AS later JOIN versions AS earlier ON earlier.article_id = later.article_id"
          " AND earlier.number = later.number - 1 LEFT JOIN successors ON successors.version_id = earlier.id"
          " WHERE successors.next_id IS NOT later.id"),
    _Rule("credits", "it does not count the pictures that carry it",
          _differences("SELECT credit, pictures FROM credits",
                       "SELECT credit, count(*) FROM version_images JOIN articles"
                       " ON articles.current_version_id = version_images.version_id"
                       " WHERE credit IS NOT NULL GROUP BY credit")),
    _Rule("months", "it does not count the articles of that month",
          _differences("SELECT month, outlet_id, section, articles FROM months",
                       "SELECT substr(published_at, 1, 7), outlet_id, coalesce(section, ''), count(*) FROM articles"
                       " WHERE published_at IS NOT NULL GROUP BY 1, 2, 3")),
    _Rule("rebuilding", "its versions are being put in order of time, and nobody does so",
          "SELECT article_id FROM rebuilding"),
    _Rule("renumberings", "its version is not there, and nothing says what became of it",
          "SELECT renumberings.id FROM renumberings WHERE new_number IS NOT NULL AND NOT EXISTS"
          " (SELECT 1 FROM versions WHERE versions.id = version_id) AND NOT EXISTS (SELECT 1 FROM renumberings AS later"
          " WHERE later.version_id = renumberings.version_id AND later.id > renumberings.id)"),
    _Rule("texts", "nobody read it in the capture it is said to be from",
          "SELECT texts.id FROM texts JOIN versions ON versions.id = texts.version_id JOIN articles"
          " ON articles.id = article_id JOIN captures ON captures.id = texts.capture_id WHERE withdrawn_at IS NULL"
          " AND NOT EXISTS (SELECT 1 FROM readings LEFT JOIN versions AS own ON own.id = readings.version_id"
          " WHERE readings.capture_id IN (captures.id, captures.revisit_of)"  # a confirming capture needs no reading
          " AND readings.extractor_id = texts.extractor_id AND (own.article_id = versions.article_id"
          # a reading that was doubted has no version, and is accepted when a later capture confirms it
          " OR readings.version_id IS NULL AND readings.capture_id = captures.revisit_of))"),
    _Rule("texts", "it was read in a capture that brought no page",
          # a 304 confirms what its address had brought, which may have been merged since, from another archive
          "SELECT texts.id FROM texts JOIN captures ON captures.id = texts.capture_id WHERE captures.body_id IS NULL"
          " AND outcome <> 'not-modified'"),
    _Rule("readings", "it is of a capture that brought no page",
          "SELECT capture_id FROM readings JOIN captures ON captures.id = capture_id WHERE body_id IS NULL"
          " AND outcome IN ('gone', 'error', 'redirect')"),
)  # fmt: skip


def inconsistencies(db: Database, step: Step) -> Iterator[Problem]:
    """Yields rows that violate a rule."""
    for rule in RULES:
        step()
        for row in db.execute(rule.query).fetchall():
            yield Problem(f"{rule.table} {row[0]}", rule.what)
    yield from index_problems(db)


def impossible_values(db: Database) -> Iterator[Problem]:
    """Yields rows with invalid values: `luubao upgrade` repairs those that need not stay."""
    for odd_row in odd_rows(db):
        where, _, values = str(odd_row).partition(": ")
        of_capture = odd_row.table in ("headers", "origins")  # each row belongs to a capture
        yield Problem(
            where.replace(odd_row.table, "captures", 1) if of_capture else where, f"it holds what cannot be: {values}"
        )


def index_problems(db: Database) -> Iterator[Problem]:
    """Search indexes that SQLite cannot read, or that do not hold as many versions as are shown."""
    for index in INDEXES:
        if problem := search_fault(db, index):
            yield Problem(index, f"the search index cannot be read: {problem}. `luubao upgrade` rebuilds it")
    with snapshot(db):
        tables = ("active_texts", *(f"{index}_docsize" for index in INDEXES))
        shown, *indexed = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
    for index, count in zip(INDEXES, indexed, strict=True):
        if shown != count:
            why = f"{shown} versions are shown, {count} are in the search index. `luubao upgrade` rebuilds it"
            yield Problem(index, why)


def broken_index(db: Database) -> Iterator[Problem]:
    """Compares the search index with the texts, word by word. Needs a writable archive, and blocks other writers.

    Raises ArchiveUnusable when it cannot be written.
    """
    for index in INDEXES:
        if fault := _integrity_check(db, index):
            yield Problem(index, f"the index does not hold the words of the texts: {fault}")


def _integrity_check(db: Database, index: str) -> sqlite3.DatabaseError | None:
    """The error that FTS5's integrity-check raises for a damaged index. An index that cannot be written, as the check
    needs, raises."""
    with transaction(db):
        try:
            db.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as fault:
            return fault
    return None


INDEXES = {"search": "bm25(10.0, 5.0, 1.0, 2.0, 1.0)", "search_front": None}
"""The search indexes, which triggers fill (migrations m001 and m004), each with the function that ranks its hits, None
for SQLite's own."""
_FORMAT = 4  # https://www.sqlite.org/fts5.html keeps its number in the table config
_EMPTY = ((1, b""), (10, bytes(7)))  # the averages and the structure of an index of no words, by their row's number


def search_fault(db: Database, index: str) -> str | None:
    """Why SQLite cannot search an index; None where it can."""
    try:
        db.execute(f"SELECT 1 FROM {index} WHERE {index} MATCH 'a' LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:  # by a signal
            raise
        return str(error)
    return None


def make_anew(db: Database, index: str) -> None:
    """Empties the tables of an index, whatever they hold, for SQLite rebuilds none that it cannot open; then indexes
    all texts. In a transaction of the caller's."""
    for part in ("data", "idx", "docsize", "config"):
        db.execute(f"DELETE FROM {index}_{part}")
    for row in _EMPTY:
        db.execute(f"INSERT INTO {index}_data VALUES (?, ?)", row)
    db.execute(f"INSERT INTO {index}_config VALUES ('version', ?)", [_FORMAT])
    if rank := INDEXES[index]:
        db.execute(f"INSERT INTO {index}_config VALUES ('rank', ?)", [rank])
    db.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
