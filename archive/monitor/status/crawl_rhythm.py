"""How often an outlet is crawled, by its own runs, and since when it should have been again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

_FEWEST = 3
_LATEST = 60
_PATIENCE = 1.5
_SLACK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """usual: the time between the beginnings of two runs. due: by when the next one is to begin, at the latest."""

    usual: timedelta
    due: datetime


def rhythm(begun: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of runs, oldest first; None where they are too few to have one.

    The third longest of the last sixty pauses counts as still usual: a crawl that sleeps by day, or at weekends, is not
    missed then, and two times when the machine was off do not make a rhythm.
    """
    pauses = sorted((later - earlier for earlier, later in pairwise(begun[-_LATEST - 1 :])), reverse=True)
    if len(pauses) < _FEWEST:
        return None
    longest = pauses[2] if len(pauses) > 2 * _FEWEST else pauses[1]
    usual = timedelta(seconds=median(pause.total_seconds() for pause in pauses))
    return Rhythm(usual, begun[-1] + max(_PATIENCE * longest, 2 * usual) + _SLACK)
