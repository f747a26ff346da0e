"""How many pages can be read, how many articles have a lead, how many pictures a caption: fewer than usual?

The last 10, 20 and 40 pages, and those of this run, are held against groups of 20 before them. A share that is usual is
the median of the groups', less twice its spread, for pages of one day resemble one another; fewer than that would bring
about once in a million times is too few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from statistics import median

from archive.monitor.baseline.findings import Finding
from archive.monitor.baseline.statistics import TOO_UNLIKELY, so_few, spread
from archive.monitor.health import Health, Share

_WINDOWS = (10, 20, 40)
_OLDEST = timedelta(days=14)
_FEWEST = 4  # in this run alone
_GROUP = 20
_FEWEST_GROUPS, _MOST_GROUPS = 5, 100
_ALWAYS = 0.97  # no share is taken to be nearer to one: there is always a page without
_RARE = 0.15  # what is so rare cannot be missed
_FALLEN = 0.75  # of what is usual: less is no matter

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
"""What each share is of, what these have, and how that is said again."""
_COLLAPSED = dict.fromkeys(WORDS, 0.1) | {"readable": 0.4, "body": 0.4}
"""A fall below this share of what is usual is a collapse."""
_LOOK = " Has the paper changed its layout?"


@dataclass(frozen=True, slots=True)
class Usual:
    """What groups of earlier pages had. share: the median; low: what it can be on a bad day."""

    share: float
    low: float


def compare(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    """Shares that are lower than usual. before: earlier runs, newest first."""
    for name in WORDS:
        if found := _fallen(name, now, before):
            yield found


def _fallen(name: str, now: Health, before: Sequence[Health]) -> Finding | None:
    windows, older = recent(name, now, before)
    usual = usual_share(name, older) if windows else None
    if usual is None or usual.share < _RARE:
        return None
    chances = [
        (so_few(*window, usual.low), window) for window in windows if window[0] < _FALLEN * usual.share * window[1]
    ]
    chance, window = min(chances, default=(1.0, (0, 0)))
    return _finding(name, window, usual.share) if chance < TOO_UNLIKELY else None


def recent(name: str, now: Health, before: Sequence[Health]) -> tuple[list[Share], Sequence[Health]]:
    """This run's share, where it is of enough, and those of the last pages; with the runs that are not in any."""
    windows = [now.shares[name]] if now.shares.get(name, (0, 0))[1] >= _FEWEST else []
    sizes, used = list(_WINDOWS), 0
    hits = of = 0
    for health in (now, *before):
        if not sizes or health.at < now.at - _OLDEST:
            break
        more, of_more = health.shares.get(name, (0, 0))
        hits, of, used = hits + more, of + of_more, used + 1
        while sizes and of >= sizes[0]:
            sizes.pop(0)
            if (hits, of) not in windows:
                windows.append((hits, of))
    return windows, before[max(used - 1, 0) :]


def usual_share(name: str, runs: Sequence[Health]) -> Usual | None:
    """What is usual by these runs, without those in which just this was found wrong; None where they are too few."""
    key = key_of(name)
    clean = (run.shares[name] for run in runs if name in run.shares and key not in run.flags)
    groups = [hits / of for hits, of in islice(_groups(clean), _MOST_GROUPS)]
    if len(groups) < _FEWEST_GROUPS:
        return None
    middle = median(groups)
    return Usual(middle, min(max(middle - 2 * spread(groups), 0.01), _ALWAYS))


def _groups(shares: Iterator[Share]) -> Iterator[Share]:
    hits = of = 0
    for more, of_more in shares:
        hits, of = hits + more, of + of_more
        if of >= _GROUP:
            yield hits, of
            hits = of = 0


def key_of(name: str) -> str:
    """Under which a run is marked where this share was too low."""
    return f"few:{name}"


def _finding(name: str, window: Share, usual: float) -> Finding:
    (hits, of), (what, have, again) = window, WORDS[name]
    collapse = hits < _COLLAPSED[name] * usual * of
    told = f"{f'only {hits}' if hits else 'none'} of the last {of} {what} {have}, where usually {usual:.0%} {again}."
    return Finding(key_of(name), told + _LOOK, collapse)
