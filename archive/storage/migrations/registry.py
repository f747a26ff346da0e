"""What all migrations share: the list in which they register, and how they run SQL."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

migrations = Migrations("luubao")

APPLICATION_ID = 0x4C755530  # "LuU0" in the SQLite header: file(1) and we can tell an archive from other files


def script(db: Database, statements: str) -> None:
    """Runs the statements one by one: executescript would commit the migration's transaction behind its back."""
    pending = ""
    for line in statements.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            db.execute(pending)
            pending = ""
