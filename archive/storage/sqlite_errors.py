"""Messages for SQLite errors: a damaged file, or a file that SQLite cannot read or write."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from sqlite3 import DatabaseError as DatabaseError
from sqlite3 import OperationalError as OperationalError

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
    if _primary_code(error) not in _CORRUPT_CODES:
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
