"""Ranges of days, converted to ranges of timestamps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from archive.model import clock
from archive.model.time_zones import zone_of


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day, both included; None is open."""

    since: date | None = None
    until: date | None = None

    def stamps(self, timezone: str) -> tuple[str, str]:
        """The first moment inside and the first moment after the range, as clock.stamp writes them, compared as text.
        timezone: IANA name of the zone of the days."""
        zone = zone_of(timezone)

        def stamp(day: date) -> str:
            return clock.stamp(datetime.combine(day, time_of_day(), zone))

        return stamp(self.since) if self.since else "", stamp(self.until + timedelta(days=1)) if self.until else "~"
