"""What an outlet's addresses have turned out to be: where articles are to be expected, and where asking on is hopeless.
Pure; archive/frontier/pattern_store.py keeps it between runs.

Two questions, answered apart. What an address holds out (`promise`) decides who comes first, and leaves nobody out.
Whether anything still comes of an address's kin (`asks`) decides what is left out: endless pagination, calendars,
session numbers in addresses, lists filtered in every way look like a site of millions of pages, and bring nothing new.

Patience grows with the kinship: a series is given up after twenty barren pages, a directory after sixty, so that a trap
is known by its own pages and takes nobody else along; and while an address's near kin is alive, distant kin does not
matter. What was given up is tried again in every later run, a little: a paper may wake up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain

from archive.frontier.url_patterns.pattern_counts import EXPLORED, Counts, Kind, News
from archive.frontier.url_patterns.seen_links import Seen
from archive.frontier.url_patterns.url_pattern import Name, Shape, shape

LIKELY = 0.5
"""An address whose promise is greater is likely to be an article's."""

_NEUTRAL = 0.5
_AFTER = 0.45  # of shapes nobody has seen, those with neither a long number nor many words come last
_LINKS = 1.0  # new ones to expect of a page of which nothing is known
_DOUBT = 2.0  # as many pages of its own weigh as much as all that the wider shape tells
_LEARNING = 10  # articles; before so many are read nothing is given up
_LEARNED = 300  # barren pages; after so many nobody waits for articles any more, where none can be read
_MUCH = 0.25  # of a page's links to articles
_NARROW = ("series", "place")
_MOST_NAMES = 20_000  # in memory; whoever comes later is known by its wider shapes only


class Experience:
    """An outlet's addresses as its runs have known them, absolute or as keys.

    hosts: the site's own, without `www.`. known: counts from earlier runs. counts: those, and what was learned since.
    """

    def __init__(self, hosts: tuple[str, ...] = (), known: Mapping[Name, Counts] | None = None):
        self.hosts = hosts
        self.counts: dict[Name, Counts] = {name: replace(counts, pages=0) for name, counts in (known or {}).items()}
        self._given_up_before = {name for name, counts in self.counts.items() if counts.is_barren(name[0])}
        self._explored: Counter[Name] = Counter()
        tails = [counts for (level, _), counts in self.counts.items() if level == "tail"]
        self._articles = sum(counts.articles for counts in tails)
        self._visited = sum(counts.barren for counts in tails)
        self._seen = Seen()
        self._changed: set[Name] = set()
        self._kept_narrow = {name for name in self.counts if name[0] in _NARROW}

    def promise(self, url: str) -> float:
        """What an address holds out, 0 to 1. Above LIKELY, how likely it is that of a new article. Below, how much
        asking for it can be expected to bring, new articles and new links to them taken together: lists that go on
        bringing come first, then what nobody knows, last what has been barren."""
        likely, links = self._expected(shape(url, self.hosts))
        return likely if likely > LIKELY else LIKELY * (likely + links) / (1 + likely + links)

    def _expected(self, of: Shape) -> tuple[float, float]:
        """How likely a page of this shape is a new article, and how many new links to articles it has. The more pages
        of its own a shape has, the less it matters what wider shapes tell (Dirichlet smoothing with back-off: Zhai and
        Lafferty, "A study of smoothing methods for language models", SIGIR 2001)."""
        likely, links = _NEUTRAL if _has_a_long_name(of) else _AFTER, _LINKS
        for name in of.wide:
            if counts := self.counts.get(name):
                weight = counts.read + _DOUBT
                likely = (counts.articles + _DOUBT * likely) / weight
                links = (counts.found + _DOUBT * links) / weight
        return likely, links

    def learn(self, url: str, kind: Kind, *, new: bool = True, found_on: str | None = None) -> None:
        """A page was read for the first time. new: for an article, that none known before was found there. found_on:
        the page that led to it, whose kin a new article redeems."""
        of, is_new = shape(url, self.hosts), kind == "article" and new
        for name in of.wide:
            if counts := self._at(name):
                counts.was("other" if kind == "article" and not new else kind)
        if is_new:
            self._articles += 1
            self._redeem(of)
            if found_on is not None:
                self._redeem(shape(found_on, self.hosts))

    def visited(self, url: str, new_links: int, article_links: Iterable[str] = ()) -> None:
        """A page's links are noted. new_links: how many of them lead to addresses never seen before that are likely
        articles; article_links: all that lead to likely articles. Of a page that was visited before, only tell when it
        has new links: that a known page brings nothing new is what known pages do."""
        self._visited += not new_links
        links = tuple(article_links)
        for name in chain(*self._kin(shape(url, self.hosts))):
            news = _news(self._seen.add(name, links), len(links))
            if counts := self._at(name):
                counts.visit(name[0], new_links, news)

    def asks(self, url: str) -> bool:
        """Whether an address never asked for is worth asking for in this run; False when nothing has come of its kin
        for long. A yes counts as asking: of what an earlier run has given up, each run explores a little."""
        if self._articles < _LEARNING and self._visited < _LEARNED:
            return True
        given_up = self._given_up(shape(url, self.hosts))
        if any(name not in self._given_up_before or self._explored[name] >= EXPLORED[name[0]] for name in given_up):
            return False
        self._explored.update(given_up)
        return True

    def take_changed(self) -> tuple[dict[Name, Counts], set[Name]]:
        """What has changed since this was last asked: counts to keep, and names whose counts need no longer be kept. Of
        a series or a place only that it is given up is worth keeping: there are as many as lists."""
        changed = {name: self.counts[name] for name in self._changed}
        self._changed = set()
        kept = {name: one for name, one in changed.items() if name[0] not in _NARROW or one.is_barren(name[0])}
        gone = self._kept_narrow & (changed.keys() - kept.keys())
        self._kept_narrow = (self._kept_narrow - gone) | {name for name in kept if name[0] in _NARROW}
        return kept, gone

    def _given_up(self, of: Shape) -> list[Name]:
        found: list[Name] = []
        for kin in self._kin(of):
            known = [(name, counts) for name in kin if (counts := self.counts.get(name))]
            found += [name for name, counts in known if counts.is_barren(name[0])]
            if not found and any(counts.alive for _, counts in known):
                break
        return found

    def _kin(self, of: Shape) -> list[tuple[Name, ...]]:
        """The names under which an address can be given up, the nearest kin first. An article's address is a series of
        one."""
        wide: list[tuple[Name, ...]] = [(name,) for name in reversed(of.wide)]
        return wide if self._expected(of)[0] > LIKELY else [of.narrow, *wide]

    def _redeem(self, of: Shape) -> None:
        for name in (*of.narrow, *of.wide):
            if counts := self.counts.get(name):
                counts.redeem(name[0])
                self._changed.add(name)

    def _at(self, name: Name) -> Counts | None:
        counts = self.counts.get(name)
        if counts is None:
            if len(self.counts) >= _MOST_NAMES:
                return None
            counts = self.counts[name] = Counts()
        self._changed.add(name)
        return counts


def _has_a_long_name(of: Shape) -> bool:
    tail = of.wide[0][1]
    return "##" in tail or tail.startswith("s")


def _news(new: int, of: int) -> News:
    return "none" if not new else "much" if new >= _MUCH * of else "some"
