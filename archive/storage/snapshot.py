"""Snapshots of an archive for backups: copies the file page by page (SQLite's online backup)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.model.picture_paths import own_places
from archive.storage.connection import open_archive


def snapshot(path: Path, to: Path) -> None:
    """Copies the archive at `path`, also while a crawl writes to it. Unchanged pages are at the same offset in every
    copy (VACUUM INTO would move everything). Raises ArchiveMissing and ArchiveUnusable."""
    with open_archive(path) as db, closing(sqlite3.connect(to)) as copy:
        assert isinstance(db.conn, sqlite3.Connection)
        db.conn.backup(copy)


def files_named(path: Path) -> set[str]:
    """Paths of an archive's picture files in their folder; for pictures of withdrawn articles, where they are now."""
    with open_archive(path) as db:
        rows = db.execute("SELECT digest, media_type, path, thumbnail FROM pictures").fetchall()
    return {name for row in rows for name in own_places(*row)}


def last_destroyed(path: Path) -> str:
    """When words of an archive were last destroyed, as clock.stamp writes times; empty where they never were."""
    with open_archive(path) as db:
        (destroyed_at,) = db.execute("SELECT coalesce(max(destroyed_at), '') FROM withdrawals").fetchone()
    return str(destroyed_at)
