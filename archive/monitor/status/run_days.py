"""Runs by the days on which they began, by the paper's own clock. A day without a run is no day without news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.monitor.health import Share
    from archive.queries.run_status import RunFacts

_LOOKED = ("ok", "partly-failed", "interrupted")


@dataclass(slots=True)
class Day:
    """What the runs of one day brought. crawled: whether any run of it met the paper; where none did, the counts say
    nothing. shares: as in archive.monitor.health."""

    date: date
    crawled: bool = False
    runs: int = 0
    troubles: int = 0
    pages: int = 0
    new: int = 0
    edited: int = 0
    disappeared: int = 0
    shares: dict[str, Share] = field(default_factory=dict)

    def add(self, run: RunFacts) -> None:
        """Counts a run."""
        self.runs += 1
        self.crawled |= run.outcome in _LOOKED
        self.troubles += run.outcome in ("partly-failed", "failed", "nothing-found")
        self.pages += run.stats.get("captures", 0)
        self.new += run.stats.get("new", 0)
        self.edited += run.stats.get("edited", 0)
        self.disappeared += run.stats.get("disappeared", 0)
        for name, (hits, of) in run.health.get("shares", {}).items():
            mine = self.shares.get(name, (0, 0))
            self.shares[name] = (mine[0] + hits, mine[1] + of)

    def count(self, name: str) -> int | None:
        """One of the counts; None where nobody looked."""
        return int(getattr(self, name)) if self.crawled else None

    def share(self, name: str) -> float | None:
        """One of the shares, between 0 and 1; None where there was nothing to count."""
        hits, of = self.shares.get(name, (0, 0))
        return hits / of if of else None


def by_day(runs: Sequence[RunFacts], zone: tzinfo, now: datetime, length: int) -> list[Day]:
    """The last `length` days, today last, each with its runs."""
    today = now.astimezone(zone).date()
    days = {today - timedelta(days=back): Day(today - timedelta(days=back)) for back in reversed(range(length))}
    for run in runs:
        if day := days.get(run.started_at.astimezone(zone).date()):
            day.add(run)
    return list(days.values())
