"""A plugin for Datasette: what was withdrawn is not served, by no page and no query."""

from __future__ import annotations

import sqlite3

from pluggy import HookimplMarker

hookimpl = HookimplMarker("datasette")


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Every connection reads `withheld.data` as NULL (https://www.sqlite.org/c3ref/set_authorizer.html)."""
    conn.set_authorizer(_authorize)


def _authorize(action: int, table: str | None, column: str | None, database: str | None, inner: str | None) -> int:
    hidden = action == sqlite3.SQLITE_READ and table == "withheld" and column == "data"
    return sqlite3.SQLITE_IGNORE if hidden else sqlite3.SQLITE_OK
