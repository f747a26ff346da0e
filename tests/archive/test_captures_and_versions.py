"""Keeping and filing: what an exchange brings, what a version is, what disappears, what returns."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Run, ingest, open_archive, start_run
from archive.model.errors import ArchiveMissing, ArchiveUnusable
from archive.pipeline.ingest import read_pending
from archive.pipeline.verification import verify
from archive.queries import lookup
from archive.storage.captures import capture_writer
from archive.storage.connection import transaction
from tests.support import NOON, Shoot, page

HOME = "https://bao.example/"
A, B = HOME + "a-1.htm", HOME + "chuyen-muc/b-2.htm"


def versions(db: Database) -> list[tuple[int, str | None]]:
    return [tuple(row) for row in db.execute("SELECT number, changed FROM versions ORDER BY id")]


def test_a_new_page_becomes_version_1(db: Database, run: Run, shoot: Shoot) -> None:
    ingested = ingest(db, run, shoot(A, page()))
    assert ingested.outcome == "fresh"
    assert ingested.filed is not None
    assert (ingested.filed.outcome, ingested.filed.version_number) == ("new", 1)
    (article,) = lookup.articles(db)
    assert (article.headline, article.url, article.version_count) == ("Cầu mới qua sông", A, 1)


def test_the_bytes_come_back_as_they_came(db: Database, run: Run, shoot: Shoot) -> None:
    body = page().encode() + b"\xff\x00 stray bytes"
    kept = capture_writer.keep(db, run, replace(shoot(A), body=body))
    assert capture_writer.kept_body(db, kept.capture_id) == body


def test_the_same_bytes_again_are_a_revisit_and_stored_once(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    assert ingest(db, run, shoot(A, page(), hours=1)).outcome == "revisit"
    assert db["bodies"].count == 1
    assert versions(db) == [(1, None)]
    assert lookup.articles(db)[0].last_seen_at == "2026-05-20T13:00:00Z"


def test_a_304_is_a_revisit_without_bytes(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    assert ingest(db, run, shoot(A, status=304, hours=2)).outcome == "not-modified"
    row = next(iter(db.query("SELECT revisit_of, body_id FROM captures WHERE status = 304")))
    assert row == {"revisit_of": 1, "body_id": 1}
    assert lookup.articles(db)[0].last_seen_at == "2026-05-20T14:00:00Z"


def test_a_clock_is_no_edit(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page(clock="08:00")))
    ingested = ingest(db, run, shoot(A, page(clock="09:00"), hours=1))
    assert ingested.filed is not None
    assert (ingested.outcome, ingested.filed.outcome) == ("fresh", "unchanged")
    assert versions(db) == [(1, None)]


def test_a_corrected_headline_is_the_next_version(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page("Cầu mới qua sông")))
    ingest(db, run, shoot(A, page("Cầu mới qua sông Con"), hours=1))
    assert versions(db) == [(1, None), (2, "headline")]
    (article,) = lookup.articles(db, edited=True)
    assert (article.headline, article.changed_at) == ("Cầu mới qua sông Con", "2026-05-20T13:00:00Z")


def test_an_edit_taken_back_is_a_version_of_its_own(db: Database, run: Run, shoot: Shoot) -> None:
    for hours, headline in enumerate(("Cầu mới", "Cầu cũ", "Cầu mới")):
        ingest(db, run, shoot(A, page(headline), hours=hours))
    assert versions(db) == [(1, None), (2, "headline"), (3, "headline")]
    digests = [row[0] for row in db.execute("SELECT digest FROM versions ORDER BY number")]
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize(
    ("status", "leads_to", "reason"),
    [
        (404, None, "status 404"),
        (410, None, "status 410"),
        (451, None, "status 451"),
        (302, HOME, "status 302, redirected to https://bao.example/"),
        (301, HOME + "index.html", "status 301, redirected to https://bao.example/index.html"),
        (301, "https://baokhac.example/a", "status 301, redirected to https://baokhac.example/a"),
    ],
)
def test_a_disappearance_is_recorded_and_the_text_stays(
    db: Database, run: Run, shoot: Shoot, status: int, leads_to: str | None, reason: str
) -> None:
    ingest(db, run, shoot(A, page()))
    ingested = ingest(db, run, shoot(A, status=status, final_url=leads_to or A, hours=3))
    assert (ingested.outcome, ingested.disappeared) == ("gone", leads_to is None)
    if leads_to:  # it may be a bad day: the next look decides
        assert lookup.articles(db, gone=True) == []
        assert ingest(db, run, shoot(A, status=status, final_url=leads_to, hours=16)).disappeared
    (article,) = lookup.articles(db, gone=True)
    assert (article.gone_since, article.gone_reason) == ("2026-05-20T15:00:00Z", reason)
    _, reading = lookup.reading_of(db, article.id)
    assert "Cầu dài 212 mét" in reading.text


def test_who_is_gone_since_monday_is_not_gone_since_tuesday(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    ingest(db, run, shoot(A, status=404, hours=1))
    assert not ingest(db, run, shoot(A, status=404, hours=25)).disappeared
    assert lookup.articles(db)[0].gone_since == "2026-05-20T13:00:00Z"


def test_an_article_returns_from_the_dead_without_a_new_version(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    ingest(db, run, shoot(A, status=404, hours=1))
    ingest(db, run, shoot(A, page(), hours=2))
    (article,) = lookup.articles(db)
    assert (article.gone_since, article.version_count) == (None, 1)


def test_a_server_error_buries_nobody(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    assert ingest(db, run, shoot(A, "<h1>Bad gateway</h1>", status=502, hours=1)).outcome == "error"
    assert lookup.articles(db)[0].gone_since is None


def test_a_moved_article_keeps_its_history_under_both_addresses(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    assert ingest(db, run, shoot(A, status=301, final_url=B, hours=1)).outcome == "redirect"
    ingest(db, run, shoot(B, page("Cầu mới, có sửa"), hours=1, via=(A,)))
    (article,) = lookup.articles(db)
    assert (article.url, article.version_count, article.gone_since) == (B, 2, None)
    assert lookup.find_article(db, A) == lookup.find_article(db, B) == article


def test_an_article_found_at_its_new_address_first_is_still_one(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    ingest(db, run, shoot(B, page(clock="10:00"), hours=1))
    ingest(db, run, shoot(A, status=301, final_url=B, hours=2))
    ingest(db, run, shoot(B, page(clock="11:00"), hours=2, via=(A,)))
    (article,) = lookup.articles(db)
    assert (article.version_count, article.gone_since) == (1, None)


def test_a_redirect_to_another_article_is_no_edit(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(A, page()))
    other = page("Giá chè tăng").replace("Cầu", "Chè").replace("Bà Nguyễn Thị Mận", "Ông Đỗ Văn Sửu")
    other = other.replace("Theo kế hoạch", "Theo hợp tác xã").replace("Sáng 20/5", "Chiều 19/5")
    ingest(db, run, shoot(B, other, hours=1, via=(A,)))
    first, second = sorted(lookup.articles(db), key=lambda article: article.id)
    assert (first.version_count, second.version_count) == (1, 1)
    assert first.gone_reason == f"redirected to {B}"
    assert db.table("articles").get(first.id)["moved_to_id"] == second.id


def test_one_canonical_address_on_every_page_merges_nothing(db: Database, run: Run, shoot: Shoot) -> None:
    wrong = '<link rel="canonical" href="https://bao.example/">'
    ingest(db, run, shoot(A, page().replace("<head>", "<head>" + wrong)))
    other = page("Giá chè tăng", "Giá chè búp tươi đầu vụ tăng gần gấp rưỡi so với năm ngoái.").replace("212", "999")
    other = other.replace("Bà Nguyễn", "Ông Đỗ").replace("Theo kế hoạch", "Theo báo cáo")
    ingest(db, run, shoot(B, other.replace("<head>", "<head>" + wrong), hours=1))
    assert [article.version_count for article in lookup.articles(db)] == [1, 1]


def test_what_was_kept_and_not_read_is_read_by_the_next_run(db: Database, run: Run, shoot: Shoot) -> None:
    capture_writer.keep(db, run, shoot(A, page()))  # and here the process was killed
    assert lookup.articles(db) == []
    assert read_pending(db, start_run(db, run.outlet, {}, NOON)) == 1
    assert [article.headline for article in lookup.articles(db)] == ["Cầu mới qua sông"]
    assert read_pending(db, run) == 0


def test_a_killed_run_is_recorded_as_interrupted(db: Database, run: Run) -> None:
    start_run(db, run.outlet, {}, NOON)
    assert [record.outcome for record in lookup.runs(db)] == ["running", "interrupted"]


@pytest.mark.parametrize("table", ["captures", "headers", "bodies", "texts", "versions"])
def test_the_record_cannot_be_rewritten(db: Database, run: Run, shoot: Shoot, table: str) -> None:
    ingest(db, run, shoot(A, page()))
    column = {"headers": "capture_id"}.get(table, "id")
    for attempt in (
        f"DELETE FROM {table}",
        f"UPDATE {table} SET {column} = {column} + 1",
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(attempt)


def test_a_new_extractor_makes_no_edit(db: Database, run: Run, shoot: Shoot) -> None:
    """The same page, read before by an extractor that saw another headline."""
    ingest(db, run, shoot(A, page()))
    _read_by_an_older_extractor(db)
    ingest(db, run, shoot(A, page(clock="10:00"), hours=1))
    assert versions(db) == [(1, None)]
    article = lookup.articles(db)[0]
    assert lookup.reading_of(db, article.id)[1].headline == "Cầu mới qua sông"
    assert [row[0] for row in db.execute("SELECT headline FROM texts ORDER BY id")] == ["cau moi", "Cầu mới qua sông"]


def _read_by_an_older_extractor(db: Database) -> None:
    """Rewrites the one text as if another extractor had read it: the guard is lifted for the forgery alone."""
    (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'texts_update_refused'").fetchone()
    db.execute("DROP TRIGGER texts_update_refused")
    db.execute("UPDATE texts SET headline = 'cau moi'")
    db.execute("UPDATE extractors SET name = 'an older one'")
    db.execute(guard)


def test_a_reading_survives_the_way_into_the_file_and_back(db: Database, run: Run, shoot: Shoot) -> None:
    figure = (
        '<figure><img src="/anh/cau.jpg" alt="cau"><figcaption>Cầu ngày thông xe. Ảnh: Hà Thu</figcaption></figure>'
    )
    ingested = ingest(db, run, shoot(A, page().replace("</p>", "</p>" + figure, 1)))
    (article,) = lookup.articles(db)
    assert lookup.reading_of(db, article.id)[1] == ingested.reading


def test_no_archive_is_a_sentence(path: Path) -> None:
    with pytest.raises(ArchiveMissing, match="there is no archive at"), open_archive(path):
        pass


def test_another_sqlite_file_is_refused(path: Path) -> None:
    Database(path).table("films").insert({"title": "x"})
    with pytest.raises(ArchiveUnusable, match="something else"), open_archive(path, create=True):
        pass


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("CREATE UNIQUE INDEX mine ON captures (url_key)", "its index mine forbids equal values in captures"),
        ("CREATE TABLE notes (article INTEGER REFERENCES articles(id))", "its table notes refers"),
        ("CREATE TABLE notes (version REFERENCES Versions ON DELETE RESTRICT)", "its table notes refers"),
    ],
)
def test_what_would_keep_luubao_from_writing_is_told_before_it_writes(
    db: Database, path: Path, own: str, said: str
) -> None:
    db.execute(own)
    with pytest.raises(ArchiveUnusable, match=said), open_archive(path, create=True):
        pass
    with open_archive(path) as reading:
        assert reading.execute("SELECT count(*) FROM captures").fetchone() == (0,)


def test_tables_and_indexes_of_one_s_own_do_no_harm(db: Database, path: Path) -> None:
    db.execute("CREATE INDEX mine ON captures (url_key)")
    db.execute("CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
    db.execute("CREATE TABLE notes (article REFERENCES articles(id) ON DELETE SET NULL, topic REFERENCES topics(id))")
    db.execute("CREATE TABLE seen (capture INTEGER REFERENCES captures(id))")  # no row of which is ever deleted
    with open_archive(path, create=True) as writing:
        assert writing.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_a_newer_archive_is_refused(db: Database, path: Path) -> None:
    db.execute("PRAGMA user_version = 99")
    with pytest.raises(ArchiveUnusable, match="newer luubao"), open_archive(path):
        pass


def test_what_is_no_sqlite_file_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be taken for one" * 20)
    with pytest.raises(ArchiveUnusable, match="cannot be opened"), open_archive(path):
        pass


def test_a_transaction_inside_another_fails_by_itself_and_lasts_with_the_outer_one(db: Database, path: Path) -> None:
    with transaction(db):
        db.execute("INSERT INTO extractors (name, first_used_at) VALUES ('kept', '2026-05-20T12:00:00Z')")
        with pytest.raises(ZeroDivisionError), transaction(db):
            db.execute("INSERT INTO extractors (name, first_used_at) VALUES ('lost', '2026-05-20T12:00:00Z')")
            raise ZeroDivisionError
        with open_archive(path) as elsewhere:
            assert elsewhere.execute("SELECT count(*) FROM extractors").fetchone() == (0,)
    with open_archive(path) as elsewhere:
        assert elsewhere.execute("SELECT name FROM extractors").fetchall() == [("kept",)]


@pytest.mark.parametrize("left", [b"", "a database without tables"])
def test_a_file_that_was_never_made_an_archive_is_told(path: Path, left: bytes | str) -> None:
    """What a first crawl leaves that is killed at once; the next one makes an archive of it."""
    path.write_bytes(b"")
    if left:
        empty = sqlite3.connect(path)
        empty.execute("PRAGMA journal_mode = WAL")
        empty.close()
    with pytest.raises(ArchiveMissing, match="is empty"), open_archive(path):
        pass
    with open_archive(path, create=True), open_archive(path):
        pass


def test_what_a_page_prints_anew_without_an_edit_is_derived_again(db: Database, run: Run, shoot: Shoot) -> None:
    def filed_under(section: str) -> str:
        return page().replace("<head>", f'<head><meta property="article:section" content="{section}">')

    for day, section in enumerate(("Kinh tế", "Xã hội", "Kinh tế", "Đời sống")):
        ingest(db, run, shoot(A, filed_under(section), 24 * day))
    assert db.execute("SELECT section, version_count FROM articles").fetchall() == [("Đời sống", 1)]
    assert list(verify(db)) == []


def test_a_copy_that_a_page_comes_to_call_canonical_is_where_the_article_stands(
    db: Database, run: Run, shoot: Shoot
) -> None:
    new = "https://bao.example/moi/cau.htm"
    declaring = page().replace("<head>", f'<head><link rel="canonical" href="{new}">')
    ingest(db, run, shoot(A, page()))
    ingest(db, run, shoot(new, page(), 24))
    ingest(db, run, shoot(A, declaring, 24.1))
    ingest(db, run, shoot(new, page(), 48))
    assert db.execute("SELECT url, version_count FROM articles").fetchall() == [(new, 1)]
    assert list(verify(db)) == []


def test_a_doubted_page_of_no_article_yet_is_filed_when_it_comes_again(db: Database, run: Run, shoot: Shoot) -> None:
    url = HOME + "cau-moi-qua-song-con-khanh-thanh"
    cut = "<p>".join(page().split("<p>")[:3]) + "</article></body></html>"
    ingest(db, run, shoot(url, page()))
    for day in (1, 2):
        ingest(db, run, shoot(url, cut, 24 * day))
        ingest(db, run, shoot(f"{url}?trang=2", cut, 24 * day + 0.1))
    assert versions(db) == [(1, None), (2, "body")]
    assert db.execute("SELECT count(*) FROM aliases").fetchone() == (2,)
    assert list(verify(db)) == []
