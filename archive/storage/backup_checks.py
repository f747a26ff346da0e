"""What SQLite has to do with backups: whether a copy holds together, and that nobody else uses what is replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive.model.errors import ArchiveUnusable
from archive.storage.connection import open_archive
from archive.storage.integrity.fixity import broken_seals, told
from archive.storage.integrity.problems import Problem, Step
from archive.storage.integrity.seals import newest_seal
from archive.storage.pictures.picture_files import broken_pictures
from archive.storage.sqlite_errors import damage

_SIDECARS = ("-wal", "-shm")
_PATIENCE = 2.0  # seconds


def problems_of(copy: Path, step: Step) -> tuple[list[Problem], str | None]:
    """What is wrong with a copy, as far as SQLite and the seals tell, and its newest seal. Leaves nothing beside it."""
    with open_archive(copy) as db:
        found = [Problem("file", said) for (said,) in db.execute("PRAGMA quick_check").fetchall() if said != "ok"]
        found += told(broken_seals(db, step))
        seal = newest_seal(db)
    remove_logs(copy)
    return found, seal


def pictures_lacking(copy: Path, folder: Path, step: Step) -> list[Problem]:
    """Pictures that a copy names and a folder has not, or not as they were."""
    with open_archive(copy) as db:
        found = list(told(broken_pictures(db, folder, step)))
    remove_logs(copy)
    return found


def remove_logs(path: Path) -> None:
    """Removes the write-ahead log and its index: of a file that nobody has open, and whose log holds nothing."""
    for ending in _SIDECARS:
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Nobody else has the file open, and what its log held is in the file: there is no log any more, which would be
    deleted, by its name, when we close the file. A damaged file, of which that cannot be said, is let be.

    Raises ArchiveUnusable where somebody has it open.
    """
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.DatabaseError as error:
            if damage(error) is None:
                raise ArchiveUnusable(
                    f"{path} is in use ({error}). End what serves or writes it, and try again"
                ) from error
        yield
