"""What must be true of an archive at any moment, and all of what it holds, to compare it with another."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from archive import open_archive
from archive.cli import archive
from archive.storage.stored_bodies import get_body

Rows = list[tuple[Any, ...]]

# When we did something, by our own clock: differs between two archives that hold the same.
_OUR_TIMES = {
    "first_used_at",
    "sealed_at",
    "made_at",
    "withdrawn_at",
    "destroyed_at",
    "restored_at",
    "learned_at",
    "due_at",
    "applied_at",
    "renumbered_at",
}
# How bodies are stored is looked at by opening them; `withheld` holds them compressed; the index has its own check.
_APART = ("bodies", "dictionaries", "withheld", "sqlite_", "search", "_")

# What must not be there twice: each query answers with rows that are.
_TWICE = {
    "a body": "SELECT digest FROM bodies GROUP BY digest HAVING count(*) > 1",
    "an article at an address": "SELECT url_key FROM articles GROUP BY outlet_id, url_key HAVING count(*) > 1",
    "an article under its words": "SELECT versions.digest FROM versions JOIN articles ON articles.id = article_id"
    " WHERE number = 1 GROUP BY outlet_id, versions.digest HAVING count(*) > 1",
    "a version": "SELECT article_id, number FROM versions GROUP BY article_id, number HAVING count(*) > 1",
    "an edit that is none": "SELECT new.id FROM versions AS new JOIN versions AS old ON old.article_id = new.article_id"
    " AND old.number = new.number - 1 WHERE old.digest = new.digest AND new.changed IS NOT 'pictures'",
    "a file of a picture": "SELECT digest FROM pictures GROUP BY digest HAVING count(*) > 1",
    "a seal": "SELECT run_id FROM seals GROUP BY run_id HAVING count(*) > 1",
    "a run under way": "SELECT outlet_id FROM runs WHERE outcome = 'running' GROUP BY outlet_id HAVING count(*) > 1",
}


def ask(path: Path, question: str, *values: Any) -> Rows:
    """An answer by SQLite alone, without any code of ours."""
    with closing(sqlite3.connect(path, timeout=30)) as db:
        return db.execute(question, values).fetchall()


def sound(path: Path) -> None:
    """SQLite finds nothing, `luubao verify --index` finds nothing, and nothing is there twice."""
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    told = CliRunner().invoke(archive, ["verify", "--index", "--db", str(path)])
    assert told.exit_code == 0, told.output
    doubled = {what: rows for what, question in _TWICE.items() if (rows := ask(path, question))}
    assert doubled == {}


def asked_once(path: Path) -> None:
    """No run took an address twice."""
    twice = "SELECT run_id, url_key FROM captures GROUP BY run_id, outlet_id, url_key HAVING count(*) > 1"
    assert ask(path, twice) == []


def acknowledged(path: Path) -> set[tuple[Any, ...]]:
    """What a reader sees at this moment, and must see ever after: captures, and the digests of what they brought."""
    return set(
        ask(
            path,
            "SELECT captures.id, run_id, requested_url, captured_at, status, bodies.digest, response FROM captures"
            " LEFT JOIN bodies ON bodies.id = body_id JOIN headers ON capture_id = captures.id",
        )
    )


def contents(path: Path) -> dict[str, Any]:
    """All that an archive holds, table by table, bodies opened; without the times at which we wrote it down."""
    with closing(sqlite3.connect(path)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        held: dict[str, Any] = {name: _rows(db, name) for name in names if not name.startswith(_APART)}
    held["bodies"] = opened(path)
    return held


def opened(path: Path) -> dict[str, str | None]:
    """Digest by which a body is known -> digest of what opens; None where it was taken out."""
    with open_archive(path) as db:
        known = db.execute("SELECT id, digest FROM bodies").fetchall()
        return {digest: _digest(get_body(db, body_id)) for body_id, digest in known}


def _digest(body: bytes | None) -> str | None:
    return None if body is None else "sha256:" + hashlib.sha256(body).hexdigest()


def _rows(db: sqlite3.Connection, table: str) -> Rows:
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] not in _OUR_TIMES]
    return sorted(db.execute(f"SELECT {', '.join(columns)} FROM {table}"), key=repr)
