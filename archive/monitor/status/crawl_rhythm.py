"""The crawl interval of an outlet, estimated from its runs, and when the next run is due."""

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
    """usual: the median time between the starts of two runs. due: the latest start of the next run."""

    usual: timedelta
    due: datetime


def rhythm(begun: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of runs, oldest first; None where there are too few.

    The third longest of the last sixty pauses still counts as usual: a crawl that pauses by day, or at weekends, is not
    overdue then, and two times when the machine was off do not change the rhythm.
    """
    pauses = sorted((later - earlier for earlier, later in pairwise(begun[-_LATEST - 1 :])), reverse=True)
    if len(pauses) < _FEWEST:
        return None
    longest = pauses[2] if len(pauses) > 2 * _FEWEST else pauses[1]
    usual = timedelta(seconds=median(pause.total_seconds() for pause in pauses))
    return Rhythm(usual, begun[-1] + max(_PATIENCE * longest, 2 * usual) + _SLACK)
