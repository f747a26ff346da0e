"""A run against the outlet's history: ordinary years raise no alarm, what goes wrong is found, and in good time.

The expected times are what a person who watches a paper can want, written down before they were measured: a paper of
fifteen articles a day that loses its leads must not go unnoticed for more than a day or two.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import comb

import pytest

from archive.monitor.health import Finding, Health, PastRun, Seed, so_few, so_many, so_quiet, spread
from archive.monitor.news_flow import cumulative_counts
from archive.monitor.run_checks import compare
from tests.archive.imaginary_year import DAY, FEED, START, Mishap, Paper, runs_of, watched

DAILY = timedelta(days=1)
ORDINARY = [(per_day, seed) for per_day in (1, 4, 15, 60) for seed in (1, 2)]


@pytest.mark.slow
@pytest.mark.parametrize(("per_day", "seed"), ORDINARY)
def test_an_ordinary_year_raises_no_alarm(per_day: float, seed: int) -> None:
    """Weekends, Tết, a machine that is off, seeds that fail: at most one day of warning in a year, and no collapse."""
    found = [finding for _, findings in watched(runs_of(Paper(per_day), DAILY, 365, seed)) for finding in findings]
    assert [finding for finding in found if finding.collapse] == []
    assert len(found) <= 1, found


@pytest.mark.slow
def test_the_first_weeks_raise_no_alarm() -> None:
    for seed in range(20):
        found = [
            finding for _, findings in watched(runs_of(Paper(20), timedelta(hours=6), 12, seed)) for finding in findings
        ]
        assert [finding for finding in found if finding.collapse] == []
        assert len({finding.key for finding in found}) <= 1, found


AT = 120  # the day on which something goes wrong
PAPER = Paper(15)


def from_then_on(**changes: object) -> Mishap:
    return lambda paper, moment: replace(paper, **changes) if moment >= START + AT * DAY else paper  # type: ignore[arg-type]  # fields of Paper


def shares_of(**shares: float) -> Mishap:
    return from_then_on(shares=PAPER.shares | shares)


WITHOUT_BUSINESS = tuple((name, 0.0 if name == "Kinh tế" else weight) for name, weight in PAPER.sections)
MISHAPS: dict[str, tuple[Mishap, str, bool | None, float]] = {
    # what happens: how it is found, whether as a collapse (None: either will do), and after how many days at the latest
    "no article can be read": (from_then_on(readable=0.0), "few:readable", True, 1),
    "half of the articles cannot be read": (from_then_on(readable=0.5), "few:readable", None, 3),
    "articles have no text": (from_then_on(body=0.0), "few:body", True, 1),
    "leads are gone": (shares_of(lead=0.0), "few:lead", True, 1),
    "half of the leads are gone": (shares_of(lead=0.45), "few:lead", False, 4),
    "dates are gone": (shares_of(published_at=0.0), "few:published_at", True, 1),
    "bylines are gone": (shares_of(byline=0.0), "few:byline", True, 1),
    "captions are gone": (from_then_on(picture_shares={"caption": 0.0, "credit": 0.55}), "few:caption", True, 2),
    "a login wall": (from_then_on(readable=0.1, kinds=(("wall", 1.0),)), "kind:wall", False, 2),
    "bodies are scrambled": (from_then_on(readable=0.4, kinds=(("obfuscated", 1.0),)), "kind:obfuscated", False, 3),
    "the site is rebuilt": (from_then_on(places=(("article.tailwind", 1.0),)), "layout", False, 2),
    "the paper falls silent": (from_then_on(per_day=0.0), "pace", True, 5),
    "a tenth of the articles is left": (from_then_on(per_day=1.5), "pace", None, 8),
    "a section falls silent": (from_then_on(sections=WITHOUT_BUSINESS), "sections", False, 15),
    "the feed is gone": (from_then_on(feed="gone"), f"seed:{FEED}", False, 4),
    "the feed is empty": (from_then_on(feed_links=0), f"seed:{FEED}", False, 4),
    "the feed stands still": (from_then_on(feed_lag=None), f"seed:{FEED}", False, 9),
}


@pytest.mark.slow
@pytest.mark.parametrize("mishap", MISHAPS)
def test_what_goes_wrong_is_found_in_good_time(mishap: str) -> None:
    happens, key, collapse, days = MISHAPS[mishap]
    runs = watched(runs_of(PAPER, DAILY, AT + int(days) + 2, 3, happens), skip=AT - 20)
    alarms = [(run.at, finding) for run, found in runs for finding in found if finding.key == key]
    assert alarms, f"{key} was never found"
    assert alarms[0][0] >= START + AT * DAY, "found before it happened"
    assert alarms[0][0] <= START + (AT + days + 0.5) * DAY, f"found only at {alarms[0][0]}"
    assert collapse in (None, any(finding.collapse for _, finding in alarms))


def test_an_alarm_stands_as_long_as_its_reason() -> None:
    happens = shares_of(lead=0.0)
    last = [found for _, found in watched(runs_of(PAPER, DAILY, AT + 60, 3, happens), skip=AT - 2)][-1]
    assert "few:lead" in {finding.key for finding in last}


def test_a_new_layout_that_reads_well_becomes_usual_by_itself() -> None:
    happens = from_then_on(places=(("article.tailwind", 1.0),))
    last = [found for _, found in watched(runs_of(PAPER, DAILY, AT + 30, 3, happens), skip=AT - 2)][-1]
    assert last == []


def test_the_operator_can_say_since_when_things_are_as_they_are() -> None:
    runs = list(runs_of(PAPER, DAILY, AT + 10, 3, shares_of(lead=0.0)))
    *before, now = runs
    assert "few:lead" in {finding.key for finding in compare(now, before)}
    assert compare(now, before, since=(START + AT * DAY).date()) == []


def run(day: float, health: Health | None = None, outcome: str = "ok") -> PastRun:
    moment = START + day * DAY
    return PastRun(replace(health, at=moment) if health else Health(moment), outcome)


def readable(hits: int, of: int) -> Health:
    return Health(START, shares={"readable": (hits, of)})


def test_a_sentence_names_the_fall() -> None:
    before = [run(day, readable(24, 25)) for day in range(10)]
    assert compare(run(10, readable(2, 25)), before) == [
        Finding(
            "few:readable",
            "only 2 of the last 25 pages that should be articles could be read, where usually 96% can."
            " Has the paper changed its layout?",
            collapse=True,
        )
    ]


def test_collapses_come_first() -> None:
    health = Health(START, shares={"readable": (1, 25), "byline": (5, 25)})
    usual = Health(START, shares={"readable": (24, 25), "byline": (20, 25)})
    found = compare(run(10, health), [run(day, usual) for day in range(10)])
    assert [(finding.key, finding.collapse) for finding in found] == [("few:readable", True), ("few:byline", False)]


def test_few_pages_prove_nothing() -> None:
    assert compare(run(10, readable(0, 3)), [run(day, readable(24, 25)) for day in range(10)]) == []
    assert compare(run(10, readable(2, 25)), [run(day, readable(24, 25)) for day in range(4)]) == []
    assert compare(run(10, readable(2, 25)), []) == []


def test_a_silent_paper_is_told_even_before_there_are_weeks_to_compare_with() -> None:
    lively = [run(day / 4, Health(START, new=10)) for day in range(40)]
    silent = [run(10 + day / 4) for day in range(13)]
    (found,) = compare(silent[-1], [*lively, *silent[:-1]])
    assert found == Finding(
        "pace", "no new article in the last 3 days, where about 120 are usual by this time of the week.", True
    )
    assert compare(silent[6], [*lively, *silent[:6]]) == []


def test_a_run_that_was_broken_off_says_nothing_by_finding_nothing() -> None:
    lively = [run(day, Health(START, new=40)) for day in range(60)]
    assert compare(run(61, outcome="nothing-found"), [*lively, run(60, outcome="nothing-found")]) == []


def test_what_comes_after_a_pause_is_spread_over_the_pause() -> None:
    runs = [
        run(0, Health(START, new=900)),
        run(1, Health(START, new=10)),
        run(1.5, outcome="interrupted"),
        run(4, Health(START, new=30)),
    ]
    came = cumulative_counts(runs, [one.health.new for one in runs])
    assert came.within(START + 1 * DAY, DAY) == 10
    assert came.within(START + 3 * DAY, DAY) == pytest.approx(10)
    assert came.within(START + 4 * DAY, 3 * DAY) == pytest.approx(30)
    assert not came.covers(START + DAY / 2, DAY)


def test_a_guess_of_the_spider_s_that_never_answered_is_no_dead_feed() -> None:
    runs = [run(day, Health(START, new=5, seeds={FEED: Seed("gone")})) for day in range(30)]
    assert compare(runs[-1], runs[:-1]) == []


def test_the_run_before_counts_where_both_began_in_the_same_second() -> None:
    """Clocks are kept to the second: a page that came unchanged leads where the run before found that it leads."""
    runs = [
        run(0, Health(START, seeds={FEED: seed})) for seed in (Seed("fresh", 30), Seed("fresh", 0), Seed("revisit"))
    ]
    assert [found.key for found in compare(runs[2], runs[:2])] == ["seeds"]


def test_a_feed_that_fails_for_a_night_is_no_dead_feed() -> None:
    alive = [run(day / 24, Health(START, seeds={FEED: Seed("fresh", 30)})) for day in range(30)]
    failing = [run((30 + hour) / 24, Health(START, seeds={FEED: Seed("error")})) for hour in range(9)]
    assert compare(failing[4], [*alive, *failing[:4]]) == []
    assert [found.key for found in compare(failing[8], [*alive, *failing[:8]])] == [f"seed:{FEED}"]


def test_a_feed_without_dates_stands_still_when_its_bytes_do() -> None:
    def health(outcome: str) -> Health:
        return Health(START, new=5, seeds={FEED: Seed(outcome)})

    runs = [run(day, health("fresh")) for day in range(20)] + [
        run(20 + day, health("not-modified")) for day in range(9)
    ]
    assert compare(runs[24], runs[:24]) == []
    assert [found.key for found in compare(runs[-1], runs[:-1])] == [f"seed:{FEED}"]


@pytest.mark.parametrize(
    ("hits", "of", "share"),
    [(0, 4, Fraction(97, 100)), (6, 12, Fraction(97, 100)), (3, 20, Fraction(1, 3)), (20, 20, Fraction(1, 2))],
)
def test_probabilities_are_those_of_the_binomial_distribution(hits: int, of: int, share: Fraction) -> None:
    exact = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits + 1))
    assert so_few(hits, of, float(share)) == pytest.approx(float(exact))
    above = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(hits, of + 1))
    assert so_many(hits, of, float(share)) == pytest.approx(float(above))


def test_probabilities_are_those_of_the_poisson_distribution() -> None:
    assert so_quiet(0, 2, 1) == pytest.approx(0.1353352832)  # e^-2
    assert so_quiet(2, 2, 1) == pytest.approx(0.6766764162)  # 5 e^-2
    assert so_quiet(5, 20, 10) == pytest.approx(0.1353352832)  # no whole bunch where two are expected
    assert so_quiet(0, 0, 1) == 1


def test_one_odd_value_does_not_make_the_others_odd() -> None:
    assert spread([0.9, 0.9, 0.92, 0.88, 0.0]) == pytest.approx(1.4826 * 0.02)
