"""SQLite errors (a damaged file, or one that SQLite cannot open) as messages, and rows that cannot be read.

An archive may be old, damaged, or made by somebody else: archive.storage.integrity.column_validation checks the columns
of each row before it is used.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from sqlite3 import DatabaseError as DatabaseError
from sqlite3 import OperationalError as OperationalError
from typing import Any, TypeVar

from archive.model.errors import ArchiveDamaged, LuubaoError, pass_over
from archive.storage.integrity.column_validation import usable

_INDEX_FORMAT = "invalid fts5 file format"
_CORRUPT_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_ACCESS_CODES = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM,
)  # fmt: skip


def damage_message(error: BaseException, path: Path | None = None) -> str | None:
    """The message about a file that SQLite finds damaged; None for any other error. path: the file."""
    name = "the archive" if path is None else f"the archive {path}"
    if is_too_long(error):
        return f"{name} holds a value longer than any that luubao writes. `luubao verify` names its table"
    if _primary_code(error) not in _CORRUPT_CODES and _INDEX_FORMAT not in str(error):
        return None
    return f"{name} is damaged: {error}. `luubao verify` tells more{_wal_hint(path)}"


def is_corrupt(error: BaseException | None) -> bool:
    """Whether SQLite finds pages of the file damaged."""
    return error is not None and _primary_code(error) == sqlite3.SQLITE_CORRUPT


def is_too_long(error: BaseException) -> bool:
    """Whether a value is longer than the connection reads."""
    return _primary_code(error) == sqlite3.SQLITE_TOOBIG


def access_message(error: BaseException) -> str | None:
    """As `damage_message`, also for a file that SQLite cannot read or write; None for a mistake in the SQL."""
    if sentence := damage_message(error):
        return sentence
    if _primary_code(error) not in _ACCESS_CODES:
        return None
    return f"a file cannot be read or written: {error}. Check free space, permissions and others who use it"


def _primary_code(error: BaseException) -> int | None:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF if isinstance(error, sqlite3.DatabaseError) else None


def _wal_hint(path: Path | None) -> str:
    """A hint for the message where a write-ahead log lies beside a damaged file; empty where none does."""
    log = path and path.with_name(f"{path.name}-wal")
    if log is None or not log.exists() or not log.stat().st_size:
        return ""
    return (
        f". {log} lies beside it: where {log.name} is from before a copy was put here, it is not the copy's; put the"
        " copy here again with `luubao restore`"
    )


T = TypeVar("T")
Row = dict[str, Any]
ROW_ERRORS = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, StopIteration)
"""Exceptions that making a value from a row raises where the row, or a row it refers to, holds invalid values. (A
future that is given StopIteration never ends: a request to the reading room would wait for ever.)"""


def readable_values(rows: Iterable[Row], table: str, make: Callable[[Row], T]) -> Iterator[T]:
    """The values that `make` returns for rows of a table; skips rows that cannot be read, with a notice. Columns that
    the table has not come from other tables."""
    for row in rows:
        try:
            value = make(usable(table, row))
        except ROW_ERRORS as error:
            pass_over(_row_name(table, row), error)
        else:
            yield value


def readable_value(row: Row, table: str, make: Callable[[Row], T]) -> T:
    """The value that `make` returns for one row. Raises ArchiveDamaged where the row cannot be read."""
    try:
        return make(usable(table, row))
    except LuubaoError as error:
        if not isinstance(error, ValueError):
            raise
        raise unreadable_row(_row_name(table, row), error) from error
    except ROW_ERRORS as error:
        raise unreadable_row(_row_name(table, row), error) from error


def unreadable_row(what: str, why: object) -> ArchiveDamaged:
    """The error for a row without which there is no answer. what: its name; why: the reason."""
    return ArchiveDamaged(f"{what} cannot be read ({why}). `luubao verify` names all such rows")


def _row_name(table: str, row: Row) -> str:
    identifier = next((row[name] for name in ("id", "url", "name", "version", "number") if name in row), "?")
    return f"{table} {str(identifier)[:80]}"
