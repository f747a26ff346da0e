"""Takes the next URLs of the frontier for a run by priority (rank, then likelihood of an article), a few at a time; and
what a run with a lower bound of time (`luubao crawl --since`) defers, and how it comes back.

Deferred are URLs that a sitemap or a feed dates earlier, what only an older article links to, and the next pages of a
list once a page of it has brought only older articles. They stay in the frontier with a rank that no run takes
(`DEFERRED`), until a sitemap or feed says that they have changed, a run has an earlier bound, or one has none
(`--full`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from archive.frontier.article_probability import worth_asking
from archive.frontier.capacity import may_ask_for_sitemaps
from archive.frontier.schedule import DEFERRED, LIST, NEW, SEED
from archive.model import clock
from archive.model.records import Link, Run
from archive.model.urls import url_key
from archive.storage.connection import transaction


@dataclass(frozen=True, slots=True)
class _Selection:
    """A rank, the order in which its URLs are taken, and a condition on them."""

    rank: int
    order: str
    condition: str = "true"


@dataclass(frozen=True, slots=True)
class _Taken:
    """A URL, where it was found, and, if that was a sitemap, where this one was found."""

    url: str
    found_in: str
    page_found_in: str | None

    @property
    def is_possible_trap(self) -> bool:
        """Whether it may belong to a crawler trap: seeds, feeds and what a sitemap names are trusted, but not sitemaps
        that sitemaps name, for these can be endless."""
        return self.found_in in ("page", "pagination", "sitemap-index") or self.page_found_in == "sitemap"


_LIKELIEST = "promise DESC, found_at"
_SELECTIONS = (_Selection(SEED, "found_at"), _Selection(NEW, _LIKELIEST), _Selection(LIST, "due_at"))
# With a lower bound of time, later pages of lists come last, each list a page at a time.
_PAGER_PAGES = "found_in = 'pagination' AND url_key IN (SELECT value FROM json_each(:pages))"
_NO_PAGER_PAGES = "found_in IS NOT 'pagination'"
_SELECTIONS_SINCE = (
    _Selection(SEED, "found_at"),
    _Selection(NEW, _LIKELIEST, _NO_PAGER_PAGES),
    _Selection(NEW, _LIKELIEST, _PAGER_PAGES),
    _Selection(LIST, "due_at", _NO_PAGER_PAGES),
    _Selection(LIST, "due_at", _PAGER_PAGES),
)


def due(db: Database, run: Run, moment: datetime, limit: int) -> list[str]:
    """Takes up to `limit` URLs: seeds, then never-read URLs, then lists. Never-read URLs whose pattern has proved to be
    a crawler trap are left to later runs (archive.frontier.url_patterns)."""
    with transaction(db):
        pages: list[str] | None = None
        for selection in _SELECTIONS if run.since is None else _SELECTIONS_SINCE:
            if selection.condition == _PAGER_PAGES and pages is None:
                pages = next_pager_pages(db, run, moment)
            while taken := _take(db, run, selection, moment, limit, pages):
                if urls := _without_traps(db, run, taken) if selection.rank == NEW else [entry.url for entry in taken]:
                    return urls
    return []


def _without_traps(db: Database, run: Run, new: list[_Taken]) -> list[str]:
    """The never-read URLs that this run requests: none that match patterns of a crawler trap, and no more new sitemaps
    than a run may request. The others stay due for a later run."""
    possible_traps = [entry.url for entry in new if entry.is_possible_trap]
    worthwhile = set(worth_asking(db, run, possible_traps))
    sitemaps = [entry.url for entry in new if entry.found_in == "sitemap-index" and entry.url in worthwhile]
    worthwhile -= set(sitemaps[may_ask_for_sitemaps(db, run, len(sitemaps)) :])
    pass_over(db, run, (url_key(url) for url in possible_traps if url not in worthwhile))
    return [entry.url for entry in new if not entry.is_possible_trap or entry.url in worthwhile]


def _take(
    db: Database, run: Run, selection: _Selection, moment: datetime, limit: int, pages: Sequence[str] | None
) -> list[_Taken]:
    rows = db.execute(
        f"SELECT url_key, url, coalesce(found_in, 'page'), CASE found_in WHEN 'sitemap' THEN (SELECT page.found_in FROM"
        " frontier AS page WHERE page.outlet_id = frontier.outlet_id AND page.url_key = frontier.found_on) END"
        f" FROM frontier WHERE outlet_id = :outlet"
        f" AND rank = {selection.rank} AND due_at <= :now AND run_id IS NOT :run AND {selection.condition}"
        f" ORDER BY {selection.order} LIMIT :limit",
        {
            "outlet": run.outlet_id, "now": clock.stamp(moment), "run": run.id, "limit": limit,
            "pages": json.dumps(pages or []),
        },
    ).fetchall()  # fmt: skip
    db.conn.executemany(
        "UPDATE frontier SET run_id = ? WHERE outlet_id = ? AND url_key = ?",
        [(run.id, run.outlet_id, row[0]) for row in rows],
    )
    return [_Taken(*row[1:]) for row in rows]


def waiting(db: Database, run: Run, moment: datetime) -> int:
    """How many URLs are due that were never read, or are lists."""
    row = db.execute(
        "SELECT count(*) FROM frontier WHERE outlet_id = ? AND rank <= ? AND due_at <= ? AND run_id IS NOT ?",
        [run.outlet_id, LIST, clock.stamp(moment), run.id],
    ).fetchone()
    return int(row[0])


_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_DEFERRED_SHARE = 4  # a page counts as old when one in four of its links is deferred, and none is new


def claimed_time(link: Link) -> datetime | None:
    """The claimed time that decides whether a link is older: that of publication where given."""
    return link.published or link.lastmod


def deferred_links(db: Database, run: Run, page_key: str, links: Mapping[str, Link], new: Collection[str]) -> set[str]:
    """Of a page's links, the keys of those that the run defers. new: the keys of those never seen before. Call inside a
    transaction."""
    since = run.since
    if since is None:
        return set()
    older = {key for key in new if (moment := claimed_time(links[key])) is not None and moment < since}
    if _is_older_article(db, run, page_key, since):
        return older | {key for key in new if claimed_time(links[key]) is None}
    pager_links = {key for key, link in links.items() if link.found_in == "pagination"}
    if pager_links and not set(new) - pager_links and _leads_to_deferred(db, run, links.keys() - pager_links):
        _defer(db, run, pager_links)
        return older | pager_links
    return older


def _is_older_article(db: Database, run: Run, key: str, since: datetime) -> bool:
    row = db.execute(
        "SELECT 1 FROM aliases JOIN articles ON articles.id = aliases.article_id"
        " WHERE aliases.outlet_id = ? AND aliases.url_key = ? AND julianday(published_at) < julianday(?)",
        [run.outlet_id, key, clock.stamp(since)],
    ).fetchone()
    return row is not None


def _leads_to_deferred(db: Database, run: Run, known: Collection[str]) -> bool:
    """Whether a page without new links leads to URLs that a sitemap or a feed has dated earlier."""
    (deferred_count,) = db.execute(
        f"SELECT count(*) FROM frontier WHERE outlet_id = ? AND rank = {DEFERRED}"
        " AND url_key IN (SELECT value FROM json_each(?))",
        [run.outlet_id, json.dumps([*known])],
    ).fetchone()
    return bool(deferred_count * _DEFERRED_SHARE >= len(known) > 0)


def next_pager_pages(db: Database, run: Run, moment: datetime) -> list[str]:
    """Of the due later pages of lists, the keys of those to request now: each list advances a page at a time, as long
    as not all articles first found on the previous page, once they have been read, are older. Where they are, defers
    the page and those behind it. Call inside a transaction."""
    assert run.since is not None
    pages = _pages(db, run, moment)
    previous_pages = _pages_before(pages)
    article_ages = _first_found_on(db, run, {*previous_pages.values()}, moment)
    to_request = []
    deferred = {key for key, page in pages.items() if page.state == "aside"}
    under_way = {key for key, page in pages.items() if page.state in ("due", "asked")}
    for key in sorted(previous_pages, key=lambda key: pages[key].number):
        previous = previous_pages[key]
        if previous in deferred or article_ages.get(previous) == "older":
            deferred.add(key)
        elif previous not in under_way and article_ages.get(previous) != "unread":
            to_request.append(key)
    _defer(db, run, deferred & previous_pages.keys())
    return to_request


@dataclass(frozen=True, slots=True)
class _Page:
    """A later page of a list. stem, number: its URL key without its last number, and that number."""

    stem: str
    number: int
    found_on: str
    state: Literal["due", "asked", "aside", "read"]


def _pages(db: Database, run: Run, moment: datetime) -> dict[str, _Page]:
    rows = db.execute(
        f"""
        SELECT url_key, found_on, CASE
          WHEN rank = {DEFERRED} THEN 'aside'
          WHEN run_id IS NOT :run AND rank IN (1, 2) AND due_at <= :now THEN 'due'
          WHEN run_id = :run AND rank = 1 AND failures = 0 AND worth >= 0 AND due_at <= :now THEN 'asked'
          ELSE 'read' END
        FROM frontier WHERE outlet_id = :outlet AND found_in = 'pagination'
        """,
        {"outlet": run.outlet_id, "run": run.id, "now": clock.stamp(moment)},
    )
    return {key: _Page(*_numbered(key), found_on or "", state) for key, found_on, state in rows}


def _numbered(key: str) -> tuple[str, int]:
    match = _LAST_NUMBER.search(key)
    return (key[: match.start()] + "#" + key[match.end() :], int(match[0])) if match else (key, 0)


def _pages_before(pages: Mapping[str, _Page]) -> dict[str, str]:
    """For every page that is due, the key of the previous one: the nearest lower number of the same list, or, for its
    first later page, the page on which it was found."""
    previous: dict[str, str] = {}
    latest: dict[str, str] = {}
    for key in sorted(pages, key=lambda key: pages[key].number):
        page = pages[key]
        if page.state == "due":
            previous[key] = latest.get(page.stem, page.found_on)
        latest[page.stem] = key
    return previous


def _first_found_on(db: Database, run: Run, keys: set[str], moment: datetime) -> dict[str, str]:
    """The ages of the articles first found on each page: `older`, all of them; `unread`, some not read yet; `newer`.
    Pages on which none was first found are left out."""
    rows = db.execute(
        """
        SELECT found_on,
          max(rank = 1 AND failures = 0 AND worth >= 0 AND due_at <= :now) AS unread,
          max(articles.id IS NOT NULL AND coalesce(julianday(published_at) >= julianday(:since), 1)) AS newer,
          max(julianday(published_at) < julianday(:since)) AS older
        FROM frontier
        LEFT JOIN aliases USING (outlet_id, url_key)
        LEFT JOIN articles ON articles.id = aliases.article_id
        WHERE frontier.outlet_id = :outlet AND found_in = 'page' AND found_on IN (SELECT value FROM json_each(:keys))
        GROUP BY found_on
        """,
        {
            "outlet": run.outlet_id, "since": run.since and clock.stamp(run.since), "keys": json.dumps([*keys]),
            "now": clock.stamp(moment),
        },
    )  # fmt: skip
    ages = {
        key: "unread" if unread else "newer" if newer else "older" if older else ""
        for key, unread, newer, older in rows
    }
    return {key: age for key, age in ages.items() if age}


def pass_over(db: Database, run: Run, keys: Iterable[str]) -> None:
    """Marks URLs that a run has taken but does not request: no list waits for them. Call inside a transaction."""
    if run.since is not None:
        db.conn.executemany(
            "UPDATE frontier SET worth = -1 WHERE outlet_id = ? AND url_key = ?", [(run.outlet_id, key) for key in keys]
        )


def _defer(db: Database, run: Run, keys: Iterable[str]) -> None:
    """Defers known URLs; those already read in this run stay unchanged."""
    db.conn.executemany(
        f"UPDATE frontier SET rank = {DEFERRED}"
        " WHERE outlet_id = ? AND url_key = ? AND rank IN (1, 2) AND run_id IS NOT ?",
        [(run.outlet_id, key, run.id) for key in keys],
    )


def set_since(db: Database, run: Run, since: datetime) -> Run:
    """The run with a lower bound of time; brings back deferred URLs that are not older."""
    run = replace(run, since=since)
    with transaction(db):
        _take_up(db, run)
    return run


def relist(db: Database, run: Run, moment: datetime) -> None:
    """Makes every list, page of a list and sitemap due now, and brings back deferred URLs."""
    with transaction(db):
        _take_up(db, run)
        db.execute(
            "UPDATE frontier SET due_at = ?, rank = CASE WHEN checked_at IS NULL THEN 1 ELSE 2 END"
            " WHERE outlet_id = ? AND kind IS NOT 'article' AND due_at IS NOT NULL"
            " AND (rank = 2 OR (rank != 0 AND found_in IN ('pagination', 'sitemap-index')))",
            [clock.stamp(moment), run.outlet_id],
        )


def _take_up(db: Database, run: Run) -> None:
    """Brings back what earlier runs deferred and this one does not: everything, or, with a lower bound of time, what is
    dated later, links of articles that are, and the next pages of lists, which are judged anew."""
    db.execute(
        f"""
        UPDATE frontier SET rank = CASE WHEN checked_at IS NULL THEN 1 WHEN kind = 'list' THEN 2 ELSE 3 END
        WHERE outlet_id = :outlet AND rank = {DEFERRED} AND (
          :since IS NULL OR lastmod >= :since OR (lastmod IS NULL AND (
            found_in = 'pagination' OR found_on IN (
              SELECT aliases.url_key FROM aliases JOIN articles ON articles.id = aliases.article_id
              WHERE aliases.outlet_id = :outlet AND julianday(published_at) >= julianday(:since)
            )
          ))
        )
        """,
        {"outlet": run.outlet_id, "since": run.since and clock.stamp(run.since)},
    )
