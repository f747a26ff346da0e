"""What a run leaves aside that asks for nothing older than a day (`luubao crawl --since`), and how it comes back.

Left aside are addresses that a sitemap or a feed says are older, what only an older article links to, and the next
pages of a list once a page of it has brought nothing but older articles. They stay in the frontier with a rank that no
run takes (`ASIDE`), until they are said to have changed, a run asks from an earlier day on, or one asks for everything
(`--full`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from archive.frontier.priority import ASIDE
from archive.model import clock
from archive.model.records import Link, Run

_NUMBER = re.compile(r"\d+(?=\D*$)")
_SHARE = 4  # a page is old when one in four of the addresses it leads to is aside, and none is new


def said(link: Link) -> datetime | None:
    """The moment that decides whether a link is older: that of publication where one is named."""
    return link.published or link.lastmod


def left_aside(db: Database, run: Run, page_key: str, links: Mapping[str, Link], new: Collection[str]) -> set[str]:
    """Of the links of a page, by their keys, those that the run leaves aside. new: the keys of those never seen before.
    Call inside a transaction."""
    since = run.since
    if since is None:
        return set()
    older = {key for key in new if (moment := said(links[key])) is not None and moment < since}
    if _is_older_article(db, run, page_key, since):
        return older | {key for key in new if said(links[key]) is None}
    turning = {key for key, link in links.items() if link.found_in == "pagination"}
    if turning and not set(new) - turning and _leads_back(db, run, links.keys() - turning):
        _put_aside(db, run, turning)
        return older | turning
    return older


def _is_older_article(db: Database, run: Run, key: str, since: datetime) -> bool:
    row = db.execute(
        "SELECT 1 FROM aliases JOIN articles ON articles.id = aliases.article_id"
        " WHERE aliases.outlet_id = ? AND aliases.url_key = ? AND julianday(published_at) < julianday(?)",
        [run.outlet_id, key, clock.stamp(since)],
    ).fetchone()
    return row is not None


def _leads_back(db: Database, run: Run, known: Collection[str]) -> bool:
    """Whether a page without anything new leads to what a sitemap or a feed has said to be older."""
    (aside,) = db.execute(
        f"SELECT count(*) FROM frontier WHERE outlet_id = ? AND rank = {ASIDE}"
        " AND url_key IN (SELECT value FROM json_each(?))",
        [run.outlet_id, json.dumps([*known])],
    ).fetchone()
    return bool(aside * _SHARE >= len(known) > 0)


def pages_to_turn(db: Database, run: Run, at: datetime) -> list[str]:
    """Of the later pages of lists that are due, the keys of those to ask for now: each list is turned a page at a time,
    as long as the articles first found on the page before, once they have been read, are not all older. Where they are,
    the page is left aside, and those behind it. Call inside a transaction."""
    assert run.since is not None
    pages = _pages(db, run, at)
    before = _pages_before(pages)
    facts = _first_found_on(db, run, {*before.values()}, at)
    turned = []
    aside = {key for key, page in pages.items() if page.state == "aside"}
    under_way = {key for key, page in pages.items() if page.state in ("due", "asked")}
    for key in sorted(before, key=lambda key: pages[key].number):
        previous = before[key]
        if previous in aside or facts.get(previous) == "older":
            aside.add(key)
        elif previous not in under_way and facts.get(previous) != "unread":
            turned.append(key)
    _put_aside(db, run, aside & before.keys())
    return turned


@dataclass(frozen=True, slots=True)
class _Page:
    """A later page of a list. stem, number: its address without its last number, and that."""

    stem: str
    number: int
    found_on: str
    state: Literal["due", "asked", "aside", "read"]


def _pages(db: Database, run: Run, at: datetime) -> dict[str, _Page]:
    rows = db.execute(
        f"""
        SELECT url_key, found_on, CASE
          WHEN rank = {ASIDE} THEN 'aside'
          WHEN run_id IS NOT :run AND rank IN (1, 2) AND due_at <= :now THEN 'due'
          WHEN run_id = :run AND rank = 1 AND failures = 0 AND worth >= 0 AND due_at <= :now THEN 'asked'
          ELSE 'read' END
        FROM frontier WHERE outlet_id = :outlet AND found_in = 'pagination'
        """,
        {"outlet": run.outlet_id, "run": run.id, "now": clock.stamp(at)},
    )
    return {key: _Page(*_numbered(key), found_on or "", state) for key, found_on, state in rows}


def _numbered(key: str) -> tuple[str, int]:
    match = _NUMBER.search(key)
    return (key[: match.start()] + "#" + key[match.end() :], int(match[0])) if match else (key, 0)


def _pages_before(pages: Mapping[str, _Page]) -> dict[str, str]:
    """Of every page that is due, the key of the one before: the nearest lower number of the same list, or, of its first
    later page, the page on which it was found."""
    before: dict[str, str] = {}
    latest: dict[str, str] = {}
    for key in sorted(pages, key=lambda key: pages[key].number):
        page = pages[key]
        if page.state == "due":
            before[key] = latest.get(page.stem, page.found_on)
        latest[page.stem] = key
    return before


def _first_found_on(db: Database, run: Run, keys: set[str], at: datetime) -> dict[str, str]:
    """What the articles first found on pages are: `older`, all of them; `unread`, some not read yet; `newer`. Pages on
    which none was first found are left out."""
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
            "now": clock.stamp(at),
        },
    )  # fmt: skip
    told = {
        key: "unread" if unread else "newer" if newer else "older" if older else ""
        for key, unread, newer, older in rows
    }
    return {key: what for key, what in told.items() if what}


def pass_over(db: Database, run: Run, keys: Iterable[str]) -> None:
    """Marks what a run has taken and does not ask for after all: no list is to wait for it. Call inside a
    transaction."""
    if run.since is not None:
        db.conn.executemany(
            "UPDATE frontier SET worth = -1 WHERE outlet_id = ? AND url_key = ?", [(run.outlet_id, key) for key in keys]
        )


def _put_aside(db: Database, run: Run, keys: Iterable[str]) -> None:
    """Leaves known addresses aside; those that have been read in this run stay what they are."""
    db.conn.executemany(
        f"UPDATE frontier SET rank = {ASIDE}"
        " WHERE outlet_id = ? AND url_key = ? AND rank IN (1, 2) AND run_id IS NOT ?",
        [(run.outlet_id, key, run.id) for key in keys],
    )


def take_up(db: Database, run: Run) -> None:
    """Brings back what earlier runs left aside and this one does not: everything, or, with a day from which on it asks,
    what is said to be newer, what an article links to that is, and the next pages of lists, which are judged anew. Call
    inside a transaction."""
    db.execute(
        f"""
        UPDATE frontier SET rank = CASE WHEN checked_at IS NULL THEN 1 WHEN kind = 'list' THEN 2 ELSE 3 END
        WHERE outlet_id = :outlet AND rank = {ASIDE} AND (
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


def walk_again(db: Database, run: Run, at: datetime) -> None:
    """Makes every list, page of a list and sitemap due now. Call inside a transaction."""
    db.execute(
        "UPDATE frontier SET due_at = ?, rank = CASE WHEN checked_at IS NULL THEN 1 ELSE 2 END"
        " WHERE outlet_id = ? AND kind IS NOT 'article' AND due_at IS NOT NULL"
        " AND (rank = 2 OR (rank != 0 AND found_in IN ('pagination', 'sitemap-index')))",
        [clock.stamp(at), run.outlet_id],
    )
