"""The hours of the day in which a paper may be asked: `22:00-06:00`, or several, with commas between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from archive.errors import LuubaoError, Misconfigured

_DAY = timedelta(days=1)


class OutsideHours(LuubaoError):
    """Raised when a crawl is started outside the hours set for the paper; the remedy is to come back."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of the day on the paper's own clock; one may go past midnight, and one that ends where it begins lasts a
    whole day. text: as they were written."""

    text: str
    spans: tuple[tuple[time, time], ...]

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Raises Misconfigured."""
        try:
            return cls(text, tuple(_span(part) for part in text.split(",")))
        except ValueError:
            raise Misconfigured(
                f"{text!r} are no hours of the day. Write them as 22:00-06:00, several with commas between them"
            ) from None

    def left(self, moment: datetime) -> timedelta | None:
        """How long the hours last from a moment on the paper's clock; None outside them."""
        return max((left for begin, end in self.spans if (left := _left(begin, end, moment)) is not None), default=None)


def _span(text: str) -> tuple[time, time]:
    begin, end = (time.fromisoformat(part.strip().zfill(5)) for part in text.split("-"))
    if begin.tzinfo or end.tzinfo:
        raise ValueError(text)
    return begin, end


def _left(begin: time, end: time, moment: datetime) -> timedelta | None:
    since = (_since_midnight(moment.time()) - _since_midnight(begin)) % _DAY
    length = (_since_midnight(end) - _since_midnight(begin)) % _DAY or _DAY
    return length - since if since < length else None


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
