"""Every schema there ever was comes up to date with nothing lost; what is newer is refused."""

from __future__ import annotations

import lzma
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive import Capture, Run, ingest, open_archive, start_run
from archive.cli import archive
from archive.model.errors import ArchiveUnusable
from archive.pipeline.verification import verify
from archive.queries import article_search, lookup
from archive.storage.captures.capture_writer import kept_body
from archive.storage.connection import Database
from archive.storage.migrations import SCHEMA
from archive.storage.stored_bodies import compact
from tests.support import NOON, PAPER, Shoot, page

OLD = Path(__file__).parent / "old"


@pytest.fixture(params=sorted(OLD.glob("schema-*.db.xz")), ids=lambda file: file.name.partition(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    path.write_bytes(lzma.decompress(request.param.read_bytes()))
    return path


def schema_of(path: Path) -> dict[str, str]:
    db = sqlite3.connect(path)
    found = dict(db.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
    db.close()
    return found


def facts(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the first archives held, by the columns they had."""
    db = sqlite3.connect(path)
    questions_ = {
        "captures": "SELECT id, url_key, requested_url, final_url, captured_at, status, outcome, body_id, via FROM captures",
        "headers": "SELECT * FROM headers",
        "bodies": "SELECT id, digest, size FROM bodies",
        "versions": "SELECT id, article_id, number, capture_id, first_seen_at, digest, changed, headline FROM versions",
        "texts": "SELECT id, version_id, digest, headline, lead, body, captions, layout, details FROM texts",
        "articles": "SELECT id, headline, url, version_count, first_seen_at, changed_at, last_seen_at, gone_since FROM articles",
        "aliases": "SELECT outlet_id, url_key, article_id, since FROM aliases",
        "version_images": "SELECT version_id, position, image_id, caption, credit FROM version_images",
        "frontier": "SELECT outlet_id, url_key, url, due_at FROM frontier",
    }
    found = {name: db.execute(f"{query} ORDER BY 1, 2").fetchall() for name, query in questions_.items()}
    db.close()
    return found


def upgrade(path: Path) -> None:
    told = CliRunner().invoke(archive, ["upgrade", "--db", str(path)])
    assert told.exit_code == 0, told.output


def test_an_old_archive_keeps_every_fact(old: Path) -> None:
    before = facts(old)
    upgrade(old)
    assert facts(old) == before
    assert len(before["captures"]) == 13


def test_an_upgraded_archive_has_the_schema_of_a_new_one(old: Path, tmp_path: Path) -> None:
    upgrade(old)
    with open_archive(tmp_path / "new.db", create=True):
        pass
    assert schema_of(old) == schema_of(tmp_path / "new.db")


def test_an_upgraded_archive_proves_itself(old: Path) -> None:
    upgrade(old)
    with open_archive(old) as db:
        assert list(verify(db)) == []
        # the second of its three runs was killed, and is sealed all the same
        assert db.execute("SELECT run_id, capture_count FROM seals ORDER BY id").fetchall() == [(1, 4), (2, 4), (3, 5)]


def test_an_upgraded_archive_answers_as_before(old: Path) -> None:
    upgrade(old)
    with open_archive(old) as db:
        edited = lookup.find_article(db, "bao.example/a-1.htm")
        assert [version.number for version in lookup.versions_of(db, edited.id)] == [1, 2]
        assert lookup.find_article(db, "bao.example/c-3.htm").url == "https://bao.example/kinh-te/c-3.htm"
        assert [hit.url for hit in article_search.search(db, "quyt chin")] == ["https://bao.example/kinh-te/c-3.htm"]
        gone = db.execute("SELECT gone_at, reason, returned_at FROM tombstones").fetchall()
        assert gone == [("2026-05-22T12:12:00Z", "status 404", None)]
        page = kept_body(db, 2)
        assert page is not None and "Cầu mới qua sông Con".encode() in page


def test_an_upgraded_archive_can_be_crawled_into_and_compacted(old: Path) -> None:
    upgrade(old)
    with open_archive(old, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        body = kept_body(db, 2)
        assert body is not None
        again = Capture(
            "https://bao.example/a-1.htm", "https://bao.example/a-1.htm", NOON, 200, body=body + b"<!-- x -->"
        )
        assert ingest(db, run, again).outcome == "fresh"
        compact(db, [1])
        assert list(verify(db)) == []


EVIL = """
CREATE TRIGGER evil AFTER UPDATE ON captures BEGIN UPDATE texts SET body = 'false'; END;
CREATE TRIGGER worse AFTER INSERT ON extractors BEGIN UPDATE texts SET body = 'false'; END;
DROP TRIGGER captures_delete_refused;
CREATE TRIGGER captures_delete_refused BEFORE INSERT ON runs BEGIN UPDATE texts SET body = 'false'; END;
"""


def test_no_trigger_of_a_stranger_runs_while_an_old_archive_is_upgraded(old: Path, tmp_path: Path) -> None:
    before = facts(old)
    with closing(sqlite3.connect(old)) as db:
        db.executescript(EVIL)
    refused = CliRunner().invoke(archive, ["compact", "--db", str(old)])
    assert refused.exit_code == 1 and "is not a luubao archive" in refused.output
    told = CliRunner().invoke(archive, ["upgrade", "--db", str(old)])
    assert told.exit_code == 0, told.output
    assert {"evil", "worse", "captures_delete_refused"} <= set(told.output.replace(":", " ").split())
    assert facts(old) == before
    assert not {"trigger evil", "trigger worse"} & schema_of(old).keys()


@pytest.mark.parametrize("steps_taken", [True, False])
def test_a_view_in_the_place_of_a_table_is_refused_whatever_the_file_says_of_its_age(
    old: Path, steps_taken: bool
) -> None:
    if steps_taken:
        upgrade(old)
    with closing(sqlite3.connect(old)) as db:
        db.executescript(
            "PRAGMA legacy_alter_table = ON; ALTER TABLE captures RENAME TO former;"
            "CREATE VIEW captures AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"
            " SELECT former.* FROM former, r; PRAGMA user_version = 1"
        )
    for command in ("upgrade", "compact"):
        told = CliRunner().invoke(archive, [command, "--db", str(old)])
        assert told.exit_code == 1 and "is not a luubao archive" in told.output, told.output


def test_reading_an_old_archive_asks_for_the_upgrade_and_changes_nothing(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(ArchiveUnusable, match="luubao upgrade"), open_archive(old):
        pass
    assert old.read_bytes() == before


def test_a_step_that_fails_leaves_the_old_archive_whole(old: Path) -> None:
    """Here the second step finds a table of the name it wants to make."""
    db = sqlite3.connect(old)
    db.execute("CREATE TABLE seals (x)")
    db.commit()
    db.close()
    before = facts(old)
    told = CliRunner().invoke(archive, ["upgrade", "--db", str(old)])
    assert isinstance(told.exception, SystemExit) and told.exit_code == 1, told.exception
    assert facts(old) == before
    assert sqlite3.connect(old).execute("PRAGMA user_version").fetchone() == (1,)
    assert "table dictionaries" not in schema_of(old)


def test_what_newer_rules_may_tell_otherwise_is_filed_again(path: Path) -> None:
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for place in range(1, 5):
            url = f"https://bao.example/cau-{place}.htm"
            ingest(db, run, Capture(url, url, NOON, 200, body=page(f"Cầu số {place}").encode(), encoding="utf-8"))
        for place, kind in (1, "listing"), (2, "unconfirmed"), (3, "home"):
            db.execute("UPDATE readings SET kind = ? WHERE capture_id = ?", [kind, place])
        db.execute("DELETE FROM _sqlite_migrations WHERE name >= 'm013'")
        db.execute("DROP INDEX articles_moved")
        db.execute("PRAGMA user_version = 12")
    upgrade(path)
    with open_archive(path) as db:
        waiting = db.execute("SELECT url_key FROM unsettled ORDER BY 1").fetchall()
        assert waiting == [("bao.example/cau-1.htm",), ("bao.example/cau-2.htm",)]


def test_credits_are_counted_anew(path: Path) -> None:
    url, figure = (
        "https://bao.example/cau-1.htm",
        '<figure><img src="/cau.jpg"><figcaption>Cầu. Ảnh: Hà Thu</figcaption></figure>',
    )
    shown = page("Cầu mới").replace("</article>", f"{figure}</article>")
    with open_archive(path, create=True) as db:
        ingest(db, start_run(db, PAPER, {}, NOON), Capture(url, url, NOON, 200, body=shown.encode(), encoding="utf-8"))
        db.execute("UPDATE credits SET pictures = 5")
        db.execute("INSERT INTO credits (credit, pictures) VALUES ('Lê Minh', 2)")
        db.execute("DELETE FROM _sqlite_migrations WHERE name >= 'm015'")
        db.execute("PRAGMA user_version = 14")
    upgrade(path)
    with open_archive(path) as db:
        assert db.execute("SELECT credit, pictures FROM credits").fetchall() == [("Hà Thu", 1)]


def test_words_that_came_back_at_an_address_that_never_changed_are_filed_again(path: Path) -> None:
    """The last recheck of the mobile copy, whose bytes stayed, shows the third version and was counted for the first."""
    looks = ("a", "cũ"), ("m/a", "cũ"), ("a", "mới"), ("a", "cũ"), ("m/a", "cũ"), ("m/a", "cũ")
    with open_archive(path, create=True) as db:
        for day, (key, text) in enumerate(looks):
            url, moment = f"https://bao.example/{key}.htm", NOON + timedelta(days=day)
            body = page("Tin cầu", f"Chuyện {text} ở bến đò bên sông, nơi người làng chờ nhau mỗi sáng. " * 4).encode()
            ingest(db, start_run(db, PAPER, {}, moment), Capture(url, url, moment, 200, body=body, encoding="utf-8"))
        db.execute("DELETE FROM readings WHERE capture_id = 6")
        db.execute("DELETE FROM _sqlite_migrations WHERE name >= 'm016'")
        db.execute("PRAGMA user_version = 15")
    upgrade(path)
    with open_archive(path) as db:
        waiting = db.execute("SELECT url_key FROM unsettled ORDER BY 1").fetchall()
    assert waiting == [("bao.example/a.htm",), ("bao.example/m/a.htm",)]


def test_edited_gone_and_doubted_articles_are_filed_again_by_the_rules_of_today(path: Path) -> None:
    def capture(key: str, day: int, text: str, **facts: Any) -> Capture:
        url, moment = f"https://bao.example/{key}.htm", NOON + timedelta(days=day)
        body = page(f"Tin {key}", f"Chuyện {text} ở bến đò bên sông, nơi người làng chờ nhau mỗi sáng. " * 4).encode()
        return replace(Capture(url, url, moment, 200, body=body, encoding="utf-8"), **facts)

    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for key in ("cau", "che", "lu", "muc"):
            ingest(db, run, capture(key, 0, key))
        ingest(db, run, capture("cau", 1, "cầu mới"))
        ingest(db, run, capture("che", 1, "", status=404, body=None))
        words = "Hệ thống của chúng tôi đang được nâng cấp, mong quý độc giả quay lại sau ít phút. " * 3
        other = f"<html><body><article><h1>Trang đang bảo trì</h1><p>{words}</p></article></body></html>"
        ingest(db, run, capture("lu", 1, "lũ", body=other.encode()))
        assert [count for (count,) in db.execute("SELECT count(*) FROM readings WHERE doubt IS NOT NULL")] == [1]
        db.execute("DELETE FROM _sqlite_migrations WHERE name >= 'm017'")
        db.execute("PRAGMA user_version = 16")
    upgrade(path)
    with open_archive(path) as db:
        waiting = db.execute("SELECT url_key FROM unsettled ORDER BY 1").fetchall()
    assert waiting == [(f"bao.example/{key}.htm",) for key in ("cau", "che", "lu")]


def test_a_newer_archive_is_refused_and_left_alone(path: Path) -> None:
    with open_archive(path, create=True) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(ArchiveUnusable, match="newer luubao"), open_archive(path, create=create):
            pass
    assert path.read_bytes() == before


def test_every_schema_before_this_one_has_its_witness() -> None:
    """When a schema is released its file goes into `old/`; 1 was, the later ones are of this release."""
    assert sorted(file.name for file in OLD.glob("schema-*.db.xz")) == ["schema-1.db.xz"]


def test_an_upgrade_restores_what_was_taken_from_the_schema(path: Path, db: Database, run: Run, shoot: Shoot) -> None:
    """A trigger of the search index, one that guards, an index, and a view that returns something else."""
    ingest(db, run, shoot("https://bao.example/a-1.htm", page("Cầu mới")))
    sound = schema_of(path)
    for taken in ("TRIGGER active_texts_added", "TRIGGER captures_update_refused", "VIEW edits"):
        db.execute(f"DROP {taken}")
    db.execute("CREATE VIEW edits AS SELECT 1 AS article_id")
    ingest(db, run, shoot("https://bao.example/b-2.htm", page("Xưởng gốm")))  # which the search index does not hear of
    db.conn.commit()
    told = CliRunner().invoke(archive, ["upgrade", "--db", str(path)])
    assert told.exit_code == 0, told.output
    for name in ("trigger active_texts_added", "trigger captures_update_refused", "view edits"):
        assert f"{name} was missing or changed, and is restored" in told.output
    assert schema_of(path) == sound
    with open_archive(path) as again:
        assert list(verify(again)) == []
        assert again.execute("SELECT count(*) FROM search WHERE search MATCH 'xuong'").fetchone() == (1,)
