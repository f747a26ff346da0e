"""What a question of somebody's own, in SQL, may read and take: a guard for each of Datasette's connections.

The room's own questions go through the same connections; they are let through by `trusted`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ref

LONGEST = 48 * 1024 * 1024
"""Bytes of one value, also of one that a question makes on its way: the largest page has 32 MB."""
LARGEST = 64 * 1024 * 1024
"""Bytes of the text and blobs of one answer."""
_WITHHELD = frozenset({("withheld", "data")})
_CLOSED = _WITHHELD | {
    ("bodies", "data"), ("dictionaries", "data"), ("headers", "request"), ("headers", "response"),
    ("set_aside", "reading"),
}  # fmt: skip


class Guard:
    """Watches over one connection. broken: virtual tables that fail when they are looked at; machinery: whether
    anybody's SQL may read what the machinery's tables hold (never what is withheld)."""

    def __init__(self, connection: sqlite3.Connection, broken: set[str], *, machinery: bool):
        self.connection, self.broken, self.is_trusted = connection, broken, False
        self.closed = _WITHHELD if machinery else _CLOSED
        self._cursor: Any = lambda: None
        self._size = 0
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        connection.row_factory = self._row
        connection.set_authorizer(self._authorize)
        _guards[id(connection)] = self

    def trust(self, *, trusted: bool) -> None:
        """Lets questions through, or no more. Setting an authorizer has SQLite prepare every statement anew, so none
        that was prepared with trust is run without."""
        self.is_trusted = trusted
        self.connection.set_authorizer(self._authorize)

    def _authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        """A hidden column is read as NULL (https://www.sqlite.org/c3ref/set_authorizer.html)."""
        closed = _WITHHELD if self.is_trusted else self.closed
        hidden = action == sqlite3.SQLITE_READ and (first, second) in closed
        unasked = action == sqlite3.SQLITE_PRAGMA and self.broken and (second or "").strip("[]\"'") in self.broken
        return sqlite3.SQLITE_IGNORE if hidden or unasked else sqlite3.SQLITE_OK

    def _row(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if not self.is_trusted:
            if self._cursor() is not cursor:
                self._cursor, self._size = ref(cursor), 0
            self._size += sum(len(value) for value in values if isinstance(value, str | bytes))
            if self._size > LARGEST:
                raise sqlite3.OperationalError(f"the answer is larger than {LARGEST:,} bytes: ask for fewer rows")
        return sqlite3.Row(cursor, values)


_guards: dict[int, Guard] = {}  # by connection: Datasette keeps them as long as it runs


@contextmanager
def trusted(connection: sqlite3.Connection) -> Iterator[None]:
    """Within it, questions are the room's own."""
    guard = _guards.get(id(connection))
    if guard is None:
        yield
        return
    guard.trust(trusted=True)
    try:
        yield
    finally:
        guard.trust(trusted=False)
