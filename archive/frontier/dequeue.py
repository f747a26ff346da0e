"""Takes the next URLs of the frontier for a run, a few at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.frontier.article_probability import worth_asking
from archive.frontier.capacity import may_ask_for_sitemaps
from archive.frontier.deferred import next_pager_pages, pass_over
from archive.frontier.schedule import LIST, NEW, SEED
from archive.model import clock
from archive.model.records import Run
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
