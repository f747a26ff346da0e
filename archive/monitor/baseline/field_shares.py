"""Detects drops in shares: readable pages, articles with a lead, pictures with a caption, ...

The last 10, 20 and 40 pages, and those of this run, are compared with groups of 20 before them. The usual share is the
groups' median, lowered by twice their spread, because pages of one day resemble one another. A count that this share
would give less than once in a million times is too low.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from statistics import median

from archive.monitor.baseline.findings import TOO_UNLIKELY, Finding, so_few, spread
from archive.monitor.health import Health, Share

_WINDOWS = (10, 20, 40)
_OLDEST = timedelta(days=14)
_FEWEST_PAGES = 4  # in this run alone
_GROUP = 20
_FEWEST_GROUPS, _MOST_GROUPS = 5, 100
_HIGHEST_USUAL = 0.97  # a usual share is capped here: some page is always without
_LOWEST_USUAL = 0.15  # rarer fields are not checked
_LOW_SHARE = 0.75  # of the usual share: a smaller drop is not reported

WORDS = {
    "readable": ("pages that should be articles", "could be read", "can"),
    "body": ("articles", "have a text", "have one"),
    "lead": ("articles", "have a lead", "have one"),
    "byline": ("articles", "say who wrote them", "do"),
    "published_at": ("articles", "say when they were published", "do"),
    "section": ("articles", "name their section", "do"),
    "images": ("articles", "have a picture", "have one"),
    "caption": ("pictures", "have a caption", "have one"),
    "credit": ("pictures", "say who made them", "do"),
}
"""For each share: the noun it counts, the verb phrase, and its short form."""
_COLLAPSE_SHARES = dict.fromkeys(WORDS, 0.1) | {"readable": 0.4, "body": 0.4}
"""A drop below this part of the usual share is a collapse."""
_LAYOUT_QUESTION = " Has the paper changed its layout?"


@dataclass(frozen=True, slots=True)
class Usual:
    """The baseline from groups of earlier pages. share: the median; low: the share on a bad day."""

    share: float
    low: float


def compare(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    """Findings for shares that are lower than usual. before: earlier runs, newest first."""
    for name in WORDS:
        if found := _drop(name, now, before):
            yield found


def _drop(name: str, now: Health, before: Sequence[Health]) -> Finding | None:
    windows, earlier = recent(name, now, before)
    usual = usual_share(name, earlier) if windows else None
    if usual is None or usual.share < _LOWEST_USUAL:
        return None
    chances = [
        (so_few(*window, usual.low), window) for window in windows if window[0] < _LOW_SHARE * usual.share * window[1]
    ]
    chance, window = min(chances, default=(1.0, (0, 0)))
    return _finding(name, window, usual.share) if chance < TOO_UNLIKELY else None


def recent(name: str, now: Health, before: Sequence[Health]) -> tuple[list[Share], Sequence[Health]]:
    """This run's share, if it has enough pages, and those of the last pages; and the runs that are in none of them."""
    windows = [now.shares[name]] if now.shares.get(name, (0, 0))[1] >= _FEWEST_PAGES else []
    window_sizes, runs_used = list(_WINDOWS), 0
    hits = total = 0
    for health in (now, *before):
        if not window_sizes or health.at < now.at - _OLDEST:
            break
        more_hits, more_total = health.shares.get(name, (0, 0))
        hits, total, runs_used = hits + more_hits, total + more_total, runs_used + 1
        while window_sizes and total >= window_sizes[0]:
            window_sizes.pop(0)
            if (hits, total) not in windows:
                windows.append((hits, total))
    return windows, before[max(runs_used - 1, 0) :]


def usual_share(name: str, runs: Sequence[Health]) -> Usual | None:
    """The baseline of these runs, without those flagged for this share; None where they are too few."""
    key = key_of(name)
    clean = (run.shares[name] for run in runs if name in run.shares and key not in run.flags)
    groups = [hits / total for hits, total in islice(_groups(clean), _MOST_GROUPS)]
    if len(groups) < _FEWEST_GROUPS:
        return None
    middle = median(groups)
    return Usual(middle, min(max(middle - 2 * spread(groups), 0.01), _HIGHEST_USUAL))


def _groups(shares: Iterator[Share]) -> Iterator[Share]:
    hits = total = 0
    for more_hits, more_total in shares:
        hits, total = hits + more_hits, total + more_total
        if total >= _GROUP:
            yield hits, total
            hits = total = 0


def key_of(name: str) -> str:
    """The flag of a run in which this share was too low."""
    return f"few:{name}"


def _finding(name: str, window: Share, usual: float) -> Finding:
    (hits, total), (noun, verb, short_verb) = window, WORDS[name]
    collapse = hits < _COLLAPSE_SHARES[name] * usual * total
    sentence = (
        f"{f'only {hits}' if hits else 'none'} of the last {total} {noun} {verb},"
        f" where usually {usual:.0%} {short_verb}."
    )
    return Finding(key_of(name), sentence + _LAYOUT_QUESTION, collapse)
