"""Runs under a clock that is wrong, in the same second, or killed before they brought anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlite_utils import Database

from archive import Link, Run, finish_run, ingest, start_run
from archive.frontier import change_rate_store, url_queue
from archive.frontier.dequeue import due
from archive.pipeline.verification import verify
from archive.queries import lookup
from archive.storage import connection
from tests.support import NOON, PAPER, Shoot, page, visit

HOME = "https://bao.example/"
PAGE = "https://bao.example/a-1.htm"


@pytest.fixture(autouse=True)
def nothing_is_wrong_at_the_end(db: Database) -> Iterator[None]:
    yield
    assert list(verify(db)) == []
    chain = db.execute("SELECT run_id, previous, digest FROM seals ORDER BY id").fetchall()
    assert [previous for _, previous, _ in chain] == [None, *(digest for *_, digest in chain)][:-1]


def visits(db: Database, shoot: Shoot, moment: datetime, body: str | None) -> list[str]:
    """A run that asks for what is due. Returns what that is."""
    run = start_run(db, PAPER, {}, moment)
    with connection.transaction(db):
        url_queue.note_links(db, run, HOME, [Link(PAGE)], moment)
    asked = [*due(db, run, moment, 10), *change_rate_store.rechecks(db, run, moment)]
    for url in asked:
        visit(db, run, shoot(url, body, captured_at=moment, status=200 if body else 404))
    end(db, run, moment)
    return asked


def end(db: Database, run: Run, moment: datetime) -> None:
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=moment)


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(days=3650)])
def test_a_clock_that_was_years_ahead_puts_nothing_off(db: Database, shoot: Shoot, ahead: timedelta) -> None:
    visits(db, shoot, NOON + ahead, page("Cầu mới", "Lần đầu.", dated=NOON))
    assert visits(db, shoot, NOON, page("Cầu mới", "Lần hai.", dated=NOON)) == [PAGE]
    assert visits(db, shoot, NOON + timedelta(hours=1), page("Cầu mới", "Lần ba.", dated=NOON)) == [PAGE]
    versions = lookup.versions_of(db, lookup.find_article(db, PAGE).id)
    assert [version.number for version in versions] == [1, 2, 3]
    assert db.execute("SELECT id FROM captures ORDER BY id").fetchall() == [(1,), (2,), (3,)]


def test_a_page_last_changed_in_the_future_is_not_asked_for_all_the_time(db: Database, shoot: Shoot) -> None:
    """It stays as it is. From the first look under a right clock on, ever more time lies between two."""
    visits(db, shoot, NOON + timedelta(days=400), page(dated=NOON))
    asked = [day for day in range(60) if visits(db, shoot, NOON + timedelta(days=day), page(dated=NOON))]
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert asked[0] == 0 and pauses == sorted(pauses) and pauses[-1] > 3


def test_a_disappearance_and_a_return_under_a_clock_that_goes_back(db: Database, shoot: Shoot) -> None:
    for hours, body in ((9, page()), (6, None), (3, page())):
        moment = NOON + timedelta(hours=hours)
        run = start_run(db, PAPER, {}, moment)
        ingest(db, run, shoot(PAGE, body, captured_at=moment, status=200 if body else 404))
        end(db, run, moment)
    assert lookup.find_article(db, PAGE).gone_since is None
    assert db.execute("SELECT count(*) FROM tombstones WHERE returned_at IS NOT NULL").fetchone() == (1,)


def test_two_runs_in_the_same_second(db: Database, shoot: Shoot) -> None:
    for body in ("Lần đầu.", "Lần hai.", "Lần hai."):
        run = start_run(db, PAPER, {}, NOON)
        ingest(db, run, shoot(PAGE, page("Cầu mới", body)))
        end(db, run, NOON)
    assert db.execute("SELECT outcome FROM captures ORDER BY id").fetchall() == [("fresh",), ("fresh",), ("revisit",)]
    versions = lookup.versions_of(db, lookup.find_article(db, PAGE).id)
    assert [version.number for version in versions] == [1, 2]
    assert db.execute("SELECT count(DISTINCT digest) FROM seals").fetchone() == (3,)


def test_a_run_killed_before_it_brought_anything(db: Database, shoot: Shoot) -> None:
    start_run(db, PAPER, {}, NOON)
    start_run(db, PAPER, {}, NOON)
    run = start_run(db, PAPER, {}, NOON)
    ingest(db, run, shoot(PAGE, page()))
    end(db, run, NOON)
    assert db.execute("SELECT run_id, capture_count FROM seals ORDER BY id").fetchall() == [(1, 0), (2, 0), (3, 1)]
    assert [one.outcome for one in lookup.runs(db)] == ["ok", "interrupted", "interrupted"]
