"""Asking an archive, one request at a time: with a pause between two, and as long as it says when it is too much."""

from __future__ import annotations

import string
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException, InvalidURL
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

from archive.model.clock import now
from archive.model.errors import BadValue, LuubaoError
from archive.model.validation import shown
from archive.runtime import signals

_TRIES = 5
_TOO_MUCH = frozenset({429, 503})
_BUSY = frozenset({500, 502, 504})
_FIRST_PAUSE = 10.0  # seconds after an answer that says nothing of how long; twice as long each time
_LONGEST_PAUSE = 900.0


class ArchiveBusy(LuubaoError):
    """Raised when an archive goes on refusing; the remedy is to come back later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. headers: names in small letters; of several of one name the last."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    pairs: tuple[tuple[str, str], ...] = ()


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(slots=True)
class Asker:
    """agent: who asks. delay: seconds between two requests. largest: bytes of an answer. sleep: for tests that must not
    wait a quarter of an hour."""

    agent: str
    delay: float
    timeout: float = 60.0
    largest: int = 32 * 1024 * 1024
    sleep: Callable[[float], None] = time.sleep
    stopped: Callable[[], bool] = lambda: False
    _last: float = field(default=0.0)

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, largest: int | None = None) -> Answer:
        """The answer of any status but one that says to come back later; then it does so, a few times. Of a body, at
        most one byte more than `largest` is read.

        Raises ArchiveBusy when that does not help, or nobody answers, and BadValue for an address that nobody can ask
        for.
        """
        pause = _FIRST_PAUSE
        for tried in range(1, _TRIES + 1):
            self._wait()
            try:
                with signals.breaking_off():
                    answer = self._ask(url, headers or {}, largest or self.largest)
            except signals.Interrupted:
                problem, wanted = "stopped by a signal", None
            except InvalidURL as error:
                raise BadValue(f"{shown(url)} cannot be asked for: {error}") from error
            except (URLError, HTTPException, OSError) as error:
                problem, wanted = f"no answer ({getattr(error, 'reason', error)})", None
            else:
                if answer.status not in _TOO_MUCH | _BUSY:
                    return answer
                problem, wanted = f"status {answer.status}", retry_after(answer.headers.get("retry-after"))
            if tried == _TRIES or self.stopped():
                break
            self._rest(min(wanted if wanted is not None else pause, _LONGEST_PAUSE))
            pause *= 2
        raise ArchiveBusy(f"{url}: {problem}. What was taken is kept; start again later and it goes on from there")

    def _wait(self) -> None:
        remaining = self._last + self.delay - time.monotonic()
        if remaining > 0:
            self._rest(remaining)
        self._last = time.monotonic()

    def _rest(self, seconds: float) -> None:
        """A second at a time, so that whoever wants to stop need not wait for all of it."""
        while seconds > 0 and not self.stopped():
            self.sleep(min(seconds, 1.0))
            seconds -= 1.0

    def _ask(self, url: str, headers: Mapping[str, str], largest: int) -> Answer:
        try:
            request = Request(
                quote(url, safe=string.punctuation),
                headers={"User-Agent": self.agent, "Accept-Encoding": "identity", **headers},
            )
        except ValueError as error:
            raise BadValue(f"{shown(url)} cannot be asked for: {error}") from error
        try:
            response = build_opener(_NoRedirects).open(request, timeout=self.timeout)
        except HTTPError as error:
            response = error
        with response:
            body = response.read(largest + 1)
            pairs = tuple((str(name), str(value)) for name, value in response.headers.items())
            self._last = time.monotonic()
            return Answer(response.status, {name.lower(): value for name, value in pairs}, body, pairs)


def retry_after(value: str | None) -> float | None:
    """Seconds to wait, as Retry-After says (RFC 9110 section 10.2.3): a number of them, or a time."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now()).total_seconds())
    except (ValueError, TypeError):
        return None
