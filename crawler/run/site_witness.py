"""What a newspaper's answers say of itself and of us: that it lives at another site now, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from archive import REDIRECTS, Capture, Outlet, same_site
from archive.history.responses import is_home
from archive.model import clock
from archive.model.errors import LuubaoError

_TOLD, _STOPS = timedelta(hours=1), timedelta(days=1)


class WrongClock(LuubaoError):
    """Raised by the first answer that says that this machine's clock, or the paper's, is more than a day off."""


class Move:
    """Where the paper has moved to. to: the other site that its home page leads to; None while it does not."""

    def __init__(self, outlet: Outlet):
        self.outlet = outlet
        self.to: str | None = None
        self.seeds = self.same = 0

    def leads_there(self, capture: Capture) -> bool:
        """Whether an answer redirects to another site."""
        target = capture.final_url
        web = target.startswith(("http://", "https://"))
        return capture.status in REDIRECTS and web and not same_site(target, self.outlet.hosts)

    def hear(self, capture: Capture, seed: str | None) -> None:
        """Takes note of an answer. seed: the address, where it is one."""
        if seed is None or not self.leads_there(capture):
            return
        self.seeds += 1
        self.same += _path(capture.requested_url) == _path(capture.final_url)
        if is_home(capture.requested_url, self.outlet):
            self.to = capture.final_url

    def sentence(self) -> str:
        """What is to be told."""
        kept = f", {self.same} of them to the same path" if self.same else ""
        return (
            f"moved to {self.to}: {self.seeds} of its home pages, sections and feeds lead{'s' * (self.seeds == 1)} to"
            f" another site{kept}. Nothing is taken for gone, and no article is asked for."
            f" `luubao outlets move {self.outlet.name} {self.to}` says how the articles go on there"
        )


def _path(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path or "/", parts.query


class Witness:
    """Compares this machine's clock with the newspaper's own: its answers carry `Date` (RFC 9110 section 6.6.1).

    warning: what is to be told of a clock that is hours off, or of a paper whose clock is.
    """

    def __init__(self, usual: Callable[[], timedelta | None]):
        """usual: by how much our clock was ahead of the paper's in the run before, None where that is not known."""
        self._usual = usual
        self._heard = False
        self._wrong: str | None = None
        self.warning: str | None = None

    def hear(self, capture: Capture) -> None:
        """Listens to the first answer that names a time. Raises WrongClock, from then on for every answer."""
        said = None if self._heard else _date(capture)
        if said is not None:
            self._heard = True
            self._compare(capture.captured_at, said)
        if self._wrong:
            raise WrongClock(self._wrong)

    def _compare(self, ours: datetime, said: datetime) -> None:
        off = ours - said
        if abs(off) <= _TOLD:
            return
        usual = self._usual()
        told = (
            f"this machine's clock says {ours.astimezone(UTC):%Y-%m-%d %H:%M}, and the paper's"
            f" {said.astimezone(UTC):%Y-%m-%d %H:%M} (both UTC)"
        )
        if said < clock.WRITTEN or (usual is not None and abs(usual - off) <= _TOLD):
            self.warning = f"{told}; the paper's is taken to be wrong"
        elif abs(off) <= _STOPS:
            self.warning = f"{told}: set the clock"
        else:
            self._wrong = f"{told}: nothing is filed under a time that cannot be right. Set the clock"


def _date(capture: Capture) -> datetime | None:
    """The time at which the answer was made; of one that a cache kept, with its age added."""
    try:
        said = parsedate_to_datetime(capture.header("Date") or "")
        age = timedelta(seconds=int(capture.header("Age") or 0))
        return (said if said.tzinfo else said.replace(tzinfo=UTC)) + age
    except (ValueError, OverflowError, TypeError):
        return None
