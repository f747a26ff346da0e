"""HTTP client for web archives, one request at a time, and the interface of an archive that backfill reads from."""

from __future__ import annotations

import string
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead, InvalidURL
from io import BufferedReader, RawIOBase
from typing import Any, Protocol, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from archive import Capture
from archive.frontier.remote_index import Offer
from archive.model.clock import now
from archive.model.errors import BadValue, LuubaoError
from archive.model.packing import LARGEST_BODY
from archive.model.validation import is_address, shown
from archive.runtime import isolated, signals
from archive.workers import Lost
from crawler.politeness.host_backoff import retry_after

MAX_PAGES = 100_000
"""Pages of an index, for one query: Common Crawl lists some 15,000 captures on each."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of an index listing. next: the resumption key of the next page; None on the last. odd: the error of each
    invalid line."""

    offers: list[Offer]
    next: str | None
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimestampRange:
    """A range of timestamps of 14 digits or fewer, both ends included; None is open."""

    since: str | None = None
    until: str | None = None

    def parameters(self) -> dict[str, str]:
        return {name: day for name, day in (("from", self.since), ("to", self.until)) if day}


def host_query(host: str) -> dict[str, str]:
    """The parameters of an index query for a host with its subdomains."""
    if ":" in host or host.replace(".", "").isdigit():  # an address of this machine, in tests and mirrors
        return {"url": f"http://{host}/", "matchType": "prefix", "output": "json"}
    return {"url": host, "matchType": "domain", "output": "json"}


class ArchiveSource(Protocol):
    """Another web archive."""

    @property
    def name(self) -> str:
        """The key under which its offers are stored."""

    def queries(self, hosts: tuple[str, ...], span: TimestampRange) -> Iterator[str]:
        """The index queries to send, one for each listing."""

    def page(self, query: str, key: str | None) -> ListingPage:
        """Fetches one page of a listing."""

    def take(self, offer: Offer) -> Capture | str:
        """Fetches a capture with its original status, headers and time; returns the reason where the archive has none.
        Raises WebArchiveBusy, and BadValue for an offer that cannot be requested or a response that cannot be used."""


def is_document(media_type: str, status: str) -> bool:
    """Whether a capture in an index is worth fetching: an HTML page, a redirect or an error. Revisits carry no media
    type."""
    kind = media_type.lower()
    is_html = kind.startswith(("text/html", "application/xhtml"))
    return is_html or kind in ("-", "unk", "warc/revisit") or status[:1] in "345"


def in_worker(function: Callable[..., T], *arguments: Any) -> T:
    """The result of a module's function on what an archive sent. Raises the LuubaoError that it raises, and BadValue
    where it takes more than a worker has."""
    result = isolated.run(_result_or_error, function, arguments)
    if isinstance(result, Lost):
        raise BadValue(f"it cannot be read: {result.reason}")
    if isinstance(result, LuubaoError):
        raise result
    return result


def _result_or_error(function: Callable[..., T], arguments: tuple[Any, ...]) -> T | LuubaoError:
    try:
        return function(*arguments)
    except LuubaoError as error:
        return error


_MAX_ATTEMPTS = 5
_MAX_ATTEMPTS_AT_500 = 2  # pywb always gives it for some addresses
_RATE_LIMITED = frozenset({429, 503})
_SERVER_ERRORS = frozenset({500, 502, 504})
_FIRST_RETRY_PAUSE = 10.0  # seconds, where no Retry-After names a pause; doubles with each retry
_LONGEST_RETRY_PAUSE = 900.0
_LONGEST_RESPONSE = 300.0  # seconds for a whole response, head and body, which may come byte by byte
_CHUNK = 1024 * 1024


class WebArchiveBusy(LuubaoError):
    """Raised when an archive still refuses after all retries. Remedy: start again later."""


@dataclass(frozen=True, slots=True)
class ArchiveResponse:
    """An HTTP response. headers: by lowercase name; of several with one name the last. pairs: all headers, as sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class ArchiveClient:
    """An HTTP client. agent: the User-Agent. delay: seconds between two requests. largest: bytes of a body. sleep:
    tests replace it, so as not to wait a quarter of an hour."""

    agent: str
    delay: float
    timeout: float = 60.0
    largest: int = LARGEST_BODY
    sleep: Callable[[float], None] = time.sleep
    stopped: Callable[[], bool] = lambda: False
    _last_request: float = field(default=0.0)

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, largest: int | None = None) -> ArchiveResponse:
        """Returns the response, of whatever status; retries a few times where the status asks for it (429, 5xx). Reads
        at most one byte of the body more than `largest`.

        Raises WebArchiveBusy when retries do not help, or the server does not answer, and BadValue for a URL that
        cannot be requested."""
        pause = _FIRST_RETRY_PAUSE
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            self._wait_for_delay()
            attempts = _MAX_ATTEMPTS
            try:
                with signals.interruptible():
                    answer = self._request(url, headers or {}, largest or self.largest)
            except signals.Interrupted:
                problem, requested_pause = "stopped by a signal", None
            except InvalidURL as error:
                raise BadValue(f"{shown(url)} cannot be asked for: {error}") from error
            except (URLError, HTTPException, OSError) as error:
                problem, requested_pause = f"no answer ({getattr(error, 'reason', error)})", None
            else:
                if answer.status not in _RATE_LIMITED | _SERVER_ERRORS:
                    return answer
                problem = f"status {answer.status}"
                attempts = _MAX_ATTEMPTS_AT_500 if answer.status == 500 else _MAX_ATTEMPTS
                retry_pause = retry_after(answer.headers.get("retry-after"), now())
                requested_pause = retry_pause.total_seconds() if retry_pause else None
            if attempt >= attempts or self.stopped():
                break
            if requested_pause is not None and requested_pause > _LONGEST_RETRY_PAUSE:
                problem += f", and asks not to be asked for {requested_pause:.0f} seconds"
                break
            self._sleep(requested_pause if requested_pause is not None else pause)
            pause *= 2
        raise WebArchiveBusy(f"{url}: {problem}. What was taken is kept; start again later and it continues from there")

    def _wait_for_delay(self) -> None:
        remaining = self._last_request + self.delay - time.monotonic()
        if remaining > 0:
            self._sleep(remaining)
        self._last_request = time.monotonic()

    def _sleep(self, seconds: float) -> None:
        """Sleeps a second at a time, so that a stop takes effect before the pause is over."""
        while seconds > 0 and not self.stopped():
            self.sleep(min(seconds, 1.0))
            seconds -= 1.0

    def _request(self, url: str, headers: Mapping[str, str], largest: int) -> ArchiveResponse:
        if not is_address(url):
            raise BadValue(f"{shown(url)} is no web address")
        try:
            request = Request(
                quote(url, safe=string.punctuation),
                headers={"User-Agent": self.agent, "Accept-Encoding": "identity", **headers},
            )
        except ValueError as error:
            raise BadValue(f"{shown(url)} cannot be asked for: {error}") from error
        try:
            response = _opener().open(request, timeout=self.timeout)
        except HTTPError as error:
            response = error
        with response:
            body = _read(response, largest + 1)
            pairs = tuple((str(name), str(value)) for name, value in response.headers.items())
            self._last_request = time.monotonic()
            return ArchiveResponse(response.status, {name.lower(): value for name, value in pairs}, body, pairs)


def _opener() -> OpenerDirector:
    """Opens http and https alone: an index names URLs, and one of them may be file:///etc/passwd. Follows no
    redirect."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, _TimedHTTPHandler, _TimedHTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener


class _TimedStream(RawIOBase):
    """A connection's stream. Raises TimeoutError where a response comes too slowly."""

    def __init__(self, stream: Any):
        self._stream, self._deadline = stream, time.monotonic() + _LONGEST_RESPONSE

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() >= self._deadline:
            raise TimeoutError(f"the response was not complete after {_LONGEST_RESPONSE:.0f} seconds")
        count: int | None = self._stream.readinto(buffer)
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fp = BufferedReader(_TimedStream(self.fp.detach()))


class _TimedHTTPConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedHTTPSConnection(HTTPSConnection):
    response_class = _TimedResponse


class _TimedHTTPHandler(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_TimedHTTPConnection, req)


class _TimedHTTPSHandler(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_TimedHTTPSConnection, req)


def _read(response: Any, most: int) -> bytes:
    """The first bytes of a body. Raises IncompleteRead where the transfer breaks off: half a page would look like an
    edit."""
    parts, size = list[bytes](), 0
    while size < most and (part := response.read1(min(_CHUNK, most - size))):
        parts.append(part)
        size += len(part)
    if size < most and response.length:  # of the length that was announced, what has not come
        raise IncompleteRead(b"", response.length)
    return b"".join(parts)
