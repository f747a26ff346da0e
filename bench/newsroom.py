"""Imagined newsrooms: what they publish in a year, what they change afterwards, and what they take away.

What is assumed, and where from. Times are hours from the year's beginning.
- Share of articles edited: 21 of 100 had another text after a day, 19 after a week; four fifths of a week's changes came
  on the first day (GDELT, "Global Trends in the Ephemerality of Online News", 2020, from 1.3 billion records of changes);
  165,000 of 600,000 changed within nine months ("The Times, They Are A-Changin'", Stony Brook University,
  changing-times.github.io); 7.5 of 100 got another headline (Guo et al., "Verba Volant, Scripta Volant", WWW 2022).
- Edits come in bursts: 3.6 versions an article where articles are followed (Spangher et al., "NewsEdits", NAACL 2022:
  4.6 million versions of 1.2 million articles), 19 versions of one story in three days (NewsDiffs on Newtown, 2012).
- 1.64 of 100 articles were gone after a week, two fifths of these after a day (GDELT 2020).
- Delays have a heavy tail. Which, nobody says: the newsrooms take log-normal, Lomax (Pareto II) and Weibull delays.
- Ours alone: corrections weeks later, articles about a thing that goes on for months, quiet nights and weekends, sections
  that edit more than others, edits of what is years old, a redesign after which some pages are read as edited that are not.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

DAY, YEAR = 24.0, 365 * 24.0


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A newsroom's ways. Shares are of articles; delays, gaps: (kind, median hours, spread).

    archive: articles there at the year's beginning, of the last `years` years. edited: share edited soon after
    publication; more: further edits of such an article, on average; live: share of live reports, with dozens of edits.
    corrected: share corrected weeks later; ongoing: share that is edited for months. gone_soon, gone_later: share gone
    within days; a year. old_edits: edits a year of an article years old. weekend, night: activity there against working
    hours. sections: (share of articles, how much likelier than others edited). undated: share without a date.
    redesign: day of the year; misread: share of pages that are read as edited after it.
    """

    name: str
    seed: int
    a_day: float
    archive: int
    years: float
    edited: float
    delay: tuple[str, float, float]
    more: float
    gap: tuple[str, float, float]
    live: float
    corrected: float
    ongoing: float
    gone_soon: float
    gone_later: float
    old_edits: float
    weekend: float
    night: float
    sections: tuple[tuple[float, float], ...]
    undated: float
    redesign: int
    misread: float


@dataclass(slots=True)
class Article:
    """edits: when its text changed, in order; gone: when it was taken away; misread: when a redesign makes it look
    edited once."""

    published: float
    dated: bool
    edits: list[float] = field(default_factory=list)
    gone: float | None = None
    misread: float | None = None

    def state(self, moment: float) -> int:
        """The number of edits made by then: its distinct states are numbered by it."""
        return bisect_right(self.edits, moment)


def _draw(rng: Random, delay: tuple[str, float, float]) -> float:
    kind, median, spread = delay
    if kind == "lognormal":
        return median * rng.lognormvariate(0, spread)
    if kind == "lomax":  # spread: the tail's exponent
        scale: float = median / (2 ** (1 / spread) - 1)
        return scale * (math.pow(rng.random(), -1 / spread) - 1)
    return rng.weibullvariate(median / 0.6931 ** (1 / spread), spread)


def _awake(room: Newsroom, rng: Random, moment: float) -> float:
    """The first moment from `at` on when somebody is at work who would do it."""
    while rng.random() > _activity(room, moment):
        moment += rng.random() * 2
    return moment


def _activity(room: Newsroom, moment: float) -> float:
    by_day = room.weekend if int(moment // DAY) % 7 >= 5 else 1.0
    return by_day * (1.0 if 6 <= moment % DAY < 22 else room.night)


def _edits(room: Newsroom, rng: Random, published: float, liveliness: float) -> Iterator[float]:
    moment = published
    if rng.random() < room.live:
        for _ in range(rng.randint(15, 60)):
            moment += _draw(rng, ("lognormal", 0.4, 0.8))
            yield moment
    elif rng.random() < room.edited * liveliness:
        moment += _draw(rng, room.delay)
        yield _awake(room, rng, moment)
        while rng.random() < room.more / (1 + room.more):
            moment += _draw(rng, room.gap)
            yield _awake(room, rng, moment)
    if rng.random() < room.corrected:
        yield _awake(room, rng, published + 5 * DAY + rng.expovariate(1 / (25 * DAY)))
    if rng.random() < room.ongoing:
        moment = published
        for _ in range(rng.randint(4, 20)):
            moment += rng.expovariate(1 / (9 * DAY))
            yield _awake(room, rng, moment)
    moment = published + 60 * DAY
    while room.old_edits and (moment := moment + rng.expovariate(room.old_edits / YEAR)) < YEAR:
        yield _awake(room, rng, moment)


def _article(room: Newsroom, rng: Random, published: float, choose: Callable[[], float]) -> Article:
    made = Article(published, rng.random() >= room.undated)
    made.edits = sorted(one for one in _edits(room, rng, published, choose()) if one < YEAR)
    if rng.random() < room.gone_soon:
        made.gone = published + _draw(rng, ("lognormal", 30, 1.2))
    elif rng.random() < room.gone_later * (YEAR - max(0.0, published)) / YEAR:
        made.gone = rng.uniform(max(0.0, published), YEAR)
    if rng.random() < room.misread and published < room.redesign * DAY:
        made.misread = room.redesign * DAY
    return made


def year_of(room: Newsroom) -> list[Article]:
    """Everything the newsroom has at the year's beginning and publishes in it, in order of publication."""
    rng = Random(room.seed)
    shares, liveliness = zip(*room.sections, strict=True)
    mean = sum(share * how for share, how in room.sections) / sum(shares)

    def choose() -> float:
        return float(rng.choices(liveliness, shares)[0] / mean)

    old = sorted(-(rng.random() ** 0.8) * room.years * YEAR for _ in range(room.archive))
    new: list[float] = []
    moment = 0.0
    while (moment := moment + rng.expovariate(room.a_day / DAY * 1.6)) < YEAR:
        if rng.random() < _activity(room, moment):
            new.append(moment)
    articles = [_article(room, rng, published, choose) for published in (*old, *new)]
    return [one for one in articles if one.gone is None or one.gone > max(0.0, one.published)]


_SECTIONS = ((0.2, 2.0), (0.5, 1.0), (0.3, 0.4))

TUNED_ON = (
    Newsroom(
        "middle", 11, 30, 10_000, 10, 0.25, ("lognormal", 3, 1.9), 1.2, ("lognormal", 2.5, 1.3), 0.004, 0.015, 0.003,
        0.016, 0.02, 0.01, 0.5, 0.05, _SECTIONS, 0.05, 150, 0.01,
    ),
    Newsroom(
        "calm", 12, 20, 20_000, 15, 0.12, ("lomax", 5, 1.0), 0.6, ("lognormal", 6, 1.6), 0.001, 0.02, 0.002,
        0.01, 0.02, 0.01, 0.3, 0.02, ((1.0, 1.0),), 0.0, 200, 0.02,
    ),
)  # fmt: skip
"""The newsrooms that the schedule's constants were chosen with."""

UNSEEN = (
    # a province's paper: few edits, mostly mistakes of typing put right the same day
    Newsroom(
        "provincial", 101, 25, 10_000, 8, 0.14, ("lognormal", 4, 1.6), 0.7, ("lognormal", 3, 1.5), 0.001, 0.01, 0.001,
        0.012, 0.02, 0.005, 0.4, 0.02, ((0.15, 3.0), (0.6, 1.0), (0.25, 0.3)), 0.02, 90, 0.01,
    ),
    # news as it breaks: every third article edited, several times, live reports, nights hardly quieter
    Newsroom(
        "breaking", 102, 60, 15_000, 4, 0.35, ("lomax", 1.5, 0.9), 2.4, ("lomax", 2, 1.2), 0.015, 0.02, 0.006,
        0.02, 0.03, 0.02, 0.8, 0.3, ((0.3, 1.8), (0.7, 0.7)), 0.0, 240, 0.03,
    ),
    # a weekly's site: edits days after, many corrections, a large old archive that is worked on
    Newsroom(
        "belated", 103, 12, 30_000, 20, 0.2, ("weibull", 60, 0.6), 0.5, ("weibull", 40, 0.7), 0.0, 0.08, 0.012,
        0.005, 0.01, 0.04, 0.1, 0.01, ((0.5, 1.5), (0.5, 0.5)), 0.1, 30, 0.02,
    ),
    # hardly ever edits, and every third article has no date
    Newsroom(
        "silent", 104, 40, 5_000, 3, 0.05, ("lognormal", 1, 2.4), 0.3, ("lognormal", 1, 1.0), 0.002, 0.005, 0.001,
        0.03, 0.05, 0.002, 0.6, 0.1, ((1.0, 1.0),), 0.33, 300, 0.05,
    ),
)  # fmt: skip
"""Newsrooms the constants were not chosen with: set down before the first experiment, and not run before the last."""
