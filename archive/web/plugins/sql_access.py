"""Datasette plugin that guards SQL: no page and no query serves withdrawn data; internal tables are served only if the
operator allows it; results are limited; and a damaged index does not block the other tables."""

from __future__ import annotations

import sqlite3
from typing import Any

from pluggy import HookimplMarker

from archive.web.sql_guard import Guard

hookimpl = HookimplMarker("datasette")


@hookimpl
def prepare_connection(conn: sqlite3.Connection, datasette: Any) -> None:
    """Attaches a guard to every connection."""
    Guard(conn, _broken_indexes(conn), machinery=bool((datasette.plugin_config("luubao") or {}).get("machinery")))


def _broken_indexes(conn: sqlite3.Connection) -> set[str]:
    """Virtual tables that fail on access; Datasette inspects every table at its start."""
    broken = set[str]()
    try:
        tables = conn.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL %'").fetchall()
    except sqlite3.DatabaseError:  # the next query reports it
        return broken
    for (name,) in tables:
        try:
            conn.execute(f'PRAGMA table_info("{name}")')
        except sqlite3.DatabaseError:
            broken.add(name)
    return broken
