"""Two archives of one paper become one: captures are facts, so it does not matter who is merged into whom, or how often."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import Phase, example, given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import Run, finish_run, ingest, open_archive, start_run
from archive.cli import archive
from archive.model.errors import ArchiveUnusable
from archive.pipeline.merging import Merged, merge
from archive.pipeline.verification import verify
from tests.archive.test_late_captures import HISTORIES, arrive, captures_of
from tests.archive_contents import told
from tests.killable_commands import ROOT
from tests.support import NOON, PAPER, Shoot, examples, new_archive, page


def crawled(path: Path, captures: list[Any]) -> Path:
    """An archive that a crawl of its own filled; an empty one has no outlet."""
    with open_archive(new_archive(path), create=True) as db:
        if captures:
            run = start_run(db, PAPER, {}, NOON)
            arrive(db, run, captures).file_pending()
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    return path


def union(target: Path, *paths: Path) -> Path:
    """A copy of the first, with the others merged into it."""
    shutil.copy(paths[0], target)
    for other in paths[1:]:
        merged(target, other)
    return target


def merged(path: Path, other: Path) -> Merged:
    return merge(path, other, pictures=path.with_suffix(".pictures"), other_pictures=None)


def contents(path: Path) -> tuple[list[Any], list[Any]]:
    """All captures, and what the archive makes of them."""
    with open_archive(path) as db:
        assert [(one.where, one.what) for one in verify(db)] == []
        rows = db.execute(
            "SELECT requested_url, final_url, captured_at, status, CASE WHEN status <> 304 THEN digest END, via, request,"
            " response FROM captures LEFT JOIN bodies ON bodies.id = body_id JOIN headers ON capture_id = captures.id"
        ).fetchall()
        return sorted(rows, key=repr), told(db)


_WHAT_A_304_BRINGS_BACK = (
    [(27, "hop", "m-3", "a-1", "Tin ba", "09:00"), (85, "page", "m-3", "b-2", "Tin hai", "08:00"),
     (111, "page", "m-3", "m-3", "Tin ba", "09:00")],
    [
        (14, "page", "a-1", "m-3", "Tin một", "09:00"), (32, "page", "a-1", "m-3", "Tin ba", "08:00"),
        (55, "page", "a-1", "a-1", "Tin ba", "08:00"), (140, "same", "m-3", "m-3", "Tin ba", "08:00"),
        (185, "error", "a-1", "a-1", "Tin hai", "08:00"),
        (284, "same", "b-2", "m-3", "Tin ba", "08:00"), (365, "same", "b-2", "a-1", "Tin ba", "08:00"),
    ],
    [
        (1, "page", "a-1", "a-1", "Tin hai", "09:00"), (31, "page", "a-1", "a-1", "Tin một", "09:00"),
        (53, "page", "a-1", "b-2", "Tin hai", "09:00"), (68, "same", "a-1", "a-1", "Tin một", "08:00"),
        (94, "error", "a-1", "m-3", "Tin ba", "09:00"),
        (122, "same", "a-1", "m-3", "Tin hai", "09:00"), (133, "hop", "a-1", "b-2", "Tin ba", "09:00"),
        (153, "gone", "m-3", "a-1", "Tin một", "09:00"), (282, "hop-only", "b-2", "a-1", "Tin một", "08:00"),
        (385, "page", "b-2", "m-3", "Tin ba", "08:00"), (393, "page", "b-2", "b-2", "Tin một", "08:00"),
    ],
)  # fmt: skip


@pytest.mark.slow
@examples(15, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@example(_WHAT_A_304_BRINGS_BACK)
@given(st.tuples(HISTORIES, HISTORIES, HISTORIES))
def test_it_is_a_union(tmp_path_factory: pytest.TempPathFactory, histories: tuple[list[Any], ...]) -> None:
    folder = tmp_path_factory.mktemp("merge")
    a, b, c = (crawled(folder / f"{n}.db", captures_of(history)) for n, history in zip("abc", histories, strict=True))
    ab = union(folder / "ab.db", a, b)
    assert contents(ab) == contents(union(folder / "ba.db", b, a))  # commutative
    bc = union(folder / "bc.db", b, c)
    assert contents(union(folder / "ab-c.db", ab, c)) == contents(union(folder / "a-bc.db", a, bc))  # associative
    before = contents(ab)
    for other in (a, b, ab_copy(folder, ab)):
        assert merged(ab, other).counts["captures"] == 0
    assert contents(ab) == before  # idempotent
    shutil.rmtree(folder)


def ab_copy(folder: Path, path: Path) -> Path:
    return Path(shutil.copy(path, folder / "copy.db"))


def test_runs_that_brought_nothing_come_once_and_in_their_order(tmp_path: Path, shoot: Shoot) -> None:
    """More of them than one transaction takes, with others between."""
    other, ours = crawled(tmp_path / "other.db", [shoot(body=page("Tin một"))]), new_archive(tmp_path / "ours.db")
    with open_archive(other, create=True) as db:
        for number in range(1, 256):
            run = start_run(db, PAPER, {}, NOON + timedelta(minutes=number))
            if number == 120:
                ingest(db, run, shoot(body=page("Tin hai"), hours=2))
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(minutes=number))
        starts = db.execute("SELECT started_at, outcome FROM runs ORDER BY id").fetchall()
    assert [merged(ours, other).counts["runs"] for _ in range(2)] == [256, 0]
    with open_archive(ours) as db:
        assert db.execute("SELECT started_at, outcome FROM runs ORDER BY id").fetchall() == starts
        assert [(one.where, one.what) for one in verify(db)] == []


def test_where_no_process_can_be_started_nothing_is_given_up(path: Path, tmp_path: Path, shoot: Shoot) -> None:
    """Not the pages are damaged: they wait, and the next merge files them."""
    other = crawled(tmp_path / "other.db", [shoot(body=page("Tin một")), shoot(body=page("Tin hai"), hours=24)])
    program = tmp_path / "program.py"
    program.write_text("import sys\nif __name__ != '__main__': sys.exit(3)\nfrom crawler.cli import luubao\nluubao()")
    done = subprocess.run(
        [sys.executable, program, "merge", other, "--db", path], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1 and "cannot be started: it ended with 3" in done.stderr
    merged(path, other)
    assert contents(path) == contents(other)


def test_the_command_says_what_it_added(path: Path, db: Database, run: Run, shoot: Shoot, tmp_path: Path) -> None:
    ingest(db, run, shoot(body=page("Tin hai"), hours=24))
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    other = crawled(tmp_path / "other.db", [shoot(body=page("Tin một")), shoot(body=page("Tin hai"), hours=24)])
    done = CliRunner().invoke(archive, ["merge", str(other), "--db", str(path)])
    assert (done.exit_code, done.output) == (
        0, "1 captures and 0 fetches of pictures added in 1 runs; 1 captures were here already\n",
    )  # fmt: skip
    assert db.execute("SELECT number, headline FROM versions ORDER BY number").fetchall() == [
        (1, "Tin một"),
        (2, "Tin hai"),
    ]
    # the number that was told before is written down
    assert db.execute("SELECT old_number, new_number FROM renumberings").fetchall() == [(1, 2)]


def test_what_is_withdrawn_here_stays_withdrawn(
    path: Path, db: Database, run: Run, shoot: Shoot, tmp_path: Path
) -> None:
    ingest(db, run, shoot(body=page("Tin kín")))
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    assert CliRunner().invoke(archive, ["withdraw", "1", "--reason", "asked", "--db", str(path)]).exit_code == 0
    other = crawled(
        tmp_path / "other.db",
        [shoot(body=page("Tin kín, sửa lại"), hours=9), shoot("https://bao.example/z.htm", page("Tin kín"), hours=3)],
    )
    done = CliRunner().invoke(archive, ["merge", str(other), "--db", str(path)])
    assert done.exit_code == 0, done.output
    with open_archive(path) as after:
        assert after.execute("SELECT headline FROM articles").fetchall() == [("",)]
        assert [(one.where, one.what) for one in verify(after)] == []
        assert after.execute("SELECT count(*) FROM search('kin')").fetchone() == (0,)


def test_what_is_withdrawn_there_is_told(path: Path, db: Database, run: Run, shoot: Shoot, tmp_path: Path) -> None:
    ingest(db, run, shoot(body=page("Tin kín")))
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    other = crawled(tmp_path / "other.db", [shoot(body=page("Tin kín"))])
    CliRunner().invoke(archive, ["withdraw", "1", "--reason", "asked", "--db", str(other)])
    done = CliRunner().invoke(archive, ["merge", str(other), "--db", str(path)])
    assert "https://bao.example/a-1.htm is withdrawn there and not here" in done.output


def test_an_archive_is_not_merged_into_itself(path: Path, db: Database) -> None:
    with pytest.raises(ArchiveUnusable, match="is the archive itself"):
        merged(path, path)
