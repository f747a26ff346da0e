"""Health measures of a run (counts and shares over its pages, by which runs are compared), the findings of the
comparison, and the statistics behind them: tail probabilities, robust measures. Checks of the responses for a move to
another site, and for a wrong clock (the Date header).

Only recent articles count, new or read again: published within the last 45 days, or without a known date. A run that
reaches back to old years meets old layouts, which say nothing about today's.

Median and median absolute deviation tolerate up to half of the values being outliers (Huber and Ronchetti, Robust
Statistics, 2nd edition, 2009, chapter 5); 1.4826 makes the latter a standard deviation where values are normal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, floor, lgamma, log
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive.history.facts import REDIRECTS, is_home
from archive.model import clock
from archive.model.errors import LuubaoError
from archive.model.records import Capture, Outlet, Reading
from archive.model.urls import same_site

if TYPE_CHECKING:
    from archive.pipeline.ingest import Ingested

_RECENT = timedelta(days=45)
_FEWEST_WORDS = 40  # syllables, in Vietnamese: a brief has sixty
_LIST_REASONS = frozenset({"listing", "home", "not-html"})  # feeds, sitemaps and sections: not expected to be articles
_MOST_COUNTED = 60

MOVED = "moved"
"""Outcome of a seed that redirects to another site; the run reports it with the address."""

Share = tuple[int, int]
"""Hits and total."""


@dataclass(frozen=True, slots=True)
class Seed:
    """The response of a seed. outcome: as captures.outcome, or `failed` without a response. links: how many URLs it led
    to; None where its page was unchanged and therefore not read. newest: the latest date it listed."""

    outcome: str
    links: int | None = None
    newest: datetime | None = None

    @property
    def answered(self) -> bool:
        return self.outcome in ("fresh", "revisit", "not-modified")


@dataclass(slots=True)
class Health:
    """The measures of a run that began `at`.

    new: new articles; sections: new articles by section (empty where the page names none). shares: of the pages that
    should be articles, how many are `readable`; of the articles, how many have a lead, a body, ...; of the pictures,
    how many have captions. kinds: kinds of those pages (article, video, wall ...). body_from: how the bodies were
    found; containers: in which elements of the page. flags: keys of the findings of archive.monitor.health; told:
    those of them that were reported, not only recorded.
    """

    at: datetime
    new: int = 0
    sections: Counter[str] = field(default_factory=Counter)
    shares: dict[str, Share] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    body_from: Counter[str] = field(default_factory=Counter)
    containers: Counter[str] = field(default_factory=Counter)
    seeds: dict[str, Seed] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    def add(self, ingested: Ingested) -> None:
        reading = ingested.reading
        if reading is None:
            return
        if not isinstance(reading, Reading):
            if reading.reason not in _LIST_REASONS:
                self.kinds[reading.reason] += 1
                self._share("readable", False)
        elif reading.published_at is None or reading.published_at >= self.at - _RECENT:
            self._add_article(reading, new=ingested.filed is not None and ingested.filed.outcome == "new")

    def _add_article(self, reading: Reading, *, new: bool) -> None:
        self.new += new
        self.sections[reading.section or ""] += new
        self.kinds[reading.kind] += 1
        origins = dict(reading.origins)
        self.body_from[origins.get("body", "nothing")] += 1
        self.containers[origins.get("container", "nothing")] += 1
        self._share("readable", True)
        if reading.kind == "article":
            self._share("body", len(reading.text.split()) >= _FEWEST_WORDS)
        for name in ("lead", "byline", "published_at", "section", "images"):
            self._share(name, bool(getattr(reading, name)))
        for image in reading.images:
            self._share("caption", bool(image.caption_raw))
            self._share("credit", bool(image.credit))

    def _share(self, name: str, hit: bool) -> None:
        hits, total = self.shares.get(name, (0, 0))
        self.shares[name] = (hits + hit, total + 1)

    def add_seed(self, url: str, seed: Seed) -> None:
        """Records a seed's response; the last one counts, with links and date of an earlier one if it has no links."""
        earlier = self.seeds.get(url)
        if earlier and seed.links is None:
            seed = Seed(seed.outcome, earlier.links, earlier.newest)
        self.seeds[url] = seed

    def to_json(self) -> dict[str, Any]:
        """The value for runs.health, without `at`, which is the run's start; empty measures are left out."""
        stored: dict[str, Any] = {
            **{name: dict((+getattr(self, name)).most_common(_MOST_COUNTED)) for name in _COUNTERS},
            "new": self.new,
            "shares": {name: list(share) for name, share in self.shares.items()},
            "seeds": {url: _seed_json(seed) for url, seed in self.seeds.items()},
            "flags": list(self.flags),
            "told": list(self.told),
        }
        return {name: value for name, value in stored.items() if value}

    @classmethod
    def from_json(cls, started_at: datetime, stored: Mapping[str, Any]) -> Health:
        """Reads what to_json wrote, for a run that began at `started_at`."""
        return cls(
            started_at,
            int(stored.get("new", 0)),
            shares={name: (hits, total) for name, (hits, total) in stored.get("shares", {}).items()},
            seeds={url: _seed_from(seed) for url, seed in stored.get("seeds", {}).items()},
            flags=tuple(stored.get("flags", ())),
            told=tuple(stored.get("told", ())),
            **{name: Counter(stored.get(name, {})) for name in _COUNTERS},
        )


_COUNTERS = ("sections", "kinds", "body_from", "containers")


def _seed_json(seed: Seed) -> dict[str, Any]:
    newest = clock.stamp(seed.newest) if seed.newest else None
    stored = {"outcome": seed.outcome, "links": seed.links, "newest": newest}
    return {name: value for name, value in stored.items() if value is not None}


def _seed_from(stored: Mapping[str, Any]) -> Seed:
    newest = stored.get("newest")
    return Seed(stored["outcome"], stored.get("links"), clock.parse(newest) if newest else None)


LONGEST = timedelta(days=120)
"""How far back the baseline reaches."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A finished run. outcome: as runs.outcome."""

    health: Health
    outcome: str

    @property
    def at(self) -> datetime:
        return self.health.at

    @property
    def looked(self) -> bool:
        """Whether it crawled the outlet to the end: low counts of an interrupted or failed run mean nothing."""
        return self.outcome in ("ok", "partly-failed")


@dataclass(frozen=True, slots=True)
class Finding:
    """An anomaly. key: identifies it, the same as long as it lasts. sentence: for a person. collapse: whether a person
    must act now. known: whether a run of the last day has already reported it."""

    key: str
    sentence: str
    collapse: bool = False
    known: bool = False


TOO_UNLIKELY = 1e-6
"""The significance level: a less probable result is not taken for chance. An outlet crawled every hour undergoes some
hundred thousand tests a year, most of them the same as an hour before."""


def spread(values: Sequence[float]) -> float:
    """The standard deviation, by the median absolute deviation."""
    middle = median(values)
    return 1.4826 * median(abs(value - middle) for value in values)


def so_few(hits: int, total: int, share: float) -> float:
    """The binomial probability of at most `hits` of `total`, each with probability `share` (0 < share < 1)."""
    return min(1.0, sum(exp(_log_binomial(k, total, share)) for k in range(hits + 1)))


def so_many(hits: int, total: int, share: float) -> float:
    """The binomial probability of at least `hits` of `total`."""
    return so_few(total - hits, total, 1 - share)


def _log_binomial(k: int, total: int, share: float) -> float:
    choices = lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1)
    return choices + k * log(share) + (total - k) * log(1 - share)


def so_quiet(events: float, expected: float, scatter: float) -> float:
    """The probability of at most `events` where `expected` are usual, in a Poisson process whose variance is `scatter`
    (at least 1) times its mean: as if events came in bunches of that size."""
    bunches, mean = floor(events / scatter), expected / scatter
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(bunches + 1))) if mean > 0 else 1.0


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
