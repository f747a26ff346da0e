"""How hosts answer, and what that means for whoever asks next: go on, wait, or leave the host alone.

A host that answers with errors is left alone, for longer each time: the pause doubles with every further error, in this
run and the ones after it (the exponential back-off of RFC 8961 section 4, with a longest pause). One that says how long
it wants to be left alone is believed (Retry-After: RFC 9110 section 10.2.3, RFC 6585 section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import urlsplit

from archive import HostState
from archive.model.clock import stamp

_BUSY = frozenset({429, 503})
_WALLS = frozenset({401, 403, 407, 408, 429})
_GRACE = 5.0
_LONGEST_BELIEVED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Patience:
    """How much a run puts up with.

    errors: how many in a row before a host is left alone. longest_wait: how long a run waits for a host at most; what
    takes longer is for a later run. first_pause: after a 429 or 503 that does not say how long. first_quiet and
    longest_quiet: how long a host is left alone after too many errors, the first time and at most. no_rules: how long a
    robots.txt may give no answer before that means that there is none (RFC 9309 section 2.3.1.4 suggests 30 days).
    """

    errors: int = 5
    longest_wait: timedelta = timedelta(minutes=5)
    first_pause: timedelta = timedelta(seconds=30)
    first_quiet: timedelta = timedelta(minutes=15)
    longest_quiet: timedelta = timedelta(hours=6)
    no_rules: timedelta = timedelta(days=30)


class Hosts:
    """The hosts of one run. remembered: what earlier runs left; remember: writes down how a host stands now; tell: is
    given one sentence for every host that is left alone. Raises nothing."""

    def __init__(
        self,
        patience: Patience,
        remembered: Iterable[HostState],
        remember: Callable[[HostState], None],
        tell: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ):
        self.patience = patience
        self._remember = remember
        self._tell = tell
        self._now = now
        self._states = {state.host: self._within_reason(state) for state in remembered}
        self._left: dict[str, HostState] = {}

    def left_alone(self, host: str) -> HostState | None:
        """How a host stands that this run asks nothing any more; None for one that may be asked, if need be after a
        wait."""
        if host in self._left:
            return self._left[host]
        state = self._state(host)
        if not state.quiet_until or not self._too_long(state):
            return None
        self._left[host] = state
        self._tell(state.reason or f"{host} is left alone until {stamp(state.quiet_until)}")
        return state

    def wait(self, host: str) -> float:
        """How many seconds to wait before the host is asked."""
        until = self._state(host).quiet_until
        return max((until - self._now()).total_seconds(), 0.0) if until else 0.0

    def answered(self, host: str, status: int, retry_after: str | None = None, *, is_rules: bool = False) -> None:
        """A host answered. is_rules: with its robots.txt, which says nothing on how its pages fare."""
        if status in _BUSY:
            self._busy(host, status, retry_after)
        elif is_error(status):
            self._error(host, f"status {status}")
        elif not is_rules and self._state(host).is_troubled and not self.wait(host):
            self._note(replace(self._state(host), errors=0, quiet_until=None, reason=None))

    def silent(self, host: str, why: str) -> None:
        """A host gave no answer."""
        self._error(host, why)

    def wants_rest(self, host: str, rest: timedelta, why: str) -> None:
        """A host says how long it wants to be left alone."""
        until = self._now() + min(rest, _LONGEST_BELIEVED)
        self._quieten(self._state(host), until, f"{host} {why}; it is left alone until {stamp(until)}")

    def rules(self, host: str, *, known: bool) -> bool:
        """Notes whether a host's robots.txt gave an answer. Returns whether it has given none for so long that it may
        be taken for none at all."""
        state = self._state(host)
        if known:
            if state.no_rules_since:
                self._note(replace(state, no_rules_since=None))
            return False
        since = state.no_rules_since or self._now()
        if not state.no_rules_since:
            self._note(replace(state, no_rules_since=since))
        return self._now() - since >= self.patience.no_rules

    def _within_reason(self, state: HostState) -> HostState:
        """A clock that was ahead may have written a time that is far off."""
        latest = self._now() + _LONGEST_BELIEVED
        return replace(state, quiet_until=min(state.quiet_until, latest)) if state.quiet_until else state

    def _state(self, host: str) -> HostState:
        return self._states.get(host) or HostState(host)

    def _too_long(self, state: HostState) -> bool:
        left = timedelta(seconds=self.wait(state.host))
        return left > self.patience.longest_wait or (bool(left) and state.errors >= self.patience.errors)

    def _busy(self, host: str, status: int, retry_after: str | None) -> None:
        asked = rest_asked_for(retry_after, self._now())
        if asked is None:
            asked = self.patience.first_pause * 2 ** min(self._state(host).errors, 16)
        self._error(host, f"status {status}")
        until = self._now() + min(asked, _LONGEST_BELIEVED)
        state = self._state(host)
        if state.quiet_until is None or until > state.quiet_until:
            why = f"{host} is busy (status {status}) and wants to be left alone until {stamp(until)}"
            self._quieten(state, until, why)

    def _error(self, host: str, what: str) -> None:
        state = replace(self._state(host), errors=self._state(host).errors + 1)
        over = state.errors - self.patience.errors
        if over < 0:
            self._note(state)
            return
        until = self._now() + min(self.patience.first_quiet * 2 ** min(over, 16), self.patience.longest_quiet)
        why = f"{host} failed {state.errors} times in a row, the last time with {what}"
        self._quieten(state, until, f"{why}; it is left alone until {stamp(until)}")

    def _quieten(self, state: HostState, until: datetime, reason: str) -> None:
        self._note(replace(state, quiet_until=until, reason=reason))

    def _note(self, state: HostState) -> None:
        self._states[state.host] = state
        self._remember(state)


def is_error(status: int) -> bool:
    """Whether an answer says that the host cannot, or will not, serve whoever asks; a missing page is no error."""
    return status >= 500 or status in _WALLS


def rest_asked_for(retry_after: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for, in seconds or as an HTTP date (RFC 9110 section 10.2.3); None where it says
    nothing that can be understood, or what has passed."""
    text = (retry_after or "").strip()
    seconds = float(text[:9]) if text.isascii() and text.isdigit() else _until(text, now)
    return timedelta(seconds=min(seconds, 1e9)) if seconds > 0 else None


def _until(date: str, now: datetime) -> float:
    """How many seconds there are to an HTTP date in any of its three forms (RFC 9110 section 5.6.7)."""
    try:
        parts = parsedate_tz(date)
        return mktime_tz(parts) - now.timestamp() if parts else 0.0
    except (ValueError, OverflowError):
        return 0.0


def longest_exchange(timeout: float) -> float:
    """Seconds after which a request has ended, however that came: Scrapy has a little more than its own bound to end
    it itself."""
    return timeout + min(_GRACE, timeout)


def host_to_ask(url: str) -> str:
    """The host a request goes to, as the downloader counts its turns: one slot each, whatever the port."""
    return urlsplit(url).hostname or ""
