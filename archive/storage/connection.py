"""Opening an archive: pragmas, migrations, transactions.

WAL lets Datasette read while a crawl writes; synchronous FULL means that what a commit reported is on the disk.
Every write begins with BEGIN IMMEDIATE: a deferred transaction that reads first loses to a second writer in spite of
the busy timeout (https://www.sqlite.org/lang_transaction.html).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Database  # the handle that others pass on; they run no SQL of their own

from archive.model import clock
from archive.model.errors import ArchiveDamaged, ArchiveMissing, ArchiveUnusable, LuubaoError, QueryTooLong
from archive.storage import schema_check
from archive.storage.damaged_rows import NOT_READABLE, unreadable
from archive.storage.file_identity import Connection, require_in_place, saving_what_came
from archive.storage.integrity.column_validation import COLUMNS
from archive.storage.integrity.value_check import is_odd
from archive.storage.migrations import APPLICATION_ID, SCHEMA, migrations
from archive.storage.sqlite_errors import damage

BUSY_SECONDS = 30
_WAL_LIMIT = 64 * 1024 * 1024


@contextmanager
def open_archive(path: str | Path, *, create: bool = False) -> Iterator[Database]:
    """The archive at `path`, closed on leaving. With create=True it is made or brought up to date, and may be written;
    without, it is opened for reading only.

    Raises ArchiveMissing when there is no file to read or an empty one, ArchiveUnusable when the file is not an
    archive, was written by a newer luubao, or cannot be written.
    """
    path = Path(path)
    db = _writable(path) if create else _readable(path)
    try:
        with saving_what_came(db, path), _telling_of_damage(db, path):
            yield db
            if create:
                require_in_place(db)
    finally:
        db.close()


@contextmanager
def _telling_of_damage(db: Database, path: Path) -> Iterator[None]:
    """What goes wrong over an archive that is damaged, or holds what cannot be, as ArchiveDamaged; over any other it is
    a mistake of ours, and is raised as it is."""
    try:
        yield
    except LuubaoError:
        raise
    except sqlite3.DatabaseError as error:
        if said := damage(error, path):
            raise ArchiveDamaged(said) from error
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            _tell_of_schema(db, error)
        if isinstance(error, sqlite3.IntegrityError | sqlite3.DataError):
            _tell_of_odd_rows(db, error)
        raise
    except NOT_READABLE as error:
        if isinstance(error, UnicodeDecodeError):
            _tell_of_schema(db, error)
        _tell_of_odd_rows(db, error)
        raise


def _tell_of_odd_rows(db: Database, error: Exception) -> None:
    try:
        odd = is_odd(db)
    except (sqlite3.Error, *NOT_READABLE):  # not even that can be found out
        return
    if odd is not None:
        raise unreadable(odd, type(error).__name__) from error


def _tell_of_schema(db: Database, error: Exception) -> None:
    """Raises ArchiveDamaged where a question failed for the schema is not as we make it."""
    try:
        found = next(schema_check.strange(db), None)
    except (sqlite3.Error, UnicodeDecodeError):
        found = ("its schema", "SQLite cannot read it")
    if found is not None:
        raise unreadable(found[0], found[1]) from error


def _writable(path: Path) -> Database:
    from archive.storage.integrity.seals import seal_finished

    db = _connected(path, "mode=rwc")
    try:
        _refuse_foreign(db, path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")  # what is taken out is overwritten, not only let go
        db.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        with transaction(db):  # two crawls that make one archive at once: the second finds it made
            _refuse_foreign(db, path)
            if migrations.pending(db):
                migrations.apply(db)
                seal_finished(db, clock.now())
    except sqlite3.DatabaseError as error:
        db.close()
        if said := damage(error, path):
            raise ArchiveDamaged(said) from error
        if not isinstance(error, sqlite3.OperationalError):
            raise
        raise _unwritable(error) from error
    except BaseException:  # undone, whatever it was, and raised again
        db.close()
        raise
    return db


def _readable(path: Path) -> Database:
    if not is_there(path):
        raise ArchiveMissing(f"there is no archive at {path}. Crawl an outlet first, or name the file with --db")
    db = _connected(path, "mode=ro&immutable=1" if is_laid_down(path) else "mode=ro")
    try:
        _refuse_foreign(db, path)
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise ArchiveMissing(f"{path} is empty: no archive was made of it. Crawl an outlet first")
        if migrations.pending(db):
            raise ArchiveUnusable(f"{path} is from an older luubao. Run `luubao upgrade --db {path}`")
    except sqlite3.DatabaseError as error:
        db.close()
        if said := damage(error, path):
            raise ArchiveDamaged(said) from error
        raise
    except BaseException:  # undone, whatever it was, and raised again
        db.close()
        raise
    return db


def is_there(path: Path) -> bool:
    """Whether there is a file. Raises ArchiveUnusable when we have no right to look."""
    try:
        return path.is_file()
    except OSError as error:
        raise ArchiveUnusable(f"{path} cannot be looked at: {error.strerror}. Name another file with --db") from error


def is_laid_down(path: Path) -> bool:
    """Whether the file lies where nothing can be written beside it and nobody writes to it: SQLite opens a file in WAL
    mode there only if it is told that it will not change."""
    file = path.resolve()
    log, index = (file.with_name(file.name + ending) for ending in ("-wal", "-shm"))
    nobody_writes = not log.exists() or (log.stat().st_size == 0 and not index.exists())
    return nobody_writes and not os.access(file.parent, os.W_OK)


def _connected(path: Path, how: str) -> Database:
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS, factory=Connection
        )
        connection.text_factory = _text
        db = _database(connection)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA recursive_triggers = ON")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.note(path)
    except sqlite3.OperationalError as error:
        raise ArchiveUnusable(f"{path} cannot be opened: {error}. {_way_out(path)}") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite quotes a damaged schema as it finds it
        no_database = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
        said = None if no_database else damage(error, path)
        raise ArchiveUnusable(said or f"{path} cannot be opened as an archive: {error}") from error
    return db


def _database(connection: sqlite3.Connection) -> Database:
    """The connection, without plugins of sqlite-utils: an archive is the same for all who read it, and looking for
    plugins reads the metadata of every installed package."""
    return Database(connection, execute_plugins=False)


def _text(stored: bytes) -> str:
    """Text as it is stored. Bytes that are no UTF-8, which only damage or somebody else can have put there, show as
    U+FFFD, as in Datasette, and keep nobody from the other rows."""
    return stored.decode("utf-8", "replace")


def _way_out(path: Path) -> str:
    """What to do about a file that SQLite cannot open. Even to read, it needs some 32 kB beside a file in WAL mode."""
    file = path.resolve()
    log = file.with_name(file.name + "-wal")
    if not os.access(file.parent, os.W_OK) and log.exists() and log.stat().st_size:
        return "A write-ahead log lies beside it: copy both to where files can be written, and open them there"
    return "Check free space and the permissions of the file and its folder"


def _refuse_foreign(db: Database, path: Path) -> None:
    application, schema = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if application != APPLICATION_ID and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ArchiveUnusable(f"{path} is an SQLite file of something else. Name another file with --db")
    if schema > SCHEMA:
        raise ArchiveUnusable(f"{path} was written by a newer luubao (schema {schema}). Upgrade luubao to open it")
    if schema == SCHEMA and (lacking := _lacking(db)):
        raise ArchiveUnusable(f"{path} is no archive as luubao makes them: {lacking}. Name another file with --db")


def _lacking(db: Database) -> str | None:
    """What of the tables is not as we make them: a view in the place of one may never end."""
    rows = db.execute(
        "SELECT made.name, columns.name FROM sqlite_master AS made"
        " JOIN pragma_table_info(made.name) AS columns WHERE made.type = 'table'"
        " AND made.sql NOT LIKE 'CREATE VIRTUAL %'"  # to look at a damaged index is to fail
    ).fetchall()
    there = {(table, column) for table, column in rows}
    wanted = ((table, column) for table, columns in COLUMNS.items() for column in columns)
    missing = next((f"{table}.{column}" for table, column in wanted if (table, column) not in there), None)
    return f"it has no column {missing} in a table" if missing else None


@contextmanager
def borrowed(connection: sqlite3.Connection) -> Iterator[Database]:
    """An archive that somebody else has opened, and closes.

    Raises QueryTooLong when they interrupt a question, and ArchiveDamaged.
    """
    try:
        yield _database(connection)
    except sqlite3.DatabaseError as error:
        if said := damage(error):
            raise ArchiveDamaged(said) from error
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
        raise QueryTooLong("the answer takes too long. Ask for less") from error


def rows_of(db: Database, query: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
    """The rows of a query, by column. (That of sqlite-utils sets a savepoint around every question, which takes longer
    than a small answer.)"""
    cursor = db.execute(query, list(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """One BEGIN IMMEDIATE ... COMMIT; rolled back whole when the block raises. Inside another one it is a part of that:
    it can fail by itself, and is on the disk when the outer one is.

    Raises ArchiveUnusable when the file cannot be written: no space, no permission, locked too long, damaged, and
    ArchiveGone where it is no longer the one at its path.
    """
    with _telling():
        if db.conn.in_transaction:
            with _part(db):
                yield
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            require_in_place(db)
            yield
        except BaseException:  # undone, whatever it was, and raised again
            db.conn.rollback()
            raise
        db.conn.commit()


@contextmanager
def _telling() -> Iterator[None]:
    """What SQLite says of a file that it cannot write, as ArchiveUnusable; what it says of a statement, as it is."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _unwritable(error) from error
    except sqlite3.DatabaseError as error:
        if (said := damage(error)) is None:
            raise
        raise ArchiveUnusable(said) from error


@contextmanager
def snapshot(db: Database) -> Iterator[None]:
    """What is read inside is of one moment, whatever others write meanwhile. Short, for the write-ahead log grows while
    anybody reads an old moment. Inside a transaction it is a part of that."""
    if db.conn.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.commit()


@contextmanager
def _part(db: Database) -> Iterator[None]:
    """A savepoint. Its name may be that of the one around it: the innermost is meant. (sqlite-utils gives each a name
    of its own, which SQLite must parse each time.)"""
    db.conn.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:  # undone, whatever it was, and raised again
        if db.conn.in_transaction:  # an error may have ended the whole transaction
            db.conn.execute("ROLLBACK TO part")
            db.conn.execute("RELEASE part")
        raise
    db.conn.execute("RELEASE part")


def _unwritable(error: sqlite3.Error) -> ArchiveUnusable:
    return ArchiveUnusable(f"the archive cannot be written: {error}. Check free space, permissions and other writers")


def checkpoint(db: Database) -> bool:
    """Folds the write-ahead log into the file and truncates it; a busy reader or a full disk makes it a no-op, for
    nothing is lost by doing it later. Returns whether it was done."""
    done = False
    with suppress(sqlite3.OperationalError):
        db.execute("PRAGMA busy_timeout = 0")
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        done = not busy
    db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return done
