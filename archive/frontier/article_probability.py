"""How likely a URL is an article, by what URLs of its pattern have turned out to be; and how an archive stores that.

Two questions, answered apart. A URL's expected value (`probability`) decides its priority, and excludes none. Whether
URLs of its patterns still bring something (`asks`) decides what is left out: endless pagination, calendars, session ids
in URLs, lists filtered in every way look like a site of millions of pages, and bring nothing new.

The wider a pattern, the more empty pages (without a new link) it is allowed: a series is given up after twenty, a
directory after sixty, so that a trap is recognised by its own pages and affects no others; and while a URL's narrow
pattern is productive, wider ones do not matter. Every later run retries a little of what was given up: an outlet may
become active again.

A Bloom filter (Burton H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13:7, 1970). With
three bits a link, one in a hundred new links is taken for a known one when 650,000 have been seen.

Call these in the transaction that notes links and files pages. The counts are in memory from a run's first query on: a
link costs microseconds, a page a few rows.

>>> experience = Experience(("bao.example",))
>>> experience.probability("https://bao.example/kinh-te/cau-moi-238405.htm")
0.3
>>> experience.learn("https://bao.example/thoi-su/cho-moi-238404.htm", "article")
>>> experience.probability("https://bao.example/kinh-te/cau-moi-238405.htm") > LIKELY
True
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from itertools import chain
from operator import attrgetter
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from archive.frontier.url_patterns import EXPLORED, Counts, Kind, Name, News, UrlPatterns, patterns_of
from archive.model.records import PageKind, Run

_BITS = 1 << 23


class SeenLinks:
    """The links seen in each place (a pattern's name)."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)

    def add(self, place: tuple[str, ...], link: str) -> bool:
        """Adds a link to a place; returns whether it was new there."""
        text = "\0".join((*place, link))
        digest = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).digest(), "big")
        new = False
        for _ in range(3):
            digest, bit = divmod(digest, _BITS)
            byte, mask = bit >> 3, 1 << (bit & 7)
            if not self._bits[byte] & mask:
                self._bits[byte] |= mask
                new = True
        return new


LIKELY = 0.5
"""A URL whose probability is greater is likely an article's."""

_PRIOR_LIKELIHOOD = 0.5
_PRIOR_UNLIKELY = 0.45  # of unknown patterns, those with neither a long number nor many words come last
_PRIOR_LINKS = 1.0  # new links to expect of a page with unknown patterns
_PRIOR_WEIGHT = 2.0  # so many pages of its own weigh as much as the wider pattern
_MIN_ARTICLES = 10  # articles; nothing is given up before so many are read
_MAX_EMPTY_STREAK = 300  # empty pages; after so many, patterns are given up even without articles
_MUCH_NEWS = 0.25  # of a page's links to articles
_NARROW = ("series", "place")
_MAX_NAMES = 20_000  # in memory; later URLs are counted by known wider patterns only


class Experience:
    """Counts of an outlet's URL patterns over its runs; URLs may be absolute or keys.

    hosts: the site's own, without `www.`. known: counts from earlier runs. counts: those, and what was learned since.
    """

    def __init__(self, hosts: tuple[str, ...] = (), known: Mapping[Name, Counts] | None = None):
        self.hosts = hosts
        self.counts: dict[Name, Counts] = {name: replace(counts, pages=0) for name, counts in (known or {}).items()}
        self._given_up_before = {name for name, counts in self.counts.items() if counts.is_empty(name[0])}
        self._explored: Counter[Name] = Counter()
        tails = [counts for (level, _), counts in self.counts.items() if level == "tail"]
        self._articles = sum(counts.articles for counts in tails)
        self._visited = sum(counts.empty_streak for counts in tails)
        self._seen = SeenLinks()
        self._changed: set[Name] = set()
        self._kept_narrow = {name for name in self.counts if name[0] in _NARROW}

    def probability(self, url: str) -> float:
        """A URL's expected value, 0 to 1. Above LIKELY: the probability that it is a new article. Below: how much a
        request can be expected to bring, new articles and new links to them taken together; lists that go on bringing
        come first, then unknown URLs, last those of empty patterns."""
        likely, links = self._expected(patterns_of(url, self.hosts))
        return likely if likely > LIKELY else LIKELY * (likely + links) / (1 + likely + links)

    def _expected(self, pattern: UrlPatterns) -> tuple[float, float]:
        """The probability that a page of this pattern is a new article, and the new links to articles expected on it.
        The more pages of its own a pattern has, the less the wider patterns matter (Dirichlet smoothing with back-off:
        Zhai and Lafferty, "A study of smoothing methods for language models", SIGIR 2001)."""
        likely, links = _PRIOR_LIKELIHOOD if _has_a_long_name(pattern) else _PRIOR_UNLIKELY, _PRIOR_LINKS
        for name in pattern.wide:
            if counts := self.counts.get(name):
                weight = counts.read + _PRIOR_WEIGHT
                likely = (counts.articles + _PRIOR_WEIGHT * likely) / weight
                links = (counts.found + _PRIOR_WEIGHT * links) / weight
        return likely, links

    def learn(self, url: str, kind: Kind, *, new: bool = True, found_on: str | None = None) -> None:
        """Counts a page read for the first time. new: whether an article is new, not one known before. found_on: the
        page that linked to it, whose patterns a new article redeems."""
        pattern, is_new = patterns_of(url, self.hosts), kind == "article" and new
        for name in pattern.wide:
            if counts := self._counts_of(name):
                counts.was("other" if kind == "article" and not new else kind)
        if is_new:
            self._articles += 1
            self._redeem(pattern)
            if found_on is not None:
                self._redeem(patterns_of(found_on, self.hosts))

    def visited(self, url: str, new_links: int, article_links: Iterable[str] = ()) -> None:
        """Counts a page's links. new_links: how many of them lead to URLs never seen before that are likely articles;
        article_links: all that lead to likely articles. For a page visited before, call only if it has new links: that
        a known page brings nothing new is normal."""
        self._visited += not new_links
        names = tuple(chain(*self._related_names(patterns_of(url, self.hosts))))
        new: Counter[Name] = Counter()
        total = 0
        for link in article_links:
            total += 1
            new.update(name for name in names if self._seen.add(name, link))
        for name in names:
            if counts := self._counts_of(name):
                counts.visit(name[0], new_links, _news(new[name], total))

    def asks(self, url: str) -> bool:
        """Whether a never-requested URL is worth a request in this run; False when its patterns have long brought
        nothing. A True counts as a request: each run explores a little of what an earlier run has given up."""
        if self._articles < _MIN_ARTICLES and self._visited < _MAX_EMPTY_STREAK:
            return True
        given_up = self._given_up(patterns_of(url, self.hosts))
        if any(name not in self._given_up_before or self._explored[name] >= EXPLORED[name[0]] for name in given_up):
            return False
        self._explored.update(given_up)
        return True

    def take_changed(self) -> tuple[dict[Name, Counts], set[Name]]:
        """What has changed since the last call: counts to store, and names whose counts need not be stored any more. Of
        a series or a place only the fact that it is given up is worth storing: there are as many as lists."""
        changed = {name: self.counts[name] for name in self._changed}
        self._changed = set()
        kept = {name: counts for name, counts in changed.items() if name[0] not in _NARROW or counts.is_empty(name[0])}
        gone = self._kept_narrow & (changed.keys() - kept.keys())
        self._kept_narrow = (self._kept_narrow - gone) | {name for name in kept if name[0] in _NARROW}
        return kept, gone

    def _given_up(self, pattern: UrlPatterns) -> list[Name]:
        given_up: list[Name] = []
        for names in self._related_names(pattern):
            known = [(name, counts) for name in names if (counts := self.counts.get(name))]
            given_up += [name for name, counts in known if counts.is_empty(name[0])]
            if not given_up and any(counts.productive for _, counts in known):
                break
        return given_up

    def _related_names(self, pattern: UrlPatterns) -> list[tuple[Name, ...]]:
        """The names under which a URL can be given up, the narrowest first. An article's URL is a series of one."""
        wide: list[tuple[Name, ...]] = [(name,) for name in reversed(pattern.wide)]
        return wide if self._expected(pattern)[0] > LIKELY else [pattern.narrow, *wide]

    def _redeem(self, pattern: UrlPatterns) -> None:
        for name in (*pattern.narrow, *pattern.wide):
            if counts := self.counts.get(name):
                counts.redeem(name[0])
                self._changed.add(name)

    def _counts_of(self, name: Name) -> Counts | None:
        counts = self.counts.get(name)
        if counts is None:
            if len(self.counts) >= _MAX_NAMES:
                return None
            counts = self.counts[name] = Counts()
        self._changed.add(name)
        return counts


def _has_a_long_name(pattern: UrlPatterns) -> bool:
    tail = pattern.wide[0][1]
    return "##" in tail or tail.startswith("s")


def _news(new: int, total: int) -> News:
    return "none" if not new else "much" if new >= _MUCH_NEWS * total else "some"


_CACHE: WeakKeyDictionary[Database, tuple[int, Experience]] = WeakKeyDictionary()


def article_probability_of(db: Database, run: Run, urls: Iterable[str]) -> dict[str, float]:
    """The expected value of each URL, 0 to 1, by which URLs are ordered. A value above
    archive.frontier.article_probability.LIKELY makes it a link to an article."""
    experience = _experience(db, run)
    return {url: experience.probability(url) for url in urls}


def worth_asking(db: Database, run: Run, urls: Iterable[str]) -> list[str]:
    """The never-requested URLs, found on pages, that this run requests. The others are expected to bring nothing: they
    are for a later run, in which the newest of them come first. Not for URLs that seeds, feeds, sitemaps and redirects
    name. Counts each URL it returns as requested."""
    experience = _experience(db, run)
    return [url for url in urls if experience.asks(url)]


def note_kind(
    db: Database, run: Run, url: str, kind: PageKind, *, new: bool = True, found_on: str | None = None
) -> None:
    """Stores what `Experience.learn` learns; an error page, or a redirect off the site, is `other`."""
    experience = _experience(db, run)
    experience.learn(url, kind, new=new, found_on=found_on)
    _save(db, run, experience)


def likely_articles(db: Database, run: Run, urls: Iterable[str]) -> list[str]:
    """The URLs that are likely articles'."""
    experience = _experience(db, run)
    return [url for url in urls if experience.probability(url) > LIKELY]


def note_yield(db: Database, run: Run, page_url: str, new_article_links: int, articles: Iterable[str] = ()) -> None:
    """Stores what `Experience.visited` counts: of later readings of a page, only those that brought new links.
    articles: the page's links to likely articles."""
    experience = _experience(db, run)
    experience.visited(page_url, new_article_links, articles)
    _save(db, run, experience)


def _experience(db: Database, run: Run) -> Experience:
    cached = _CACHE.get(db)
    if cached is None or cached[0] != run.id:
        cached = _CACHE[db] = run.id, Experience(run.outlet.hosts, _stored_counts(db, run))
    return cached[1]


def _stored_counts(db: Database, run: Run) -> dict[Name, Counts]:
    rows = db.execute(
        "SELECT level, name, articles, lists, others, found, barren, alive FROM shapes WHERE outlet_id = ?",
        [run.outlet_id],
    )
    return {(level, name): Counts(*counts) for level, name, *counts in rows.fetchall()}


_stored = attrgetter("articles", "lists", "others", "found", "empty_streak", "productive")


def _save(db: Database, run: Run, experience: Experience) -> None:
    kept, gone = experience.take_changed()
    db.conn.executemany(
        "INSERT INTO shapes (outlet_id, level, name, articles, lists, others, found, barren, alive)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET articles = excluded.articles,"
        " lists = excluded.lists, others = excluded.others, found = excluded.found, barren = excluded.barren,"
        " alive = excluded.alive",
        [(run.outlet_id, *name, *_stored(counts)) for name, counts in kept.items()],
    )
    db.conn.executemany(
        "DELETE FROM shapes WHERE outlet_id = ? AND level = ? AND name = ?", [(run.outlet_id, *name) for name in gone]
    )
