"""Which addresses of the frontier a run takes next, a few at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.frontier.capacity import may_ask_for_sitemaps
from archive.frontier.deferred import pages_to_turn, pass_over
from archive.frontier.pattern_store import worth_asking
from archive.frontier.priority import LIST, NEW, SEED
from archive.model import clock
from archive.model.records import Run
from archive.model.urls import url_key
from archive.storage.connection import transaction


@dataclass(frozen=True, slots=True)
class _Turn:
    """A rank, the order in which its addresses are taken, and which of them."""

    rank: int
    order: str
    which: str = "true"


@dataclass(frozen=True, slots=True)
class _Taken:
    """An address, where it was found, and, if that was a sitemap, where this one was."""

    url: str
    found_in: str
    page_found_in: str | None

    @property
    def is_doubted(self) -> bool:
        """Whether it may be a pit without bottom: seeds, feeds and what a sitemap names are trusted, but not sitemaps
        that sitemaps name, for these can go on for ever."""
        return self.found_in in ("page", "pagination", "sitemap-index") or self.page_found_in == "sitemap"


_LIKELIEST = "promise DESC, found_at"
_TURNS = (_Turn(SEED, "found_at"), _Turn(NEW, _LIKELIEST), _Turn(LIST, "due_at"))
# With a day before which nothing is asked for, lists are turned last, each a page at a time.
_PAGES = "found_in = 'pagination' AND url_key IN (SELECT value FROM json_each(:pages))"
_REST = "found_in IS NOT 'pagination'"
_TURNS_SINCE = (
    _Turn(SEED, "found_at"),
    _Turn(NEW, _LIKELIEST, _REST),
    _Turn(NEW, _LIKELIEST, _PAGES),
    _Turn(LIST, "due_at", _REST),
    _Turn(LIST, "due_at", _PAGES),
)


def due(db: Database, run: Run, at: datetime, limit: int) -> list[str]:
    """Takes up to `limit` addresses: seeds, what was never read, lists. Of what was never read, what pages of its shape
    have shown to be a bottomless pit is left to later runs (archive.frontier.url_patterns)."""
    with transaction(db):
        pages: list[str] | None = None
        for turn in _TURNS if run.since is None else _TURNS_SINCE:
            if turn.which == _PAGES and pages is None:
                pages = pages_to_turn(db, run, at)
            while taken := _take(db, run, turn, at, limit, pages):
                if asked := _worth_asking(db, run, taken) if turn.rank == NEW else [one.url for one in taken]:
                    return asked
    return []


def _worth_asking(db: Database, run: Run, new: list[_Taken]) -> list[str]:
    """Of what was never read, what is asked for in this run: nothing of whose kin nothing comes any more, and no more
    new sitemaps than a run may ask for. The others stay due for a later run."""
    doubted = [one.url for one in new if one.is_doubted]
    worth = set(worth_asking(db, run, doubted))
    sitemaps = [one.url for one in new if one.found_in == "sitemap-index" and one.url in worth]
    worth -= set(sitemaps[may_ask_for_sitemaps(db, run, len(sitemaps)) :])
    pass_over(db, run, (url_key(url) for url in doubted if url not in worth))
    return [one.url for one in new if not one.is_doubted or one.url in worth]


def _take(db: Database, run: Run, turn: _Turn, at: datetime, limit: int, pages: Sequence[str] | None) -> list[_Taken]:
    """Takes addresses of a rank."""
    rows = db.execute(
        f"SELECT url_key, url, coalesce(found_in, 'page'), CASE found_in WHEN 'sitemap' THEN (SELECT page.found_in FROM"
        " frontier AS page WHERE page.outlet_id = frontier.outlet_id AND page.url_key = frontier.found_on) END"
        f" FROM frontier WHERE outlet_id = :outlet"
        f" AND rank = {turn.rank} AND due_at <= :now AND run_id IS NOT :run AND {turn.which}"
        f" ORDER BY {turn.order} LIMIT :limit",
        {
            "outlet": run.outlet_id, "now": clock.stamp(at), "run": run.id, "limit": limit,
            "pages": json.dumps(pages or []),
        },
    ).fetchall()  # fmt: skip
    db.conn.executemany(
        "UPDATE frontier SET run_id = ? WHERE outlet_id = ? AND url_key = ?",
        [(run.id, run.outlet_id, row[0]) for row in rows],
    )
    return [_Taken(*row[1:]) for row in rows]


def waiting(db: Database, run: Run, at: datetime) -> int:
    """How many addresses wait that were never read, or lead to others and are due."""
    row = db.execute(
        "SELECT count(*) FROM frontier WHERE outlet_id = ? AND rank <= ? AND due_at <= ? AND run_id IS NOT ?",
        [run.outlet_id, LIST, clock.stamp(at), run.id],
    ).fetchone()
    return int(row[0])
