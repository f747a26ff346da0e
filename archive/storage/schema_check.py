"""Compares views and triggers with those that luubao makes: a changed view may return anything.

Opening an archive checks the columns of its tables (archive.storage.connection); the other checks look at their values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache

from sqlite_utils import Database

from archive.storage.migrations import migrations

_SCHEMA = "SELECT type, name, CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL"


@lru_cache(maxsize=1)
def _expected_schema() -> dict[tuple[str, str], bytes]:
    """The schema of a new archive: SQL by type and name."""
    db = Database(sqlite3.connect(":memory:"), execute_plugins=False)
    migrations.apply(db)
    schema = {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA).fetchall()}
    db.close()
    return schema


def schema_differences(db: Database) -> Iterator[tuple[str, str]]:
    """Views and triggers that differ from those luubao makes: name, and what is wrong. Missing triggers are no damage,
    nor are additions."""
    present = {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA).fetchall()}
    for (kind, name), sql in _expected_schema().items():
        if (kind, name) not in present and kind == "view":
            yield f"schema {name}", f"the {kind} is not here"
        elif kind in ("view", "trigger") and present.get((kind, name), sql) != sql:
            yield f"schema {name}", f"the {kind} is not as luubao makes it"
