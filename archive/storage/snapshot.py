"""An archive as it stands at one moment, as a file of its own, page by page as the archive has them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.model.picture_paths import own_places
from archive.storage.connection import open_archive


def snapshot(path: Path, to: Path) -> None:
    """Copies the archive at `path`, also while a crawl writes to it. What has not changed stands at the same place in
    every copy (VACUUM INTO would move everything). Raises ArchiveMissing and ArchiveUnusable."""
    with open_archive(path) as db, closing(sqlite3.connect(to)) as copy:
        assert isinstance(db.conn, sqlite3.Connection)
        db.conn.backup(copy)


def files_named(path: Path) -> set[str]:
    """Where the files of an archive's pictures lie in their folder, those of withdrawn articles where they lie now."""
    with open_archive(path) as db:
        rows = db.execute("SELECT digest, media_type, path, thumbnail FROM pictures").fetchall()
    return {name for row in rows for name in own_places(*row)}


def last_destroyed(path: Path) -> str:
    """When words of an archive were destroyed last, as clock.stamp writes times; empty where they never were."""
    with open_archive(path) as db:
        (at,) = db.execute("SELECT coalesce(max(destroyed_at), '') FROM withdrawals").fetchone()
    return str(at)
