"""Whether the file that is being written is still the one at its path: who tidies up, or puts a backup in its place,
may do so while a crawl goes on, and what that writes would be nowhere."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.model import clock
from archive.model.errors import ArchiveGone, LuubaoError
from archive.runtime.atomic_files import arriving
from archive.runtime.signals import InterruptibleConnection


@contextmanager
def saving_what_came(db: Database, path: Path) -> Iterator[None]:
    """Where the file is gone, what it holds is written to another one, as long as we have it open."""
    try:
        yield
    except ArchiveGone as error:
        saved = path.with_name(
            f"{path.stem}.saved-{clock.stamp(clock.now()).replace('-', '').replace(':', '')}-{os.getpid()}.db"
        )
        try:
            with arriving(saved) as place, closing(sqlite3.connect(place)) as copy:
                assert isinstance(db.conn, sqlite3.Connection)
                db.conn.backup(copy)
        except (sqlite3.Error, LuubaoError) as why:
            raise ArchiveGone(f"{error}. What came could not be saved: {why}") from error
        raise ArchiveGone(
            f"{error}. What came is in {saved}: `luubao merge {saved} --db {path}` adds it to what is there now"
        ) from error


def require_in_place(db: Database) -> None:
    """Raises ArchiveGone where the file that we write is no longer the one at its path."""
    connection = db.conn
    if isinstance(connection, Connection) and connection.file != _identity(connection.path):
        raise ArchiveGone(f"{connection.path} was removed or replaced while it was being written")


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode; None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Connection(InterruptibleConnection):
    """One that knows which file it has open: its path, and what `_identity` said of it then."""

    path: Path
    file: tuple[int, int] | None

    def note(self, path: Path) -> None:
        """What is open now."""
        self.path = Path(os.path.abspath(path))  # noqa: PTH100  # a link is followed each time
        self.file = _identity(self.path)
