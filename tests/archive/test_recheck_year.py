"""A small newspaper's year: what rechecks see for what they cost. bench/test_year.py asks the same of larger ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database

from bench.filed import Filed
from bench.newsroom import DAY, UNSEEN, YEAR, Article, year_of
from bench.rivals import fixed, since_change
from bench.year import HALF_YEAR, Learned, Seen, at_cost, chances, unlearned

SMALL = replace(UNSEEN[0], archive=500, a_day=4, misread=0.05)


@pytest.fixture(scope="module")
def ours() -> Seen:
    return Learned(year_of(SMALL)).year()


@pytest.mark.slow
def test_more_edits_are_caught_than_by_a_fixed_interval_at_the_same_cost(ours: Seen) -> None:
    rival = at_cost(year_of(SMALL), fixed, ours.requests)
    assert rival.requests == ours.requests
    assert ours.caught >= 1.2 * rival.caught


@pytest.mark.slow
def test_more_edits_are_caught_than_by_the_former_rule_at_the_same_cost(ours: Seen) -> None:
    rival = at_cost(year_of(SMALL), since_change, ours.requests)
    assert rival.requests == ours.requests
    assert ours.caught > rival.caught


@pytest.mark.slow
def test_most_of_what_hourly_runs_could_see_is_seen(ours: Seen) -> None:
    edits, gone = chances(year_of(SMALL))
    assert ours.caught > 0.75 * edits
    assert ours.gone > 0.75 * gone


@pytest.mark.slow
def test_every_article_is_looked_at_twice_a_year_even_with_hardly_any_budget() -> None:
    seen = Learned(year_of(replace(SMALL, archive=1200)), asked=1).year()
    assert seen.longest <= HALF_YEAR
    assert seen.requests < 3 * 24 * 365  # the budget was raised by what the turns need, no more


@pytest.mark.slow
def test_a_redesign_that_makes_every_twentieth_page_look_edited_costs_an_eighth_more(ours: Seen) -> None:
    calm = Learned(year_of(replace(SMALL, misread=0))).year()
    assert calm.requests < ours.requests < 1.15 * calm.requests


@pytest.mark.slow
@pytest.mark.parametrize("asked", [None, 2], ids=["as it comes", "a tight budget"])
def test_a_real_archive_does_the_same(db: Database, asked: int | None) -> None:
    db.execute("PRAGMA synchronous = OFF")  # no power is cut here
    in_memory = Learned(year_of(SMALL), asked=asked, rhythm=6).year(40 * DAY)
    in_sqlite = Filed(year_of(SMALL), db, asked=asked, rhythm=6).year(40 * DAY)
    assert in_sqlite.requests == in_memory.requests
    assert in_sqlite.caught == pytest.approx(in_memory.caught, rel=0.03)  # of equals, either may be taken first
    assert in_sqlite.gone == pytest.approx(in_memory.gone, abs=1)


# The yardstick itself


def every_two_days(age: float, quiet: float) -> float:
    return 48.0


def test_an_edit_that_another_covers_before_a_look_is_not_caught() -> None:
    seen = unlearned([Article(12.0, True, [20.0, 30.0, 100.0])], every_two_days)  # looked at in hours 60 and 108
    assert seen.late == [60 - 30, 108 - 100]


def test_an_article_that_is_gone_is_found_gone_once() -> None:
    seen = unlearned([Article(0.0, True, [], gone=50.0)], every_two_days)
    assert (seen.requests, seen.gone, seen.gone_late) == (2, 1, [96 - 50])


def test_every_rival_has_exactly_the_requests_it_is_given() -> None:
    articles = [Article(-float(number), True) for number in range(50)]
    for requests in (150, 777, 12_345):
        assert at_cost(articles, fixed, requests).requests == requests


def test_edits_of_one_hour_count_as_one_chance() -> None:
    assert chances([Article(0.0, True, [5.1, 5.9, 6.5, YEAR - 5], gone=YEAR - 9)]) == (2, 1)
