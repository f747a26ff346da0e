"""Runs as a year of crawling an imaginary newspaper brings them, drawn at random from what such papers are like: fewer
articles at weekends, hardly any at Tết, busy and dull days, days whose articles resemble one another, seeds that fail for
an hour, a crawler that stands still for a day."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from archive.monitor.health import LONGEST, Finding, Health, PastRun, Seed
from archive.monitor.run_checks import compare

START = datetime(2026, 1, 5, 0, 17, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
FEED, HOME = "https://bao.example/rss", "https://bao.example/"
SHARES = {"lead": 0.93, "byline": 0.8, "published_at": 0.99, "section": 0.95, "images": 0.85}
PICTURE_SHARES = {"caption": 0.8, "credit": 0.55}


@dataclass(frozen=True)
class Paper:
    """What it is like. sections: how large a part of it each is. shares: how many articles have what. places: in which
    elements the text stands. tet: what is left of its pace in the week of Tết."""

    per_day: float
    weekend: float = 0.5
    tet: float = 0.35
    drift: float = 0.3
    scatter: float = 0.25  # of the pace of days
    sections: tuple[tuple[str, float], ...] = (
        ("Thời sự", 0.35),
        ("Kinh tế", 0.25),
        ("Văn hóa", 0.2),
        ("Thể thao", 0.15),
        ("Bạn đọc", 0.05),
    )
    readable: float = 0.96
    body: float = 0.98
    shares: dict[str, float] = field(default_factory=lambda: dict(SHARES))
    picture_shares: dict[str, float] = field(default_factory=lambda: dict(PICTURE_SHARES))
    places: tuple[tuple[str, float], ...] = (("div#dcontent", 0.9), ("div.photo-story", 0.08), ("div.emagazine", 0.02))
    kinds: tuple[tuple[str, float], ...] = (("no-article", 1.0),)  # of what cannot be read
    feed_lag: float | None = 1.5  # hours by which the newest item of its feed is old; None: it stands still
    feed: str = "fresh"  # how it answers
    feed_links: int = 30


Mishap = Callable[[Paper, datetime], Paper]


def unchanged(paper: Paper, moment: datetime) -> Paper:
    return paper


def runs_of(paper: Paper, every: timedelta, days: int, seed: int, mishap: Mishap = unchanged) -> Iterator[PastRun]:
    """One run after the other, the first a deep one."""
    chance = random.Random(seed)
    moment, before = START, START - 20 * DAY
    moods: dict[int, float] = {}
    feed_stood = START
    while moment < START + days * DAY:
        paper_now = mishap(paper, moment)
        health = Health(moment)
        day = (moment - START).days
        mood = moods.setdefault(day, chance.lognormvariate(0, paper.scatter))
        pace = paper_now.per_day * mood * _season(paper_now, moment, days)
        for _ in range(_poisson(chance, pace * ((moment - before) / DAY))):
            _publish(health, paper_now, random.Random(f"{seed} {day}"), chance)
        if paper_now.feed_lag is not None:
            feed_stood = moment - timedelta(hours=chance.expovariate(1 / paper_now.feed_lag))
        alive = chance.random() > 0.01
        health.add_seed(HOME, Seed("fresh", 60))
        alive = alive and paper_now.feed == "fresh"
        health.add_seed(FEED, Seed("fresh", paper_now.feed_links, feed_stood) if alive else Seed(paper_now.feed))
        yield PastRun(health, "ok" if chance.random() > 0.01 else "interrupted")
        before = moment
        moment += every + timedelta(minutes=chance.uniform(0, 4))
        if chance.random() < 0.004 * (every / DAY):  # some time a year, the machine is off for a day or two
            moment += DAY * chance.uniform(0.5, 2)


def _season(paper: Paper, moment: datetime, days: int) -> float:
    passed = (moment - START) / DAY
    drift = 1 + paper.drift * math.sin(2 * math.pi * passed / 365)
    weekend = paper.weekend if moment.weekday() >= 5 else 1.0
    tet = paper.tet if 42 <= passed < 49 or 396 <= passed < 403 else 1.0
    return drift * weekend * tet


def _publish(health: Health, paper: Paper, of_day: random.Random, chance: random.Random) -> None:
    """One article, most of them new, as its day has them."""
    lean = {name: _beta(of_day, share) for name, share in (paper.shares | paper.picture_shares).items()}
    if chance.random() > _beta(of_day, paper.readable):
        health.kinds[_pick(chance, paper.kinds)] += 1
        _count(health, "readable", False)
        return
    _count(health, "readable", True)
    health.kinds["article"] += 1
    health.new += 1
    health.sections[_pick(chance, paper.sections)] += 1
    health.containers[_pick(chance, paper.places)] += 1
    health.body_from["structure"] += 1
    _count(health, "body", chance.random() < paper.body)
    for name in paper.shares:
        _count(health, name, chance.random() < lean[name])
    for _ in range(_poisson(chance, 1.4)):
        for name in paper.picture_shares:
            _count(health, name, chance.random() < lean[name])


def _count(health: Health, name: str, has: bool) -> None:
    hits, of = health.shares.get(name, (0, 0))
    health.shares[name] = (hits + has, of + 1)


def _beta(chance: random.Random, mean: float, strength: float = 30) -> float:
    return chance.betavariate(max(mean, 0.001) * strength, max(1 - mean, 0.001) * strength)


def _poisson(chance: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def _pick(chance: random.Random, weighted: Sequence[tuple[str, float]]) -> str:
    return chance.choices([name for name, _ in weighted], [weight for _, weight in weighted])[0]


def watched(runs: Iterator[PastRun], skip: int = 0) -> Iterator[tuple[PastRun, list[Finding]]]:
    """Every run with what was found in it, as the crawler notes it: what was found marks the run for those after it."""
    history: list[PastRun] = []
    for number, run in enumerate(runs):
        recent = [past for past in history if past.at > run.at - LONGEST]
        found = compare(run, recent) if number >= skip else []
        run = replace(run, health=_marked(run.health, found))
        history.append(run)
        yield run, found


def _marked(health: Health, found: list[Finding]) -> Health:
    health.flags = tuple(finding.key for finding in found)
    return health
