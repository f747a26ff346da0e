"""Checks a newspaper's responses for a move to another site, and for a wrong clock (the Date header)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from archive import Capture, Outlet, same_site
from archive.history.facts import REDIRECTS, is_home
from archive.model import clock
from archive.model.errors import LuubaoError

_WARN_OFFSET, _STOP_OFFSET = timedelta(hours=1), timedelta(days=1)


class WrongClock(LuubaoError):
    """Raised from the first answer on by which this machine's clock, or the paper's, is more than a day off."""


class SiteMove:
    """Notices that the paper has moved. to: the other site that its home page redirects to; None while it does not."""

    def __init__(self, outlet: Outlet):
        self.outlet = outlet
        self.to: str | None = None
        self.seeds = self.same = 0

    def leads_there(self, capture: Capture) -> bool:
        target = capture.final_url
        web = target.startswith(("http://", "https://"))
        return capture.status in REDIRECTS and web and not same_site(target, self.outlet.hosts)

    def check(self, capture: Capture, seed: str | None) -> None:
        """Notes an answer. seed: its address, where that is a seed."""
        if seed is None or not self.leads_there(capture):
            return
        self.seeds += 1
        self.same += _path(capture.requested_url) == _path(capture.final_url)
        if is_home(capture.requested_url, self.outlet):
            self.to = capture.final_url

    def sentence(self) -> str:
        kept = f", {self.same} of them to the same path" if self.same else ""
        return (
            f"moved to {self.to}: {self.seeds} of its home pages, sections and feeds lead{'s' * (self.seeds == 1)} to"
            f" another site{kept}. Nothing is taken for gone, and no article is asked for."
            f" `luubao outlets move {self.outlet.name} {self.to}` says how the articles go on there"
        )


def _path(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path or "/", parts.query


class ClockCheck:
    """Compares this machine's clock with the newspaper's: its answers carry `Date` (RFC 9110 section 6.6.1).

    warning: the sentence on a clock, ours or the paper's, that is hours off.
    """

    def __init__(self, usual: Callable[[], timedelta | None]):
        """usual: gives the offset of our clock to the paper's in the run before, None where unknown."""
        self._usual_offset = usual
        self._has_compared = False
        self._error: str | None = None
        self.warning: str | None = None

    def check(self, capture: Capture) -> None:
        """Compares the clocks at the first answer with a Date. Raises WrongClock, from then on for every answer."""
        server_time = None if self._has_compared else _date(capture)
        if server_time is not None:
            self._has_compared = True
            self._compare(capture.captured_at, server_time)
        if self._error:
            raise WrongClock(self._error)

    def _compare(self, local_time: datetime, server_time: datetime) -> None:
        offset = local_time - server_time
        if abs(offset) <= _WARN_OFFSET:
            return
        usual = self._usual_offset()
        sentence = (
            f"this machine's clock says {local_time.astimezone(UTC):%Y-%m-%d %H:%M}, and the paper's"
            f" {server_time.astimezone(UTC):%Y-%m-%d %H:%M} (both UTC)"
        )
        if server_time < clock.WRITTEN or (usual is not None and abs(usual - offset) <= _WARN_OFFSET):
            self.warning = f"{sentence}; the paper's is taken to be wrong"
        elif abs(offset) <= _STOP_OFFSET:
            self.warning = f"{sentence}: set the clock"
        else:
            self._error = f"{sentence}: nothing is filed under a time that cannot be right. Set the clock"


def _date(capture: Capture) -> datetime | None:
    """The Date of an answer; where a cache kept it, with its Age added."""
    date, age = clock.http_date(capture.header("Date")), capture.header("Age") or "0"
    return date + timedelta(seconds=int(age)) if date and re.fullmatch(r"[0-9]{1,9}", age) else date
