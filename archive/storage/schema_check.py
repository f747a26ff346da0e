"""Whether views and triggers are those that luubao makes: a changed view says whatever it wants.

What tables must have is looked at when an archive is opened (archive.storage.connection), and what they hold by all
else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache

from sqlite_utils import Database

from archive.storage.migrations import migrations

_SCHEMA = "SELECT type, name, CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL"


@lru_cache(maxsize=1)
def _made() -> dict[tuple[str, str], bytes]:
    """What a new archive has."""
    db = Database(sqlite3.connect(":memory:"), execute_plugins=False)
    migrations.apply(db)
    found = {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA).fetchall()}
    db.close()
    return found


def strange(db: Database) -> Iterator[tuple[str, str]]:
    """What of the schema is not as it is made: its name, and what is wrong. Triggers that somebody took out are
    no damage, nor is what somebody added."""
    held = {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA).fetchall()}
    for (kind, name), sql in _made().items():
        if (kind, name) not in held and kind == "view":
            yield f"schema {name}", f"the {kind} is not here"
        elif kind in ("view", "trigger") and held.get((kind, name), sql) != sql:
            yield f"schema {name}", f"the {kind} is not as luubao makes it"
