"""An archive in memory, in which a few articles are told anew from their captures.

It has the schema of any archive, so that whatever files a crawl's captures files these too; but none of the guards, and
no search index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlite_utils import Database

from archive.migrations import migrations

_SUPERFLUOUS = "name LIKE '%_refused' OR tbl_name IN ('active_texts', 'captures', 'credits', 'months')"


@contextmanager
def scratch() -> Iterator[Database]:
    """An empty archive in memory, gone on leaving."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(_empty())
        connection.execute("PRAGMA recursive_triggers = ON")
        yield Database(connection)
    finally:
        connection.close()


@lru_cache(maxsize=1)
def _empty() -> bytes:
    connection = sqlite3.connect(":memory:")
    db = Database(connection)
    migrations.apply(db)
    triggers = connection.execute(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND ({_SUPERFLUOUS})")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.commit()
    image = connection.serialize()
    connection.close()
    return image
