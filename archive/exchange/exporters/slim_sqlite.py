"""Exports a slim SQLite file: articles, versions with their text, captions and edits, and an FTS5 index that folds
Vietnamese diacritics; no captures, no raw pages, no crawl data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.queries.tabular import EXPORT_COLUMNS
from archive.storage.connection import Database

_TYPES = {"int64": "INTEGER", "int32": "INTEGER", "bool": "INTEGER", "string": "TEXT", "list": "TEXT", "double": "REAL"}
_FOLDED = "replace(replace(headline || ' ' || coalesce(lead, '') || ' ' || body, 'đ', 'd'), 'Đ', 'D')"


def write_sqlite(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """Writes a table `versions` with the columns of a data set (lists as JSON) and `search`, its FTS5 index."""
    columns = ", ".join(
        f"{name} {_TYPES[kind]}" + (" PRIMARY KEY" if name == "version_id" else "")
        for name, (kind, _) in EXPORT_COLUMNS.items()
    )
    placeholders = ", ".join("?" * len(EXPORT_COLUMNS))
    with closing(Database(path).conn) as db, db:
        db.execute(f"CREATE TABLE versions ({columns})")
        db.executemany(
            f"INSERT INTO versions VALUES ({placeholders})",
            ([_cell(row[name]) for name in EXPORT_COLUMNS] for row in rows),
        )
        db.execute("CREATE INDEX versions_article ON versions(article_id, number)")
        db.execute("CREATE INDEX versions_published ON versions(published_at)")
        db.execute(
            "CREATE VIRTUAL TABLE search USING fts5(headline, lead, body, folded, content='',"
            " tokenize='unicode61 remove_diacritics 2')"
        )
        db.execute(
            "INSERT INTO search(rowid, headline, lead, body, folded)"
            f" SELECT version_id, headline, lead, body, {_FOLDED} FROM versions"
        )
        db.execute("CREATE TABLE columns (name TEXT PRIMARY KEY, meaning TEXT)")
        db.executemany(
            "INSERT INTO columns VALUES (?, ?)", ((name, meaning) for name, (_, meaning) in EXPORT_COLUMNS.items())
        )


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
