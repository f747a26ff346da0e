"""When an address is due again: by age, by its own past, by what the paper's rechecks have taught; never later than
half a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.frontier.schedule import (
    BUDGET,
    MAX_DUE_INTERVAL,
    Due,
    State,
    after_error,
    budget,
    due_by_lastmod,
    lessons,
    next_due,
    pictures_again,
    recheck_target,
)
from archive.model.change_rate import BUCKETS, Bucket, ChangeRates, Tally
from tests.support import NOON

DAY = timedelta(days=1)
NOTHING = ChangeRates()


def ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


def article(age: float, **known: object) -> State:
    """An article published, found and first read `age` days ago, and looked at once since, an hour ago."""
    born = ago(days=age)
    return replace(State("article", born, born, ago(hours=1), None, 2), **known)  # type: ignore[arg-type]  # fields of State


def wait(state: State, changed: bool = False, change_rates: ChangeRates = NOTHING) -> timedelta:
    return next_due(change_rates, state, changed, NOON).due_at - NOON


def test_the_older_the_longer() -> None:
    waits = [wait(article(age)) for age in (0, 0.3, 1, 5, 20, 60, 200, 400)]
    assert waits == sorted(waits)
    assert waits[0] < timedelta(hours=2) and waits[2] > timedelta(hours=12) and waits[-1] > 100 * DAY


def test_an_old_article_first_met_today_is_old() -> None:
    met = State("article", found_at=NOON, published_at=ago(days=2000))
    assert wait(met) == MAX_DUE_INTERVAL
    assert wait(replace(met, published_at=NOON)) < timedelta(hours=2)


def test_an_article_without_date_is_old_when_it_was_there_when_we_came() -> None:
    undated = State("article", found_at=NOON)
    assert wait(undated, change_rates=ChangeRates(since=ago(days=1))) > 30 * DAY
    assert wait(undated, change_rates=ChangeRates(since=ago(days=100))) < timedelta(hours=2)


def test_an_edited_article_is_looked_at_sooner_and_a_lively_one_sooner_still() -> None:
    calm, edited = article(10), article(10, changes=1, changed_at=ago(days=3))
    lively = article(10, changes=5, changed_at=ago(days=3))
    assert wait(calm) > 2 * wait(edited) > 4 * wait(lively)
    assert wait(calm, changed=True) < wait(calm) / 2


def test_the_first_look_is_no_edit() -> None:
    first = State("article", NOON, NOON)
    assert next_due(NOTHING, first, True, NOON) == next_due(NOTHING, first, False, NOON)
    assert lessons(NOTHING, first, True, NOON) == []


def test_a_date_still_to_come_does_not_count() -> None:
    assert wait(article(1, published_at=NOON + 400 * DAY)) == wait(article(1))


@given(
    age=st.floats(0, 9000), checked=st.floats(0, 9000), changed=st.booleans(), changes=st.integers(0, 50),
    quiet=st.floats(0, 9000), kind=st.sampled_from(["article", "list", "other"]), gone=st.none() | st.floats(0, 9000),
)  # fmt: skip
def test_nothing_waits_longer_than_half_a_year(
    age: float,
    checked: float,
    changed: bool,
    changes: int,
    quiet: float,
    kind: Literal["article", "list", "other"],
    gone: float | None,
) -> None:
    state = State(
        kind, ago(days=age), ago(days=age), ago(days=checked), ago(days=quiet), 9, changes,
        gone_since=None if gone is None else ago(days=gone),
    )  # fmt: skip
    due = next_due(NOTHING, state, changed, NOON)
    assert timedelta(minutes=30) <= due.due_at - NOON <= timedelta(days=150)
    assert due.worth > 0


# What a paper's rechecks teach


def test_a_paper_that_never_edits_is_left_in_peace_and_one_that_always_does_is_not() -> None:
    quiet = ChangeRates({bucket: Tally(5000, 0, 5000) for bucket in BUCKETS})
    busy = ChangeRates({bucket: Tally(5000, 1000, 5000) for bucket in BUCKETS})
    assert wait(article(2), change_rates=quiet) > 10 * wait(article(2)) > 20 * wait(article(2), change_rates=busy)


def test_a_few_looks_do_not_outweigh_what_is_known_of_newspapers() -> None:
    bucket = Bucket(3, 0)
    few = ChangeRates({bucket: Tally(3, 0, 3)})
    assert few.rates[bucket] == pytest.approx(NOTHING.rates[bucket], rel=0.1)


def test_with_many_looks_a_rate_is_what_was_seen() -> None:
    bucket = Bucket(3, 0)
    assert ChangeRates({bucket: Tally(40_000, 2_000, 40_000)}).rates[bucket] == pytest.approx(0.05, rel=0.01)


def test_a_look_teaches_about_every_age_the_article_went_through() -> None:
    # 20 hours old when looked at, and 29 hours now: 4 hours in the first day, 5 in the second
    state = State("article", ago(hours=29), ago(hours=29), ago(hours=9), None, 1)
    first, second = lessons(NOTHING, state, False, NOON)
    assert (first.bucket, second.bucket) == (Bucket(2, 0), Bucket(3, 0))
    assert [first.tally.days * 24, second.tally.days * 24] == pytest.approx([4, 5])
    assert (first.tally.looks, second.tally.looks, first.tally.changes, second.tally.changes) == (0, 1, 0, 0)


def test_a_change_is_shared_out_where_it_was_likeliest_and_may_stand_for_several() -> None:
    state = State("article", ago(hours=29), ago(hours=29), ago(hours=9), None, 1)
    first, second = lessons(NOTHING, state, True, NOON)
    assert first.tally.changes > 3 * second.tally.changes > 0
    assert 1 <= first.tally.changes + second.tally.changes < 1.05
    busy = ChangeRates({bucket: Tally(0, 100_000, 10_000) for bucket in BUCKETS})  # ten edits a day: many in nine hours
    assert sum(lesson.tally.changes for lesson in lessons(busy, state, True, NOON)) == pytest.approx(3.8, abs=0.15)


def test_a_disappearance_teaches_like_an_edit_but_later_looks_teach_nothing() -> None:
    gone_now, gone_long = article(9, gone_since=NOON), article(9, gone_since=ago(days=5))
    assert lessons(NOTHING, gone_now, True, NOON)[-1].tally.changes == pytest.approx(1, abs=0.01)
    assert lessons(NOTHING, gone_long, False, NOON) == []


def test_lists_teach_nothing_about_edits() -> None:
    assert lessons(NOTHING, article(1, kind="list"), True, NOON) == []


# Sitemaps and feeds that name a time of change

LATER = Due(NOON + 90 * DAY, 0.001)


def test_a_promised_change_is_looked_at_now() -> None:
    due = due_by_lastmod(NOTHING, article(300, lastmod=ago(minutes=10)), LATER, NOON)
    assert due.due_at == NOON and due.worth > 1


def test_a_time_before_our_last_look_is_no_promise() -> None:
    assert due_by_lastmod(NOTHING, article(300, lastmod=ago(hours=2)), LATER, NOON) == LATER


def test_a_paper_that_names_today_for_every_page_is_not_believed() -> None:
    liar = ChangeRates(lastmod_claims=Tally(2000, 1, 0))
    assert due_by_lastmod(liar, article(300, lastmod=ago(minutes=10)), LATER, NOON) == LATER


def test_promises_are_learned_about() -> None:
    kept = lessons(NOTHING, article(300, lastmod=ago(minutes=10)), True, NOON)[-1]
    assert (kept.bucket, kept.tally) == (None, Tally(1, 1, 0))


# Lists, errors, and what is gone


def a_list(waited: float, kind: str = "list") -> State:
    """A list last looked at so many days ago."""
    return State(kind, ago(days=400), None, ago(days=waited), ago(days=waited), 20, 9)  # type: ignore[arg-type]  # one of the kinds


def test_a_list_is_due_sooner_when_it_brought_new_links_and_later_when_not() -> None:
    assert wait(a_list(4), changed=True) == 2 * DAY
    assert wait(a_list(4)) == 8 * DAY
    assert wait(a_list(400)) == MAX_DUE_INTERVAL
    assert wait(a_list(0.01), changed=True) == timedelta(minutes=30)


def test_a_list_met_now_is_due_in_half_a_day_and_what_is_neither_in_a_day() -> None:
    assert wait(State("list", NOON), changed=True) == timedelta(hours=12)
    assert wait(State("other", NOON)) == DAY


def test_a_dead_list_costs_few_looks() -> None:
    state, looks, moment = State("list", NOON), 0, NOON
    while moment < NOON + timedelta(days=365):
        due = next_due(NOTHING, state, False, moment)
        state, moment, looks = replace(state, checked_at=moment, checks=looks + 1), due.due_at, looks + 1
    assert looks == 10  # one, and after 0.5, 1, 2, 4, 8, 16, 32, 64 and 128 days; the next would be after 150


def test_errors_back_off_exponentially() -> None:
    waits = [after_error(article(1, failures=n), NOON) - NOON for n in (0, 1, 2, 3, 9, 10, 400)]
    assert [w / timedelta(hours=1) for w in waits] == [1, 2, 4, 8, 512, 720, 720]


def test_what_is_gone_is_asked_for_after_a_day_and_then_as_long_again_as_it_has_been_gone() -> None:
    waits = [wait(article(99, gone_since=ago(days=n))) for n in (0, 1, 4, 32, 500)]
    assert [w / DAY for w in waits] == [1, 1, 4, 32, 150]


# The budget


def test_the_budget_is_what_was_asked_for_while_that_is_enough() -> None:
    assert budget({}, 24) == (BUDGET, 0)
    assert budget({}, 24, asked=7) == (7, 0)
    # 10,000 articles of one deep crawl have 28 whole days for their turn, 672 runs: 15 each
    assert budget({150: 10_000}, 24) == (BUDGET, 15)


def test_rarer_runs_may_do_more_each_up_to_a_day_s() -> None:
    assert [budget({}, rhythm).most for rhythm in (48, 24, 4, 1, 1 / 7)] == [100, 100, 600, 2400, 2400]


def test_a_day_s_runs_spend_1776_looks_however_many_runs_there_are() -> None:
    assert [recheck_target("budget", rhythm) * rhythm for rhythm in (24, 12, 4, 1)] == [1776] * 4
    assert recheck_target("due", 24) == 0
    assert recheck_target("budget", 24, asked=7) == 7
    assert recheck_target("all", 24) > 10**9


def test_pictures_have_a_quarter_of_it() -> None:
    assert [pictures_again(recheck_mode, 12) for recheck_mode in ("due", "budget")] == [37, 37]
    assert pictures_again("all", 12) > 10**8


def test_the_budget_rises_to_what_twice_a_year_needs() -> None:
    assert budget({150: 10_000}, 24, asked=5) == (20, 15)
    assert budget({150: 56_000}, 1) == (4_000, 2_000)  # 28 runs are left
    assert budget({176: 3_000}, 1 / 7) == (5_400, 3_000)  # the last weekly run in time
    # not the many that have time, but the few that have not
    assert budget({150: 672, 177: 240}, 24, asked=5) == (15, 10)


def test_what_a_long_pause_left_is_made_up_for_in_ten_days() -> None:
    assert budget({400: 24_000}, 24) == (200, 100)
