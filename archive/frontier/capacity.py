"""Bounds the frontier: decides what is queued when a site names more URLs than may wait, or endless sitemaps.

Where there is no room, URLs of higher expected value evict those of lower; what is left out is not lost: the page that
names it is reread within a day, changed or not, and names it once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from archive.model import clock
from archive.model.records import Link, Run

_FOUND_ON_PAGES = ("page", "pagination", "redirect")
_EVICTION_MARGIN = 0.02  # by how much a URL's expected value must exceed another's to evict it
_REREAD_WITHIN = timedelta(days=1)


@dataclass(slots=True)
class _Tally:
    """Counts of one run. left_out: URLs left out, by the limit that left them out. waiting, from_pages: upper bounds of
    the URLs waiting; None before the first count. sitemaps: new ones that were requested."""

    run_id: int
    left_out: Counter[str] = field(default_factory=Counter)
    waiting: int | None = None
    from_pages: int = 0
    sitemaps: int = 0


_TALLIES: WeakKeyDictionary[Database, _Tally] = WeakKeyDictionary()


def _tally(db: Database, run: Run) -> _Tally:
    tally = _TALLIES.get(db)
    if tally is None or tally.run_id != run.id:
        tally = _TALLIES[db] = _Tally(run.id)
    return tally


def left_out(db: Database, run: Run) -> Counter[str]:
    """How many URLs the run has left out, by limit: waiting, depth, sitemaps."""
    return _tally(db, run).left_out


def _count_left_out(db: Database, run: Run, limit: str, count: int) -> None:
    if count:
        _tally(db, run).left_out[limit] += count


def within_depth(db: Database, run: Run, page_key: str, links: Mapping[str, Link]) -> dict[str, Link]:
    """A page's links, less sitemaps nested too deep. Call inside a transaction."""
    if not any(link.found_in in ("sitemap", "sitemap-index") for link in links.values()):
        return dict(links)
    depth = _depth(db, run, page_key)
    max_depth = {"sitemap-index": run.limits.sitemap_depth, "sitemap": run.limits.sitemap_depth + 1}
    kept = {key: link for key, link in links.items() if depth < max_depth.get(link.found_in, depth + 1)}
    _count_left_out(db, run, "depth", len(links) - len(kept))
    return kept


def _depth(db: Database, run: Run, key: str) -> int:
    """The length of the chain of sitemaps that leads to a URL, itself included."""
    depth = 0
    while depth <= run.limits.sitemap_depth + 1:
        row = db.execute(
            "SELECT found_on FROM frontier WHERE outlet_id = ? AND url_key = ?"
            " AND found_in IN ('sitemap', 'sitemap-index')",
            [run.outlet_id, key],
        ).fetchone()
        if row is None:
            return depth
        depth, key = depth + 1, row[0] or ""
    return depth


def within_room(
    db: Database, run: Run, links: Mapping[str, Link], probabilities: Mapping[str, float]
) -> dict[str, Link]:
    """Those of the links, never seen before, that fit into the frontier or evict others, in their order. probabilities:
    expected value of each URL. Call inside a transaction."""
    tally = _tally(db, run)
    from_pages = {key for key, link in links.items() if link.found_in in _FOUND_ON_PAGES}
    rest = links.keys() - from_pages
    max_waiting, max_from_pages = run.limits.waiting, run.limits.from_pages
    if _is_tight(tally, len(rest), len(from_pages), run):
        _count_waiting(db, run, tally)
    waiting = tally.waiting or 0
    free = max_waiting - waiting
    kept_others = _fitting(db, run, rest, links, probabilities, free, any_kind=True)
    room = min(free - min(len(kept_others), max(free, 0)), max_from_pages - tally.from_pages)
    kept_from_pages = _fitting(db, run, from_pages, links, probabilities, room, any_kind=False)
    kept = {key: link for key, link in links.items() if key in kept_others or key in kept_from_pages}
    _count_left_out(db, run, "waiting", len(links) - len(kept))
    tally.waiting = waiting + len(kept)
    tally.from_pages += len(kept_from_pages)
    return kept


def _is_tight(tally: _Tally, rest: int, on_pages: int, run: Run) -> bool:
    """Whether the waiting URLs must be counted again. The last count and what came since is an upper bound."""
    if tally.waiting is None:
        return True
    limits = run.limits
    return tally.waiting + rest + on_pages > limits.waiting or tally.from_pages + on_pages > limits.from_pages


def _count_waiting(db: Database, run: Run, tally: _Tally) -> None:
    tally.waiting, tally.from_pages = db.execute(
        f"SELECT count(*), count(*) FILTER (WHERE coalesce(found_in, 'page') IN {_FOUND_ON_PAGES}) FROM frontier"
        " WHERE outlet_id = ? AND rank = 1",
        [run.outlet_id],
    ).fetchone()


def _fitting(
    db: Database, run: Run, keys: Iterable[str], links: Mapping[str, Link], probabilities: Mapping[str, float],
    room: int, *, any_kind: bool,
) -> set[str]:  # fmt: skip
    """The keys that fit, those of highest expected value first; the others where they evict a waiting URL of lower
    value."""
    ranked, room = list(keys), max(room, 0)
    if room < len(ranked):
        ranked.sort(key=lambda key: -probabilities[links[key].url])
    fitting, others = ranked[:room], ranked[room:]
    victims = _lowest_valued(db, run, len(others), any_kind=any_kind) if others else []
    for key, (victim, found_on, worth) in zip(others, victims, strict=False):
        if probabilities[links[key].url] < worth + _EVICTION_MARGIN:
            break
        _evict(db, run, victim, found_on)
        fitting.append(key)
    return set(fitting)


def _lowest_valued(db: Database, run: Run, limit: int, *, any_kind: bool) -> list[tuple[str, str | None, float]]:
    """The waiting URLs of lowest expected value, with the page that named each."""
    kinds = "" if any_kind else f" AND coalesce(found_in, 'page') IN {_FOUND_ON_PAGES}"
    rows = db.execute(
        "SELECT url_key, found_on, promise FROM frontier WHERE outlet_id = ? AND rank = 1 AND run_id IS NOT ?"
        f"{kinds} ORDER BY promise, found_at DESC LIMIT ?",
        [run.outlet_id, run.id, limit],
    )
    return [(str(key), found_on, float(worth)) for key, found_on, worth in rows.fetchall()]


def _evict(db: Database, run: Run, key: str, found_on: str | None) -> None:
    db.execute("DELETE FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key])
    _count_left_out(db, run, "waiting", 1)
    if found_on:
        db.execute("UPDATE frontier SET links_of = NULL WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, found_on])


def name_again(db: Database, run: Run, key: str, moment: datetime) -> None:
    """Not all links of a page were noted: makes it due within a day, even if it does not change. Call inside a
    transaction."""
    db.execute(
        "UPDATE frontier SET links_of = NULL, due_at = min(due_at, ?) WHERE outlet_id = ? AND url_key = ?",
        [clock.stamp(moment + _REREAD_WITHIN), run.outlet_id, key],
    )


def may_ask_for_sitemaps(db: Database, run: Run, sitemaps: int) -> int:
    """How many of so many new sitemaps the run may still request; the others wait for a later run."""
    tally = _tally(db, run)
    allowed = max(min(sitemaps, run.limits.sitemaps - tally.sitemaps), 0)
    tally.sitemaps += allowed
    _count_left_out(db, run, "sitemaps", sitemaps - allowed)
    return allowed
