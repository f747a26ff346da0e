"""Which headline stood in which place of the front page, from when to when: from captures alone, in any order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import Capture, Run, finish_run, ingest, open_archive, start_run
from archive.cli import archive
from archive.extract import read_page
from archive.model.records import Unreadable
from archive.pipeline.history_filing import judge_run
from archive.pipeline.merging import Arrivals, merge
from archive.pipeline.verification import verify
from archive.text.recurring_blocks import Boilerplate
from tests.support import NOON, PAPER, Shoot, page

HOME = "https://bao.example/"
BRIDGE, MARKET, SCHOOL = (f"{HOME}{name}.htm" for name in ("cau-12345", "cho-12346", "truong-12347"))
NAMES = {
    BRIDGE: "Cầu mới bắc qua sông Con",
    MARKET: "Chợ huyện dời về bến cũ",
    SCHOOL: "Trường làng mở lại sau lũ",
}


def front(*links: str, **renamed: str) -> str:
    """A front page with these headlines in this order. renamed: other words for the bridge's."""
    cards = "".join(
        f'<div class="tin"><a href="{url}?utm_source=home"><img src="/nho{url[-9:-4]}.jpg"></a>'
        f'<h2><a href="{url}">{renamed.get("bridge", NAMES[url]) if url == BRIDGE else NAMES[url]}</a></h2>'
        f"<p>Đoạn dẫn của bài này trên trang nhất, dài hơn bốn mươi chữ cái.</p></div>"
        for url in links
    )
    menu = '<nav><a href="/xay-dung-dang-va-chinh-quyen-5">Xây dựng Đảng và chính quyền</a></nav>'
    read = f'<div class="box doc-nhieu"><a href="{SCHOOL}?a=1">Bài được đọc nhiều nhất tuần này</a></div>'
    return f"<html><body>{menu}{cards}{read}</body></html>"


def looks(shoot: Shoot) -> list[Capture]:
    """Five looks: the bridge leads, the market takes its place, the first page again, a 304, the bridge renamed."""
    return [
        shoot(HOME, front(BRIDGE, SCHOOL), 0),
        shoot(HOME, front(MARKET, BRIDGE, SCHOOL), 1),
        shoot(HOME, front(BRIDGE, SCHOOL), 2),
        shoot(HOME, None, 3, status=304),
        shoot(HOME, front(BRIDGE, SCHOOL, bridge="Cầu mới bị nứt sau ba ngày"), 4),
    ]


EXPECTED = [
    (1, NAMES[BRIDGE], "12:00", "12:00", "13:00"),
    (1, NAMES[MARKET], "13:00", "13:00", "14:00"),
    (1, NAMES[BRIDGE], "14:00", "15:00", "16:00"),
    (1, "Cầu mới bị nứt sau ba ngày", "16:00", "16:00", None),
    (2, NAMES[SCHOOL], "12:00", "12:00", "13:00"),
    (2, NAMES[BRIDGE], "13:00", "13:00", "14:00"),
    (2, NAMES[SCHOOL], "14:00", "16:00", None),
    (3, NAMES[SCHOOL], "13:00", "13:00", "14:00"),
]


def placements(db: Database) -> list[tuple[Any, ...]]:
    rows = db.execute(
        "SELECT position, headline, substr(first_seen_at, 12, 5), substr(last_seen_at, 12, 5), substr(gone_at, 12, 5)"
        " FROM placements ORDER BY position, first_seen_at"
    )
    return rows.fetchall()


def crawled(path: Path, captures: list[Capture]) -> Path:
    with open_archive(path, create=True) as db:
        for capture in captures:  # a run each, as an hourly crawl has
            run = start_run(db, PAPER, {}, capture.captured_at)
            ingest(db, run, capture)
            judge_run(db, run)
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=capture.captured_at)
    return path


def test_a_list_is_read_headline_by_headline_with_text_and_picture() -> None:
    reading = read_page(front(BRIDGE, SCHOOL), HOME)
    assert isinstance(reading, Unreadable) and reading.reason == "home" and reading.teasers is not None
    assert [(teaser.url, teaser.headline) for teaser in reading.teasers] == [
        (BRIDGE, NAMES[BRIDGE]),
        (SCHOOL, NAMES[SCHOOL]),
    ]
    assert reading.teasers[0].picture == f"{HOME}nho12345.jpg"
    assert (reading.teasers[0].summary or "").startswith("Đoạn dẫn của bài này")


@pytest.mark.parametrize("body", ["", "<html>", "<html><a href='http://[::1'>Ba chữ dài đủ mười lăm</a></html>"])
def test_a_broken_list_has_no_teasers_and_no_error(body: str) -> None:
    reading = read_page(body, HOME)
    assert isinstance(reading, Unreadable) and not reading.teasers


def test_a_crawl_an_import_out_of_order_and_a_merge_give_the_same_placements(tmp_path: Path, shoot: Shoot) -> None:
    captures = looks(shoot)
    with open_archive(crawled(tmp_path / "crawl.db", captures)) as db:
        assert placements(db) == EXPECTED
        assert list(verify(db)) == []
    other = tmp_path / "import.db"
    with open_archive(other, create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        arrivals = Arrivals(db, run, Boilerplate())
        for number in (4, 0, 2, 1):
            arrivals.arrive(captures[number], None)
        arrivals.file_pending()
        arrivals.arrive(captures[3], None)
        arrivals.file_pending()
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
        assert placements(db) == EXPECTED
    half = crawled(tmp_path / "half.db", captures[:2])
    rest = crawled(tmp_path / "rest.db", captures[2:])
    merge(half, rest, pictures=tmp_path / "half.pictures", other_pictures=None)
    with open_archive(half) as db:
        assert placements(db) == EXPECTED


def test_reread_fills_an_archive_that_had_none_and_changes_nothing_else(tmp_path: Path, shoot: Shoot) -> None:
    path = crawled(tmp_path / "old.db", looks(shoot))
    with open_archive(path, create=True) as db:  # as an archive of an older luubao after `luubao upgrade`
        for table in ("placement_spans", "list_readings", "teasers", "list_pages"):
            db.execute(f"DELETE FROM {table}")
        db.execute("UPDATE extractors SET name = 'an older reader'")
        db.conn.commit()
    told = CliRunner().invoke(archive, ["reread", "--db", str(path)])
    assert told.exit_code == 0, told.output
    with open_archive(path) as db:
        assert placements(db) == EXPECTED


@pytest.mark.parametrize(
    "change", ["position = position + 7", "gone_at = NULL", "last_seen_at = '2026-05-21T00:00:00Z'"]
)
def test_verify_tells_of_a_placement_that_no_capture_shows(tmp_path: Path, shoot: Shoot, change: str) -> None:
    with open_archive(crawled(tmp_path / "a.db", looks(shoot)), create=True) as db:
        db.execute(f"UPDATE placement_spans SET {change} WHERE id = 1")
        db.conn.commit()
        assert "placement_spans 1" in {problem.where for problem in verify(db)}


@pytest.mark.parametrize("how", [[], ["--destroy", "--yes"]])
def test_a_withdrawn_article_leaves_no_words_in_its_place(tmp_path: Path, shoot: Shoot, how: list[str]) -> None:
    path = tmp_path / "a.db"
    crawled(path, [*looks(shoot)[:2], shoot(BRIDGE, page(NAMES[BRIDGE]), 2)])
    told = CliRunner().invoke(archive, ["withdraw", BRIDGE, "--reason", "x", *how, "--db", str(path)])
    assert told.exit_code == 0, told.output
    crawled(path, [shoot(HOME, front(BRIDGE, bridge="Cầu mới bị nứt sau ba ngày"), 5)])
    with open_archive(path) as db:
        assert "Cầu mới" not in str(db.execute("SELECT * FROM teasers").fetchall())
        assert BRIDGE not in {row[0] for row in db.execute("SELECT url FROM placements").fetchall()}
        assert list(verify(db)) == []
    if not how:
        CliRunner().invoke(archive, ["withdraw", BRIDGE, "--restore", "--db", str(path)])
        with open_archive(path) as db:
            assert NAMES[BRIDGE] in {row[1] for row in placements(db)}


def test_a_run_with_a_wrong_clock_is_put_in_its_place(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(HOME, front(BRIDGE, SCHOOL), 10))
    judge_run(db, run)
    db.execute("UPDATE runs SET clock_ahead = 36000")
    later = start_run(db, PAPER, {}, NOON)
    ingest(db, later, shoot(HOME, front(MARKET), 1))
    judge_run(db, later)
    assert [row[1:3] for row in placements(db) if row[0] == 1] == [(NAMES[BRIDGE], "12:00"), (NAMES[MARKET], "13:00")]
