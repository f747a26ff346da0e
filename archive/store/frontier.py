"""The frontier between runs: addresses known and waiting, and when each is due again.

A page is due again after a quarter of the time since it last brought something new, at most half a year: often while
young or lively, ever more rarely later. The proportion follows the age-based rule of Cho and Garcia-Molina, "Effective
Page Refresh Policies for Web Crawlers" (ACM TODS 28:4, 2003), in its simplest form.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from archive import clock
from archive.records import Run
from archive.store.connection import transaction
from archive.urls import url_key

_SHARE = 4
_LONGEST = timedelta(days=180)
_AFTER_ERROR = timedelta(hours=1)
_FORBIDDEN = timedelta(days=30)


def discover(db: Database, run: Run, page_url: str, links: Iterable[str], at: datetime) -> list[str]:
    """Notes the links of a page; returns those to fetch now: due, and not yet taken in this run. Only with this is the
    page done and due again later (sooner when it had links never seen before): a run that is killed before leaves it
    due, so that its links are not lost."""
    keyed = {url_key(link): link for link in links}
    with transaction(db):
        fresh = sum(_note(db, run, key, link, at) for key, link in keyed.items())
        settle(db, run, url_key(page_url), at, changed=fresh > 0)
        return [link for key, link in keyed.items() if _take(db, run, key, at)]


def due(db: Database, run: Run, at: datetime, limit: int) -> list[str]:
    """Takes up to `limit` addresses that wait since earlier runs, longest due first."""
    with transaction(db):
        rows = db.execute(
            "SELECT url_key, url FROM frontier WHERE outlet_id = ? AND due_at <= ? AND run_id IS NOT ?"
            " ORDER BY due_at LIMIT ?",
            [run.outlet_id, clock.stamp(at), run.id, limit],
        ).fetchall()
        return [url for key, url in rows if _take(db, run, key, at)]


def settle(db: Database, run: Run, key: str, at: datetime, *, changed: bool) -> None:
    """Sets when an address is due again, after it answered. Call inside a transaction."""
    row = db.execute(
        "SELECT changed_at FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key]
    ).fetchone()
    if row is None:
        return
    # a clock that was ahead may have written a time that is still to come
    changed_at = at if changed or row[0] is None else min(clock.parse(row[0]), at)
    db.execute(
        "UPDATE frontier SET changed_at = ?, due_at = ? WHERE outlet_id = ? AND url_key = ?",
        [clock.stamp(changed_at), clock.stamp(at + min((at - changed_at) / _SHARE, _LONGEST)), run.outlet_id, key],
    )


def bring_back(db: Database, outlet_id: int, at: datetime) -> None:
    """Pages and pictures that are due later than any pause of ours were put off by a clock that was ahead: they are due
    now. Call inside a transaction."""
    now, latest = clock.stamp(at), clock.stamp(at + _LONGEST)
    db.execute("UPDATE frontier SET due_at = ? WHERE outlet_id = ? AND due_at > ?", [now, outlet_id, latest])
    db.execute("UPDATE images SET due_at = ? WHERE due_at > ?", [now, latest])


def enliven(db: Database, run: Run, key: str, at: datetime) -> None:
    """The page has brought something new, and is young again. Call inside a transaction."""
    db.execute(
        "UPDATE frontier SET changed_at = max(coalesce(changed_at, ''), ?) WHERE outlet_id = ? AND url_key = ?",
        [clock.stamp(at), run.outlet_id, key],
    )


def postpone(db: Database, run: Run, key: str, at: datetime) -> None:
    """An error: the address is left alone for a while. Call inside a transaction."""
    db.execute(
        "UPDATE frontier SET due_at = ? WHERE outlet_id = ? AND url_key = ?",
        [clock.stamp(at + _AFTER_ERROR), run.outlet_id, key],
    )


def _note(db: Database, run: Run, key: str, url: str, at: datetime) -> int:
    moment = clock.stamp(at)
    return db.execute(
        "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [run.outlet_id, key, url, moment, moment],
    ).rowcount


def _take(db: Database, run: Run, key: str, at: datetime) -> bool:
    cursor = db.execute(
        "UPDATE frontier SET run_id = ? WHERE outlet_id = ? AND url_key = ? AND due_at <= ? AND run_id IS NOT ?",
        [run.id, run.outlet_id, key, clock.stamp(at), run.id],
    )
    return cursor.rowcount == 1


def enter(db: Database, run: Run, urls: Iterable[str], at: datetime) -> None:
    """Takes addresses for this run whether due or not: seeds, and targets of redirects."""
    with transaction(db):
        for url in urls:
            key = url_key(url)
            _note(db, run, key, url, at)
            db.execute(
                "UPDATE frontier SET run_id = ? WHERE outlet_id = ? AND url_key = ?", [run.id, run.outlet_id, key]
            )


def give_up(db: Database, run: Run, url: str, at: datetime) -> None:
    """No answer came: the address is left alone for a while."""
    with transaction(db):
        postpone(db, run, url_key(url), at)


def leave(db: Database, run: Run, url: str, until: datetime) -> None:
    """The host is left alone: the address is due when that ends."""
    with transaction(db):
        db.execute(
            "UPDATE frontier SET due_at = ? WHERE outlet_id = ? AND url_key = ?",
            [clock.stamp(until), run.outlet_id, url_key(url)],
        )


def forbid(db: Database, run: Run, url: str, at: datetime) -> None:
    """robots.txt forbids the address: it is not asked for again for a month, in case the paper changes its mind."""
    with transaction(db):
        db.execute(
            "UPDATE frontier SET due_at = ? WHERE outlet_id = ? AND url_key = ?",
            [clock.stamp(at + _FORBIDDEN), run.outlet_id, url_key(url)],
        )


def captured_in_run(db: Database, run: Run, url: str) -> bool:
    """Whether the address has already answered in this run."""
    row = db.execute(
        "SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? AND run_id = ?",
        [run.outlet_id, url_key(url), run.id],
    ).fetchone()
    return row is not None


def taken_in_run(db: Database, run: Run, url: str) -> bool:
    """Whether this run has taken the address to ask for it."""
    row = db.execute(
        "SELECT 1 FROM frontier WHERE outlet_id = ? AND url_key = ? AND run_id = ?",
        [run.outlet_id, url_key(url), run.id],
    ).fetchone()
    return row is not None


def readdress(db: Database, run: Run, key: str, url: str) -> None:
    """The address answers under another spelling of itself (https, a slash): that is asked for from now on. Call inside
    a transaction."""
    db.execute("UPDATE frontier SET url = ? WHERE outlet_id = ? AND url_key = ?", [url, run.outlet_id, key])
