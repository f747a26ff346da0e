"""A simulated year: what rechecks see for the requests they cost, against fixed intervals and the rule before.

Every rival has exactly as many requests as the schedule made. The newsrooms are those its constants were not chosen
with (bench/newsroom.py). BENCH_SEED draws other years of the same newsrooms. Everybody meets an article at the
next hourly run, which costs nobody a recheck.
"""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace
from statistics import median

import pytest

from bench.newsroom import DAY, TUNED_ON, UNSEEN, Newsroom, year_of
from bench.rivals import best_by_age, by_age, fixed, newsdiffs, since_change, since_found
from bench.spending import Signalled, Spending
from bench.year import HALF_YEAR, Family, Learned, at_cost, chances, told, unlearned

pytestmark = pytest.mark.bench

_OTHER_YEAR = int(os.environ.get("BENCH_SEED", "0"))


def named(room: Newsroom) -> str:
    return room.name


RIVALS: dict[str, Family] = {
    "one interval for all": fixed,
    "a share of the age (diffengine)": since_found,
    "a share of the time since change": since_change,
    "the intervals of NewsDiffs": newsdiffs,
}


@pytest.mark.parametrize("room", (*UNSEEN, *TUNED_ON), ids=named)
def test_edits_caught_at_equal_cost(room: Newsroom) -> None:
    room = replace(room, seed=room.seed + _OTHER_YEAR)
    articles = year_of(room)
    ours = Learned(year_of(room)).year()
    hours = best_by_age(articles, ours.requests)
    families = {**RIVALS, "best intervals by age, in hindsight": by_age(hours)}
    rivals = {name: at_cost(articles, family, ours.requests) for name, family in families.items()}
    best = chances(articles)
    print(f"\n{room.name}: {len(articles)} articles; by age, hours: {hours}")
    print(told("luubao", ours, *best))
    for name, seen in rivals.items():
        print(f"{told(name, seen, *best)}; luubao catches {ours.caught / seen.caught - 1:+.0%}")
    print(told("luubao's former rule, at its own cost", unlearned(articles, since_change(0.25)), *best))
    assert {seen.requests for seen in rivals.values()} == {ours.requests}
    assert ours.longest <= HALF_YEAR
    assert ours.caught >= 1.2 * rivals["one interval for all"].caught
    assert all(ours.caught > seen.caught for seen in rivals.values())


@pytest.mark.parametrize("room", (*UNSEEN, *TUNED_ON), ids=named)
def test_what_a_run_spends_besides_what_is_due(room: Newsroom) -> None:
    """The product's default, by hourly runs, against rivals with as many requests: who sees more of what changed."""
    room = replace(room, seed=room.seed + _OTHER_YEAR)
    articles, ours = year_of(room), Spending(year_of(room)).year()
    best = chances(articles)
    print(f"\n{told(room.name, ours, *best)}; {ours.requests / 365:.0f} a day")
    for name, family in RIVALS.items():
        rival = at_cost(articles, family, ours.requests)
        print(f"{told(name, rival, *best)}; luubao sees {ours.seen / rival.seen - 1:+.1%}")
        assert ours.seen > rival.seen
    assert ours.requests < 2400 * 365
    assert ours.longest < 60 * 24


@pytest.mark.parametrize("rhythm", (1.0, 2.0), ids=["hourly", "every two hours"])
@pytest.mark.parametrize("kind", (Spending, Signalled), ids=["no sign", "free signs"])
def test_a_provincial_newsroom_is_seen(kind: type[Spending], rhythm: float) -> None:
    """Of edits that such runs can see at all, nineteen in twenty; of disappearances half within five days."""
    articles = year_of(UNSEEN[0])
    best = chances(articles, rhythm)
    seen = kind(articles, rhythm=rhythm).year()
    print(f"\n{told(f'{kind.__name__}, every {rhythm:g} h', seen, *best)}; {seen.requests / 365:.0f} a day")
    assert seen.requests < 1800 * 365
    assert seen.caught >= 0.95 * best[0]
    assert median(seen.gone_late) < 5 * DAY


def test_memory_does_not_grow_with_looks() -> None:
    """What is kept of the paper's habits is a row a bucket, however many looks there were."""
    room = UNSEEN[0]
    year = Learned(year_of(room))
    tracemalloc.start()
    year.year()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"\n{len(year.tallies)} rows of habits after {year.seen.requests} looks; peak {peak / 1e6:.0f} MB with all articles"
    )
    assert len(year.tallies) <= 64
