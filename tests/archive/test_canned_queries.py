"""The ten questions, asked of an archive whose answers a person worked out; and what is kept ready for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from archive import Capture, Image, Reading, Run
from archive.extract import extractor_name
from archive.model.records import Block
from archive.model.urls import url_key
from archive.pipeline.history_filing import file_urls
from archive.pipeline.ingest import file_reading, keep_capture
from archive.queries.canned_queries import QUESTIONS, TOPICS
from archive.storage.captures import capture_writer
from archive.storage.captures.kept_captures import Source
from archive.storage.schema import TABLES
from archive.storage.withdrawals.withdrawal import withdraw
from archive.text.recurring_blocks import Boilerplate
from tests.support import NOON

BRIDGE, MARKET, SCHOOL = (f"https://bao.example/{name}.htm" for name in ("cau", "cho", "truong"))
BODY = "Cầu dài 212 mét nối hai xã. Ông Đỗ Văn Cường cho biết tổng vốn là 412 tỷ đồng."

Show = Callable[..., int]


def story(headline: str, day: str, body: str = BODY, section: str | None = "Thời sự", *credits: str) -> Reading:
    images = tuple(Image(f"https://bao.example/{headline}{n}.jpg", "chú", by) for n, by in enumerate(credits))
    return Reading(
        "article", headline, "Sapo.", body, (Block("paragraph", body),), images,
        published_at=datetime.fromisoformat(day), section=section, extractor=extractor_name(),
    )  # fmt: skip


@pytest.fixture
def show(db: Database, run: Run) -> Show:
    """Files a reading of an address, so many days after noon; returns the capture's id."""

    def shown(url: str, reading: Reading, days: float) -> int:
        moment = NOON + timedelta(days=days)
        kept = capture_writer.keep(db, run, Capture(url, url, moment, 200, body=f"{url} {days}".encode()))
        file_reading(db, Source(kept.capture_id, run, url_key(url), url, moment), reading)
        return kept.capture_id

    return shown


def read_anew(db: Database, run: Run, capture_id: int, reading: Reading) -> None:
    """What a better reader sees in a capture."""
    (key,) = db.execute("SELECT url_key FROM captures WHERE id = ?", [capture_id]).fetchone()
    file_urls(db, run, [key], Boilerplate(), {capture_id: reading}, reason="a better reading")


@pytest.fixture
def ask(db: Database, run: Run, show: Show) -> Callable[..., list[tuple[object, ...]]]:
    """An archive of three articles: a bridge whose headline and then a sum were changed, a market that was edited after
    ninety days and is gone, a school of the year before."""
    bridge = story("Cầu mới", "2026-05-20T08:00:00+07:00", BODY, "Thời sự", "Hồng Gấm", "Hồng Gấm", "Thu Hà")
    show(SCHOOL, story("Trường cũ", "2025-12-31T23:30:00+07:00", "Lớp học của bà Mận ở bản xa.", "Xã hội", "Thu Hà"), 0)
    show(BRIDGE, bridge, 0)
    show(BRIDGE, replace(bridge, headline="Cầu Bến Gót"), 1)
    later = replace(bridge, headline="Cầu Bến Gót")
    body = BODY.replace("412 tỷ đồng", "421 tỷ đồng")
    show(BRIDGE, replace(later, text=body, blocks=(Block("paragraph", body),)), 3)
    market = story("Chợ phiên", "2026-05-16T06:00:00+07:00", "Chợ đông từ sớm, 412 tỷ đồng tiền hàng.")
    show(MARKET, market, 0)
    show(MARKET, replace(market, lead="Sapo khác."), 90)
    keep_capture(db, run, Capture(MARKET, MARKET, NOON + timedelta(days=100), 404, body=b"gone"))
    by_name = {question.name: question for question in QUESTIONS}

    def asked(which: str, /, **given: object) -> list[tuple[object, ...]]:
        question = by_name[which]
        return [tuple(row.values()) for row in db.query(question.sql, {**question.parameters, **given})]

    return asked


ANSWERS: list[tuple[str, dict[str, object], list[tuple[object, ...]]]] = [
    ("as_of", {"address": BRIDGE, "day": "2026-05-21"}, [(2, "2026-05-21T12:00:00Z", "Cầu Bến Gót", "Sapo.", BODY)]),
    ("as_of", {"address": BRIDGE, "day": "2026-05-19"}, []),
    ("headlines", {}, [("2026-05-21T12:00:00Z", "Cầu mới", "Cầu Bến Gót", BRIDGE, 2)]),
    ("headlines_by_year", {}, [("2026", 1)]),
    ("deletions", {}, [("2026-08-28T12:00:00Z", "Chợ phiên", "2026-05-16T06:00:00+07:00", MARKET, "status 404", 3)]),
    ("photographs_by", {"credit": "Thu Hà"}, [
        ("2026-05-20T08:00:00+07:00", "chú", "Cầu Bến Gót", "https://bao.example/Cầu mới2.jpg"),
        ("2025-12-31T23:30:00+07:00", "chú", "Trường cũ", "https://bao.example/Trường cũ0.jpg"),
    ]),
    ("photographers", {}, [("Hồng Gấm", 2), ("Thu Hà", 2)]),
    ("sections", {"first": "2025-01", "last": "2026-12"}, [("Thời sự", "2026-05", 2), ("Xã hội", "2025-12", 1)]),
    ("sections", {"first": "2026-01", "last": "2026-12"}, [("Thời sự", "2026-05", 2)]),
    ("named", {"name": "do van cuong"}, [("2026", 1)]),
    ("named", {"name": 'bà "Mận"'}, [("2025", 1)]),
    ("removed", {"phrase": "412 tỷ đồng"}, [("2026-05-23T12:00:00Z", 3, "Cầu Bến Gót", BRIDGE)]),
    ("gaps", {"outlet": "bao"}, [("2025-12-31", "2026-05-16", 135.0), ("2026-05-16", "2026-05-20", 3.0)]),
    ("gaps", {"outlet": "none"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "answer"), ANSWERS)
def test_answers(ask, name: str, given: dict[str, object], answer: list[tuple[object, ...]]) -> None:  # type: ignore[no-untyped-def]  # the fixture above
    assert ask(name, **given) == answer


@pytest.mark.parametrize("address", [BRIDGE, "http://www.bao.example/cau.htm/", "bao.example/cau.htm"])
def test_history_by_any_usual_spelling(ask, address: str) -> None:  # type: ignore[no-untyped-def]  # as above
    found = [(row[0], row[1], row[2], row[5]) for row in ask("history", address=address)]
    assert found == [
        (1, "2026-05-20T12:00:00Z", None, "Cầu mới"),
        (2, "2026-05-21T12:00:00Z", "headline", "Cầu Bến Gót"),
        (3, "2026-05-23T12:00:00Z", "body", "Cầu Bến Gót"),
    ]


def test_edits_of_a_span_and_the_longest_standing(ask) -> None:  # type: ignore[no-untyped-def]  # as above
    edits = [(row[0], row[1]) for row in ask("edited_between", since="2026-05-22", until="2026-08-19")]
    assert edits == [
        ("2026-08-18T12:00:00Z", "lead"),
        ("2026-05-23T12:00:00Z", "body"),
    ]
    assert [(row[0], row[4]) for row in ask("longest")] == [(90.0, MARKET), (2.0, BRIDGE), (1.0, BRIDGE)]


def counted(db: Database) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What is kept ready, counted anew."""
    pictures = db.execute(
        "SELECT credit, count(*) FROM photographs WHERE credit IS NOT NULL GROUP BY credit ORDER BY credit"
    )
    articles = db.execute(
        "SELECT outlet_id, coalesce(section, ''), substr(published_at, 1, 7), count(*) FROM articles"
        " WHERE published_at IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    return pictures.fetchall(), articles.fetchall()


def kept_ready(db: Database) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return (
        db.execute("SELECT credit, pictures FROM credits ORDER BY credit").fetchall(),
        db.execute("SELECT outlet_id, section, month, articles FROM months ORDER BY 1, 2, 3").fetchall(),
    )


def test_what_is_kept_ready_agrees_with_what_it_counts(ask, db: Database, run: Run, show: Show) -> None:  # type: ignore[no-untyped-def]  # as above
    assert kept_ready(db) == counted(db)
    bridge = story("Cầu Bến Gót", "2026-06-01T08:00:00+07:00", BODY, None, "Minh Châu")
    show(BRIDGE, bridge, 200)
    assert kept_ready(db) == counted(db)
    assert ("Minh Châu", 1) in kept_ready(db)[0]
    assert "Hồng Gấm" not in dict(kept_ready(db)[0])  # type: ignore[arg-type]  # rows of two
    read_anew(db, run, 4, story("Cầu", "2026-05-20T08:00:00+07:00"))
    assert kept_ready(db) == counted(db)


def test_a_better_reading_of_a_headline_corrects_the_change(db: Database, run: Run, show: Show) -> None:
    first = show(BRIDGE, story("Cầu mới - Tin nhanh", "2026-05-20T08:00:00+07:00"), 0)
    show(BRIDGE, story("Cầu mới", "2026-05-20T08:00:00+07:00"), 1)
    show(BRIDGE, story("Cầu Bến Gót", "2026-05-20T08:00:00+07:00"), 2)
    changes = "SELECT number, old_headline FROM headline_changes ORDER BY number"
    assert db.execute(changes).fetchall() == [(2, "Cầu mới - Tin nhanh"), (3, "Cầu mới")]
    read_anew(db, run, first, story("Cầu mới", "2026-05-20T08:00:00+07:00"))
    assert db.execute(changes).fetchall() == [(2, "Cầu mới")]  # the first was the reader's, and is none any more


def test_a_withdrawn_article_leaves_no_name_behind(ask, db: Database) -> None:  # type: ignore[no-untyped-def]  # as above
    withdraw(db, 2, "asked for", NOON, destroy=True)
    assert db.execute("SELECT credit FROM credits").fetchall() == [("Thu Hà",)]
    assert ask("headlines") == []
    assert db.execute("SELECT count(*) FROM versions WHERE old_headline <> ''").fetchone() == (0,)
    assert kept_ready(db) == counted(db)


def test_ten_topics_every_question_with_a_name_of_its_own() -> None:
    assert len(TOPICS) == 10
    names = {question.name for question in QUESTIONS}
    assert len(names) == len(QUESTIONS)
    assert not names & {table.name for table in TABLES}
