"""Days as people name them, as the moments between which captures lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from archive.model import clock
from archive.model.time_zones import zone_of


@dataclass(frozen=True, slots=True)
class Days:
    """From and up to, both included; None is open."""

    since: date | None = None
    until: date | None = None

    def stamps(self, timezone: str) -> tuple[str, str]:
        """The first moment that is meant and the first one that is no more, as clock.stamp writes them, compared as
        text. timezone: IANA name of the zone whose days they are."""
        zone = zone_of(timezone)

        def stamp(day: date) -> str:
            return clock.stamp(datetime.combine(day, time_of_day(), zone))

        return stamp(self.since) if self.since else "", stamp(self.until + timedelta(days=1)) if self.until else "~"
