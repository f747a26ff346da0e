"""How often ordinary years raise an alarm, and how soon what goes wrong is found: simulated, see
tests/archive/imaginary_year.py for what is assumed of newspapers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from statistics import median

import pytest

from tests.archive.imaginary_year import DAY, START, Mishap, Paper, runs_of, watched

pytestmark = pytest.mark.bench
HOUR = timedelta(hours=1)
AT = 120
YEARS = [(1, DAY, 20), (5, DAY, 20), (20, DAY, 20), (80, DAY, 5), (5, 6 * HOUR, 3), (20, 6 * HOUR, 3), (20, HOUR, 1)]


def test_false_alarms() -> None:
    """In how many years of how many there was any warning, and on how many runs."""
    print(
        f"\n{'articles a day':>14} {'every':>8} {'years':>6} {'with a warning':>15} {'runs with one':>14} {'collapses':>10}"
    )
    collapses = alarmed = years = 0
    for per_day, every, seeds in YEARS:
        found = [
            [one for _, findings in watched(runs_of(Paper(per_day), every, 365, seed)) for one in findings]
            for seed in range(seeds)
        ]
        warned, runs = sum(map(bool, found)), sum(map(len, found))
        fell = sum(one.collapse for year in found for one in year)
        print(f"{per_day:>14} {str(every // HOUR) + ' h':>8} {seeds:>6} {warned:>15} {runs:>14} {fell:>10}")
        collapses, alarmed, years = collapses + fell, alarmed + warned, years + seeds
    assert collapses == 0
    assert alarmed <= years / 5


def mishaps(paper: Paper) -> dict[str, tuple[str, dict[str, object]]]:
    without = tuple((name, 0.0 if name == "Kinh tế" else weight) for name, weight in paper.sections)
    return {
        "no article can be read": ("few:readable", {"readable": 0.0}),
        "half of them cannot be read": ("few:readable", {"readable": 0.5}),
        "leads are gone": ("few:lead", {"shares": paper.shares | {"lead": 0.0}}),
        "half of the leads are gone": ("few:lead", {"shares": paper.shares | {"lead": 0.45}}),
        "captions are gone": ("few:caption", {"picture_shares": {"caption": 0.0, "credit": 0.55}}),
        "texts are gone": ("few:body", {"body": 0.0}),
        "the site is rebuilt": ("layout", {"places": (("article.new", 1.0),)}),
        "the paper falls silent": ("pace", {"per_day": 0.0}),
        "a tenth is left": ("pace", {"per_day": paper.per_day / 10}),
        "a section falls silent": ("sections", {"sections": without}),
        "the feed is gone": ("seed:https://bao.example/rss", {"feed": "gone"}),
        "the feed stands still": ("seed:https://bao.example/rss", {"feed_lag": None}),
    }


def found_after(paper: Paper, every: timedelta, seed: int, key: str, changes: dict[str, object]) -> float:
    """Days, 45 where it is not found in that time."""
    happens: Mishap = lambda now, moment: replace(now, **changes) if moment >= START + AT * DAY else now  # type: ignore[arg-type]  # noqa: E731  # fields of Paper; shorter so
    for run, findings in watched(runs_of(paper, every, AT + 45, seed, happens), skip=int(AT * DAY / every) - 10):
        if run.at >= START + AT * DAY and key in {one.key for one in findings}:
            return (run.at - START) / DAY - AT
    return 45


def test_detection() -> None:
    """Median days until it is found, over five papers of each size."""
    cases = [(3, DAY), (20, DAY), (80, DAY), (20, 6 * HOUR)]
    print(f"\n{'days until found':28}" + "".join(f"{f'{n}/day, {every // HOUR} h':>14}" for n, every in cases))
    late: dict[str, float] = {}
    for name in mishaps(Paper(20)):
        shown = ""
        for per_day, every in cases:
            paper = Paper(per_day)
            key, changes = mishaps(paper)[name]
            days = median(found_after(paper, every, seed, key, changes) for seed in range(5))
            shown += f"{'not found' if days >= 45 else f'{days:.1f}':>14}"
            late[name] = days if (per_day, every) == (20, DAY) else late.get(name, 0)
        print(f"{name:28}{shown}")
    assert max(late.values()) <= 15
    assert late["no article can be read"] <= 1
