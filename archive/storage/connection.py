"""Opening an archive: pragmas, migrations, transactions.

WAL lets Datasette read while a crawl writes; with synchronous FULL a reported commit is on the disk.
Every write begins with BEGIN IMMEDIATE: a deferred transaction that reads first loses to a second writer in spite of
the busy timeout (https://www.sqlite.org/lang_transaction.html).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Database  # the handle that other modules pass on; they run no SQL of their own

from archive.model import clock
from archive.model.errors import ArchiveBusy, ArchiveDamaged, ArchiveMissing, ArchiveUnusable, LuubaoError, QueryTooLong
from archive.model.paths import real_path
from archive.storage import schema_check
from archive.storage.integrity.column_validation import ROW_ERRORS, odd_rows, unreadable_row
from archive.storage.migrations import APPLICATION_ID, SCHEMA, migrations
from archive.storage.sqlite_file import (
    BUSY_SECONDS,
    Connection,
    damage_message,
    is_immutable,
    open_hint,
    require_file,
    require_in_place,
    require_plain_files,
    rescuing_copy,
)

_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
LARGEST_VALUE = 192 * 1024 * 1024
"""Bytes of a value that is read; only bodies may have more. The longest text that luubao writes has 128 MB."""
_LARGEST_OF_SQLITE = 1_000_000_000
_WAL_SIZE_LIMIT = 64 * 1024 * 1024
_ANOTHER = "Name another file with --db"


@contextmanager
def open_archive(path: str | Path, *, create: bool = False, any_code: bool = False) -> Iterator[Database]:
    """Opens the archive at `path`, and closes it on leaving. With create=True creates or migrates it, and opens it for
    writing; without, opens it for reading only. any_code: also one whose views or triggers are not ours.

    Raises ArchiveMissing when there is no file to read or an empty one, ArchiveUnusable when the file is not an
    archive, was written by a newer luubao, or cannot be written.
    """
    path = Path(path)
    db = _open_for_writing(path, any_code) if create else _open_for_reading(path, any_code)
    try:
        with rescuing_copy(db, path), _raising_archive_damaged(db, path):
            yield db
            if create:
                require_in_place(db)
    finally:
        db.close()


@contextmanager
def _raising_archive_damaged(db: Database, path: Path) -> Iterator[None]:
    """Turns an error over an archive that is damaged, or holds invalid values, into ArchiveDamaged; over any other the
    error is a mistake of ours, and passes unchanged."""
    try:
        yield
    except LuubaoError:
        raise
    except sqlite3.DatabaseError as error:
        if sentence := damage_message(error, path):
            raise ArchiveDamaged(sentence) from error
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            _raise_for_schema(db, error)
        if isinstance(error, sqlite3.IntegrityError | sqlite3.DataError):
            _raise_for_invalid_row(db, error)
        raise
    except ROW_ERRORS as error:
        if isinstance(error, UnicodeDecodeError):
            _raise_for_schema(db, error)
        _raise_for_invalid_row(db, error)
        raise


def _raise_for_invalid_row(db: Database, error: Exception) -> None:
    try:
        invalid_row = next(odd_rows(db), None)
    except (sqlite3.Error, *ROW_ERRORS):  # even this check fails
        return
    if invalid_row is not None:
        raise unreadable_row(str(invalid_row), type(error).__name__) from error


def _raise_for_schema(db: Database, error: Exception) -> None:
    """Raises ArchiveDamaged where a query failed because the schema is not the one that luubao makes."""
    try:
        difference = next(schema_check.schema_differences(db), None)
    except (sqlite3.Error, UnicodeDecodeError):
        difference = ("its schema", "SQLite cannot read it")
    if difference is not None:
        raise unreadable_row(difference[0], difference[1]) from error


@contextmanager
def open_existing(path: Path, *, any_code: bool = False) -> Iterator[Database]:
    """As `open_archive` for writing, of an archive that must be there. Raises ArchiveMissing where it is not."""
    require_file(path)
    with open_archive(path, create=True, any_code=any_code) as db:
        yield db


def _open_for_writing(path: Path, any_code: bool) -> Database:
    from archive.storage.integrity.seals import seal_finished

    db = _connect(path, "mode=rwc")
    with _closing_at_error(db, path, writing=True):
        _refuse_foreign(db, path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")  # overwrites deleted content with zeros
        db.execute(f"PRAGMA journal_size_limit = {_WAL_SIZE_LIMIT}")
        with transaction(db):  # of two crawls that create one archive at once, the second finds it created
            _refuse_foreign(db, path)
            if not any_code:
                _refuse_foreign_code(db, path)
            if migrations.pending(db):
                schema_check.migrate(db, path)
                seal_finished(db, clock.now())
            if problem := schema_check.own_constraint(db):
                raise ArchiveUnusable(f"{path} cannot be written to as it is: {problem}")
    return db


def _open_for_reading(path: Path, any_code: bool) -> Database:
    require_file(path)
    db = _connect(path, "mode=ro&immutable=1" if is_immutable(path) else "mode=ro")
    with _closing_at_error(db, path, writing=False):
        _refuse_foreign(db, path)
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise ArchiveMissing(f"{path} is empty: no archive was made of it. Crawl an outlet first")
        if not any_code:
            _refuse_foreign_code(db, path)
        db.conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        if migrations.pending(db):
            raise ArchiveUnusable(f"{path} is from an older luubao. Run `luubao upgrade --db {path}`")
    return db


@contextmanager
def _closing_at_error(db: Database, path: Path, *, writing: bool) -> Iterator[None]:
    """Closes an archive that cannot be opened. Raises ArchiveDamaged, and ArchiveBusy where it cannot be written."""
    try:
        yield
    except BaseException as error:  # whatever it was, it is raised again
        db.close()
        if isinstance(error, sqlite3.DatabaseError) and (sentence := damage_message(error, path)):
            raise ArchiveDamaged(sentence) from error
        if writing and isinstance(error, sqlite3.OperationalError):
            raise _not_writable(error) from error
        raise


def _connect(path: Path, parameters: str) -> Database:
    require_plain_files(path)
    try:
        connection = sqlite3.connect(
            f"{real_path(path).as_uri()}?{parameters}", uri=True, timeout=BUSY_SECONDS, factory=Connection
        )
        connection.text_factory = _decoded
        db = _database(connection)
        schema_check.load_schema(connection)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA recursive_triggers = ON")
        connection.note(path)
    except sqlite3.OperationalError as error:
        kind = ArchiveBusy if error.sqlite_errorcode & 0xFF in _BUSY_CODES else ArchiveUnusable
        raise kind(f"{path} cannot be opened: {error}. {open_hint(path)}") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite quotes the bytes of a damaged schema
        not_sqlite = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
        sentence = None if not_sqlite else damage_message(error, path)
        raise ArchiveUnusable(sentence or f"{path} cannot be opened as an archive: {error}") from error
    return db


def _database(connection: sqlite3.Connection) -> Database:
    """The connection, without plugins of sqlite-utils: an archive is the same for every reader, and looking for plugins
    reads the metadata of every installed package."""
    return Database(connection, execute_plugins=False)


def _decoded(stored: bytes) -> str:
    """Decodes stored text as UTF-8. Invalid bytes, which only damage or other software can have put there, become
    U+FFFD, as in Datasette, so that the other rows can still be read."""
    return stored.decode("utf-8", "replace")


def _refuse_foreign(db: Database, path: Path) -> None:
    application, schema = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if application != APPLICATION_ID and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ArchiveUnusable(f"{path} is an SQLite file of something else. {_ANOTHER}")
    if schema > SCHEMA:
        raise ArchiveUnusable(f"{path} was written by a newer luubao (schema {schema}). Upgrade luubao to open it")
    if why := schema_check.why_refused(db):
        raise ArchiveUnusable(f"{path} is not a luubao archive: {why}. {_ANOTHER}")
    if migrations.pending(db):
        return
    if problem := schema_check.missing_column(db) or schema_check.ambiguous_column(db):
        raise ArchiveUnusable(f"{path} is not a luubao archive: {problem}. {_ANOTHER}")


def _refuse_foreign_code(db: Database, path: Path) -> None:
    """Raises ArchiveUnusable where a view or trigger is not ours."""
    if problem := schema_check.foreign_code(db):
        raise ArchiveUnusable(
            f"{path} is not a luubao archive: {': '.join(problem)}. `luubao verify` names all"
            " such, `luubao upgrade` puts luubao's own in their place"
        )


@contextmanager
def shared_connection(connection: sqlite3.Connection) -> Iterator[Database]:
    """An archive on a connection that the caller has opened, and closes.

    Raises QueryTooLong when the caller interrupts a query, and ArchiveDamaged.
    """
    try:
        yield _database(connection)
    except sqlite3.DatabaseError as error:
        if sentence := damage_message(error):
            raise ArchiveDamaged(sentence) from error
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
        raise QueryTooLong("the answer takes too long. Ask for less") from error


def rows_of(db: Database, query: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
    """The rows of a query, as dicts by column name. (Database.query of sqlite-utils sets a savepoint around every
    query, which takes longer than a small answer.)"""
    cursor = db.execute(query, list(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def insert(db: Database, table: str, row: Mapping[str, object]) -> int:
    """Inserts a row, given by column name; returns its id. Call inside a transaction."""
    marks = ", ".join("?" * len(row))
    cursor = db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    return int(cursor.lastrowid or 0)


def update(db: Database, table: str, row_id: int, changes: Mapping[str, object]) -> None:
    """Changes columns of a row, given by name; nothing where there are none. Call inside a transaction."""
    if changes:
        settings = ", ".join(f"{name} = ?" for name in changes)
        db.execute(f"UPDATE {table} SET {settings} WHERE id = ?", [*changes.values(), row_id])


@contextmanager
def any_length(db: Database) -> Iterator[None]:
    """Lets a query read values larger than LARGEST_VALUE."""
    limit = db.conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_OF_SQLITE)
    try:
        yield
    finally:
        db.conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limit)


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """One BEGIN IMMEDIATE ... COMMIT; rolls back whole when the block raises. Nested, it is a savepoint: it can fail by
    itself, and is on the disk when the outer transaction is.

    Raises ArchiveUnusable when the file cannot be written (no space, no permission, locked too long, damaged), and
    ArchiveGone where another file, or none, is now at its path.
    """
    with _raising_archive_unusable():
        if db.conn.in_transaction:
            with _savepoint(db):
                yield
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            require_in_place(db)
            yield
        except BaseException:  # rolled back, whatever it was, and raised again
            db.conn.rollback()
            raise
        db.conn.commit()


@contextmanager
def _raising_archive_unusable() -> Iterator[None]:
    """Turns errors over a file that SQLite cannot write into ArchiveUnusable; errors in a statement pass unchanged."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if sentence := damage_message(error):
            raise ArchiveUnusable(sentence) from error
        if not isinstance(error, sqlite3.OperationalError):
            raise
        raise _not_writable(error) from error


@contextmanager
def snapshot(db: Database) -> Iterator[None]:
    """A read transaction: all reads inside see the archive at one moment, whatever others write meanwhile. Keep it
    short: the write-ahead log grows while anybody reads an old moment. Inside a transaction it is part of that."""
    if db.conn.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.commit()


@contextmanager
def _savepoint(db: Database) -> Iterator[None]:
    """A savepoint. Nested savepoints share one name, which means the innermost. (sqlite-utils gives each a name of its
    own, which SQLite must parse each time.)"""
    db.conn.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:  # rolled back, whatever it was, and raised again
        if db.conn.in_transaction:  # an error may have ended the whole transaction
            db.conn.execute("ROLLBACK TO part")
            db.conn.execute("RELEASE part")
        raise
    db.conn.execute("RELEASE part")


def _not_writable(error: sqlite3.Error) -> ArchiveBusy:
    return ArchiveBusy(f"the archive cannot be written: {error}. Check free space, permissions and other writers")
