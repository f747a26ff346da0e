"""What is learned of an outlet's addresses outlives the run, in a table that stays small."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Run, open_archive, start_run, transaction
from archive.frontier.article_probability import LIKELY, article_probability_of, note_kind, note_yield, worth_asking
from tests.support import NOON, PAPER

SITE = "https://bao.example"
NEW = f"{SITE}/thoi-su/cau-moi-238405.htm"


@pytest.fixture
def run(db: Database) -> Run:
    return start_run(db, PAPER, {"luubao": "test"}, NOON)


def read_articles(db: Database, run: Run, count: int = 20) -> None:
    for number in range(count):
        note_kind(db, run, f"{SITE}/kinh-te/bai-{100_000 + number}.htm", "article")


def give_up_the_calendar(db: Database, run: Run) -> None:
    for day in range(1, 29):
        note_kind(db, run, f"{SITE}/lich/2026/3/{day}", "list")
        note_yield(db, run, f"{SITE}/lich/2026/3/{day}", 0)


def rows(db: Database) -> list[tuple[object, ...]]:
    return list(db.execute("SELECT level, name, articles, lists, others, barren FROM shapes ORDER BY 1, 2").fetchall())


def test_what_a_run_has_learned_the_next_one_knows(db: Database, run: Run, path: Path) -> None:
    assert article_probability_of(db, run, [NEW])[NEW] < LIKELY
    with transaction(db):
        read_articles(db, run)
    assert article_probability_of(db, run, [NEW])[NEW] > 0.9
    with open_archive(path, create=True) as again:
        later = start_run(again, PAPER, {}, NOON)
        assert article_probability_of(again, later, [NEW]) == article_probability_of(db, run, [NEW])


def test_a_row_for_every_shape_that_was_read(db: Database, run: Run) -> None:
    note_kind(db, run, NEW, "article")
    note_kind(db, run, f"{SITE}/thoi-su/trang-2.htm", "list")
    note_kind(db, run, f"{SITE}/thoi-su/trang-3.htm", "other")
    assert rows(db) == [
        ("family", "/thoi-su/w-##.htm", 1.0, 0.0, 0.0, 0.0),
        ("family", "/thoi-su/w-#.htm", 0.0, 1.0, 1.0, 0.0),
        ("form", "/w/w-##.htm", 1.0, 0.0, 0.0, 0.0),
        ("form", "/w/w-#.htm", 0.0, 1.0, 1.0, 0.0),
        ("tail", "w-#.htm", 0.0, 1.0, 1.0, 0.0),
        ("tail", "x-##.htm", 1.0, 0.0, 0.0, 0.0),
    ]


def test_what_is_rolled_back_leaves_no_row(db: Database, run: Run) -> None:
    with pytest.raises(ZeroDivisionError), transaction(db):
        note_kind(db, run, NEW, "article")
        _ = 1 / 0
    assert rows(db) == []


def test_what_was_given_up_is_explored_a_little_in_every_later_run(db: Database, run: Run) -> None:
    read_articles(db, run)
    give_up_the_calendar(db, run)
    days = [f"{SITE}/lich/2026/3/{day}" for day in range(29, 32)] + [f"{SITE}/lich/2026/3/3{day}" for day in range(9)]
    assert worth_asking(db, run, days) == []
    assert worth_asking(db, run, [NEW]) == [NEW]
    assert worth_asking(db, start_run(db, PAPER, {}, NOON), days) == days[:3]
    assert worth_asking(db, start_run(db, PAPER, {}, NOON), days) == days[:3]


def test_of_series_only_those_given_up_are_kept_and_only_as_long(db: Database, run: Run) -> None:
    read_articles(db, run)
    for page in range(2, 12):
        note_yield(db, run, f"{SITE}/kinh-te/trang-{page}.htm", 5)
    give_up_the_calendar(db, run)
    assert [row[:2] for row in rows(db) if row[0] == "series"] == [("series", "bao.example/lich/2026/3/#")]
    later = start_run(db, PAPER, {}, NOON)
    note_kind(db, later, f"{SITE}/kinh-te/bai-777777.htm", "article", found_on="bao.example/lich/2026/3/29")
    assert [row for row in rows(db) if row[0] == "series"] == []
    assert worth_asking(db, later, [f"{SITE}/lich/2026/3/30"] * 5) == [f"{SITE}/lich/2026/3/30"] * 5


def test_outlets_learn_apart(db: Database, run: Run) -> None:
    other = Run(run.id + 1, run.outlet_id + 1, run.outlet)
    db.execute(
        "INSERT INTO outlets (id, name, title, home_url, timezone) VALUES (?, 'b', 'B', 'https://b/', 'UTC')",
        [other.outlet_id],
    )
    read_articles(db, run)
    assert article_probability_of(db, other, [NEW])[NEW] < LIKELY
    assert article_probability_of(db, run, [NEW])[NEW] > LIKELY
