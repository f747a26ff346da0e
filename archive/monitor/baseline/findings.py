"""Data classes of the baseline comparison: past runs and findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
        """When the run began."""
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
