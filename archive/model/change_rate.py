"""Change-rate model: how often an outlet edits its articles, learned from rechecks, by an article's age and recent
edits.

Time since publication is divided into ages, time since the last observed edit into moods; an age and a mood make a
bucket, and within a bucket edits come at a constant rate (edits a day). So an outlet's change rates are a table of
rates. Each rate starts from published measurements (see `_PRIOR`) and moves to what the outlet's own rechecks show, as
in the gamma-Poisson model.

A recheck only shows that something changed since the recheck before: once, twice, at any time in between. The edits it
stands for are therefore shared out over the buckets the article passed through, as many as the rates so far expect
given at least one: the E step of EM (Dempster, Laird, Rubin, "Maximum Likelihood from Incomplete Data via the EM
Algorithm", J. R. Statist. Soc. B 39:1, 1977) for counts known only to be non-zero. The problem is that of Cho and
Garcia-Molina, "Estimating Frequency of Change" (ACM TOIT 3:3, 2003).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import expm1, inf
from typing import NamedTuple

DAY = timedelta(days=1)
_HOUR = 1 / 24

AGES: tuple[float, ...] = (3 * _HOUR, 12 * _HOUR, 1, 3, 7, 30, 90, 365)
"""Where one age ends and the next begins, in days since publication."""

_DAY_MOOD_ENDS, _WEEK_MOOD_ENDS = 1.0, 7.0  # days since the last observed edit
_LIVELY = 3  # edits seen: from then on an article is expected to be edited again

MOODS: tuple[str, ...] = ("calm", "edited", "edited-week", "edited-day", "lively", "lively-week", "lively-day")
"""Never edited; edited once or twice, the last time longer ago, within a week, within a day; edited three times or
more, likewise."""

# Prior: edits a day of an article of that age, before it is observed. Of the world's news, 21 of 100 articles had
# another text within a day, and four fifths of a week's changes came in the first day (GDELT, "Global Trends in the
# Ephemerality of Online News", 2020, from 1.3 billion records of changes); 165,000 of 600,000 were changed in nine
# months ("The Times, They Are A-Changin'", Stony Brook University, changing-times.github.io). How the first day is
# divided, and what follows the first months, is our guess.
_PRIOR: tuple[float, ...] = (0.6, 0.3, 0.12, 0.015, 0.006, 0.0015, 0.0005, 0.0002, 0.0001)
# Factor on the prior once an article has been seen edited: our guess, soon replaced by observations.
_MOOD_FACTOR: tuple[float, ...] = (0.8, 1.5, 4.0, 6.0, 4.0, 15.0, 25.0)

HEADLINE, PICTURE, LEFT, WORDS = "sign: headline", "sign: picture", "sign: left", "sign: words"
"""The kinds of free signs (archive.frontier.change_signals)."""
MIN_TRUST = 0.1
"""The share of a kind's looks that must find something, or it is ignored."""

_PAPER_WEIGHT, _BUCKET_WEIGHT = 5.0, 2.0  # observed edits that weigh as much as the prior


class Bucket(NamedTuple):
    """An age and a mood, as numbers."""

    age: int
    mood: int

    @property
    def name(self) -> str:
        """As it is stored and shown."""
        begin = f"{AGES[self.age - 1]:g}" if self.age else "0"
        return f"{begin}d {MOODS[self.mood]}"


BUCKETS: tuple[Bucket, ...] = tuple(Bucket(age, mood) for age in range(len(AGES) + 1) for mood in range(len(MOODS)))


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts from rechecks of articles in one bucket. looks: rechecks that ended in it; changes: edits they stand for;
    days: article-days observed."""

    looks: float = 0.0
    changes: float = 0.0
    days: float = 0.0


class Stretch(NamedTuple):
    """A period of an article's life in one bucket, in days from now."""

    bucket: Bucket
    begin: float
    end: float


@dataclass(frozen=True)
class ChangeRates:
    """What rechecks have taught about an outlet. tallies: by bucket; lastmod_claims: rechecks of articles whose sitemap
    or feed named a time of change later than our last recheck, and how many of them had changed; since: when the outlet
    was first crawled; signs: rechecks triggered by free change signals (archive.frontier.change_signals), by kind, and
    how many of them found a change."""

    tallies: Mapping[Bucket, Tally] = field(default_factory=dict)
    lastmod_claims: Tally = Tally()
    since: datetime | None = None
    signs: Mapping[str, Tally] = field(default_factory=dict)

    @cached_property
    def rates(self) -> dict[Bucket, float]:
        """Edits a day, by bucket."""
        prior = {bucket: _PRIOR[bucket.age] * _MOOD_FACTOR[bucket.mood] for bucket in BUCKETS}
        observed = sum(tally.changes for tally in self.tallies.values())
        expected = sum(prior[bucket] * tally.days for bucket, tally in self.tallies.items())
        level = (_PAPER_WEIGHT + observed) / (_PAPER_WEIGHT + expected)
        return {bucket: _posterior(rate * level, self.tallies.get(bucket)) for bucket, rate in prior.items()}

    @cached_property
    def trust(self) -> float:
        """The share of changes claimed by sitemaps and feeds that prove true; half before any was tried."""
        return confirmed_share(self.lastmod_claims)

    def trust_in(self, sign: str) -> float:
        """The share of free signs of a kind that prove true; half before any was tried."""
        return confirmed_share(self.signs.get(sign, Tally()))


def confirmed_share(tally: Tally) -> float:
    """The share of looks that found a change; half before there was any."""
    return (1 + tally.changes) / (2 + tally.looks)


def _posterior(prior: float, tally: Tally | None) -> float:
    if tally is None:
        return prior
    return prior * (_BUCKET_WEIGHT + tally.changes) / (_BUCKET_WEIGHT + prior * tally.days)


def stretches(age: float, quiet: float | None, edits: int, begin: float, end: float) -> Iterator[Stretch]:
    """The buckets an article passes through from `begin` to `end` (days from a moment at which it is `age` days old and
    was last edited `quiet` days ago, None for never)."""
    start = begin
    while start < end:
        number = bisect_right(AGES, age + start)
        until = min(end, AGES[number] - age if number < len(AGES) else inf)
        mood, mood_ends = _mood(None if quiet is None else quiet + start, edits)
        until = min(until, start + mood_ends)
        if until <= start:  # a border closer than floating point can tell
            until = min(end, start + 1e-9)
        yield Stretch(Bucket(number, mood), start, until)
        start = until


def _mood(quiet: float | None, edits: int) -> tuple[int, float]:
    """An article's mood, and for how many days it keeps it if no edit is observed."""
    if quiet is None or edits == 0:
        return 0, inf
    lively = 3 if edits >= _LIVELY else 0
    if quiet < _DAY_MOOD_ENDS:
        return 3 + lively, _DAY_MOOD_ENDS - quiet
    if quiet < _WEEK_MOOD_ENDS:
        return 2 + lively, _WEEK_MOOD_ENDS - quiet
    return 1 + lively, inf


def shared_out(rates: Mapping[Bucket, float], life: list[Stretch], *, changed: bool) -> list[tuple[Bucket, Tally]]:
    """What one recheck teaches: the days observed in each bucket and, if it found a change, the edits that this stands
    for."""
    expected = sum(rates[stretch.bucket] * (stretch.end - stretch.begin) for stretch in life)
    # actual edits, given at least one, for each expected edit
    edits_per_expected = 1 / -expm1(-expected) if changed and expected > 0 else 0.0
    return [
        (bucket, Tally(float(n == len(life)), edits_per_expected * rates[bucket] * (end - begin), end - begin))
        for n, (bucket, begin, end) in enumerate(life, 1)
    ]
