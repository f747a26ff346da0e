"""Whatever is changed behind the archive's back is found and named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import finish_run, ingest, open_archive, start_run
from archive.cli import archive
from archive.model.errors import take_notices
from archive.pipeline import verification
from archive.pipeline.verification import verify
from archive.storage.integrity import Problem, consistency
from archive.storage.integrity.fixity import stop_at_damage
from archive.storage.integrity.seals import SEALED, digest_over, newest_seal, row_digests
from tests.support import NOON, PAPER, page, shoot

_FIGURE = '<figure><img src="/anh/1.jpg"><figcaption>Cầu nhìn từ bờ bắc. Ảnh: Trần Hà</figcaption></figure>'


@pytest.fixture
def kept(made: bytes, path: Path) -> Path:
    path.write_bytes(made)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two runs: an article with a picture, edited in the second run, one that is gone by then, and one confirmed."""
    path = tmp_path_factory.mktemp("kept") / "archive.db"
    with open_archive(path, create=True) as db:
        for day in range(2):
            run = start_run(db, PAPER, {"luubao": "test"}, NOON)
            first = page("Cầu mới", f"Ngày {day} của cây cầu mới bắc qua sông Con, dài hơn hai trăm mét.")
            ingest(
                db, run, shoot("https://bao.example/a-1.htm", first.replace("</article>", _FIGURE + "</article>"), day)
            )
            gone = shoot("https://bao.example/b-2.htm", None, day + 0.1, status=404)
            there = shoot("https://bao.example/b-2.htm", page("Đường làng", "Con đường làng bốn cây số."), day + 0.1)
            ingest(db, run, gone if day else there)
            ingest(
                db, run, shoot("https://bao.example/c-3.htm", page("Mùa quýt", "Vườn quýt trên sườn núi."), day + 0.2)
            )
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
    return path.read_bytes()


def tamper(path: Path, *statements: str) -> None:
    """Changes rows as somebody would who knows SQLite: without our guards and without our code."""
    db = sqlite3.connect(path)
    for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        assert db.execute(statement).rowcount > 0, statement
    db.commit()
    db.close()


def problems(path: Path) -> dict[str, str]:
    with open_archive(path) as db:
        return {problem.where: problem.what for problem in verify(db)}


@pytest.mark.parametrize("seconds", [600.0, 0.0001], ids=["they answer", "they are killed, and it is derived here"])
def test_worker_processes_find_what_one_process_finds(
    kept: Path, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper(kept, "UPDATE articles SET headline = 'x'", "UPDATE aliases SET kind = 'amp'", "DELETE FROM tombstones")
    tamper(kept, "UPDATE captures SET captured_at = 'never' WHERE id = 1")
    alone, noted = problems(kept), take_notices()
    for name, value in (("_WORTH_WORKERS", 0), ("_PART", 1), ("_PATIENCE", seconds), ("cores", lambda: 2)):
        monkeypatch.setattr(verification, name, value)
    assert problems(kept) == alone
    assert len(alone) > 3
    assert sorted(take_notices()) == sorted(noted)
    assert noted


def test_an_untouched_archive_is_as_it_was_recorded(kept: Path) -> None:
    assert problems(kept) == {}
    with open_archive(kept, create=True) as db:
        assert list(consistency.broken_index(db)) == []


@pytest.mark.parametrize(
    "column, value",
    [
        ("url_key", "'bao.example/x'"), ("requested_url", "'https://bao.example/x'"),
        ("final_url", "'https://bao.example/x'"), ("captured_at", "'2020-01-01T00:00:00Z'"), ("status", "500"),
        ("encoding", "'latin-1'"), ("etag", "'x'"), ("last_modified", "'x'"), ("via", "'[]'"), ("body_id", "2"),
    ],
)  # fmt: skip
def test_a_changed_capture_is_named(kept: Path, column: str, value: str) -> None:
    tamper(kept, f"UPDATE captures SET {column} = {value} WHERE id = 1")
    assert problems(kept)["captures 1"]


@pytest.mark.parametrize("column", ["request", "response"])
def test_changed_headers_are_named_by_their_capture(kept: Path, column: str) -> None:
    tamper(kept, f'UPDATE headers SET {column} = \'[["X", "y"]]\' WHERE capture_id = 2')
    assert problems(kept) == {"captures 2": "it is not what was sealed with run 1"}


@pytest.mark.parametrize("column, value", [
    ("started_at", "'2020-01-01T00:00:00Z'"), ("finished_at", "NULL"), ("outcome", "'failed'"), ("reason", "'x'"),
    ("software", "'{}'"), ("stats", "'{\"new\": 3}'"),
])  # fmt: skip
def test_a_changed_run_is_named(kept: Path, column: str, value: str) -> None:
    tamper(kept, f"UPDATE runs SET {column} = {value} WHERE id = 1")
    assert problems(kept) == {"runs 1": "the run or its seal was changed after it was sealed"}


def test_a_removed_capture_is_missed_with_its_place(kept: Path) -> None:
    tamper(kept, "DELETE FROM captures WHERE id = 5", "DELETE FROM headers WHERE capture_id = 5")
    assert problems(kept)["runs 2"] == "3 captures were sealed, 2 are here; missing: number 2 of the run"


def test_a_capture_put_in_is_named(kept: Path) -> None:
    tamper(
        kept,
        "INSERT INTO captures (run_id, outlet_id, url_key, requested_url, final_url, captured_at, status, outcome)"
        " VALUES (1, 1, 'bao.example/x', 'https://bao.example/x', 'https://bao.example/x', '2026-05-20T12:00:00Z', 404, 'gone')",
        "INSERT INTO headers SELECT max(id), '[]', '[]' FROM captures",
    )
    assert problems(kept) == {
        "captures 7": "it is not what was sealed with run 1",
        "runs 1": "3 captures were sealed, 4 are here",
    }


def _seal_made_anew(db: Database, run_id: int, previous: str | None) -> str:
    return digest_over(db, run_id, previous, [row for table in SEALED for _, row in row_digests(db, table, run_id)])


def test_a_seal_made_anew_breaks_the_one_after_it(kept: Path) -> None:
    """Whoever changes a run and computes its seal again has to compute all later ones too, and cannot those noted elsewhere."""
    with open_archive(kept) as db:
        noted = newest_seal(db)
    tamper(kept, "UPDATE runs SET reason = 'x' WHERE id = 1")
    with open_archive(kept) as db:
        forged = _seal_made_anew(db, 1, None)
    tamper(kept, f"UPDATE seals SET digest = '{forged}' WHERE run_id = 1")
    assert problems(kept) == {"seals 2": "the seal before it was changed or removed"}
    with open_archive(kept) as db:
        again = _seal_made_anew(db, 2, forged)
    tamper(kept, f"UPDATE seals SET digest = '{again}', previous = '{forged}' WHERE run_id = 2")
    assert problems(kept) == {}
    told = CliRunner().invoke(archive, ["verify", "--db", str(kept), "--seal", noted or ""])
    assert told.exit_code == 1
    assert "has no seal" in told.output


def test_a_removed_seal_is_missed(kept: Path) -> None:
    tamper(kept, "DELETE FROM seals WHERE run_id = 1")
    assert problems(kept) == {
        "seals 2": "the seal before it was changed or removed",
        "runs 1": "it has ended and has no seal",
    }


@pytest.mark.parametrize("column", ["headline", "lead", "body", "captions", "layout", "details"])
def test_changed_words_are_named(kept: Path, column: str) -> None:
    tamper(kept, f"UPDATE texts SET {column} = '[]' WHERE id = 1")
    assert "its words are not those of sha256:" in problems(kept)["texts 1"]


@pytest.mark.parametrize("statement, where", [
    ("UPDATE bodies SET data = substr(data, 1, 40) WHERE id = 1", "bodies 1"),
    ("UPDATE bodies SET digest = 'sha256:00' WHERE id = 1", "bodies 1"),
    ("UPDATE bodies SET size = 3 WHERE id = 1", "bodies 1"),
    ("UPDATE bodies SET data = (SELECT data FROM bodies WHERE id = 2) WHERE id = 1", "bodies 1"),
    ("UPDATE bodies SET codec = 'destroyed', data = x'' WHERE id = 1", "bodies 1"),
    ("UPDATE bodies SET codec = 'withheld', data = x'' WHERE id = 1", "bodies 1"),
    ("DELETE FROM bodies WHERE id = 1", "captures 1"),
    ("UPDATE versions SET number = 3 WHERE number = 2", "articles 1"),
    ("DELETE FROM versions WHERE number = 2", "articles 1"),
    ("UPDATE versions SET first_seen_at = '2020-01-01T00:00:00Z' WHERE id = 1", "versions 1"),
    ("UPDATE versions SET digest = 'sha256:00' WHERE id = 1", "versions 1"),
    ("DELETE FROM active_texts WHERE version_id = 1", "versions 1"),
    ("DELETE FROM texts WHERE id = 1", "versions 1"),
    ("UPDATE articles SET version_count = 5 WHERE id = 1", "articles 1"),
    ("UPDATE articles SET current_version_id = 1 WHERE id = 1", "articles 1"),
    ("UPDATE articles SET gone_since = NULL WHERE id = 2", "articles 2"),
    ("DELETE FROM tombstones WHERE id = 1", "articles 2"),
    ("UPDATE articles SET withdrawn_at = '2026-01-01T00:00:00Z' WHERE id = 3", "articles 3"),
    ("DELETE FROM aliases WHERE article_id = 1", "articles 1"),
    ("DELETE FROM headers WHERE capture_id = 1", "captures 1"),
    ("DELETE FROM successors", "versions 4"),
    ("UPDATE credits SET pictures = 7", "credits Trần Hà"),
    ("DELETE FROM credits", "credits Trần Hà"),
    ("INSERT INTO months VALUES (1, '', '2026-05', 9)", "months 2026-05"),
    ("UPDATE captures SET revisit_of = 1 WHERE outcome = 'revisit'", "captures 6"),
])  # fmt: skip
def test_what_no_longer_agrees_is_named(kept: Path, statement: str, where: str) -> None:
    tamper(kept, statement)
    assert where in problems(kept)


def test_words_that_are_not_in_the_index_are_missed(kept: Path) -> None:
    _take_from_index(kept)
    assert problems(kept) == {"search": "4 versions are shown, 3 are in the search index. `luubao upgrade` rebuilds it"}
    with open_archive(kept, create=True) as db:
        assert [problem.where for problem in consistency.broken_index(db)] == ["search"]


def _take_from_index(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute(
        "INSERT INTO search(search, rowid, headline, lead, body, captions, folded)"
        " SELECT 'delete', id, headline, lead, body, captions, folded FROM search_source WHERE id = 1"
    )
    db.commit()
    db.close()


def test_a_torn_file_is_told_and_is_no_traceback(kept: Path) -> None:
    with open_archive(kept, create=True) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(kept.read_bytes())
    data[8192:12288] = bytes(4096)
    kept.write_bytes(bytes(data))
    told = CliRunner().invoke(archive, ["verify", "--db", str(kept)])
    assert told.exit_code == 1
    assert told.exception is None or isinstance(told.exception, SystemExit), told.exception


def test_the_command_tells_the_newest_seal_and_exits_with_zero(kept: Path) -> None:
    told = CliRunner().invoke(archive, ["verify", "--db", str(kept), "--index"])
    with open_archive(kept) as db:
        seal = newest_seal(db)
    assert (told.exit_code, told.output) == (0, f"all is as it was recorded; newest seal: {seal}\n")
    assert CliRunner().invoke(archive, ["verify", "--db", str(kept), "--seal", str(seal)]).exit_code == 0


def test_the_command_names_what_is_wrong_and_exits_with_one(kept: Path) -> None:
    tamper(kept, "UPDATE headers SET request = '[]x' WHERE capture_id = 2")
    told = CliRunner().invoke(archive, ["verify", "--db", str(kept), "--json"])
    assert told.exit_code == 1
    assert json.loads(told.output)["problems"] == [
        {"where": "captures 2", "what": "it is not what was sealed with run 1"}
    ]


@pytest.mark.parametrize("statement", [
    "UPDATE runs SET reason = 'x'", "DELETE FROM runs", "UPDATE seals SET digest = 'x'", "DELETE FROM seals",
    ("INSERT INTO captures (run_id, outlet_id, url_key, requested_url, final_url, captured_at, status, outcome)"
     " VALUES (1, 1, 'x', 'x', 'x', 'x', 200, 'gone')"),
    "UPDATE tombstones SET reason = 'x'", "DELETE FROM tombstones", "UPDATE texts SET body = 'x'",
    "UPDATE texts SET body = ''", "DELETE FROM texts",
])  # fmt: skip
def test_what_is_sealed_refuses_to_change(kept: Path, statement: str) -> None:
    with open_archive(kept, create=True) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)


def test_an_interruption_is_no_damage(db: Database) -> None:
    def interrupted() -> Iterator[Problem]:
        db.conn.set_progress_handler(lambda: 1, 1)
        db.execute("SELECT count(*) FROM sqlite_master").fetchall()
        yield Problem("file", "")

    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        list(stop_at_damage(interrupted()))
    db.conn.set_progress_handler(None, 0)
