"""What SQLite says of a file that is damaged, or that it cannot read or write, in our words."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from sqlite3 import DatabaseError as DatabaseError
from sqlite3 import OperationalError as OperationalError

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CANNOT = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM,
)  # fmt: skip


def damage(error: BaseException, path: Path | None = None) -> str | None:
    """The sentence about a file that SQLite finds damaged; None for any other error. path: the file."""
    if _code(error) not in _DAMAGED:
        return None
    name = "the archive" if path is None else f"the archive {path}"
    return f"{name} is damaged: {error}. `luubao verify` tells more{_beside(path)}"


def trouble(error: BaseException) -> str | None:
    """The same, also about a file that cannot be read or written; None for a mistake in what SQLite was asked."""
    if said := damage(error):
        return said
    if _code(error) not in _CANNOT:
        return None
    return f"a file cannot be read or written: {error}. Check free space, permissions and others who use it"


def _code(error: BaseException) -> int | None:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF if isinstance(error, sqlite3.DatabaseError) else None


def _beside(path: Path | None) -> str:
    """What is said of a log that lies beside a damaged file."""
    log = path and path.with_name(f"{path.name}-wal")
    if log is None or not log.exists() or not log.stat().st_size:
        return ""
    return (
        f". {log} lies beside it: where {log.name} is from before a copy was put here, it is not the copy's; put the"
        " copy here again with `luubao restore`"
    )
