"""What an outlet's addresses have turned out to be, by their shapes: where articles are to be expected, and where
asking on has become hopeless. Pure; archive/store/shapes.py keeps it between runs.

Two questions are answered apart. How likely an address is that of an article nobody has read yet (`promise`) decides
who comes first, and never that somebody is left out. Whether anything still comes of an address's kin (`asks`)
decides what is left out: endless pagination, calendars, session numbers in addresses, lists sorted and filtered in
every way look like a site of millions of pages that bring nothing new.

The patience grows with the kinship: a series of twenty barren pages in a row is given up, a whole directory only after
three times as many, so that a trap is recognised by its own pages and costs nothing else its place. A page is half
forgiven that shows known articles in a place where they were not seen before: lists of what a sitemap has told before
lead to what it has not. What was given up is tried again in every later run, a little: a paper may wake up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from archive.shapes.address import Level, Name, Shape, shape
from archive.shapes.seen import Seen

Kind = Literal["article", "list", "other"]

LIKELY = 0.5
"""An address whose promise is greater counts as a link to an article."""

PATIENCE: dict[Level, int] = {"series": 20, "place": 40, "family": 60, "form": 150, "tail": 400}
"""How many barren pages in a row are asked for before a shape is given up."""

EXPLORED: dict[Level, int] = {"series": 3, "place": 3, "family": 6, "form": 10, "tail": 20}
"""How many pages of a shape that was given up in an earlier run are asked for in a run."""

_NEUTRAL = 0.5
_AFTER = 0.45  # of shapes nobody has seen, those with neither a long number nor many words come last
_LINKS = 1.0
_DOUBT = 2.0  # how many pages of its own outweigh what the wider shape promises
_MEMORY = 200.0  # pages; older ones count half, so that a shape can change its meaning
_LEARNING = 10  # articles; before so many are read nothing is given up
_FORGIVEN = {"much": 0.02, "some": 0.5, "none": 1.0}
_REDEEMS = 10.0
_MUCH = 0.25  # of a page's links to articles


@dataclass(slots=True)
class Counts:
    """What pages of one shape were. articles: new ones; others: error pages, and articles known from elsewhere; found:
    new links to articles on its pages. barren: how many pages in a row brought nothing, forgiven ones in part.

    The first four are of the recent past: all are halved when they grow.
    """

    articles: float = 0.0
    lists: float = 0.0
    others: float = 0.0
    found: float = 0.0
    barren: float = 0.0
    alive: bool = False
    pages: int = 0

    def add(self, *, articles: int = 0, lists: int = 0, others: int = 0, found: int = 0) -> None:
        """Counts what one page was or brought."""
        if self.articles + self.lists + self.others >= _MEMORY:
            self.articles, self.lists, self.others, self.found = (
                value / 2 for value in (self.articles, self.lists, self.others, self.found)
            )
        self.articles += articles
        self.lists += lists
        self.others += others
        self.found += found


class Experience:
    """An outlet's addresses as its runs have known them. hosts: the site's own, without `www.`.

    known: counts by (level, name) from earlier runs. changed: the names whose counts are no longer as they were given;
    whoever keeps them empties it. All addresses are absolute, or keys.
    """

    def __init__(self, hosts: tuple[str, ...] = (), known: Mapping[Name, Counts] | None = None):
        self.hosts = hosts
        self.counts: dict[Name, Counts] = {name: replace(counts) for name, counts in (known or {}).items()}
        self.changed: set[Name] = set()
        self._inherited = {name for name, counts in self.counts.items() if counts.barren >= PATIENCE[name[0]]}
        self._explored: Counter[Name] = Counter()
        self._articles = sum(counts.articles for (level, _), counts in self.counts.items() if level == "tail")
        self._seen = Seen()

    def promise(self, url: str) -> float:
        """What an address holds out, 0 to 1. Above LIKELY, how likely it is that of a new article. Below, how much asking
        for it can be expected to bring, new articles and links to them together: lists that go on bringing come first,
        then what nobody knows, and what has been barren last."""
        likely, links = self._expected(shape(url, self.hosts))
        return likely if likely > LIKELY else LIKELY * (likely + links) / (1 + likely + links)

    def _expected(self, of: Shape) -> tuple[float, float]:
        """How likely a page of this shape is a new article, and how many new links to articles it will have. What a
        shape's own pages have told outweighs what wider shapes tell, the more of them there are."""
        likely, links = _NEUTRAL if _looks_addressed(of) else _AFTER, _LINKS
        for name in of.wide:
            counts = self.counts.get(name)
            if counts is not None:
                weight = counts.articles + counts.lists + counts.others + _DOUBT
                likely = (counts.articles + _DOUBT * likely) / weight
                links = (counts.found + _DOUBT * links) / weight
        return likely, links

    def learn(self, url: str, kind: Kind, *, new: bool = True, found_on: str | None = None) -> None:
        """A page was read for the first time. new: no article read before was found at it. found_on: the page that led
        to it, which has deserved thanks for a new article."""
        of = shape(url, self.hosts)
        article = kind == "article" and new
        counted = {"articles": int(article), "lists": int(kind == "list")}
        for name in of.wide:
            self._at(name).add(**counted, others=1 - sum(counted.values()))
        if article:
            self._articles += 1
            self._thank(of)
            if found_on is not None:
                self._thank(shape(found_on, self.hosts))

    def visited(self, url: str, new_links: int, article_links: Iterable[str] = ()) -> None:
        """A page was read for the first time and its links are noted. new_links: how many of them lead to addresses
        never seen before that are likely articles; article_links: all that lead to likely articles."""
        of, links = shape(url, self.hosts), tuple(article_links)
        for name in chain(*self._kin(of)):
            here = _amount(self._seen.news(name, links), len(links))
            counts = self._at(name)
            counts.pages += 1
            counts.add(found=new_links)
            counts.alive = counts.alive or new_links > 0 or (here == "much" and counts.pages > 1)
            counts.barren += 0.0 if new_links else _FORGIVEN[here]
            counts.barren = self._redeemed(name, counts, new_links)

    def asks(self, url: str) -> bool:
        """Whether an address never asked for is worth asking for in this run; False when nothing has come of its kin
        for long. A yes counts as asking: of what an earlier run has given up, each run explores a little."""
        if self._articles < _LEARNING:
            return True
        given_up = self._given_up(shape(url, self.hosts))
        if any(name not in self._inherited or self._explored[name] >= EXPLORED[name[0]] for name in given_up):
            return False
        self._explored.update(given_up)
        return True

    def _given_up(self, of: Shape) -> list[Name]:
        """The names under which an address is given up. While near kin goes on bringing something, or showing what was
        not seen there, it does not matter what distant kin does."""
        found = []
        for kin in self._kin(of):
            found += [name for name in kin if self._is_barren(name)]
            if not found and any(self._is_alive(name) for name in kin):
                break
        return found

    def _is_barren(self, name: Name) -> bool:
        counts = self.counts.get(name)
        return counts is not None and counts.barren >= PATIENCE[name[0]]

    def _is_alive(self, name: Name) -> bool:
        counts = self.counts.get(name)
        return counts is not None and counts.alive

    def _kin(self, of: Shape) -> list[tuple[Name, ...]]:
        """The names under which an address can be given up, the narrowest first. The address of an article is a series
        of one, and no place."""
        wide = [(name,) for name in reversed(of.wide)]
        return wide if self._expected(of)[0] > LIKELY else [of.narrow, *wide]

    def _thank(self, of: Shape) -> None:
        """Pages of this shape have brought something: patience with them begins anew."""
        for name in (*of.narrow, *of.wide):
            counts = self.counts.get(name)
            if counts is not None:
                counts.barren, counts.alive = self._redeemed(name, counts, 1), True
                self.changed.add(name)

    @staticmethod
    def _redeemed(name: Name, counts: Counts, articles: int) -> float:
        """How barren a shape is after it has brought articles."""
        return max(min(counts.barren, PATIENCE[name[0]]) - _REDEEMS * articles, 0.0) if articles else counts.barren

    def _at(self, name: Name) -> Counts:
        self.changed.add(name)
        counts = self.counts.get(name)
        if counts is None:
            counts = self.counts[name] = Counts()
        return counts


def _looks_addressed(of: Shape) -> bool:
    tail = of.wide[0][1]
    return "##" in tail or tail.startswith("s")


def _amount(new: int, of: int) -> Literal["much", "some", "none"]:
    return "none" if not new else "much" if new >= _MUCH * of else "some"
