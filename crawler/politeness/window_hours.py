"""The hours of a crawl window, such as 22:00-06:00: parsed, and compared with a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_PATTERN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` up to but not including `end`, on the clock of the moment that is compared; over midnight where
    `end` comes first."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Hours written as `22:00-06:00`; `24:00` is midnight. Raises ValueError."""
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not two times of day: {text}")
        hours = cls(_time(match[1], match[2]), _time(match[3], match[4]))
        if hours.start == hours.end:
            raise ValueError(f"no time at all: {text}")
        return hours

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def hold(self, moment: datetime) -> bool:
        """Whether a moment is inside the hours, by the clock of its own time zone."""
        clock = moment.timetz().replace(tzinfo=None)
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def end_after(self, moment: datetime) -> datetime:
        """When the hours end that a moment lies in; the moment itself where it lies outside."""
        if not self.hold(moment):
            return moment
        end = datetime.combine(moment.date(), self.end, moment.tzinfo)
        return end if end > moment else end + _DAY


def _time(hour: str, minute: str) -> time:
    return time(0) if (hour, minute) == ("24", "00") else time(int(hour), int(minute))
