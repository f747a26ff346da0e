"""A plugin for Datasette: what was withdrawn is not served, by no page and no query; what the machinery holds is not
served unless whoever serves says so; answers have bounds; and a damaged index keeps nobody from the tables."""

from __future__ import annotations

import sqlite3
from typing import Any

from pluggy import HookimplMarker

from archive.web.sql_guard import Guard

hookimpl = HookimplMarker("datasette")


@hookimpl
def prepare_connection(conn: sqlite3.Connection, datasette: Any) -> None:
    """Every connection has a guard."""
    Guard(conn, _broken_indexes(conn), machinery=bool((datasette.plugin_config("luubao") or {}).get("machinery")))


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
