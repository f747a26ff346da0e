"""The archive that measurements are made on holds what keeping and filing would have written, row by row."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from archive.storage import connection
from archive.storage.connection import open_archive
from bench import big

ARTICLES = 250


def rows(path: Path) -> dict[str, list[str]]:
    """Every row of every table, and what the search index finds; without sqlite-utils' own bookkeeping."""
    with sqlite3.connect(path) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in names if not name.startswith(("sqlite_", "_sqlite_", "search"))]
        found = {name: sorted(map(repr, db.execute(f"SELECT * FROM {name}"))) for name in tables}
        found["extractors"] = [
            repr(row) for row in db.execute("SELECT id, name FROM extractors")
        ]  # used first: just now
        found["search"] = [repr(row) for row in db.execute("SELECT rowid FROM search WHERE search MATCH 'tinh huyen'")]
    db.close()
    return found


@pytest.mark.slow
def test_the_quick_way_gives_the_rows_of_the_slow_one(tmp_path: Path) -> None:
    quick, slow = (
        big.big_archive(ARTICLES, tmp_path / "quick"),
        big.big_archive(ARTICLES, tmp_path / "slow", session=True),
    )
    made, filed = rows(quick), rows(slow)
    assert {name for name in filed if made[name] != filed[name]} == set()
    assert len(filed["articles"]) == ARTICLES
    assert len(filed["versions"]) > 1.2 * ARTICLES
    assert all(len(filed[name]) > 1 for name in ("tombstones", "runs", "credits", "months", "search"))
    with open_archive(quick, create=True) as db, connection.transaction(db):
        db.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


@pytest.mark.slow
def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    first = big.big_archive(20, tmp_path)
    made = first.stat().st_mtime_ns
    assert big.big_archive(20, tmp_path).stat().st_mtime_ns == made
