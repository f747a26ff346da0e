"""The input of a history: captures, with what was requested, when, and what came of it, in order of time; classifies an
answer by status and URL before its page is read, and finds the URLs a page names.

Facts are the same in every archive that holds the same captures. What differs from one archive to another (row numbers,
the run that brought a capture) is carried along as evidence and decides nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from archive.model.records import Outlet, Reading, Unreadable
from archive.model.urls import same_site, url_key

Answer = Literal["page", "confirmed", "gone", "redirect", "error"]
"""What came: a page; a 304, which confirms what the URL last brought; a disappearance (404, 410, 451, a redirect to the
home page or to another site); a redirect within the site; or an error, which says nothing."""


@dataclass(frozen=True, slots=True)
class OutletEvidence:
    """What other URLs' captures say about a capture. The caller, who sees the whole outlet, counts it and passes it in.

    same_words, same_headline: how many other articles, known before with other text, showed these at their URLs.
    at_once: nearly all known articles captured about then changed at once; many_gone: many disappeared about then. cut:
    the page does not end as most earlier pages of its URL ended.
    """

    same_words: int = 0
    same_headline: int = 0
    at_once: bool = False
    many_gone: bool = False
    cut: bool = False


NO_EVIDENCE = OutletEvidence()


@dataclass(frozen=True, slots=True)
class UrlCapture:
    """One capture of a URL.

    id: the archive's number of it. key: the requested URL, normalised; url: the URL that answered, or the target of a
    redirect; time: aware, UTC. reading: what was read in the page; None for one that has not been read yet. leads_to:
    key of a redirect's target. via: keys of the URLs whose redirects led here, first requested first. reason: describes
    an answer that shows a disappearance. requested_url, status, digest (of the payload) sort captures of one second.
    """

    id: int
    key: str
    url: str
    time: datetime
    answer: Answer
    reading: Reading | Unreadable | None = None
    leads_to: str | None = None
    via: tuple[str, ...] = ()
    reason: str = ""
    requested_url: str = ""
    status: int = 200
    digest: str = ""
    signs: OutletEvidence = NO_EVIDENCE
    followed: bool = False

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Sort key by time. Within one second a redirect's target comes after the redirect; beyond that the order is
        arbitrary, but the same in every archive."""
        return (self.time, len(self.via), self.requested_url, self.url, self.status, self.digest, self.via)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture's URL showed. digest: of its bytes; looks: its perceptual hash, None where it has none; fetch: the
    archive's number of the fetch that brought or confirmed it; everywhere: at several URLs it came first in one
    visit."""

    digest: str
    looks: str | None = None
    fetch: int = 0
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class PictureFetch:
    """One fetch of a picture. shown: what it brought or, with a 304, confirmed; None where it brought nothing."""

    id: int
    url: str
    time: datetime
    shown: Shown | None = None
    status: int = 200

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Sort key by time among fetches of pictures."""
        return (self.time, self.url, self.status, self.shown.digest if self.shown else "")


Fact = UrlCapture | PictureFetch
_FOLLOWED_WITHIN = timedelta(hours=1)
"""A run that meets a redirect requests its target within this time."""


def in_time(captures: Iterable[UrlCapture], pictures: Iterable[PictureFetch] = ()) -> list[Fact]:
    """Pages and pictures sorted by time; within one second, pages first, because pictures are requested for them."""
    ordered = sorted(captures, key=lambda capture: capture.sort_key)
    answers: dict[str, list[UrlCapture]] = {}
    for capture in ordered:
        answers.setdefault(capture.key, []).append(capture)
    pages = (replace(hop, followed=True) if _is_followed(hop, answers) else hop for hop in ordered)
    facts: list[Fact] = [*pages, *sorted(pictures, key=lambda picture: picture.sort_key)]
    return sorted(facts, key=lambda fact: fact.time)  # stable: keeps the order within one second


def _is_followed(hop: UrlCapture, answers: dict[str, list[UrlCapture]]) -> bool:
    """Whether the target of a redirect was requested because of it: a crawl requests it unless it had answered already.
    A target that never answered before is always waited for."""
    if hop.answer != "redirect" or hop.leads_to is None:
        return False
    target = answers.get(hop.leads_to, [])
    sort_keys = [answer.sort_key for answer in target]
    answered_before = bisect_right(sort_keys, hop.sort_key)
    if hop.leads_to == hop.key or not answered_before:
        return True
    own_captures = answers[hop.key]
    until = next((capture.sort_key for capture in own_captures if capture.sort_key > hop.sort_key), None)
    later = [answer for answer in target[answered_before:] if until is None or answer.sort_key < until]
    return any(_led_to(hop, answer) for answer in later)


def _led_to(hop: UrlCapture, answer: UrlCapture) -> bool:
    return hop.key in answer.via or answer.time - hop.time <= _FOLLOWED_WITHIN


GONE_STATUSES = frozenset({404, 410, 451})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOME_PATHS = frozenset({
    "", "/index.html", "/index.htm", "/index.php", "/index.aspx", "/default.aspx", "/home", "/home.html", "/home.htm",
    "/home.aspx", "/trang-chu", "/trang-chu.html", "/trang-chu.htm",
})  # fmt: skip
_VARIANT_HOSTS = ("m.", "mobile.", "amp.")
_ERROR_QUERY = re.compile(r"\A(?:err\w{0,20}|status|code)=[^&]{0,40}\Z", re.IGNORECASE)
"""The whole query of a home page that stands for an error."""


def answer_of(status: int, requested: str, final: str, outlet: Outlet, *, has_page: bool) -> Answer:
    """Classifies an answer by status, redirect target and whether there is a payload."""
    if status == 304:
        return "confirmed"
    if status in GONE_STATUSES:
        return "gone"
    if status in REDIRECTS and final != requested:
        return "gone" if redirect_means_gone(requested, final, outlet) else "redirect"
    return "page" if 200 <= status < 300 and has_page else "error"


def redirect_means_gone(requested: str, final: str, outlet: Outlet) -> bool:
    """Whether a redirect means that the page is gone: it leads to the home page, to another site, or off the web."""
    if not final.startswith(("http://", "https://")) or not same_site(final, outlet.hosts):
        return True
    return is_home(final, outlet) and not is_home(requested, outlet)


def is_home(url: str, outlet: Outlet) -> bool:
    """Whether the URL is the outlet's home page under one of its usual names."""
    key, home = url_key(url), url_key(outlet.home_url)
    address, _, query = key.partition("?")
    host, slash, path = address.partition("/")
    is_own_host = host in {prefix + home.partition("/")[0] for prefix in ("", *_VARIANT_HOSTS)}
    return key == home or (
        is_own_host and (slash + path).lower() in _HOME_PATHS and (not query or bool(_ERROR_QUERY.match(query)))
    )


def gone_reason(status: int, final: str) -> str:
    """Describes an answer that shows a disappearance."""
    return f"status {status}" if status in GONE_STATUSES else f"status {status}, redirected to {final}"


def declared_key(reading: Reading, outlet: Outlet) -> tuple[str, ...]:
    """The key of the canonical URL a page declares; none when it is the home page's or another site's: outlets declare
    these on every page."""
    declared = reading.canonical_url
    if not declared or not same_site(declared, outlet.hosts) or is_home(declared, outlet):
        return ()
    return (url_key(declared),)
