"""An archive from before secrets were left out: what it holds is told, taken out for good, and sealed in the open."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive import open_archive
from archive.queries.days import latest_day
from archive.queries.outlets_followed import outlets, runs_of
from archive.storage.captures.kept_captures import outlets_of
from crawler.cli import luubao
from tests.archive.conftest import KEPT, SECRET
from tests.invariants import sound
from tests.killable_commands import Parent
from tests.support import NOON


def asked(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(luubao, [str(one) for one in words])
    assert done.exit_code == code, done.output
    return done.output


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def test_the_archive_is_as_old_ones_are(old: Path) -> None:
    assert SECRET in str(rows(old, "SELECT request FROM headers")) + str(
        rows(old, "SELECT requested_url FROM captures")
    )
    assert "all is as it was recorded" in asked("verify", "--db", old)


def test_upgrade_says_what_lies_there(old: Path) -> None:
    said = asked("upgrade", "--db", old)
    assert "are in 2 captures: 1 Cookie, 1 Proxy-Authorization, 1 user:password@ in an address." in said
    assert "`luubao cleanse` removes them" in said and SECRET not in said


def test_nothing_is_left_and_every_seal_holds(old: Path) -> None:
    digests = rows(old, "SELECT digest FROM bodies ORDER BY id")
    noted = [seal for (seal,) in rows(old, "SELECT digest FROM seals ORDER BY id")]
    assert "would take out of 2 captures" in asked("cleanse", "--dry-run", "--db", old)
    assert "took out of 2 captures: 1 Cookie, 1 Proxy-Authorization" in asked("cleanse", "--db", old)
    for file in old.parent.iterdir():
        assert SECRET.encode() not in file.read_bytes(), file
    assert [json.loads(str(one)) for (one,) in rows(old, "SELECT request FROM headers")] == [KEPT] * 3
    assert rows(old, "SELECT digest FROM bodies ORDER BY id") == digests
    for seal in noted:
        said = asked("verify", "--seal", seal, "--db", old)
        assert "by run 3, which took out of 2 captures: 1 Cookie, 1 Proxy-Authorization, 1 user:password@" in said
        assert "all is as it was recorded" in said
    told = json.loads(asked("verify", "--json", "--db", old))
    assert (told["problems"], [one["run"] for one in told["cleansed"]]) == ([], [3])
    assert "there was nothing to take out" in asked("cleanse", "--db", old)
    assert "secrets" not in asked("upgrade", "--db", old)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_takes_out_the_rest(parent: Parent, old: Path, tmp_path: Path) -> None:
    for number, moment in enumerate(parent.run("cleanse", "--db", _copy(old, tmp_path)).moments(random.Random(9), 20)):
        path = _copy(old, tmp_path / str(number))
        assert parent.run("cleanse", "--db", path, dies_at=moment).code == -9
        assert parent.run("cleanse", "--db", path).code == 0
        sound(path)
        assert rows(path, "SELECT count(*) FROM seals") == [(3,)]
        assert [file.name for file in path.parent.iterdir() if SECRET.encode() in file.read_bytes()] == []
        assert [file.name for file in path.parent.glob(".*")] == []


def _copy(old: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(old, folder / "cleansed.db"))


def test_what_makes_the_record_append_only_stands_again(old: Path) -> None:
    guards = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    before = rows(old, guards)
    asked("cleanse", "--db", old)
    assert rows(old, guards) == before


CHANGES = {
    "a header": "UPDATE headers SET request = '[]' WHERE capture_id = 1",
    "another capture": "UPDATE headers SET request = '[]' WHERE capture_id = 2",
    "an address": "UPDATE captures SET final_url = 'https://bao.example/x' WHERE id = 3",
    "the reason": "UPDATE runs SET reason = 'nothing' WHERE kind = 'cleanse'",
    "the count": "UPDATE runs SET stats = '{}' WHERE kind = 'cleanse'",
    "the pairs": "UPDATE seals SET capture_digests = zeroblob(length(capture_digests)) WHERE run_id = 3",
    "a run that says it cleansed": "UPDATE runs SET stats = '{\"cleansed\": 1}' WHERE id = 2",
    "no cleansing at all": "DELETE FROM seals WHERE run_id = 3",
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_whatever_is_changed_after_a_cleansing_is_named(old: Path, change: str) -> None:
    asked("cleanse", "--db", old)
    with closing(sqlite3.connect(old)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(CHANGES[change])
        db.commit()
    said = asked("verify", "--db", old, code=1)
    assert "all is as it was recorded" not in said and "Traceback" not in said


def test_a_cleansing_covers_up_for_nothing(old: Path) -> None:
    with closing(sqlite3.connect(old)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE captures SET status = 404 WHERE id = 1")
        db.commit()
    assert "captures 1 is not what was sealed. Nothing was changed" in asked("cleanse", "--db", old, code=1)
    assert SECRET in str(rows(old, "SELECT request FROM headers"))


def test_twice_cleansed_is_still_as_it_was_sealed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked("cleanse", "--db", old)
    monkeypatch.setattr(
        "archive.storage.withdrawals.secret_removal.allowed_request_headers", lambda headers: headers[:1]
    )  # the list became shorter
    monkeypatch.setattr("archive.storage.withdrawals.secret_removal.KEPT_REQUEST_HEADERS", {"accept"})
    assert "3 captures: 3 User-Agent" in asked("cleanse", "--db", old)
    said = asked("verify", "--db", old)
    assert "all is as it was recorded" in said and said.count("cleansed on") == 2


def test_a_cleansing_is_no_look_at_the_paper(old: Path) -> None:
    asked("cleanse", "--db", old)
    with open_archive(old) as db:
        (paper,) = outlets(db)
        assert len(runs_of(db, paper.id, NOON)) == 2
        assert latest_day(db, paper) == NOON.date()
        assert len(outlets_of(db)) == 1
    assert "cleanse" not in asked("status", "--exit-zero", "--db", old)
    assert "took out of 2 captures" in asked("runs", "--db", old)


def test_merged_and_exported_it_is_clean(old: Path, tmp_path: Path) -> None:
    asked("export", "warc", "--to", tmp_path / "warc", "--db", old)  # an archive that was never cleansed
    asked("import", *(tmp_path / "warc").iterdir(), "--db", tmp_path / "new.db", "--jobs", "0")
    asked("merge", old, "--db", tmp_path / "merged.db")
    for made in ("new.db", "merged.db"):
        assert SECRET.encode() not in (tmp_path / made).read_bytes()
        assert rows(tmp_path / made, "SELECT count(*) FROM captures") == [(3,)]
    asked("cleanse", "--db", old)
    assert "3 captures" in asked("merge", old, "--db", tmp_path / "merged.db")
