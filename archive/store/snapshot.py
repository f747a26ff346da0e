"""An archive as it stands at one moment, as a file of its own, page by page as the archive has them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.store.connection import open_archive


def snapshot(path: Path, to: Path) -> None:
    """Copies the archive at `path`, also while a crawl writes to it. What has not changed stands at the same place in
    every copy (VACUUM INTO would move everything). Raises ArchiveMissing and ArchiveUnusable."""
    with open_archive(path) as db, closing(sqlite3.connect(to)) as copy:
        assert isinstance(db.conn, sqlite3.Connection)
        db.conn.backup(copy)
