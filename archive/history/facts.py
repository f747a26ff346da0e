"""The facts a history is made from: what was asked, when, what came, and what the present reader reads in it.

Facts are the same in every archive that holds the same captures. What differs from one archive to another (row numbers,
the run that brought a capture) is carried along as evidence and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archive.model.records import Reading, Unreadable

Answer = Literal["page", "confirmed", "gone", "redirect", "error"]
"""What came: a page; a 304, which confirms what the address last brought; the news that the page is gone (404, 410,
451, a redirect to the home page or to another site); a redirect inside the site; or nothing that says anything."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What other addresses say of a capture. It belongs to no single article, so whoever holds the facts of the whole
    outlet counts it, and passes it in.

    same_words, same_headline: how many other articles, known before with other words, showed these at their addresses.
    at_once: nearly all known articles that were looked at about then changed, or disappeared, at once.
    cut: the page does not end as all pages of its address ended before.
    """

    same_words: int = 0
    same_headline: int = 0
    at_once: bool = False
    cut: bool = False


NO_SIGNS = Signs()


@dataclass(frozen=True, slots=True)
class Look:
    """One capture of an address.

    id: the archive's number of it. key: the address asked, normalised; url: the address that answered, or where a
    redirect leads; at: aware, UTC. said: what the reader reads in the page; None for a page nobody could read yet.
    leads_to: key of where a redirect leads. via: keys of the addresses whose redirects led here, first asked first.
    reason: how an answer that buries is told. asked, status, digest (of the payload) put captures of one second in
    order.
    """

    id: int
    key: str
    url: str
    at: datetime
    answer: Answer
    said: Reading | Unreadable | None = None
    leads_to: str | None = None
    via: tuple[str, ...] = ()
    reason: str = ""
    asked: str = ""
    status: int = 200
    digest: str = ""
    signs: Signs = NO_SIGNS

    @property
    def place(self) -> tuple[object, ...]:
        """Its place in time. Of one second, what was led to comes after what led there; beyond that the order is any,
        but the same in every archive."""
        return (self.at, len(self.via), self.asked, self.url, self.status, self.digest, self.via)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture's address showed. digest: of its bytes; looks: its perceptual hash, None where it has none;
    fetch: the archive's number of the fetch that brought or confirmed it."""

    digest: str
    looks: str | None = None
    fetch: int = 0


@dataclass(frozen=True, slots=True)
class PictureLook:
    """One fetch of a picture. shown: what it brought or, with a 304, confirmed; None where it brought nothing."""

    id: int
    url: str
    at: datetime
    shown: Shown | None = None
    status: int = 200

    @property
    def place(self) -> tuple[object, ...]:
        """Its place in time among fetches of pictures."""
        return (self.at, self.url, self.status, self.shown.digest if self.shown else "")


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact in its place in time. followed: of a redirect, that its end was asked for because of it, and is heard in
    its own place; it says nothing by itself then."""

    fact: Look | PictureLook
    followed: bool = False
