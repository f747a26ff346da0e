"""Lines put in order on the disk, however many they are."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database


class SortedLines:
    """Lines in a temporary table, which lies outside the archive's file and is gone with the connection. Within a
    `snapshot`."""

    def __init__(self, db: Database):
        self.db = db
        db.conn.execute("DROP TABLE IF EXISTS temp.lines")
        db.conn.execute("CREATE TEMP TABLE lines (line TEXT)")

    def add(self, line: str) -> None:
        """One more."""
        self.db.conn.execute("INSERT INTO lines VALUES (?)", [line])

    def __iter__(self) -> Iterator[str]:
        for (line,) in self.db.conn.execute("SELECT line FROM lines ORDER BY line"):
            yield line
