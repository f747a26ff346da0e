"""The schema is the product's public interface: every column is described, and nothing else is."""

from __future__ import annotations

from sqlite_utils import Database

from archive.storage import schema_check
from archive.storage.schema import TABLES

# SQLite's own, sqlite-utils' own, the search index and its shadow tables, and the view it is built from
MACHINERY = ("sqlite_", "_sqlite_", "search")


def test_every_table_view_and_column_is_described(db: Database) -> None:
    names = [name for name in (*db.table_names(), *db.view_names()) if not name.startswith(MACHINERY)]
    there = {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in names}
    assert there == {table.name: list(table.columns) for table in TABLES}


def test_every_description_says_something() -> None:
    for table in TABLES:
        assert len(table.meaning) > 10, table.name
        assert all(table.columns.values()), table.name


def test_foreign_keys_and_integrity(db: Database) -> None:
    assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_views_and_triggers_are_those_that_are_known(db: Database) -> None:
    """After a new migration, write this digest into archive/storage/schema_check.py."""
    assert schema_check.code_digest(db) == schema_check.OUR_CODE
