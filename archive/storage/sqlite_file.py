"""The archive's SQLite file: SQLite's errors as messages; checks whether the file is there, and whether the one being
written is still the one at its path: somebody may delete it, or restore a backup over it, during a crawl, and what the
crawl writes would be lost."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import DatabaseError as DatabaseError
from sqlite3 import OperationalError as OperationalError

from sqlite_utils import Database

from archive.model import clock
from archive.model.errors import ArchiveGone, ArchiveMissing, ArchiveUnusable, LuubaoError
from archive.model.paths import real_path
from archive.runtime.atomic_files import atomic_write
from archive.runtime.signals import InterruptibleConnection

BUSY_SECONDS = 30
_INDEX_FORMAT = "invalid fts5 file format"
_CORRUPT_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_ACCESS_CODES = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM,
)  # fmt: skip


def damage_message(error: BaseException, path: Path | None = None) -> str | None:
    """The message about a file that SQLite finds damaged; None for any other error. path: the file."""
    name = "the archive" if path is None else f"the archive {path}"
    if is_too_long(error):
        return f"{name} holds a value longer than any that luubao writes. `luubao verify` names its table"
    if _primary_code(error) not in _CORRUPT_CODES and _INDEX_FORMAT not in str(error):
        return None
    return f"{name} is damaged: {error}. `luubao verify` tells more{_wal_hint(path)}"


def is_corrupt(error: BaseException | None) -> bool:
    """Whether SQLite finds pages of the file damaged."""
    return error is not None and _primary_code(error) == sqlite3.SQLITE_CORRUPT


def is_too_long(error: BaseException) -> bool:
    """Whether a value is longer than the connection reads."""
    return _primary_code(error) == sqlite3.SQLITE_TOOBIG


def access_message(error: BaseException) -> str | None:
    """As `damage_message`, also for a file that SQLite cannot read or write; None for a mistake in the SQL."""
    if sentence := damage_message(error):
        return sentence
    if _primary_code(error) not in _ACCESS_CODES:
        return None
    return f"a file cannot be read or written: {error}. Check free space, permissions and others who use it"


def _primary_code(error: BaseException) -> int | None:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF if isinstance(error, sqlite3.DatabaseError) else None


def _wal_hint(path: Path | None) -> str:
    """A hint for the message where a write-ahead log lies beside a damaged file; empty where none does."""
    log = path and path.with_name(f"{path.name}-wal")
    if log is None or not log.exists() or not log.stat().st_size:
        return ""
    return (
        f". {log} lies beside it: where {log.name} is from before a copy was put here, it is not the copy's; put the"
        " copy here again with `luubao restore`"
    )


def require_file(path: Path) -> None:
    """Raises ArchiveMissing where there is no file, or an empty one."""
    if not is_there(path):
        raise ArchiveMissing(f"there is no archive at {path}. Crawl an outlet first, or name the file with --db")
    if not path.stat().st_size:
        raise ArchiveMissing(f"{path} is empty: no archive was made of it. Crawl an outlet first")


def is_there(path: Path) -> bool:
    """Whether the file exists. Raises ArchiveUnusable without permission to look."""
    try:
        return path.is_file()
    except OSError as error:
        raise ArchiveUnusable(f"{path} cannot be looked at: {error.strerror}. Name another file with --db") from error


_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")  # https://www.sqlite.org/fileformat2.html#the_rollback_journal


def require_plain_files(path: Path) -> None:
    """Raises ArchiveUnusable where the archive, or a log that SQLite opens beside it, is a pipe, a folder or (a log)
    a link: SQLite would wait for ever, or write elsewhere. So it does where a rollback journal ends with the name of
    another one: SQLite deletes the file of that name, whatever it is; luubao writes no such journals."""
    file = real_path(path)
    for beside in (file.with_name(file.name + ending) for ending in ("", "-wal", "-shm", "-journal")):
        with suppress(OSError):
            if not stat.S_ISREG(os.lstat(beside).st_mode):
                raise ArchiveUnusable(f"{beside} is no plain file, and SQLite would open it. Move it away")
            if beside.name.endswith("-journal") and _last_bytes(beside) == _JOURNAL_MAGIC:
                raise ArchiveUnusable(f"{beside} names another file, which SQLite would delete. Move it away")


def _last_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - len(_JOURNAL_MAGIC), 0))
        return file.read()


def is_immutable(path: Path) -> bool:
    """Whether the file lies in a read-only folder and nobody writes to it: there SQLite opens a file in WAL mode only
    as immutable."""
    file = real_path(path)
    log, index = (file.with_name(file.name + ending) for ending in ("-wal", "-shm"))
    nobody_writes = not log.exists() or (log.stat().st_size == 0 and not index.exists())
    return nobody_writes and not os.access(file.parent, os.W_OK)


def open_hint(path: Path) -> str:
    """What to do about a file that SQLite cannot open. Even to read a file in WAL mode, it writes some 32 kB beside
    it."""
    file = real_path(path)
    log = file.with_name(file.name + "-wal")
    if not os.access(file.parent, os.W_OK) and log.exists() and log.stat().st_size:
        return "A write-ahead log lies beside it: copy both to where files can be written, and open them there"
    return "Check free space and the permissions of the file and its folder"


@contextmanager
def rescuing_copy(db: Database, path: Path) -> Iterator[None]:
    """Where the file is gone (ArchiveGone), copies what it holds to another file, while the connection is still
    open."""
    try:
        yield
    except ArchiveGone as error:
        saved = path.with_name(
            f"{path.stem}.saved-{clock.stamp(clock.now()).replace('-', '').replace(':', '')}-{os.getpid()}.db"
        )
        try:
            with atomic_write(saved) as temporary, closing(sqlite3.connect(temporary)) as copy:
                assert isinstance(db.conn, sqlite3.Connection)
                db.conn.backup(copy)
        except (sqlite3.Error, LuubaoError) as failure:
            raise ArchiveGone(f"{error}. What came could not be saved: {failure}") from error
        raise ArchiveGone(
            f"{error}. What came is in {saved}: `luubao merge {saved} --db {path}` adds it to what is there now"
        ) from error


def require_in_place(db: Database) -> None:
    """Raises ArchiveGone where the file being written is no longer the one at its path."""
    connection = db.conn
    if isinstance(connection, Connection) and connection.file != _identity(connection.path):
        raise ArchiveGone(f"{connection.path} was removed or replaced while it was being written")


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode; None where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


class Connection(InterruptibleConnection):
    """A connection that knows which file it has open: its path, and its `_identity` when it was opened."""

    path: Path
    file: tuple[int, int] | None

    def note(self, path: Path) -> None:
        """Records the path and identity of the open file."""
        self.path = Path(os.path.abspath(path))  # noqa: PTH100  # keeps a link, which is followed each time
        self.file = _identity(self.path)


_WAL_SUFFIXES = ("-wal", "-shm")
_BUSY_TIMEOUT = 2.0  # seconds


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


def path_of(db: Database) -> Path | None:
    """The file of an archive that `open_archive` opened; None for other connections."""
    return db.conn.path if isinstance(db.conn, Connection) else None


def checkpoint(db: Database) -> bool:
    """Checkpoints the write-ahead log into the file and truncates it; does nothing with a busy reader or a full disk:
    nothing is lost by doing it later. Returns whether it succeeded."""
    complete = False
    with suppress(sqlite3.OperationalError):
        db.execute("PRAGMA busy_timeout = 0")
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        complete = not busy
    db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return complete
