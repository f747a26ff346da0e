"""Whether the newspaper announced an edit: by a note, by its modified time, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive import Run, ingest
from archive.cli import archive
from archive.diff.compare import announcement
from archive.model.records import Block, Reading
from archive.queries import lookup
from tests.support import Shoot, page

URL = "https://bao.example/a-1.htm"


def reading(*paragraphs: str, modified: int | None = None) -> Reading:
    blocks = tuple(Block("paragraph", text) for text in paragraphs)
    moment = datetime(2026, 5, 20, modified, tzinfo=UTC) if modified else None
    return Reading("article", "Cầu mới", blocks=blocks, modified_at=moment)


@pytest.mark.parametrize(
    "note",
    [
        "Đính chính: Cầu dài 214 mét, không phải 212 mét.",
        "* ĐÍNH CHÍNH",
        "(Cập nhật: thêm ý kiến của chủ đầu tư)",
        "Bài viết này đã được cập nhật lúc 10 giờ ngày 20/5.",
        "Correction: An earlier version gave a wrong length.",
        "This article was amended on 20 May 2026.",
        "Editor’s note: the length was corrected.",
        "[Update: the ministry replied.]",
        "Anmerkung der Redaktion: In einer früheren Version …",
        "Cet article a été modifié le 20 mai.",
    ],
)
def test_a_new_note_announces_an_edit(note: str) -> None:
    assert announcement(reading("Cầu dài 212 mét."), reading("Cầu dài 214 mét.", note)) == "note"


@pytest.mark.parametrize(
    "words",
    [
        "Sở đã cập nhật bản đồ ngập lụt.",
        "Bộ trưởng yêu cầu báo cáo đính chính thông tin.",
        "Correctional officers met on Monday.",
        "Cập nhật kiến thức cho cán bộ xã là việc cần làm.",
        "Updates to the road begin in May.",
    ],
)
def test_words_of_the_article_itself_announce_nothing(words: str) -> None:
    assert announcement(reading("Cầu dài 212 mét."), reading("Cầu dài 214 mét.", words)) == "none"


def test_a_note_that_stood_before_does_not_announce_the_next_edit() -> None:
    note = "Đính chính: cầu ở huyện Tam Sông."
    assert announcement(reading("212 mét.", note), reading("214 mét.", note)) == "none"


def test_a_new_modified_time_announces_less() -> None:
    assert announcement(reading("212 mét.", modified=8), reading("214 mét.", modified=9)) == "time"
    assert announcement(reading("212 mét.", modified=8), reading("214 mét.", modified=8)) == "none"
    assert announcement(reading("212 mét.", modified=8), reading("214 mét.")) == "none"


FIRST = "Cây cầu dài 212 mét khánh thành sáng nay ở huyện Tam Sông bên bờ bắc của con sông Con."
SECOND = FIRST.replace("212", "214")
THIRD = SECOND.replace("bắc", "nam")


@pytest.fixture
def edited(db: Database, run: Run, shoot: Shoot) -> Database:
    """One article with an edit that nobody announced, then one with a note."""
    ingest(db, run, shoot(URL, page("Cầu mới", FIRST)))
    ingest(db, run, shoot(URL, page("Cầu mới", SECOND), 24))
    noted = page("Cầu mới", THIRD).replace(
        "</article>", "<p>Đính chính: cầu ở bờ nam, không phải bờ bắc.</p></article>"
    )
    ingest(db, run, shoot(URL, noted, 48))
    ingest(db, run, shoot("https://bao.example/a-2.htm", page("Cầu cũ")))
    return db


def test_the_archive_keeps_it_with_each_edit(edited: Database) -> None:
    rows = edited.execute("SELECT number, announced, stood_days FROM edits ORDER BY number").fetchall()
    assert rows == [(2, "none", 1.0), (3, "note", 1.0)]
    assert [article.url for article in lookup.articles(edited, unannounced=True)] == [URL]


def test_upgrade_measures_the_edits_of_an_older_archive(edited: Database) -> None:
    edited.execute("UPDATE versions SET announced = NULL")
    edited.conn.commit()
    path = edited.execute("PRAGMA database_list").fetchone()[2]
    told = CliRunner().invoke(archive, ["upgrade", "--db", path])
    assert told.exit_code == 0, told.output
    assert edited.execute("SELECT announced FROM versions ORDER BY id").fetchall() == [
        (None,), ("none",), ("note",), (None,)
    ]  # fmt: skip


def test_verify_names_a_changed_one(edited: Database) -> None:
    edited.execute("UPDATE versions SET announced = 'note' WHERE number = 2")
    edited.conn.commit()
    path = edited.execute("PRAGMA database_list").fetchone()[2]
    told = CliRunner().invoke(archive, ["verify", "--db", path])
    assert told.exit_code != 0
    assert "announced is 'note', derived again 'none'" in told.output
