"""What rechecks teach is kept in a table of fixed size, with every look, and fades."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from archive import Run, start_run
from archive.frontier.change_rate_store import change_rates_of, learn_check, rechecks, runs_a_day
from archive.frontier.schedule import State
from archive.model import clock
from archive.model.change_rate import BUCKETS, Bucket
from archive.storage.connection import transaction
from tests.support import NOON, PAPER


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def state(hours: float, *, lastmod: float | None = None) -> State:
    """An article published at noon, first read then, last looked at `hours` later."""
    checked = after(hours=hours)
    return State("article", NOON, NOON, checked, checks=1, lastmod=None if lastmod is None else after(hours=lastmod))


def learn(db: Database, run: Run, before: State, changed: bool, moment: datetime) -> None:
    with transaction(db):
        learn_check(db, run, change_rates_of(db, run.outlet_id), before, changed, moment)


def test_looks_add_up(db: Database, run: Run) -> None:
    for changed in (False, True, False):
        learn(db, run, state(0), changed, after(hours=2))
    tally = change_rates_of(db, run.outlet_id).tallies[Bucket(0, 0)]
    assert [tally.looks, tally.days] == pytest.approx([3, 0.25])
    assert tally.changes == pytest.approx(1.0, abs=0.05)


def test_what_was_learned_changes_the_rates(db: Database, run: Run) -> None:
    before = change_rates_of(db, run.outlet_id).rates[Bucket(0, 0)]
    for _ in range(200):
        learn(db, run, state(0), False, after(hours=2))
    assert change_rates_of(db, run.outlet_id).rates[Bucket(0, 0)] < before / 3


def test_promises_are_counted_apart(db: Database, run: Run) -> None:
    learn(db, run, state(0, lastmod=1), True, after(hours=2))
    learn(db, run, state(0, lastmod=1), False, after(hours=2))
    lastmod_claims = change_rates_of(db, run.outlet_id).lastmod_claims
    assert (lastmod_claims.looks, lastmod_claims.changes) == (2, 1)


def test_every_paper_has_habits_of_its_own(db: Database, run: Run) -> None:
    learn(db, run, state(0), True, after(hours=2))
    other = start_run(db, type(PAPER)("khac", "Báo Khác", "https://khac.example/", ("khac.example",)), {}, NOON)
    assert change_rates_of(db, other.outlet_id).tallies == {}


def test_the_table_stays_small_whatever_comes(db: Database, run: Run) -> None:
    with transaction(db):
        for number in range(2000):
            born, checked = after(days=-number % 700), after(days=number / 7)
            seen = State("article", born, born, checked, checked, 4, number % 6)
            learn_check(db, run, change_rates_of(db, run.outlet_id), seen, number % 3 == 0, after(days=number / 5 + 1))
    assert db.execute("SELECT count(*) FROM habits").fetchone()[0] <= len(BUCKETS) + 1


def test_half_is_forgotten_in_half_a_year(db: Database, run: Run) -> None:
    learn(db, run, state(0), True, after(hours=2))
    later = start_run(db, PAPER, {}, after(days=180))
    assert later.change_rates == change_rates_of(db, run.outlet_id)
    tally = later.change_rates.tallies[Bucket(0, 0)]
    assert [tally.looks, tally.days] == pytest.approx([0.5, 1 / 24])


def test_buckets_of_another_division_are_left_out(db: Database, run: Run) -> None:
    with transaction(db):
        db.execute("INSERT INTO habits VALUES (?, '17d merry', 1, 1, 1)", [run.outlet_id])
    assert change_rates_of(db, run.outlet_id).tallies == {}


def test_the_paper_is_followed_since_its_first_run(db: Database, run: Run) -> None:
    start_run(db, PAPER, {}, after(days=9))
    assert change_rates_of(db, run.outlet_id).since == NOON


def test_the_rhythm_of_runs(db: Database, run: Run) -> None:
    assert runs_a_day(db, run, NOON) == 1
    for day in range(1, 5):
        run = start_run(db, PAPER, {}, after(days=day * 2))
    assert runs_a_day(db, run, after(days=8)) == pytest.approx(5 / 8)
    for number in range(60):
        run = start_run(db, PAPER, {}, after(days=60, hours=12 * number))
    assert runs_a_day(db, run, after(days=90)) == pytest.approx(2)


# Which of what is due a run takes


def wait(db: Database, run: Run, name: str, *, checked: float, due: float, worth: float, kind: str = "article") -> None:
    """An address that was looked at, and fell due, so many days ago."""
    with transaction(db):
        db.execute(
            "INSERT INTO frontier (outlet_id, url_key, url, found_at, rank, kind, checked_at, due_at, worth)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                run.outlet_id, name, f"https://{name}", clock.stamp(NOON), 2 if kind == "list" else 3, kind, clock.stamp(after(days=-checked)),
                clock.stamp(after(days=-due)), worth,
            ],
        )  # fmt: skip


def taken(db: Database, run: Run, asked: int | None = None) -> list[str]:
    """What a run takes, in its order; a run of its own each time."""
    again = start_run(db, PAPER, {}, NOON)
    return [url.removeprefix("https://") for url in rechecks(db, again, NOON, asked)]


def test_the_most_edits_expected_come_first(db: Database, run: Run) -> None:
    wait(db, run, "old", checked=140, due=40, worth=0.0001)  # 0.004 beyond what made it due
    wait(db, run, "young", checked=1, due=0.1, worth=0.3)  # 0.03
    wait(db, run, "week", checked=8, due=2, worth=0.006)  # 0.012
    wait(db, run, "later", checked=1, due=-1, worth=9)
    wait(db, run, "list", checked=9, due=9, worth=9, kind="list")
    assert taken(db, run) == ["young", "week", "old"]
    assert taken(db, run, asked=2) == ["young", "week"]


def test_what_waits_longest_has_its_turn_when_half_a_year_is_nearly_over(db: Database, run: Run) -> None:
    wait(db, run, "forgotten", checked=178.5, due=28, worth=0.00001)
    wait(db, run, "turn", checked=155, due=5, worth=0.00001)
    for number in range(9):
        wait(db, run, f"young-{number}", checked=1, due=0.1, worth=0.3)
    assert taken(db, run, asked=4) == ["forgotten", "young-0", "young-1", "young-2"]


def test_the_turns_of_many_raise_the_budget_and_leave_others_theirs(db: Database, run: Run) -> None:
    for number in range(60):
        wait(db, run, f"turn-{number:02}", checked=150.5 + number / 1000, due=0.5, worth=0.00001)
        wait(db, run, f"young-{number:02}", checked=1, due=0.1, worth=0.3)
    # 28 daily runs are left for 60 articles: 3 in each, those first that have waited longest
    names = ["turn-59", "turn-58", "turn-57", "young-00", "young-01"]
    assert rechecks(db, run, NOON, 2) == [f"https://{name}" for name in names]


def test_what_this_run_has_taken_is_not_taken_again(db: Database, run: Run) -> None:
    wait(db, run, "young", checked=1, due=0.1, worth=0.3)
    assert rechecks(db, run, NOON) == ["https://young"]
    assert rechecks(db, run, NOON) == []
    assert taken(db, run) == ["young"]


# What a run may spend besides


def spent_on(db: Database, asked: int | None = None, **more: object) -> list[str]:
    again = start_run(db, PAPER, {}, NOON)
    return [url.removeprefix("https://") for url in rechecks(db, again, NOON, asked, "budget", **more)]  # type: ignore[arg-type]  # limits of rechecks


def test_what_is_due_comes_first_then_what_gains_most(db: Database, run: Run) -> None:
    wait(db, run, "due", checked=3, due=0.01, worth=0.001)
    wait(db, run, "nearly", checked=1, due=-0.1, worth=0.02)  # ten elevenths of what makes it due
    wait(db, run, "half", checked=5, due=-5, worth=0.002)
    wait(db, run, "hardly", checked=1, due=-99, worth=0.0002)
    wait(
        db, run, "unseen", checked=75, due=-75, worth=0.0001
    )  # an eighth squared for so long without a look, and half of what makes it due
    assert spent_on(db) == ["due", "unseen", "nearly", "half", "hardly"]
    assert spent_on(db, asked=3) == ["due", "unseen", "nearly"]
    assert taken(db, run) == ["due"]


def test_nothing_is_asked_for_within_an_hour_or_before_its_rest_is_over(db: Database, run: Run) -> None:
    hour = 1 / 24
    wait(db, run, "just-now", checked=0.9 * hour, due=-1, worth=1)
    wait(db, run, "just-now-and-due", checked=0.9 * hour, due=0.1 * hour, worth=1)
    wait(db, run, "an-hour-ago", checked=hour, due=-1, worth=1)
    wait(db, run, "failed", checked=2, due=-1, worth=1)
    wait(db, run, "neither-list-nor-article", checked=2, due=-1, worth=1, kind="other")
    with transaction(db):
        db.execute("UPDATE frontier SET not_before = due_at WHERE url_key = 'failed'")
    assert spent_on(db) == ["an-hour-ago"]
    assert sorted(spent_on(db, floor=timedelta())) == ["an-hour-ago", "just-now", "just-now-and-due"]


def test_pictures_that_were_asked_again_are_a_part_of_it(db: Database, run: Run) -> None:
    for number in range(9):
        wait(db, run, f"tin-{number}", checked=2 + number, due=-50, worth=0.001)
    assert spent_on(db, asked=6, used=4) == ["tin-8", "tin-7"]
    assert spent_on(db, asked=6, used=40) == []
