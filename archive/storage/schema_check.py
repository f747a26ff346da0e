"""Compares views, triggers and indexes with those that luubao makes, and restores them: a changed view may return
anything, and without its triggers a table takes what it must refuse.

Opening an archive checks that its tables have their columns; archive.storage.integrity looks at the values.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from sqlite_utils import Database

from archive.storage.integrity.column_validation import COLUMNS
from archive.storage.migrations import migrations

OUR_CODE = "0859f1ba2369a7dd537ef0202fccc6c425c6df717ac07e1fcac0933d9868b133"
"""Digest of the views and triggers of a new archive; tests/archive/test_schema.py tells it after a migration."""
_VIRTUAL = b"CREATE VIRTUAL TABLE"
_WORD = re.compile(rb'"[^"]*"|[\w$\x80-\xff]+|\S')
_BEFORE_PARENTHESES = {"check", "in", "key", "unique", *COLUMNS}
_SCHEMA = "SELECT type, name, CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL"


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
        elif (kind in ("view", "trigger") or sql.startswith(_VIRTUAL)) and present.get((kind, name), sql) != sql:
            yield f"schema {name}", f"the {kind} is not as luubao makes it"
    for kind, name in present.keys() - expected.keys():
        if kind == "trigger":
            yield f"schema {name}", "the trigger is none of luubao's"


def missing_column(db: Database) -> str | None:
    """Says which required column no table has; None where none is missing. Views do not count: reading one in place of
    a table may never end."""
    rows = db.execute(
        "SELECT made.name, columns.name FROM sqlite_master AS made"
        " JOIN pragma_table_info(made.name) AS columns WHERE made.type = 'table'"
        " AND made.sql NOT LIKE 'CREATE VIRTUAL %'"  # reading a damaged index fails
    ).fetchall()
    present = {(table, column) for table, column in rows}
    required = ((table, column) for table, columns in COLUMNS.items() for column in columns)
    missing = next((f"{table}.{column}" for table, column in required if (table, column) not in present), None)
    return f"it has no column {missing} in a table" if missing else None


def missing_table(db: Database) -> str | None:
    """A table that is not here: a view in its place may never end."""
    return next((name for kind, name in _expected_of(db).keys() - _present(db).keys() if kind == "table"), None)


def computing_tables(db: Database) -> set[str]:
    """Tables whose definition, or an index's, calls a function, as no definition of luubao's does: SQLite calls it for
    each row that is read, checked or written, and a function may take hours."""
    query = "SELECT tbl_name, CAST(sql AS BLOB) FROM sqlite_master WHERE type IN ('table', 'index')"
    return {table for table, sql in db.execute(query).fetchall() if sql and _calls_function(sql)}


def refused_table(db: Database) -> str | None:
    """The first of luubao's tables that computes something; None where none does."""
    return min(computing_tables(db) & COLUMNS.keys(), default=None)


def _calls_function(sql: bytes) -> bool:
    """Whether one of the words before a parenthesis can be a function's name. A comment may hide it."""
    if sql.startswith(_VIRTUAL):
        return False
    words = [word.strip(b'"').lower().decode("latin-1") for word in _WORD.findall(sql.partition(b"(")[2])]
    before = {word for word, following in pairwise(words) if following == "("}
    return b"--" in sql or b"/*" in sql or not before <= _BEFORE_PARENTHESES


def code_digest(db: Database) -> str:
    """SHA-256 of all views and triggers."""
    code = sorted(row for row in db.execute(_SCHEMA).fetchall() if row[0] in ("view", "trigger"))
    return hashlib.sha256(repr(code).encode()).hexdigest()


def foreign_code(db: Database) -> tuple[str, str] | None:
    """The first of schema_differences, found in a moment where there is none."""
    return None if code_digest(db) == OUR_CODE else next(schema_differences(db), None)


def restore_schema(db: Database) -> list[str]:
    """Makes views, triggers and indexes that are missing or differ as luubao makes them, and removes other triggers;
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
