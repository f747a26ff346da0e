"""Snapshots of an archive for backups: copies the file page by page (SQLite's online backup); checks of
a copy, and exclusive access to a file before it is replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive.model.errors import ArchiveUnusable
from archive.model.paths import own_places
from archive.storage.connection import Database, open_archive
from archive.storage.integrity import Problem, Step
from archive.storage.integrity.fixity import broken_pages, broken_seals, stop_at_damage
from archive.storage.integrity.seals import newest_seal
from archive.storage.picture_files import broken_pictures
from archive.storage.sqlite_file import damage_message, open_hint, require_plain_files


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


_WAL_SUFFIXES = ("-wal", "-shm")
_BUSY_TIMEOUT = 2.0  # seconds


def problems_of(copy: Path, step: Step) -> tuple[list[Problem], str | None]:
    """Problems that SQLite and the seals find in a copy, and its newest seal."""
    with _opened(copy) as db:
        problems = list(stop_at_damage(broken_pages(db, "quick_check")))
        problems += stop_at_damage(broken_seals(db, step))
        return problems, newest_seal(db)


def missing_pictures(copy: Path, folder: Path, step: Step) -> list[Problem]:
    """Problems with pictures that a copy names: missing from the folder, or changed."""
    with _opened(copy) as db:
        return list(stop_at_damage(broken_pictures(db, folder, step)))


@contextmanager
def _opened(copy: Path) -> Iterator[Database]:
    """Opens a copy that nobody else knows; leaves no write-ahead log beside it, whatever the check raises."""
    try:
        with open_archive(copy) as db:
            yield db
    finally:
        remove_logs(copy)


def remove_logs(path: Path) -> None:
    """Removes the write-ahead log and its index. Call only where nobody has the file open and the log is empty."""
    for suffix in _WAL_SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def exclusive_access(path: Path) -> Iterator[None]:
    """Exclusive access: nobody else has the file open, and its write-ahead log is checkpointed into it and removed;
    otherwise closing would delete, by its name, a log beside the replacement. Skips the check for a damaged file.

    Raises ArchiveUnusable where somebody has it open, or it cannot be written.
    """
    if not path.exists():
        yield
        return
    require_plain_files(path)
    with closing(sqlite3.connect(path, timeout=_BUSY_TIMEOUT, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.DatabaseError as error:
            if damage_message(error) is None:
                in_use = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
                why = f"is in use ({error}). End what serves or writes it, and try again"
                why = why if in_use else f"cannot be replaced ({error}). {open_hint(path)}"
                raise ArchiveUnusable(f"{path} {why}") from error
        yield
