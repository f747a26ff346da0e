"""Findings of the comparison with past runs, and the statistics behind them: tail probabilities, robust measures.

Median and median absolute deviation tolerate up to half of the values being outliers (Huber and Ronchetti, Robust
Statistics, 2nd edition, 2009, chapter 5); 1.4826 makes the latter a standard deviation where values are normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, floor, lgamma, log
from statistics import median

from archive.monitor.health import Health

LONGEST = timedelta(days=120)
"""How far back the baseline reaches."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A finished run. outcome: as runs.outcome."""

    health: Health
    outcome: str

    @property
    def at(self) -> datetime:
        return self.health.at

    @property
    def looked(self) -> bool:
        """Whether it crawled the outlet to the end: low counts of an interrupted or failed run mean nothing."""
        return self.outcome in ("ok", "partly-failed")


@dataclass(frozen=True, slots=True)
class Finding:
    """An anomaly. key: identifies it, the same as long as it lasts. sentence: for a person. collapse: whether a person
    must act now. known: whether a run of the last day has already reported it."""

    key: str
    sentence: str
    collapse: bool = False
    known: bool = False


TOO_UNLIKELY = 1e-6
"""The significance level: a less probable result is not taken for chance. An outlet crawled every hour undergoes some
hundred thousand tests a year, most of them the same as an hour before."""


def spread(values: Sequence[float]) -> float:
    """The standard deviation, by the median absolute deviation."""
    middle = median(values)
    return 1.4826 * median(abs(value - middle) for value in values)


def so_few(hits: int, total: int, share: float) -> float:
    """The binomial probability of at most `hits` of `total`, each with probability `share` (0 < share < 1)."""
    return min(1.0, sum(exp(_log_binomial(k, total, share)) for k in range(hits + 1)))


def so_many(hits: int, total: int, share: float) -> float:
    """The binomial probability of at least `hits` of `total`."""
    return so_few(total - hits, total, 1 - share)


def _log_binomial(k: int, total: int, share: float) -> float:
    choices = lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1)
    return choices + k * log(share) + (total - k) * log(1 - share)


def so_quiet(events: float, expected: float, scatter: float) -> float:
    """The probability of at most `events` where `expected` are usual, in a Poisson process whose variance is `scatter`
    (at least 1) times its mean: as if events came in bunches of that size."""
    bunches, mean = floor(events / scatter), expected / scatter
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(bunches + 1))) if mean > 0 else 1.0
