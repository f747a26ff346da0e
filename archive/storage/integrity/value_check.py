"""Scans every row of an archive for invalid values, with the validators of
archive.storage.integrity.column_validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.model import validation
from archive.storage.integrity.column_validation import COLUMNS, problems
from archive.storage.sqlite_errors import DatabaseError, is_too_long

_BINARY = {"data", "capture_digests", "picture_digests", "reading"}
"""Columns of bytes, which are checked when they are decompressed."""


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """A row with invalid values. key: what identifies it in its table; wrong: column -> what is wrong."""

    table: str
    key: dict[str, Any]
    wrong: dict[str, str]

    def __str__(self) -> str:
        name = " ".join(validation.shown(value).strip("'") for value in self.key.values())
        return (
            f"{self.table} {name}".strip() + ": " + "; ".join(f"{column}: {why}" for column, why in self.wrong.items())
        )


def odd_rows(db: Database, step: Callable[[], None] = lambda: None) -> Iterator[InvalidRow]:
    """Yields all rows with invalid values, table by table. step: a callback, called for every table."""
    for table, columns in COLUMNS.items():
        step()
        names, keys = [name for name in columns if name not in _BINARY], _key_of(db, table)
        try:
            for values in db.conn.cursor().execute(f"SELECT {', '.join(names)} FROM {table}"):
                row = dict(zip(names, values, strict=True))
                if errors := problems(table, row):
                    yield InvalidRow(table, {name: row[name] for name in keys}, errors)
        except DatabaseError as error:
            if not is_too_long(error):
                raise
            what = "it is longer than any that luubao writes, and what follows it was not read"
            yield InvalidRow(table, {}, {"a value": what})


def _key_of(db: Database, table: str) -> list[str]:
    """The columns of a table's primary key."""
    columns = db.execute("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", [table])
    return [str(name) for (name,) in columns.fetchall()]


def is_odd(db: Database) -> str | None:
    """The first row with invalid values, in a sentence; None if there is none."""
    first = next(odd_rows(db), None)
    return None if first is None else str(first)
