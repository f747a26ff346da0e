"""Compares views, triggers and indexes with those that luubao makes, and restores them: a changed view may return
anything, and without its triggers a table takes what it must refuse.

Opening an archive checks that its tables have their columns; archive.storage.integrity looks at the values.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from archive.model.errors import ArchiveUnusable, pass_over
from archive.model.validation import shown
from archive.storage.integrity.column_validation import COLUMNS
from archive.storage.migrations import migrations

OUR_CODE = "0859f1ba2369a7dd537ef0202fccc6c425c6df717ac07e1fcac0933d9868b133"
"""Digest of the views and triggers of a new archive; tests/archive/test_schema.py tells it after a migration."""
_VIRTUAL = ["create", "virtual", "table"]
_TOKEN = re.compile(
    rb"""(?P<skipped>\xef\xbb\xbf|--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<text>'(?:[^']|'')*(?:'|\Z))"""
    rb"""|(?P<name>"(?:[^"]|"")*(?:"|\Z)|`(?:[^`]|``)*(?:`|\Z)|\[[^\]]*(?:\]|\Z)|[a-zA-Z_\x80-\xff][\w$\x80-\xff]*)"""
    rb"""|[\w$]+|->|\S""",
    re.DOTALL,
)
"""As SQLite divides SQL (https://www.sqlite.org/lang_keywords.html): a parenthesis in a text or a comment is none.
What is not closed ends with the definition."""
_BEFORE_PARENTHESES = {"in", "and", "or", "not", "when", "then", "else", "case", "between", "is", "where"}
_PURE = {"date", "time", "datetime", "julianday", "unixepoch", "strftime"}
"""Functions that end at once, whatever they are given: a column of somebody's own may have a moment as its default."""
_COMPUTING = {"like", "glob", "regexp", "match", "->", "as"}
"""What calls a function without parentheses, or makes a column that is computed when it is read."""
_COLLATIONS = {"binary", "nocase", "rtrim"}
_OTHER_TABLES = {"_sqlite_migrations", "sqlite_sequence", "sqlite_stat1", "sqlite_stat4"} | {
    f"{index}_{part}" for index in ("search", "search_front") for part in ("config", "data", "docsize", "idx")
}
"""Tables that SQLite, or sqlite-utils, reads and writes for luubao's."""
_SCHEMA = "SELECT type, name, CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL"

_LONGEST_DEFINITION = 64 * 1024
_SCHEMA_SECONDS = 5.0  # of processor time
_COLUMNS_OF = "SELECT name FROM pragma_table_info(?)"
_NEVER_DELETED = {"outlets", "runs", "captures", "headers", "bodies", "extractors", "images", "pictures", "seals"}
_UNIQUE_INDEX = "SELECT name FROM pragma_index_list(?) WHERE \"unique\" AND origin = 'c'"
_HOLDING_REFERENCES = (
    'SELECT tables.name, reference."table" FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS'
    " reference WHERE tables.type = 'table' AND on_delete IN ('NO ACTION', 'RESTRICT') ORDER BY 1"
)


def load_schema(connection: sqlite3.Connection) -> None:
    """Lets SQLite read the schema and with it the planner's statistics: a stranger's may be columns that are computed.
    What they call is given nothing long, and none is read after _SCHEMA_SECONDS; then why_refused finds them."""
    until = time.thread_time() + _SCHEMA_SECONDS
    limit = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_DEFINITION)
    connection.set_progress_handler(lambda: time.thread_time() > until, 1_000)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        connection.set_progress_handler(None, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limit)


def _expected_of(db: Database) -> dict[tuple[str, str], bytes]:
    """The schema that the steps make which an archive says it has taken: SQL by type and name."""
    return _expected_schema(next((step.name for step in migrations.pending(db)), None))


@lru_cache(maxsize=1)
def _expected_schema(next_step: str | None) -> dict[tuple[str, str], bytes]:
    db = Database(sqlite3.connect(":memory:"), execute_plugins=False)
    migrations.apply(db, stop_before=next_step)
    schema = _present(db)
    db.close()
    return schema


def schema_differences(db: Database) -> Iterator[tuple[str, str]]:
    """Views, triggers and search indexes that differ from those luubao makes, and may never end, or read other files:
    name, and what is wrong. Missing triggers do no harm, nor do views of one's own, which luubao does not ask."""
    present, expected = _present(db), _expected_of(db)
    for (kind, name), sql in expected.items():
        if (kind, name) not in present and kind == "view":
            yield f"schema {name}", f"the {kind} is not here"
        elif (kind in ("view", "trigger") or _is_virtual(sql)) and present.get((kind, name), sql) != sql:
            yield f"schema {name}", f"the {kind} differs from luubao's"
    for kind, name in present.keys() - expected.keys():
        if kind == "trigger":
            yield f"schema {name}", "the trigger is not luubao's"


def missing_column(db: Database) -> str | None:
    """Says which required column no table has; None where none is missing. Views do not count: reading one in place of
    a table may never end."""
    rows = db.execute(_SCHEMA).fetchall()
    tables = {name for kind, name, sql in rows if kind == "table" and name in COLUMNS and not _is_virtual(sql)}
    present = {(table, name) for table in tables for (name,) in db.execute(_COLUMNS_OF, [table]).fetchall()}
    required = ((table, column) for table, columns in COLUMNS.items() for column in columns)
    missing = next((f"{table}.{column}" for table, column in required if (table, column) not in present), None)
    return f"it has no column {missing} in a table" if missing else None


def missing_table(db: Database) -> str | None:
    """A table that is not here: a view in its place may never end."""
    return next((name for kind, name in _expected_of(db).keys() - _present(db).keys() if kind == "table"), None)


def computing_tables(db: Database) -> set[str]:
    """Tables whose definition, or an index's, calls a function, as no definition of luubao's does: SQLite calls it for
    each row that is read, checked or written, and a function may take hours."""
    query = "SELECT tbl_name, type, CAST(sql AS BLOB) FROM sqlite_master WHERE type IN ('table', 'index')"
    return {table for table, kind, sql in db.execute(query).fetchall() if sql and _computes(kind, sql)}


def why_refused(db: Database) -> str | None:
    """Says what in the schema keeps luubao from asking the archive anything; None for one that luubao can ask."""
    if (encoding := db.execute("PRAGMA encoding").fetchone()[0]) != "UTF-8":
        return f"its texts are in {encoding}"
    odd = db.execute("SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index', 'view', 'trigger')")
    for kind, name in odd.fetchall():  # SQLite takes a "Trigger" for one, and cannot remove it
        return f"{shown(name)} is of the kind {shown(kind)}"
    known = COLUMNS.keys() | _OTHER_TABLES
    for kind, name, sql in db.execute(_SCHEMA).fetchall():  # reading a view may never end
        if name.lower() in known and (kind == "view" or (kind == "table" and _is_virtual(sql))):
            return f"{name} is no table of its own"
    for table in sorted(table for table in computing_tables(db) if table.lower() in known):
        return f"the definition of its table {table}, or of an index of it, calls functions or computes a column"
    return None


def ambiguous_column(db: Database) -> str | None:
    """Says which column of somebody's own has, in one of luubao's tables, the name of a column of another one: a query
    over both tables would fail, or read the wrong one. None where there is none."""
    taken = {name for columns in COLUMNS.values() for name in columns}
    rows = ((table, name) for table in sorted(COLUMNS) for (name,) in db.execute(_COLUMNS_OF, [table]).fetchall())
    own = next((row for row in rows if row[1] not in COLUMNS[row[0]] and row[1].lower() in taken), None)
    return f"its table {own[0]} has a column {own[1]}, as another table of luubao's. Rename it" if own else None


def own_constraint(db: Database) -> str | None:
    """Says what of somebody's own forbids rows that luubao writes, or keeps it from deleting one; None where nothing
    does. Other indexes, and tables whose references let a row go, do no harm."""
    for table in sorted(COLUMNS):
        if index := db.execute(_UNIQUE_INDEX, [table]).fetchone():
            return f"its index {index[0]} forbids equal values in {table}, which may have such. Remove the index"
    for table, parent in db.execute(_HOLDING_REFERENCES).fetchall():
        if table not in COLUMNS and parent.lower() in COLUMNS.keys() - _NEVER_DELETED:
            return (
                f"a row of {parent} to which its table {table} refers cannot be deleted, and luubao may have to."
                " Declare the reference ON DELETE CASCADE or SET NULL, or keep the table in a file of its own"
            )
    return None


def _is_virtual(sql: bytes) -> bool:
    return list(islice(_tokens(sql), len(_VIRTUAL))) == _VIRTUAL


@lru_cache(maxsize=512)
def _computes(kind: str, sql: bytes) -> bool:
    """Whether a definition calls a function that may take long, computes a column, or names a collation that SQLite has
    not. A table's columns have no expressions but in parentheses, so that what stands before others is a type
    (`VARCHAR (30)`) or a keyword."""
    if _is_virtual(sql):
        return False
    depth, opened, before = 0, False, ""
    for token in _tokens(sql):
        if opened and (token in _COMPUTING or (before == "collate" and token not in _COLLATIONS)):
            return True
        if token == "(":
            in_expression = depth > 1 if kind == "table" else opened
            if in_expression and before and before not in _BEFORE_PARENTHESES | _PURE:
                return True
            depth, opened = depth + 1, True
        depth -= token == ")"
        before = token if token[:1].isidentifier() else ""
    return False


def _tokens(sql: bytes) -> Iterator[str]:
    """Names and keywords in small letters and without their quotes, and the other tokens; "'" stands for a text."""
    for found in _TOKEN.finditer(sql):
        if name := found["name"]:
            yield name.strip(b'"`[]').lower().decode("latin-1")
        elif not found["skipped"]:
            yield "'" if found["text"] else found[0].decode("latin-1")


def code_digest(db: Database) -> str:
    """SHA-256 of all views and triggers."""
    code = sorted(row for row in db.execute(_SCHEMA).fetchall() if row[0] in ("view", "trigger"))
    return hashlib.sha256(repr(code).encode()).hexdigest()


def foreign_code(db: Database) -> tuple[str, str] | None:
    """The first of schema_differences, found in a moment where there is none."""
    return None if code_digest(db) == OUR_CODE else next(schema_differences(db), None)


def restore_schema(db: Database) -> list[str]:
    """Makes views, triggers and indexes that are missing or differ from luubao's, and removes other triggers;
    then the search indexes hold all texts again. In a transaction of the caller's. Returns the names of all these."""
    expected = {key: sql for key, sql in _expected_of(db).items() if key[0] in ("view", "trigger", "index")}
    foreign = [key for key, sql in _present(db).items() if key[0] == "trigger" and key not in expected]
    wrong = [key for key, sql in _present(db).items() if expected.get(key, sql) != sql]
    for kind, name in (*foreign, *wrong):
        db.execute(f'DROP {kind} "{name.replace(chr(34), chr(34) * 2)}"')
    present = _present(db)
    missing = {key: sql for key, sql in expected.items() if key not in present}
    for sql in missing.values():
        db.execute(sql.decode())
    if foreign or any(kind == "trigger" for kind, _ in missing):
        for index in {"search", "search_front"} & {name for kind, name in present if kind == "table"}:
            db.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
    return sorted(f"{kind} {name}" for kind, name in (*foreign, *missing))


def _present(db: Database) -> dict[tuple[str, str], bytes]:
    return {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA).fetchall()}


def migrate(db: Database, path: Path) -> None:
    """Takes the steps that an archive lacks. No trigger or view of others runs in them: luubao's own are put in their
    place before."""
    if foreign_code(db):
        if missing := missing_table(db):
            raise ArchiveUnusable(
                f"{path} is not a luubao archive: it has no table {missing}. Name another file with --db"
            )
        for name in restore_schema(db):
            pass_over(name, "it differed from luubao's, and is restored")
    try:
        migrations.apply(db)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        why = f"a step that its schema lacks cannot be taken ({error})"
        raise ArchiveUnusable(f"{path} is not a luubao archive: {why}. Name another file with --db") from error
