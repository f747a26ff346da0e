"""Fixity checks: recomputes every digest, decompresses every body, follows the chain of seals. Copies an archive for
backups, page by page (SQLite's online backup), and checks the copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from archive.history.edits import reading_digest
from archive.model.digests import digest_of, digest_of_value
from archive.model.errors import ArchiveDamaged, BadValue
from archive.model.packing import UnpackBudget, UnpacksTooMuch
from archive.model.paths import own_places
from archive.model.validation import json_lines
from archive.storage import codecs, schema_check
from archive.storage.connection import Database, open_archive, snapshot
from archive.storage.integrity import Problem, Step, seals
from archive.storage.integrity.column_validation import COLUMNS as TABLES
from archive.storage.integrity.column_validation import ROW_ERRORS
from archive.storage.integrity.seals import newest_seal
from archive.storage.picture_files import broken_pictures
from archive.storage.sqlite_file import remove_logs
from archive.storage.stored_bodies import digest_and_size
from archive.storage.version_texts import COLUMNS, from_row, row_digest
from archive.storage.withdrawals.destruction import opened, opened_row, or_nothing

_DESTROYING_WITHDRAWAL = (
    "SELECT 1 FROM captures JOIN aliases USING (outlet_id, url_key)"
    " JOIN withdrawals ON withdrawals.article_id = aliases.article_id"
    " WHERE captures.body_id = ? AND withdrawals.destroyed_at IS NOT NULL"
)


def stop_at_damage(problems: Iterator[Problem]) -> Iterator[Problem]:
    """Passes problems on; ends with one more if the file is too damaged to read on."""
    try:
        yield from problems
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite quotes damaged text as it finds it
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:  # by a signal
            raise
        yield Problem("file", f"it cannot be read any further: {error}")


def broken_file(db: Database) -> Iterator[Problem]:
    """The problems that SQLite itself finds: corrupt database pages, violated foreign keys of luubao's tables."""
    yield from broken_pages(db, "integrity_check")
    for table in TABLES:
        for _, row_id, parent, _ in db.execute(f"PRAGMA foreign_key_check({table})").fetchall():
            yield Problem(f"{table} {row_id or ''}".strip(), f"points to a row of {parent} that is not there")


def broken_pages(db: Database, check: str) -> Iterator[Problem]:
    """Corrupt database pages. check: `integrity_check` or `quick_check`. Tables of somebody's own that call functions
    are not checked: these may never end, or be unknown here."""
    pragmas = [f"PRAGMA {check}"]
    if computing := schema_check.computing_tables(db):
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = (name.replace('"', '""') for (name,) in tables if name not in computing)
        pragmas = [f'PRAGMA {check}("{name}")' for name in names]
    for (message,) in (row for pragma in pragmas for row in db.execute(pragma).fetchall()):
        if message != "ok":
            yield Problem("file", message)


def broken_schema(db: Database) -> Iterator[Problem]:
    """Views and triggers that differ from luubao's schema."""
    for where, message in schema_check.schema_differences(db):
        yield Problem(where, message)


def broken_dictionaries(db: Database, step: Step) -> Iterator[Problem]:
    """Dictionaries that do not match their digest."""
    for (dictionary_id,) in db.execute("SELECT id FROM dictionaries ORDER BY id").fetchall():
        step()
        try:
            codecs.content(db, dictionary_id)
        except ArchiveDamaged as error:
            yield Problem(f"dictionaries {dictionary_id}", str(error))


def broken_boilerplate(db: Database, step: Step) -> Iterator[Problem]:
    """Learned sets of blocks that do not match their digest; those that cannot be read are among the invalid values."""
    del step  # they are a few
    for set_id, digest, recurring in db.execute("SELECT id, digest, recurring FROM furniture ORDER BY id").fetchall():
        with suppress(BadValue):
            if digest_of_value(sorted(json_lines(recurring))) != digest:
                yield Problem(f"furniture {set_id}", f"its blocks are not those of {digest}")


def broken_bodies(db: Database, step: Step, budget: UnpackBudget | None = None) -> Iterator[Problem]:
    """Bodies that cannot be decompressed, or do not match their digest and size. budget: what all may unpack to."""
    for body_id, digest, size in _rows_in_batches(db, "SELECT id, digest, size FROM bodies"):
        step()
        try:
            if budget and isinstance(size, int):
                budget.spend(max(size, 0))
        except UnpacksTooMuch as error:
            yield Problem(f"bodies {body_id}", str(error))
            return
        with snapshot(db):
            problems = list(_body_problems(db, body_id, digest, size))
        yield from problems


def _body_problems(db: Database, body_id: int, digest: str, size: int) -> Iterator[Problem]:
    try:
        found = digest_and_size(db, body_id)
    except ArchiveDamaged as error:
        yield Problem(f"bodies {body_id}", str(error))
        return
    if found is None:
        yield from _absent_body_problems(db, body_id, digest)
    elif found[0] != digest:
        yield Problem(f"bodies {body_id}", f"its bytes are not those of {digest}")
    elif found[1] != size:
        yield Problem(f"bodies {body_id}", f"it has {found[1]} bytes, {size} are recorded")


def broken_texts(db: Database, step: Step) -> Iterator[Problem]:
    """Texts that do not match their digest; those of withdrawn articles are read from `withheld`."""
    columns = ", ".join(f"texts.{name}" for name in COLUMNS)
    rows = _rows_in_batches(
        db,
        "SELECT texts.id, texts.row_digest, texts.digest, articles.withdrawn_at, EXISTS (SELECT 1 FROM active_texts"
        f" WHERE active_texts.version_id = texts.version_id AND text_id = texts.id), {columns} FROM texts"
        " JOIN versions ON versions.id = texts.version_id JOIN articles ON articles.id = versions.article_id",
        "texts.id",
    )
    for text_id, digest, name, withdrawn_at, is_active, *values in rows:
        step()
        words = _withheld_text(db, text_id) if withdrawn_at else dict(zip(COLUMNS, values, strict=True))
        if words and row_digest(words) != digest:
            yield Problem(f"texts {text_id}", f"its words are not those of {digest}")
        elif words and not is_active and _name_of(words) not in (name, None):  # of active ones it is derived again
            yield Problem(f"texts {text_id}", f"its digest is {name}, and not that of its words")


def _name_of(words: dict[str, Any]) -> str | None:
    """The digest by which a text is found; None where the row cannot be read, which is reported by itself."""
    try:
        return reading_digest(from_row(words))
    except ROW_ERRORS:
        return None


def broken_seals(db: Database, step: Step) -> Iterator[Problem]:
    """Runs that do not match their seal: captures changed, removed or added since, and breaks in the chain."""
    chain = db.execute(
        "SELECT id, run_id, previous, digest, capture_digests, picture_digests FROM seals ORDER BY id"
    ).fetchall()
    became = seals.cleansed(db)
    for before, after in pairwise([None, *chain]):
        assert after is not None
        seal_id, run_id, previous, digest, *sealed = after
        step()
        if previous != (before[3] if before else None):
            yield Problem(f"seals {seal_id}", "the seal before it was changed or removed")
        if seals.is_cleansing(db, run_id):
            changes = list(_cleansing_problems(db, run_id, sealed))
        else:
            pairs = zip(seals.SEALED, sealed, strict=True)
            changes = [
                change for table, digests in pairs for change in _changed_rows(db, table, run_id, digests, became)
            ]
        yield from changes
        if not changes and not _seal_matches(db, run_id, previous, sealed, digest):
            yield Problem(f"runs {run_id}", "the run or its seal was changed after it was sealed")
    for (run_id,) in db.execute(
        "SELECT id FROM runs WHERE outcome <> 'running' AND id NOT IN (SELECT run_id FROM seals)"
    ).fetchall():
        yield Problem(f"runs {run_id}", "it has ended and has no seal")


def _seal_matches(db: Database, run_id: int, previous: str | None, sealed: list[bytes], digest: str) -> bool:
    """Whether a seal's digest holds for a run and its outlet."""
    cursor = db.execute("SELECT 1 FROM runs JOIN outlets ON outlets.id = outlet_id WHERE runs.id = ?", [run_id])
    rows = seals.digests_in(b"".join(sealed))
    return cursor.fetchone() is not None and seals.digest_over(db, run_id, previous, rows) == digest


def row_count(db: Database) -> int:
    """How many rows this module checks."""
    tables = ("dictionaries", "bodies", "texts", "seals", "pictures")
    return sum(int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables)


def _cleansing_problems(db: Database, run_id: int, sealed: list[object]) -> Iterator[Problem]:
    """A cleansing run has no captures of its own, and its seal holds as many digest pairs as it counts."""
    rows = sum(1 for table in seals.SEALED for _ in seals.row_digests(db, table, run_id))
    count = seals.cleansed_count(db, run_id) or 0
    pairs, rest = sealed
    if rows or rest != b"" or not isinstance(pairs, bytes) or len(pairs) != 2 * seals.DIGEST_SIZE * count:
        yield Problem(f"runs {run_id}", "it says that it cleansed captures, and its seal does not name them")


def _changed_rows(
    db: Database, table: str, run_id: int, sealed: object, became: Mapping[bytes, bytes]
) -> Iterator[Problem]:
    """Compares a seal with the rows: digests in the seal that no row has, and the other way round. became: the result
    of seals.cleansed."""
    if not isinstance(sealed, bytes):
        yield Problem(f"runs {run_id}", f"its seal does not name its {table}")
        return
    recorded = seals.digests_in(sealed)
    known = set(recorded)
    present = [
        (row_id, digest if digest in known else became.get(digest, digest))
        for row_id, digest in seals.row_digests(db, table, run_id)
    ]
    if recorded == [digest for _, digest in present]:
        return
    unsealed = [row_id for row_id, digest in present if digest not in known]
    for row_id in unsealed:
        yield Problem(f"{table} {row_id}", f"it is not what was sealed with run {run_id}")
    if missing := len(recorded) - len(present):
        message = f"{len(recorded)} {table} were sealed, {len(present)} are here"
        yield Problem(f"runs {run_id}", f"{message}{_missing_numbers(present, recorded) if missing > 0 else ''}")
    elif not unsealed:
        yield Problem(f"runs {run_id}", f"its {table} are not in the order in which they were sealed")


def _missing_numbers(present: list[tuple[int, bytes]], recorded: list[bytes]) -> str:
    present_digests = {digest for _, digest in present}
    positions = [position for position, digest in enumerate(recorded, 1) if digest not in present_digests]
    return f"; missing: number {', '.join(map(str, positions[:10]))} of the run" if positions else ""


def _absent_body_problems(db: Database, body_id: int, digest: str) -> Iterator[Problem]:
    """A body whose bytes are not in `bodies` must be in `withheld`, intact, or destroyed by a recorded withdrawal."""
    codec = db.execute("SELECT codec FROM bodies WHERE id = ?", [body_id]).fetchone()[0]
    rows = db.execute("SELECT data FROM withheld WHERE table_name = 'bodies' AND row_id = ?", [body_id]).fetchall()
    if codec == "withheld" and not rows:
        yield Problem(f"bodies {body_id}", "it is said to be withheld and is not")
    if codec == "destroyed" and not db.execute(_DESTROYING_WITHDRAWAL, [body_id]).fetchone():
        yield Problem(f"bodies {body_id}", "it is destroyed, and no withdrawal says why")
    for (data,) in rows:
        if digest_of(or_nothing(partial(opened, data))) != digest:
            yield Problem(f"bodies {body_id}", f"what is withheld are not the bytes of {digest}")


def _withheld_text(db: Database, row_id: int) -> dict[str, Any] | None:
    """The columns of a withheld text: none where they cannot be read; None where it is not withheld."""
    row = db.execute("SELECT data FROM withheld WHERE table_name = 'texts' AND row_id = ?", [row_id]).fetchone()
    try:
        return dict.fromkeys(COLUMNS) | opened_row(row[0]) if row else None
    except ArchiveDamaged:
        return dict.fromkeys(COLUMNS)


def _rows_in_batches(db: Database, query: str, key: str = "id", batch: int = 500) -> Iterator[tuple[Any, ...]]:
    """The rows of a query in order of a key, a batch at a time, so that no long read delays the WAL checkpoint."""
    last = 0
    while rows := db.execute(f"{query} WHERE {key} > ? ORDER BY {key} LIMIT ?", [last, batch]).fetchall():
        yield from rows
        last = rows[-1][0]


def copy_archive(path: Path, to: Path) -> None:
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
