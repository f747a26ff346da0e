"""Backoff: a host's answers decide whether the next request to it goes out, waits, or is left to a later run.

A host that answers with errors gets no requests for a while, longer each time: the pause doubles with every further
error, in this run and later ones (the exponential backoff of RFC 8961 section 4, with a longest pause). Retry-After is
obeyed (RFC 9110 section 10.2.3, RFC 6585 section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

from archive.frontier.schedule import HostState
from archive.model.clock import http_date, stamp

_BUSY_STATUSES = frozenset({429, 503})
_REFUSAL_STATUSES = frozenset({401, 403, 407, 408, 429})
_TIMEOUT_GRACE = 5.0
_LONGEST_BACKOFF = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BackoffLimits:
    """The bounds of backoff in a run.

    errors: how many in a row put a host into backoff. longest_wait: how long a run waits for a host at most; longer
    backoff is left to a later run. first_pause: backoff after a 429 or 503 without Retry-After. first_quiet and
    longest_quiet: backoff after too many errors, the first time and at most. no_rules: how long robots.txt may give no
    answer before it counts as missing (RFC 9309 section 2.3.1.4 suggests 30 days).
    """

    errors: int
    longest_wait: timedelta
    first_pause: timedelta
    first_quiet: timedelta
    longest_quiet: timedelta
    no_rules: timedelta = timedelta(days=30)


class HostBackoffs:
    """The backoff state of one run's hosts. remembered: the states from earlier runs; remember: stores a host's new
    state; tell: receives one sentence for every host in backoff. Raises nothing."""

    def __init__(
        self, limits: BackoffLimits, remembered: Iterable[HostState], remember: Callable[[HostState], None],
        tell: Callable[[str], None], now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ):  # fmt: skip
        self.limits = limits
        self._remember = remember
        self._tell = tell
        self._now = now
        self._states = {state.host: self._capped(state) for state in remembered}
        self._in_backoff: dict[str, HostState] = {}

    def left_alone(self, host: str) -> HostState | None:
        """The state of a host that this run asks nothing any more; None for a host that may be asked, if need be after
        a wait."""
        if host in self._in_backoff:
            return self._in_backoff[host]
        state = self._state(host)
        if not state.quiet_until or not self._too_long(state):
            return None
        self._in_backoff[host] = state
        self._tell(state.reason or f"no requests to {host} until {stamp(state.quiet_until)}")
        return state

    def remaining_seconds(self, host: str) -> float:
        until = self._state(host).quiet_until
        return max((until - self._now()).total_seconds(), 0.0) if until else 0.0

    def answered(self, host: str, status: int, requested: str | None = None, *, is_rules: bool = False) -> None:
        """Notes a host's answer. is_rules: it is robots.txt, whose success says nothing of the host's pages."""
        if status in _BUSY_STATUSES:
            self._note_busy(host, status, requested)
        elif is_error(status):
            self.failed(host, f"status {status}")
        elif not is_rules and self._state(host).is_troubled and not self.remaining_seconds(host):
            self._store(replace(self._state(host), errors=0, quiet_until=None, reason=None))

    def back_off(self, host: str, span: timedelta, why: str) -> None:
        """Puts a host into backoff for a span that it asks for."""
        until = self._now() + min(span, _LONGEST_BACKOFF)
        self._back_off(self._state(host), until, f"{host} {why}; no requests until {stamp(until)}")

    def rules(self, host: str, *, known: bool) -> bool:
        """Notes whether a host's robots.txt gave an answer (known). Returns whether it has given none for so long that
        it counts as missing."""
        state = self._state(host)
        if known:
            if state.no_rules_since:
                self._store(replace(state, no_rules_since=None))
            return False
        since = state.no_rules_since or self._now()
        if not state.no_rules_since:
            self._store(replace(state, no_rules_since=since))
        return self._now() - since >= self.limits.no_rules

    def _capped(self, state: HostState) -> HostState:
        """The state with its backoff capped: a clock that was ahead may have stored a time far off."""
        latest = self._now() + _LONGEST_BACKOFF
        return replace(state, quiet_until=min(state.quiet_until, latest)) if state.quiet_until else state

    def _state(self, host: str) -> HostState:
        return self._states.get(host) or HostState(host)

    def _too_long(self, state: HostState) -> bool:
        remaining = timedelta(seconds=self.remaining_seconds(state.host))
        return remaining > self.limits.longest_wait or (bool(remaining) and state.errors >= self.limits.errors)

    def _note_busy(self, host: str, status: int, requested: str | None) -> None:
        pause = retry_after(requested, self._now())
        if pause is None:
            pause = self.limits.first_pause * 2 ** min(self._state(host).errors, 16)
        self.failed(host, f"status {status}")
        until = self._now() + min(pause, _LONGEST_BACKOFF)
        state = self._state(host)
        if state.quiet_until is None or until > state.quiet_until:
            why = f"{host} is busy (status {status}) and asked us to back off until {stamp(until)}"
            self._back_off(state, until, why)

    def failed(self, host: str, failure: str) -> None:
        state = replace(self._state(host), errors=self._state(host).errors + 1)
        excess = state.errors - self.limits.errors
        if excess < 0:
            self._store(state)
            return
        until = self._now() + min(self.limits.first_quiet * 2 ** min(excess, 16), self.limits.longest_quiet)
        why = f"{host} failed {state.errors} times in a row, the last time with {failure}"
        self._back_off(state, until, f"{why}; no requests until {stamp(until)}")

    def _back_off(self, state: HostState, until: datetime, reason: str) -> None:
        self._store(replace(state, quiet_until=until, reason=reason))

    def _store(self, state: HostState) -> None:
        self._states[state.host] = state
        self._remember(state)


def is_error(status: int) -> bool:
    """Whether a status says that the host cannot, or will not, serve the crawler; a missing page is no error."""
    return status >= 500 or status in _REFUSAL_STATUSES


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The backoff that a Retry-After header asks for, in seconds or as an HTTP date (RFC 9110 section 10.2.3); None
    where the header cannot be parsed, or its time has passed."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9])) or None
    date = http_date(text)
    return date - now if date and date > now else None


def longest_exchange(timeout: float) -> float:
    """Seconds after which a request has ended in any case: Scrapy's own timeout, and a little time for Scrapy to
    enforce it."""
    return timeout + min(_TIMEOUT_GRACE, timeout)


def host_to_ask(url: str) -> str:
    """The host a request goes to, as the downloader names its slots: one for each host, whatever the port."""
    return urlsplit(url).hostname or ""


# What keeps a request from being sent. Scrapy takes an IgnoreRequest for no error of the host, and does not retry it.


class Forbidden(IgnoreRequest):
    """robots.txt forbids the request."""


class RobotsUnavailable(IgnoreRequest):
    """robots.txt gave no answer, or a server error: a crawler that cannot read the rules must ask for nothing (RFC 9309
    section 2.3.1.4)."""


class HostBackoff(IgnoreRequest):
    """The host is in backoff: it asked for it (Retry-After), or failed too often. until: when it may be asked again."""

    def __init__(self, reason: str, until: datetime):
        super().__init__(reason)
        self.until = until

    def __reduce__(self) -> tuple[type[HostBackoff], tuple[str, datetime]]:
        return type(self), (str(self), self.until)  # asyncio and Twisted copy an exception that several wait for


class PrivateAddress(IgnoreRequest):
    """The address lies in the private network of the crawler's operator."""
