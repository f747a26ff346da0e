"""Compares views and triggers with those that luubao makes: a changed view may return anything.

Opening an archive checks the columns of its tables (archive.storage.connection); the other checks look at their values.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from functools import lru_cache

from sqlite_utils import Database

from archive.storage.migrations import migrations

OUR_CODE = "33ec5ffebf3d4f6ab6343d164c7c01f54be018e0ff08041caa1ad7960ea3d371"
"""Digest of the views and triggers of a new archive; tests/archive/test_schema.py tells it after a migration."""
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
    """Views and triggers that differ from those luubao makes, and may never end: name, and what is wrong. Missing
    triggers do no harm, nor do views of one's own, which luubao does not ask."""
    present = {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA).fetchall()}
    expected = _expected_schema()
    for (kind, name), sql in expected.items():
        if (kind, name) not in present and kind == "view":
            yield f"schema {name}", f"the {kind} is not here"
        elif kind in ("view", "trigger") and present.get((kind, name), sql) != sql:
            yield f"schema {name}", f"the {kind} is not as luubao makes it"
    for kind, name in present.keys() - expected.keys():
        if kind == "trigger":
            yield f"schema {name}", "the trigger is none of luubao's"


def code_digest(db: Database) -> str:
    """SHA-256 of all views and triggers."""
    code = sorted(row for row in db.execute(_SCHEMA).fetchall() if row[0] in ("view", "trigger"))
    return hashlib.sha256(repr(code).encode()).hexdigest()


def foreign_code(db: Database) -> tuple[str, str] | None:
    """The first of schema_differences, found in a moment where there is none."""
    return None if code_digest(db) == OUR_CODE else next(schema_differences(db), None)
