"""Several processes, one file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Outlet, finish_run, ingest, open_archive, start_run
from archive.model.errors import ArchiveUnusable
from archive.queries import lookup
from archive.storage.sqlite_file import BUSY_SECONDS
from tests.support import NOON, PAPER, Shoot, page

WRITER = """
import sys
from datetime import UTC, datetime
from archive import Capture, Outlet, ingest, open_archive, start_run
name, path = sys.argv[1:]
host = f"{name}.example"
outlet = Outlet(name, name, f"https://{host}/", (host,))
now = datetime.now(UTC)
with open_archive(path, create=True) as db:
    run = start_run(db, outlet, {}, now)
    for n in range(20):
        url = f"https://{host}/bai-{n}.htm"
        text = "".join(f"<p>Đoạn {k} của bài {n} trên báo {name}, đủ dài để là một đoạn văn của một bài báo.</p>" for k in range(5))
        ingest(db, run, Capture(url, url, now, 200, body=f"<h1>Bài {n} báo {name}</h1><article>{text}</article>".encode()))
"""


@pytest.mark.slow
def test_outlets_that_make_one_archive_at_once_all_write_it(path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, f"bao{n}", str(path)], stderr=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    errors = [process.communicate()[1] for process in processes]
    assert errors == [""] * 4
    with open_archive(path) as db:
        assert {row["n"] for row in db.query("SELECT count(*) AS n FROM articles GROUP BY outlet_id")} == {20}
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.slow
def test_a_reader_in_the_middle_of_a_question_does_not_hold_up_the_end_of_a_run(
    db: Database, path: Path, shoot: Shoot
) -> None:
    run = start_run(db, PAPER, {}, NOON)
    ingest(db, run, shoot(body=page()))
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    began = time.monotonic()
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    assert time.monotonic() - began < BUSY_SECONDS / 2
    reader.close()
    assert lookup.runs(db)[0].outcome == "ok"


@pytest.mark.slow
def test_a_full_disk_is_told_and_what_was_reported_as_kept_is_there(db: Database, shoot: Shoot) -> None:
    run = start_run(db, PAPER, {}, NOON)
    ingest(db, run, shoot("https://bao.example/a-1.htm", page()))
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to be out of space
    with pytest.raises(ArchiveUnusable, match="full"):
        for number in range(100):
            ingest(db, run, shoot(f"https://bao.example/b-{number}.htm", page(f"Bài {number}") + "x" * 50_000))
    db.execute("PRAGMA max_page_count = 1000000")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert lookup.find_article(db, "bao.example/a-1.htm").headline == "Cầu mới qua sông"
    kept = db.execute("SELECT count(*) FROM captures WHERE body_id IS NULL").fetchone()
    assert kept == (0,)


@pytest.mark.slow
def test_outlets_do_not_interrupt_each_other_s_runs(db: Database) -> None:
    start_run(db, PAPER, {}, NOON)
    start_run(db, Outlet("khac", "Báo Khác", "https://khac.example/", ("khac.example",)), {}, NOON)
    assert [run.outcome for run in lookup.runs(db)] == ["running", "running"]
