"""What a file brings, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archive.model.records import Capture, Headers, Outlet
from archive.model.urls import absolute
from archive.model.validation import LONGEST_ADDRESS

LARGEST = 32 * 1024 * 1024
"""Bytes of a body; a crawl takes none that is larger either."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Page:
    """A capture. refers: the record whose bytes it brought again, where its own has none; digest: of what the server
    sent, as its record names it. where: the place in the file."""

    capture: Capture
    record: str | None = None
    refers: Refers | None = None
    where: str = ""
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Refers:
    """Where the bytes of a revisit are: at an address and a time, under a digest, in a record."""

    url: str | None
    at: datetime | None
    digest: str | None
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A fetch of a picture."""

    url: str
    captured_at: datetime
    status: int
    headers: Headers
    body: bytes | None
    digest: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Outlined:
    """An outlet as a file describes it, and what its pages share. problem: what of it could not be taken."""

    outlet: Outlet
    boilerplate: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """What a file says of an outlet whose pages it holds. where: the place in the file."""

    outlined: Outlined = field(compare=False)
    where: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not taken. where: the place in the file. failed: it should have been; else it is nothing for
    an archive, as a file of a mirror that is no page."""

    reason: str
    where: str
    failed: bool = True


Item = Page | Image | Described | Skipped


def charset(headers: Headers) -> str | None:
    """The charset the Content-Type names, as it stands there."""
    named = next((value for name, value in headers if name.lower() == "content-type"), "")
    return named.lower().partition("charset=")[2].split(";")[0].strip(" \"'") or None


def leads_to(url: str, status: int, headers: Headers) -> str:
    """The address that answered; of a redirect, where it leads, as the crawler writes it down."""
    location = next((value for name, value in headers if name.lower() == "location"), "").strip()
    if status not in REDIRECTS or not location:
        return url
    scheme = location.partition(":")[0]
    elsewhere = scheme.isalpha() and ":" in location and scheme.lower() not in ("http", "https")
    off_the_web = elsewhere and location.isprintable() and len(location) <= LONGEST_ADDRESS
    return absolute(url, location) or (location if off_the_web else url)
