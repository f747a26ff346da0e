"""How often a paper edits: what its own rechecks have shown, article by age and by how lively it has been.

Time since publication is cut into ages, time since the last edit we saw into moods; age and mood make a bucket, and in
a bucket edits come at a steady rate (edits a day). So a paper's habits are a table of rates. Each rate starts from what
others measured (see `_PRIOR`) and moves to what the paper's own looks say, as in the gamma-Poisson model.

A look only tells that something changed since the look before: once, twice, anywhere in between. The edits it stands
for are therefore shared out over the buckets the article went through, as many as the rates so far expect given that
there was at least one: the E step of EM (Dempster, Laird, Rubin, "Maximum Likelihood from Incomplete Data via the EM
Algorithm", J. R. Statist. Soc. B 39:1, 1977) for counts of which one only knows that they are not zero. The problem is
that of Cho and Garcia-Molina, "Estimating Frequency of Change" (ACM TOIT 3:3, 2003).
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

_FRESH, _RECENT = 1.0, 7.0  # days since the last edit we saw
_LIVELY = 3  # edits seen: from then on an article is expected to be edited again

MOODS: tuple[str, ...] = ("calm", "edited", "edited-week", "edited-day", "lively", "lively-week", "lively-day")
"""Never seen edited; edited once or twice, longest ago, within a week, within a day; edited three times or more, so."""

# Edits a day of an article of that age, before a paper has shown its own. Of the world's news, 21 of 100 articles had
# another text within a day, and four fifths of a week's changes came in the first day (GDELT, "Global Trends in the
# Ephemerality of Online News", 2020, from 1.3 billion records of changes); 165,000 of 600,000 were changed in nine
# months ("The Times, They Are A-Changin'", Stony Brook University, changing-times.github.io). How the first day is
# divided, and what follows the first months, is our guess.
_PRIOR: tuple[float, ...] = (0.6, 0.3, 0.12, 0.015, 0.006, 0.0015, 0.0005, 0.0002, 0.0001)
# How much likelier an article is edited once we have seen it edited: our guess, soon replaced by what is seen.
_MOOD: tuple[float, ...] = (0.8, 1.5, 4.0, 6.0, 4.0, 15.0, 25.0)

_PAPER_WEIGHT, _BUCKET_WEIGHT = 5.0, 2.0  # edits that must be seen before what is seen counts as much as the guess


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
    """What the looks at articles in one bucket have shown. looks: how many ended in it; changes: edits they stand for;
    days: article-days watched."""

    looks: float = 0.0
    changes: float = 0.0
    days: float = 0.0


class Stretch(NamedTuple):
    """A stretch of an article's life in one bucket, in days from now."""

    bucket: Bucket
    begin: float
    end: float


@dataclass(frozen=True)
class Habits:
    """What a paper's rechecks have taught. tallies: by bucket; promises: looks at articles whose sitemap or feed named
    a time of change later than our last look, and how many of them had changed; since: when the paper was first
    crawled; signs: looks that free signs brought about (archive.frontier.change_signals), by their kind, and how many
    of them had found something."""

    tallies: Mapping[Bucket, Tally] = field(default_factory=dict)
    promises: Tally = Tally()
    since: datetime | None = None
    signs: Mapping[str, Tally] = field(default_factory=dict)

    @cached_property
    def rates(self) -> dict[Bucket, float]:
        """Edits a day, by bucket."""
        guess = {bucket: _PRIOR[bucket.age] * _MOOD[bucket.mood] for bucket in BUCKETS}
        seen = sum(tally.changes for tally in self.tallies.values())
        expected = sum(guess[bucket] * tally.days for bucket, tally in self.tallies.items())
        level = (_PAPER_WEIGHT + seen) / (_PAPER_WEIGHT + expected)
        return {bucket: _posterior(rate * level, self.tallies.get(bucket)) for bucket, rate in guess.items()}

    @cached_property
    def trust(self) -> float:
        """The share of promised changes that prove true; half before any was tried."""
        return _kept(self.promises)

    def trust_in(self, sign: str) -> float:
        """The share of free signs of a kind that prove true; half before any was tried."""
        return _kept(self.signs.get(sign, Tally()))


def _kept(tally: Tally) -> float:
    return (1 + tally.changes) / (2 + tally.looks)


def _posterior(guess: float, tally: Tally | None) -> float:
    if tally is None:
        return guess
    return guess * (_BUCKET_WEIGHT + tally.changes) / (_BUCKET_WEIGHT + guess * tally.days)


def stretches(age: float, quiet: float | None, edits: int, begin: float, end: float) -> Iterator[Stretch]:
    """The buckets an article goes through from `begin` to `end` (days from a moment at which it is `age` days old and
    was last edited `quiet` days ago, None for never)."""
    at = begin
    while at < end:
        number = bisect_right(AGES, age + at)
        until = min(end, AGES[number] - age if number < len(AGES) else inf)
        mood, mood_ends = _mood(None if quiet is None else quiet + at, edits)
        until = min(until, at + mood_ends)
        if until <= at:  # a border closer than floating point can tell
            until = min(end, at + 1e-9)
        yield Stretch(Bucket(number, mood), at, until)
        at = until


def _mood(quiet: float | None, edits: int) -> tuple[int, float]:
    """The mood of an article, and for how many days it keeps it if nothing is seen."""
    if quiet is None or edits == 0:
        return 0, inf
    lively = 3 if edits >= _LIVELY else 0
    if quiet < _FRESH:
        return 3 + lively, _FRESH - quiet
    if quiet < _RECENT:
        return 2 + lively, _RECENT - quiet
    return 1 + lively, inf


def shared_out(rates: Mapping[Bucket, float], life: list[Stretch], *, changed: bool) -> list[tuple[Bucket, Tally]]:
    """What one look teaches: the days watched in each bucket, and, if it found a change, the edits that stands for."""
    expected = sum(rates[piece.bucket] * (piece.end - piece.begin) for piece in life)
    # how many there were, given that there was at least one, for each one expected
    times = 1 / -expm1(-expected) if changed and expected > 0 else 0.0
    return [
        (
            bucket,
            Tally(float(piece is life[-1]), times * rates[bucket] * (end - begin), end - begin),
        )
        for piece in life
        for bucket, begin, end in (piece,)
    ]
