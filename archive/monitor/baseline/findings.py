"""What a comparison finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.monitor.health import Health

LONGEST = timedelta(days=120)
"""How far back runs are compared with."""


@dataclass(frozen=True, slots=True)
class Past:
    """A run that ended. outcome: as runs.outcome."""

    health: Health
    outcome: str

    @property
    def at(self) -> datetime:
        """When it began."""
        return self.health.at

    @property
    def looked(self) -> bool:
        """Whether it saw what there was: one that was broken off, or met no paper, says nothing by finding nothing."""
        return self.outcome in ("ok", "partly-failed")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as usual. key: what it is about, the same as long as it lasts. sentence: for a person.
    collapse: whether a person must look now. known: whether a run of the last day has told it already."""

    key: str
    sentence: str
    collapse: bool = False
    known: bool = False
