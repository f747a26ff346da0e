"""Stores what an outlet's URL patterns have turned out to be (archive/frontier/url_patterns), and caches it during a
run.

Call these in the transaction that notes links and files pages. The counts are in memory from a run's first query on: a
link costs microseconds, a page a few rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from archive.frontier.url_patterns import Counts, Experience, Name
from archive.model.records import PageKind, Run

_CACHE: WeakKeyDictionary[Database, tuple[int, Experience]] = WeakKeyDictionary()


def article_probability_of(db: Database, run: Run, urls: Iterable[str]) -> dict[str, float]:
    """The expected value of each URL, 0 to 1, by which URLs are ordered. A value above
    archive.frontier.url_patterns.LIKELY makes it a link to an article."""
    experience = _experience(db, run)
    return {url: experience.promise(url) for url in urls}


def worth_asking(db: Database, run: Run, urls: Iterable[str]) -> list[str]:
    """The never-requested URLs, found on pages, that this run requests. The others are expected to bring nothing: they
    are for a later run, in which the newest of them come first. Not for URLs that seeds, feeds, sitemaps and redirects
    name. Counts each URL it returns as requested."""
    experience = _experience(db, run)
    return [url for url in urls if experience.asks(url)]


def note_kind(
    db: Database, run: Run, url: str, kind: PageKind, *, new: bool = True, found_on: str | None = None
) -> None:
    """Counts what a URL turned out to be when it was read for the first time; an error page, or a redirect off the
    site, is `other`. new: whether an article is new, not one known before. found_on: URL or key of the page that linked
    to it, where known."""
    experience = _experience(db, run)
    experience.learn(url, kind, new=new, found_on=found_on)
    _save(db, run, experience)


def note_yield(
    db: Database, run: Run, page_url: str, new_article_links: int, article_links: Iterable[str] = ()
) -> None:
    """Counts the new links of a page read for the first time; of later readings, only those that brought new links.
    new_article_links: how many of its links were never seen before and are likely articles; article_links: all of its
    likely article links."""
    experience = _experience(db, run)
    experience.visited(page_url, new_article_links, article_links)
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


def _save(db: Database, run: Run, experience: Experience) -> None:
    kept, gone = experience.take_changed()
    db.conn.executemany(
        "INSERT INTO shapes (outlet_id, level, name, articles, lists, others, found, barren, alive)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET articles = excluded.articles,"
        " lists = excluded.lists, others = excluded.others, found = excluded.found, barren = excluded.barren,"
        " alive = excluded.alive",
        [
            (
                run.outlet_id,
                *name,
                counts.articles,
                counts.lists,
                counts.others,
                counts.found,
                counts.barren,
                counts.alive,
            )
            for name, counts in kept.items()
        ],
    )
    db.conn.executemany(
        "DELETE FROM shapes WHERE outlet_id = ? AND level = ? AND name = ?", [(run.outlet_id, *name) for name in gone]
    )
