"""External sort: puts any number of lines in order on the disk."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database


class SortedLines:
    """Lines in a temporary table, outside the archive's file, which SQLite drops with the connection. Use inside a
    `snapshot`."""

    def __init__(self, db: Database):
        self.db = db
        db.conn.execute("DROP TABLE IF EXISTS temp.lines")
        db.conn.execute("CREATE TEMP TABLE lines (line TEXT)")

    def add(self, line: str) -> None:
        """Adds a line."""
        self.db.conn.execute("INSERT INTO lines VALUES (?)", [line])

    def __iter__(self) -> Iterator[str]:
        for (line,) in self.db.conn.execute("SELECT line FROM lines ORDER BY line"):
            yield line
