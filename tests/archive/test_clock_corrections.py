"""Clocks that were wrong: what a run saw stands in its place in time, whichever of two clocks was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import finish_run, open_archive, start_run
from archive.model import clock
from archive.monitor.outlet_states import outlet_status
from archive.pipeline.ingest import read_pending
from archive.pipeline.merging import merge
from archive.queries.outlets_followed import outlet_facts
from archive.storage.run_rows import correct_clocks
from crawler.run.run_verdict import wrong_clocks
from tests.support import PAPER, new_archive, page, shoot, visit

NOON = datetime(2029, 5, 20, 12, 0, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)


@pytest.fixture(autouse=True)
def the_clock_is_right_again() -> Iterator[None]:
    yield
    clock._behind = timedelta()


def crawl(db: Database, words: str, moment: datetime, true: datetime | None, status: int = 200) -> list[str]:
    """One run of a paper's one article, and what is said of clocks. at: by this machine's clock; true: by the paper's
    own, which it may not tell."""
    told, moment = put_right(db, moment)
    run = start_run(db, PAPER, {}, moment)
    read_pending(db, run)
    named = (("Date", format_datetime(true, usegmt=True)),) if true else ()
    seen = replace(shoot(body=page(body=words * 3)), captured_at=moment, headers=named, status=status)
    visit(db, run, seen)
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=moment + timedelta(seconds=5))
    return told


def put_right(db: Database, moment: datetime) -> tuple[list[str], datetime]:
    """As a run does at its beginning; and what it takes the time for then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment + clock._behind)
        told = list(wrong_clocks(correct_clocks(db, PAPER)))
        return told, clock.now()


def states(db: Database) -> list[tuple[str, str]]:
    """The article's versions in order: when each was first seen, and the first word of what stood."""
    rows = db.execute(
        "SELECT versions.first_seen_at, substr(body, 1, instr(body, ' ') - 1) FROM versions JOIN active_texts"
        " ON active_texts.version_id = versions.id JOIN texts ON texts.id = text_id ORDER BY versions.number"
    )
    return [(str(moment), str(word)) for moment, word in rows.fetchall()]


WORDS = [f"{word} tin về cây cầu mới qua sông, nơi hai bờ chờ nhau đã lâu. " for word in ("Một", "Hai", "Ba", "Bốn")]


@pytest.mark.parametrize("witness", [True, False])
def test_what_was_seen_by_a_clock_that_was_ahead_comes_before_what_was_seen_later(
    tmp_path: Path, witness: bool
) -> None:
    true = NOON if witness else None
    with open_archive(new_archive(tmp_path / "a.db"), create=True) as db:
        assert crawl(db, WORDS[0], NOON + YEAR, true) == []
        (told,) = crawl(db, WORDS[1], NOON + DAY, true and true + DAY)
        assert "2030-05-20" in told and "2029-05-21" in told and "ahead" in told
        assert crawl(db, WORDS[2], NOON + 2 * DAY, true and true + 2 * DAY) == []  # said once
        found = states(db)
        assert [word for _, word in found] == ["Một", "Hai", "Ba"]
        assert [moment for moment, _ in found] == [
            "2029-05-21T11:59:59Z",
            "2029-05-21T12:00:00Z",
            "2029-05-22T12:00:00Z",
        ]
        (seen, stood) = db.execute(
            "SELECT last_seen_at, min(stood_days) FROM articles JOIN versions ON article_id = articles.id"
        ).fetchone()
        assert seen == "2029-05-22T12:00:00Z" and stood >= 0
        (kept,) = db.execute("SELECT captured_at FROM captures ORDER BY id LIMIT 1").fetchone()
        assert kept == "2030-05-20T12:00:00Z"  # what was written down when it came


@pytest.mark.parametrize(
    ("lost", "witness"),
    [(datetime(1971, 1, 1, tzinfo=UTC), True), (datetime(1971, 1, 1, tzinfo=UTC), False), (NOON - 99 * DAY, True)],
)
def test_a_machine_that_has_lost_the_time_counts_on_from_the_run_before(
    tmp_path: Path, lost: datetime, witness: bool
) -> None:
    true = NOON if witness else None
    with open_archive(new_archive(tmp_path / "a.db"), create=True) as db:
        crawl(db, WORDS[0], NOON, true)
        (told,) = crawl(db, WORDS[1], lost, true and true + DAY)
        assert f"{lost:%Y-%m-%d} 00:00" in told.replace("12:00", "00:00") and "behind" in told
        clock._behind = timedelta()
        assert crawl(db, WORDS[2], NOON + 2 * DAY, NOON + 2 * DAY) == []
        assert states(db) == [
            ("2029-05-20T12:00:00Z", "Một"), ("2029-05-20T12:00:01Z", "Hai"), ("2029-05-22T12:00:00Z", "Ba"),
        ]  # fmt: skip


def test_one_run_far_ahead_hides_neither_an_end_nor_that_runs_are_missing(tmp_path: Path) -> None:
    with open_archive(new_archive(tmp_path / "a.db"), create=True) as db:
        for day in range(4):
            crawl(db, WORDS[0], NOON + day * DAY, NOON + day * DAY)
        crawl(db, WORDS[1], NOON + 4 * DAY + YEAR, NOON + 4 * DAY)
        crawl(db, "", NOON + 5 * DAY, NOON + 5 * DAY, status=404)
        assert [word for _, word in states(db)] == ["Một", "Hai"]
        (gone,) = db.execute("SELECT gone_since FROM articles").fetchone()
        assert gone == clock.stamp(NOON + 5 * DAY)
        (facts,) = outlet_facts(db, NOON, NOON + 9 * DAY)
        assert [run.started_at for run in facts.runs] == sorted(run.started_at for run in facts.runs)
        assert outlet_status(facts, NOON + 9 * DAY).state == "overdue"


def test_an_archive_that_takes_it_over_believes_the_same(tmp_path: Path) -> None:
    paths = [new_archive(tmp_path / name) for name in ("a.db", "b.db")]
    with open_archive(paths[0], create=True) as db:
        crawl(db, WORDS[0], NOON + YEAR, NOON)
        for day in (1, 2):
            crawl(db, WORDS[day], NOON + day * DAY, NOON + day * DAY)
        found = states(db)
    merge(paths[1], paths[0], pictures=tmp_path / "pictures", other_pictures=None)
    with open_archive(paths[1]) as db:
        assert states(db) == found


def test_nobody_s_clock_was_ahead_by_more_than_time_there_is(tmp_path: Path) -> None:
    paths = [new_archive(tmp_path / name) for name in ("a.db", "b.db")]
    with open_archive(paths[0], create=True) as db:
        crawl(db, WORDS[0], NOON, NOON)
        db.execute("UPDATE runs SET clock_ahead = ?", [2**60])
    merge(paths[1], paths[0], pictures=tmp_path / "pictures", other_pictures=None)
    with open_archive(paths[1]) as db:
        assert [word for _, word in states(db)] == ["Một"]
        assert db.execute("SELECT clock_ahead FROM runs").fetchall() == [(None,)]


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Foo 2026", "Wed, 20 May 99999 12:00:00 GMT", "\udcff"])
def test_a_date_that_is_none_is_no_witness(tmp_path: Path, date: str) -> None:
    with open_archive(new_archive(tmp_path / "a.db"), create=True) as db:
        run = start_run(db, PAPER, {}, NOON + YEAR)
        visit(db, run, replace(shoot(body=page(body=WORDS[0])), captured_at=NOON + YEAR, headers=(("Date", date),)))
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + YEAR)
        (told,) = crawl(db, WORDS[1], NOON, None)
        assert "ahead" in told
