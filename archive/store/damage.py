"""What SQLite says of a file that is damaged, in our words."""

from __future__ import annotations

import sqlite3

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damage(error: BaseException) -> str | None:
    """The sentence about a file that SQLite finds damaged; None for any other error."""
    if not isinstance(error, sqlite3.DatabaseError) or getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
        return None
    return f"the archive is damaged: {error}. `luubao verify` tells more"
