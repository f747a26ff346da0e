"""Compares views, triggers and indexes with those that luubao makes, and restores them: a changed view may return
anything, and without its triggers a table takes what it must refuse.

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
    schema = _present(db)
    db.close()
    return schema


def schema_differences(db: Database) -> Iterator[tuple[str, str]]:
    """Views and triggers that differ from those luubao makes: name, and what is wrong. Missing triggers are no damage,
    nor are additions."""
    present = _present(db)
    for (kind, name), sql in _expected_schema().items():
        if (kind, name) not in present and kind == "view":
            yield f"schema {name}", f"the {kind} is not here"
        elif kind in ("view", "trigger") and present.get((kind, name), sql) != sql:
            yield f"schema {name}", f"the {kind} is not as luubao makes it"


def restore_schema(db: Database) -> list[str]:
    """Makes views, triggers and indexes that are missing or differ as luubao makes them; then the search indexes hold
    all texts again. In a transaction of the caller's. Returns their names."""
    expected = {key: sql for key, sql in _expected_schema().items() if key[0] in ("view", "trigger", "index")}
    wrong = [key for key, sql in _present(db).items() if expected.get(key, sql) != sql]
    for kind, name in wrong:
        db.execute(f'DROP {kind} "{name}"')
    present = _present(db)
    missing = {key: sql for key, sql in expected.items() if key not in present}
    for sql in missing.values():
        db.execute(sql.decode())
    if any(kind == "trigger" for kind, _ in missing):
        for index in ("search", "search_front"):
            db.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
    return sorted(f"{kind} {name}" for kind, name in missing)


def _present(db: Database) -> dict[tuple[str, str], bytes]:
    return {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA).fetchall()}
