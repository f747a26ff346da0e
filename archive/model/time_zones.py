"""Looks up time zones by IANA name (unknown names fall back to UTC), and turns days into moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from archive.model import clock
from archive.model.errors import pass_over
from archive.model.validation import is_zone, shown

UNKNOWN = ZoneInfo("UTC")
"""Stands for the zone of an outlet whose zone is unknown."""


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC, with a notice, where the name is unknown."""
    if isinstance(name, str) and is_zone(name):
        return ZoneInfo(name)
    pass_over("outlets", f"{shown(name)} is no time zone; times are shown in UTC. `luubao upgrade` fixes it")
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class DaySpan:
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
