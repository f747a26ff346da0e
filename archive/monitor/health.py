"""What the pages of a run were like, in a few small counts: the measures by which runs are compared with one another.

Only what shows today's newspaper counts: new articles and articles read again that were published within the last 45
days, or whose date is not known. A run that reaches back to old years meets old layouts, which say nothing of today's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from archive.model import clock
from archive.model.records import Reading

if TYPE_CHECKING:
    from archive.pipeline.ingest import Ingested

_YOUNG = timedelta(days=45)
_FEW_WORDS = 40  # syllables, in Vietnamese: a brief has sixty
_LISTS = frozenset({"listing", "home", "not-html"})  # feeds, sitemaps and sections are no articles, and need not be
_MOST_VALUES = 60

MOVED = "moved"
"""What a seed answered that leads to another site: it has an answer, with an address."""

Share = tuple[int, int]
"""How many of how many."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What a seed answered. outcome: as captures.outcome, or `failed` when no answer came. links: how many addresses it
    led to; None where its page was not read, for it was the same as before. newest: the latest date it gave."""

    outcome: str
    links: int | None = None
    newest: datetime | None = None

    @property
    def answered(self) -> bool:
        """Whether it is alive."""
        return self.outcome in ("fresh", "revisit", "not-modified")


@dataclass(slots=True)
class Health:
    """The measures of a run that began `at`.

    new: new articles, and by section (empty where the page names none). shares: of the pages that should be articles,
    how many are `readable`; of the articles, how many have a lead, a body, ...; of the pictures, how many captions.
    kinds: what those pages were (article, video, wall ...). body_from: which way the bodies were found; containers: in
    which elements of the page. flags: what was found to be not as usual, by the keys of archive.monitor.baseline; told:
    what of it was said aloud, and not only noted.
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
        """Counts a page that was read."""
        reading = ingested.reading
        if reading is None:
            return
        if not isinstance(reading, Reading):
            if reading.reason not in _LISTS:
                self.kinds[reading.reason] += 1
                self._share("readable", False)
        elif self._is_young(reading):
            self._add_article(reading, new=ingested.filed is not None and ingested.filed.outcome == "new")

    def _is_young(self, reading: Reading) -> bool:
        return reading.published_at is None or reading.published_at >= self.at - _YOUNG

    def _add_article(self, reading: Reading, *, new: bool) -> None:
        self.new += new
        self.sections[reading.section or ""] += new
        self.kinds[reading.kind] += 1
        origins = dict(reading.origins)
        self.body_from[origins.get("body", "nothing")] += 1
        self.containers[origins.get("container", "nothing")] += 1
        self._share("readable", True)
        if reading.kind == "article":
            self._share("body", len(reading.text.split()) >= _FEW_WORDS)
        for name in ("lead", "byline", "published_at", "section", "images"):
            self._share(name, bool(getattr(reading, name)))
        for image in reading.images:
            self._share("caption", bool(image.caption_raw))
            self._share("credit", bool(image.credit))

    def _share(self, name: str, has: bool) -> None:
        hits, of = self.shares.get(name, (0, 0))
        self.shares[name] = (hits + has, of + 1)

    def add_seed(self, url: str, seed: Seed) -> None:
        """Notes what a seed answered; the last answer counts, with what an earlier one of the run led to."""
        before = self.seeds.get(url)
        if before and seed.links is None:
            seed = Seed(seed.outcome, before.links, before.newest)
        self.seeds[url] = seed

    def merge(self, other: Health) -> None:
        """Takes over what another part of the same run counted."""
        self.new += other.new
        for name, (hits, of) in other.shares.items():
            mine = self.shares.get(name, (0, 0))
            self.shares[name] = (mine[0] + hits, mine[1] + of)
        for mine_, theirs in zip(self._counters(), other._counters(), strict=True):
            mine_.update(theirs)
        for url, seed in other.seeds.items():
            self.add_seed(url, seed)

    def _counters(self) -> tuple[Counter[str], ...]:
        return self.sections, self.kinds, self.body_from, self.containers

    def to_json(self) -> dict[str, Any]:
        """As runs.health holds it, without `at`, which is the run's; what is empty is left out."""
        counters = zip(_COUNTERS, self._counters(), strict=True)
        told: dict[str, Any] = {name: dict((+counter).most_common(_MOST_VALUES)) for name, counter in counters}
        told |= {"new": self.new, "shares": {name: list(share) for name, share in self.shares.items()}}
        told |= {"seeds": {url: _seed_json(seed) for url, seed in self.seeds.items()}, "flags": list(self.flags)}
        told |= {"told": list(self.told)}
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, at: datetime, told: Mapping[str, Any]) -> Health:
        """What to_json wrote; of a run that began `at`."""
        health = cls(at, int(told.get("new", 0)), flags=tuple(told.get("flags", ())), told=tuple(told.get("told", ())))
        for name, counter in zip(_COUNTERS, health._counters(), strict=True):
            counter.update(told.get(name, {}))
        health.shares = {name: (hits, of) for name, (hits, of) in told.get("shares", {}).items()}
        health.seeds = {url: _seed_from(seed) for url, seed in told.get("seeds", {}).items()}
        return health


_COUNTERS = ("sections", "kinds", "body_from", "containers")


def _seed_json(seed: Seed) -> dict[str, Any]:
    newest = clock.stamp(seed.newest) if seed.newest else None
    told = {"outcome": seed.outcome, "links": seed.links, "newest": newest}
    return {name: value for name, value in told.items() if value is not None}


def _seed_from(told: Mapping[str, Any]) -> Seed:
    newest = told.get("newest")
    return Seed(told["outcome"], told.get("links"), clock.parse(newest) if newest else None)
