"""Counts of runs by local day of their start. A day without a run is unknown, not a day without news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.monitor.health import Share
    from archive.queries.run_status import RunFacts

_CRAWLED = ("ok", "partly-failed", "interrupted")


@dataclass(slots=True)
class Day:
    """The sums of one day's runs. crawled: whether any of them reached the outlet; if not, the counts mean nothing.
    shares: as in archive.monitor.health."""

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
        """Adds a run's counts."""
        self.runs += 1
        self.crawled |= run.outcome in _CRAWLED
        self.troubles += run.outcome in ("partly-failed", "failed", "nothing-found")
        self.pages += run.stats.get("captures", 0)
        self.new += run.stats.get("new", 0)
        self.edited += run.stats.get("edited", 0)
        self.disappeared += run.stats.get("disappeared", 0)
        for name, (hits, total) in run.health.get("shares", {}).items():
            own = self.shares.get(name, (0, 0))
            self.shares[name] = (own[0] + hits, own[1] + total)

    def count(self, name: str) -> int | None:
        """One of the counts; None on a day without a crawl."""
        return int(getattr(self, name)) if self.crawled else None

    def share(self, name: str) -> float | None:
        """One of the shares, between 0 and 1; None where there was nothing to count."""
        hits, total = self.shares.get(name, (0, 0))
        return hits / total if total else None


def by_day(runs: Sequence[RunFacts], zone: tzinfo, now: datetime, length: int) -> list[Day]:
    """The last `length` days, today last, each with the sums of its runs."""
    today = now.astimezone(zone).date()
    days = {today - timedelta(days=age): Day(today - timedelta(days=age)) for age in reversed(range(length))}
    for run in runs:
        if day := days.get(run.started_at.astimezone(zone).date()):
            day.add(run)
    return list(days.values())
