"""The full-text indexes: what keeps SQLite from reading one, and making it anew from the texts."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

INDEXES = {"search": "bm25(10.0, 5.0, 1.0, 2.0, 1.0)", "search_front": None}
"""Each with the function that ranks its hits, None for SQLite's own."""
_FORMAT = 4  # https://www.sqlite.org/fts5.html keeps its number in the table config
_EMPTY = ((1, b""), (10, bytes(7)))  # the averages and the structure of an index of no words, by their row's number


def fault(db: Database, index: str) -> str | None:
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
