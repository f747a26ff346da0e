"""Room in the frontier: what is noted when a site names more addresses than may wait, or sitemaps without end.

Where there is no room, what holds out more takes the place of what holds out less; what is left out is not lost: the
page that names it is read again within a day, whether it has changed or not, and names it once more.
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

_ON_PAGES = ("page", "pagination", "redirect")
_BETTER = 0.02  # how much more an address must hold out to take another's place
_AGAIN = timedelta(days=1)


@dataclass(slots=True)
class _Tally:
    """What one run has met. left: what was left out, by the limit it was left out for. waiting, from_pages: at most so
    many addresses wait; None before the first count. sitemaps: new ones that were asked for."""

    run_id: int
    left: Counter[str] = field(default_factory=Counter)
    waiting: int | None = None
    from_pages: int = 0
    sitemaps: int = 0


_TALLIES: WeakKeyDictionary[Database, _Tally] = WeakKeyDictionary()


def _tally(db: Database, run: Run) -> _Tally:
    found = _TALLIES.get(db)
    if found is None or found.run_id != run.id:
        found = _TALLIES[db] = _Tally(run.id)
    return found


def left_out(db: Database, run: Run) -> Counter[str]:
    """How often the run has met which limit: waiting, depth, sitemaps."""
    return _tally(db, run).left


def _leave(db: Database, run: Run, limit: str, count: int) -> None:
    if count:
        _tally(db, run).left[limit] += count


def within_depth(db: Database, run: Run, page_key: str, links: Mapping[str, Link]) -> dict[str, Link]:
    """The links of a page without sitemaps that are named by too many in a row. Call inside a transaction."""
    if not any(link.found_in in ("sitemap", "sitemap-index") for link in links.values()):
        return dict(links)
    depth = _depth(db, run, page_key)
    most = {"sitemap-index": run.limits.depth, "sitemap": run.limits.depth + 1}
    kept = {key: link for key, link in links.items() if depth < most.get(link.found_in, depth + 1)}
    _leave(db, run, "depth", len(links) - len(kept))
    return kept


def _depth(db: Database, run: Run, key: str) -> int:
    """How many sitemaps in a row lead to an address, itself included."""
    depth = 0
    while depth <= run.limits.depth + 1:
        row = db.execute(
            "SELECT found_on FROM frontier WHERE outlet_id = ? AND url_key = ?"
            " AND found_in IN ('sitemap', 'sitemap-index')",
            [run.outlet_id, key],
        ).fetchone()
        if row is None:
            return depth
        depth, key = depth + 1, row[0] or ""
    return depth


def within_room(db: Database, run: Run, links: Mapping[str, Link], promise: Mapping[str, float]) -> dict[str, Link]:
    """Those of the links, never seen before, for which there is room, or for which others make room, in their order.
    promise: what each address holds out. Call inside a transaction."""
    tally = _tally(db, run)
    on_pages = {key for key, link in links.items() if link.found_in in _ON_PAGES}
    rest = links.keys() - on_pages
    most, most_from_pages = run.limits.waiting, run.limits.from_pages
    if _is_tight(tally, len(rest), len(on_pages), run):
        _count(db, run, tally)
    waiting = tally.waiting or 0
    named = _fitting(db, run, rest, links, promise, most - waiting, any_kind=True)
    room = min(most - waiting - min(len(named), max(most - waiting, 0)), most_from_pages - tally.from_pages)
    found = _fitting(db, run, on_pages, links, promise, room, any_kind=False)
    kept = {key: link for key, link in links.items() if key in named or key in found}
    _leave(db, run, "waiting", len(links) - len(kept))
    tally.waiting = waiting + len(kept)
    tally.from_pages += len(found)
    return kept


def _is_tight(tally: _Tally, rest: int, on_pages: int, run: Run) -> bool:
    """Whether it must be counted how many wait. What was counted before, and came since, is the most there can be."""
    if tally.waiting is None:
        return True
    limits = run.limits
    return tally.waiting + rest + on_pages > limits.waiting or tally.from_pages + on_pages > limits.from_pages


def _count(db: Database, run: Run, tally: _Tally) -> None:
    tally.waiting, tally.from_pages = db.execute(
        f"SELECT count(*), count(*) FILTER (WHERE coalesce(found_in, 'page') IN {_ON_PAGES}) FROM frontier"
        " WHERE outlet_id = ? AND rank = 1",
        [run.outlet_id],
    ).fetchone()


def _fitting(
    db: Database, run: Run, keys: Iterable[str], links: Mapping[str, Link], promise: Mapping[str, float], room: int, *,
    any_kind: bool,
) -> set[str]:  # fmt: skip
    """The keys that fit: those that hold out most first; the others where something waits that holds out less."""
    ranked = sorted(keys, key=lambda key: -promise[links[key].url]) if room < len(list(keys)) else list(keys)
    room = max(room, 0)
    fitting, others = ranked[:room], ranked[room:]
    victims = _least(db, run, len(others), any_kind=any_kind) if others else []
    for key, (victim, found_on, worth) in zip(others, victims, strict=False):
        if promise[links[key].url] < worth + _BETTER:
            break
        _evict(db, run, victim, found_on)
        fitting.append(key)
    return set(fitting)


def _least(db: Database, run: Run, most: int, *, any_kind: bool) -> list[tuple[str, str | None, float]]:
    """What waits and holds out least, with the page that named it."""
    kinds = "" if any_kind else f" AND coalesce(found_in, 'page') IN {_ON_PAGES}"
    rows = db.execute(
        "SELECT url_key, found_on, promise FROM frontier WHERE outlet_id = ? AND rank = 1 AND run_id IS NOT ?"
        f"{kinds} ORDER BY promise, found_at DESC LIMIT ?",
        [run.outlet_id, run.id, most],
    )
    return [(str(key), found_on, float(worth)) for key, found_on, worth in rows.fetchall()]


def _evict(db: Database, run: Run, key: str, found_on: str | None) -> None:
    db.execute("DELETE FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key])
    _leave(db, run, "waiting", 1)
    if found_on:
        db.execute("UPDATE frontier SET links_of = NULL WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, found_on])


def name_again(db: Database, run: Run, key: str, at: datetime) -> None:
    """Not all links of a page were noted: it is read again within a day, even where it has not changed. Call inside a
    transaction."""
    db.execute(
        "UPDATE frontier SET links_of = NULL, due_at = min(due_at, ?) WHERE outlet_id = ? AND url_key = ?",
        [clock.stamp(at + _AGAIN), run.outlet_id, key],
    )


def may_ask_for_sitemaps(db: Database, run: Run, sitemaps: int) -> int:
    """Of so many new sitemaps, how many the run may still ask for; the others wait for a later one."""
    tally = _tally(db, run)
    allowed = max(min(sitemaps, run.limits.sitemaps - tally.sitemaps), 0)
    tally.sitemaps += allowed
    _leave(db, run, "sitemaps", sitemaps - allowed)
    return allowed
