"""A plugin for Datasette: what was withdrawn is not served, by no page and no query; and a damaged index keeps nobody
from the tables."""

from __future__ import annotations

import sqlite3

from pluggy import HookimplMarker

hookimpl = HookimplMarker("datasette")


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Every connection reads `withheld.data` as NULL (https://www.sqlite.org/c3ref/set_authorizer.html)."""
    broken = _broken_indexes(conn)

    def authorize(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
        hidden = action == sqlite3.SQLITE_READ and first == "withheld" and second == "data"
        unasked = action == sqlite3.SQLITE_PRAGMA and broken and (second or "").strip("[]\"'") in broken
        return sqlite3.SQLITE_IGNORE if hidden or unasked else sqlite3.SQLITE_OK

    conn.set_authorizer(authorize)


def _broken_indexes(conn: sqlite3.Connection) -> set[str]:
    """Virtual tables that fail when they are looked at, as Datasette does with every table before it begins."""
    broken = set[str]()
    try:
        found = conn.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL %'").fetchall()
    except sqlite3.DatabaseError:  # told by whoever asks next
        return broken
    for (name,) in found:
        try:
            conn.execute(f'PRAGMA table_info("{name}")')
        except sqlite3.DatabaseError:
            broken.add(name)
    return broken
