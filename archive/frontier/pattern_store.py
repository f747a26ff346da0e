"""What an outlet's addresses have turned out to be, kept between runs and at hand during one (archive/shapes).

Whoever notes links and files pages calls these in the same transaction. What is learned lies in memory from a run's
first question on: a link costs microseconds, a page a few rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from archive.frontier.url_patterns import Counts, Experience, Name
from archive.model.records import PageKind, Run

_AT_HAND: WeakKeyDictionary[Database, tuple[int, Experience]] = WeakKeyDictionary()


def article_probability_of(db: Database, run: Run, urls: Iterable[str]) -> dict[str, float]:
    """What each address holds out, 0 to 1, for the order in which they are asked for. More than
    archive.frontier.url_patterns.LIKELY makes it a link to an article."""
    experience = _experience(db, run)
    return {url: experience.promise(url) for url in urls}


def worth_asking(db: Database, run: Run, urls: Iterable[str]) -> list[str]:
    """Those of the addresses, found on pages and never asked for, that are to be asked for in this run. Of the others
    nothing is to be expected: they are for a later run, in which the newest of them come first. Not for what seeds,
    feeds, sitemaps and redirects name. A yes counts as asking."""
    experience = _experience(db, run)
    return [url for url in urls if experience.asks(url)]


def note_kind(
    db: Database, run: Run, url: str, kind: PageKind, *, new: bool = True, found_on: str | None = None
) -> None:
    """Notes what an address turned out to be when it was read for the first time; an error page, or a redirect off the
    site, is `other`. new: for an article, that no article known before was found there. found_on: address or key of the
    page that had led there, where it is known."""
    experience = _experience(db, run)
    experience.learn(url, kind, new=new, found_on=found_on)
    _keep(db, run, experience)


def note_yield(
    db: Database, run: Run, page_url: str, new_article_links: int, article_links: Iterable[str] = ()
) -> None:
    """Notes what a page led to when it was read for the first time; of later readings, only those that brought new
    links. new_article_links: how many of its links were never seen before and are likely articles;
    article_links: all of its links that are."""
    experience = _experience(db, run)
    experience.visited(page_url, new_article_links, article_links)
    _keep(db, run, experience)


def _experience(db: Database, run: Run) -> Experience:
    at_hand = _AT_HAND.get(db)
    if at_hand is None or at_hand[0] != run.id:
        at_hand = _AT_HAND[db] = run.id, Experience(run.outlet.hosts, _known(db, run))
    return at_hand[1]


def _known(db: Database, run: Run) -> dict[Name, Counts]:
    rows = db.execute(
        "SELECT level, name, articles, lists, others, found, barren, alive FROM shapes WHERE outlet_id = ?",
        [run.outlet_id],
    )
    return {(level, name): Counts(*counts) for level, name, *counts in rows.fetchall()}


def _keep(db: Database, run: Run, experience: Experience) -> None:
    kept, gone = experience.take_changed()
    db.conn.executemany(
        "INSERT INTO shapes (outlet_id, level, name, articles, lists, others, found, barren, alive)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET articles = excluded.articles,"
        " lists = excluded.lists, others = excluded.others, found = excluded.found, barren = excluded.barren,"
        " alive = excluded.alive",
        [
            (run.outlet_id, *name, one.articles, one.lists, one.others, one.found, one.barren, one.alive)
            for name, one in kept.items()
        ],
    )
    db.conn.executemany(
        "DELETE FROM shapes WHERE outlet_id = ? AND level = ? AND name = ?", [(run.outlet_id, *name) for name in gone]
    )
