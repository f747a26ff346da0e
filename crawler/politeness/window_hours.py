"""The hours of a day in which a newspaper may be asked, such as 22:00-06:00."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_WRITTEN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` up to but not including `end`, by the clock of the moments that are asked about; over midnight where
    `end` comes first."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Hours written as `22:00-06:00`; `24:00` is midnight. Raises ValueError."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"not two times of day: {text}")
        hours = cls(_time(found[1], found[2]), _time(found[3], found[4]))
        if hours.start == hours.end:
            raise ValueError(f"no time at all: {text}")
        return hours

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def hold(self, at: datetime) -> bool:
        """Whether a moment is inside, by its own zone's clock."""
        now = at.timetz().replace(tzinfo=None)
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def end_after(self, at: datetime) -> datetime:
        """When the hours that hold at a moment end; the moment itself where none do."""
        if not self.hold(at):
            return at
        end = datetime.combine(at.date(), self.end, at.tzinfo)
        return end if end > at else end + _DAY


def _time(hour: str, minute: str) -> time:
    return time(0) if (hour, minute) == ("24", "00") else time(int(hour), int(minute))
