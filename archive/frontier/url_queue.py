"""The URL queue (frontier): known URLs, and when each is due.

A run takes URLs by priority, a few at a time: seeds first; then never-read URLs, the likeliest article first; then
lists that are due (archive.frontier.dequeue); then known articles and the rest, the most worthwhile first, as far as
the run's budget goes (archive.frontier.change_rate_store). What a killed run took and did not finish is due in the
next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from archive.frontier.article_probability import LIKELY, article_probability_of, likely_articles, note_kind
from archive.frontier.capacity import within_depth, within_room
from archive.frontier.change_rate_store import learn_check, learn_sign
from archive.frontier.change_signals import Listed, note_headlines, note_listed
from archive.frontier.dequeue import claimed_time, deferred_links
from archive.frontier.schedule import (
    DEFERRED,
    KNOWN,
    LIST,
    MAX_INTERVAL,
    NEW,
    SEED,
    Due,
    State,
    after_error,
    due_by_lastmod,
    next_due,
)
from archive.model import clock
from archive.model.capture_validation import valid_links
from archive.model.packing import batches
from archive.model.records import Link, PageKind, Run
from archive.model.urls import url_key
from archive.storage.connection import transaction

_FORBIDDEN_WAIT = timedelta(days=30)
_MAX_DEPTH = 20  # links from a seed, pager links not counted


def seed(db: Database, run: Run, seeds: Iterable[str], moment: datetime) -> None:
    """Makes the seeds due now and first. A former seed becomes an ordinary URL."""
    with transaction(db):
        db.execute(
            "UPDATE frontier SET rank = ?, found_in = 'page' WHERE outlet_id = ? AND found_in = 'seed'",
            [LIST, run.outlet_id],
        )
        for url in seeds:
            db.execute(
                "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at, rank, found_in)"
                " VALUES (?, ?, ?, ?, ?, ?, 'seed') ON CONFLICT DO UPDATE SET"
                " url = excluded.url, due_at = excluded.due_at, rank = excluded.rank, found_in = 'seed', depth = 0",
                [run.outlet_id, url_key(url), url, clock.stamp(moment), clock.stamp(moment), SEED],
            )


def recheck_all(db: Database, run: Run, moment: datetime) -> None:
    """Makes all known URLs due now, except withdrawn ones and those that failed last."""
    with transaction(db):
        db.execute(
            "UPDATE frontier SET due_at = ? WHERE outlet_id = ? AND rank >= ? AND failures = 0 AND due_at > ?",
            [clock.stamp(moment), run.outlet_id, LIST, clock.stamp(moment)],
        )


@dataclass(frozen=True, slots=True)
class Noted:
    """How many links of a page were never seen before, and how many of these are likely articles. articles: its links
    to likely articles, known ones too; empty where that was not asked for and no link was new."""

    fresh: int = 0
    likely: int = 0
    articles: tuple[str, ...] = ()


def note_links(
    db: Database, run: Run, page_url: str, links: Iterable[Link], moment: datetime, *, first: bool = False
) -> Noted:
    """Queues the links of a page, as far as there is room (archive.frontier.capacity). Known URLs are due now if the
    page names a time of change later than their last answer. first: the page is read for the first time. Call inside a
    transaction."""
    page_key, noted, listed, articles = url_key(page_url), Noted(), Listed(), list[str]()
    for batch in batches(links):
        keyed = {url_key(link.url): link for link in valid_links(reversed(batch))}
        worths = _note_keyed(db, run, page_key, keyed, moment)
        noted = Noted(noted.fresh + len(worths), noted.likely + sum(worth > LIKELY for worth in worths))
        if first or worths:  # batch by batch: what a URL's pattern is has been found out a moment ago
            articles += likely_articles(db, run, (link.url for link in keyed.values()))
        note_headlines(db, run, keyed, moment)
        listed.add(key for key, link in reversed(keyed.items()) if link.found_in in ("feed", "sitemap"))
    note_listed(db, run, page_key, listed.packed(), moment)
    return replace(noted, articles=tuple(articles))


def _note_keyed(db: Database, run: Run, page_key: str, keyed: dict[str, Link], moment: datetime) -> list[float]:
    """Returns the expected values of those never seen before. keyed: in the reverse of the page's order."""
    known = _known_keys(db, run, list(keyed))
    _note_lastmods(db, run, {key: keyed[key] for key in known}, known, moment)
    (depth,) = _values(db, run, page_key, "depth") or (0,)
    unseen = ((key, link) for key, link in reversed(keyed.items()) if key not in known)
    shallow = {key: link for key, link in unseen if depth + (link.found_in != "pagination") <= _MAX_DEPTH}
    fresh = within_depth(db, run, page_key, shallow)
    probabilities = article_probability_of(db, run, [link.url for link in fresh.values()])
    fresh = within_room(db, run, fresh, probabilities)
    deferred = deferred_links(db, run, page_key, keyed, fresh)
    rows = []
    for key, link in fresh.items():
        lastmod, rank = (claimed_time(link), DEFERRED) if key in deferred else (link.lastmod, NEW)
        found = link.url, clock.stamp(moment), clock.stamp(moment), link.found_in, page_key
        expected = lastmod and clock.stamp(lastmod), probabilities[link.url], rank
        rows.append([run.outlet_id, key, *found, depth + (link.found_in != "pagination"), *expected])
    db.conn.executemany(
        "INSERT INTO frontier"
        " (outlet_id, url_key, url, found_at, due_at, found_in, found_on, depth, lastmod, promise, rank)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    return [probabilities[link.url] for link in fresh.values()]


def _values(db: Database, run: Run, key: str, columns: str) -> tuple[Any, ...] | None:
    """Columns of a URL; None where it is not in the frontier."""
    row: tuple[Any, ...] | None = db.execute(
        f"SELECT {columns} FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key]
    ).fetchone()
    return row


def _update(db: Database, run: Run, key: str, assignments: str, *values: object) -> None:
    db.execute(f"UPDATE frontier SET {assignments} WHERE outlet_id = ? AND url_key = ?", [*values, run.outlet_id, key])


def _known_keys(db: Database, run: Run, keys: list[str]) -> dict[str, str | None]:
    """Those of the keys that the frontier has, with the time they were last said to have changed, or last answered."""
    rows = db.execute(
        "SELECT url_key, max(coalesce(lastmod, ''), coalesce(checked_at, '')) FROM frontier"
        " WHERE outlet_id = ? AND url_key IN (SELECT value FROM json_each(?))",
        [run.outlet_id, json.dumps(keys)],
    )
    return dict(rows.fetchall())


def _note_lastmods(
    db: Database, run: Run, links: dict[str, Link], known: dict[str, str | None], moment: datetime
) -> None:
    """Makes URLs due now that are said to have changed since they last answered, if such claims have proved true often
    enough."""
    for key, link in links.items():
        if link.lastmod is None or clock.stamp(link.lastmod) <= (known[key] or ""):
            continue
        state, due = _state(db, run, key)
        if state is None or due is None:
            continue
        sooner = due_by_lastmod(run.change_rates, replace(state, lastmod=link.lastmod), due, moment)
        older = run.since is not None and link.lastmod < run.since
        assignments = "lastmod = ?, due_at = ?, worth = ?, rank = CASE WHEN rank = ? AND NOT ? THEN ? ELSE rank END"
        values = clock.stamp(link.lastmod), clock.stamp(sooner.due_at), sooner.worth, DEFERRED, older, NEW
        _update(db, run, key, assignments, *values)


def _state(db: Database, run: Run, key: str) -> tuple[State | None, Due | None]:
    """The state of a URL, and when it is due; None where it is not in the frontier, or never due."""
    row = db.execute(
        "SELECT coalesce(kind, 'other'), found_at, published_at, checked_at, frontier.changed_at, checks, changes,"
        " failures, lastmod, gone_since, due_at, worth FROM frontier LEFT JOIN articles USING (outlet_id, url_key)"
        " WHERE outlet_id = ? AND url_key = ?",
        [run.outlet_id, key],
    ).fetchone()
    if row is None:
        return None, None
    kind, found, published, checked, changed, checks, changes, failures, lastmod, gone, due, worth = row
    published, checked, changed, lastmod, gone, moment = map(
        clock.read, (published, checked, changed, lastmod, gone, due)
    )
    found = clock.read(found) or checked or clock.now()  # an unreadable time counts as unknown
    state = State(kind, found, published, checked, changed, checks, changes, failures, lastmod, gone)
    return state, Due(moment, worth) if moment else None


def reschedule(
    db: Database, run: Run, key: str, moment: datetime, *, news: bool = False, fresh: int = 0,
    kind: PageKind | None = None, links_of: int | None = None,
) -> None:  # fmt: skip
    """Sets when a URL is due again, after it answered. news: whether its article is new, edited or gone; fresh: how
    many links it had that were never seen before, which are news from all but an article; kind: what it turned out to
    be, None where the answer does not tell; links_of: the body whose links have been noted. Call inside a
    transaction."""
    state, _ = _state(db, run, key)
    if state is None:
        return
    state = _without_future_times(replace(state, kind=kind or state.kind), moment)
    changed = state.checks > 0 and news if state.kind == "article" else fresh > 0
    learn_check(db, run, run.change_rates, state, changed, moment)
    url, found_on, sign = _values(db, run, key, "url, found_on, sign") or ("", None, None)
    if sign:
        learn_sign(db, run, sign, changed)
    if not state.checks:
        note_kind(db, run, url, state.kind, new=news, found_on=found_on)
    due = next_due(run.change_rates, state, changed, moment)
    _update(
        db, run, key,
        "changed_at = CASE WHEN ? THEN ? ELSE changed_at END, due_at = ?, worth = ?, checked_at = ?, failures = 0,"
        " checks = checks + 1, changes = changes + ?, kind = ?, rank = ?, links_of = coalesce(?, links_of),"
        " not_before = ?, sign = NULL",
        changed, clock.stamp(moment), clock.stamp(due.due_at), due.worth, clock.stamp(moment), changed, state.kind,
        LIST if state.kind == "list" else KNOWN, links_of, clock.stamp(due.due_at) if state.gone_since else None,
    )  # fmt: skip


def _without_future_times(state: State, moment: datetime) -> State:
    """The state without times later than now, which a clock that was ahead may have written."""
    return replace(
        state,
        found_at=min(state.found_at, moment),
        checked_at=state.checked_at and min(state.checked_at, moment),
        changed_at=state.changed_at and min(state.changed_at, moment),
        gone_since=state.gone_since and min(state.gone_since, moment),
    )


def links_are_noted(db: Database, run: Run, arrival_key: str, body_id: int | None) -> bool:
    """Whether the links of that body have been noted: a run may have been killed after it kept a page and before it
    noted them."""
    return body_id is not None and _values(db, run, arrival_key, "links_of") == (body_id,)


def is_new(db: Database, run: Run, key: str) -> bool:
    return _values(db, run, key, "checks") == (0,)


def bring_back(db: Database, outlet_id: int, moment: datetime) -> None:
    """Makes due now the pages and pictures that a clock that was ahead put off for longer than we ever wait. Call
    inside a transaction."""
    now, latest = clock.stamp(moment), clock.stamp(moment + MAX_INTERVAL)
    db.execute(
        "UPDATE frontier SET due_at = ?1, not_before = NULL WHERE outlet_id = ?2 AND (due_at > ?3 OR not_before > ?3)",
        [now, outlet_id, latest],
    )
    db.execute("UPDATE images SET due_at = ? WHERE due_at > ?", [now, latest])


def count_edit(db: Database, run: Run, key: str, moment: datetime) -> None:
    """Counts an edit that was not found by a recheck of the page: another picture under a known URL. Call inside a
    transaction."""
    stamp = clock.stamp(moment)
    _update(db, run, key, "changed_at = max(coalesce(changed_at, ''), ?), changes = changes + 1", stamp)


def postpone(db: Database, run: Run, key: str, moment: datetime) -> None:
    """After an error: retries the URL later, twice as late each time. Call inside a transaction."""
    state, _ = _state(db, run, key)
    if state is not None:
        due = clock.stamp(after_error(state, moment))
        _update(db, run, key, "due_at = ?, not_before = ?, failures = failures + 1", due, due)


def enqueue(db: Database, run: Run, url: str, moment: datetime) -> None:
    """Takes the target of a redirect for this run, whether it is due or not."""
    with transaction(db):
        db.execute(
            "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at, found_in, run_id)"
            " VALUES (?, ?, ?, ?, ?, 'redirect', ?) ON CONFLICT DO UPDATE SET run_id = excluded.run_id",
            [run.outlet_id, url_key(url), url, clock.stamp(moment), clock.stamp(moment), run.id],
        )


def give_up(db: Database, run: Run, url: str, moment: datetime) -> None:
    """No answer came: retries the URL later."""
    with transaction(db):
        postpone(db, run, url_key(url), moment)


def drop(db: Database, run: Run, url: str, until: datetime) -> None:
    """The host is paused: the URL is due when the pause ends."""
    with transaction(db):
        stamp = clock.stamp(until)
        _update(db, run, url_key(url), "due_at = ?, not_before = ?", stamp, stamp)


def forbid(db: Database, run: Run, url: str, moment: datetime) -> None:
    """robots.txt disallows the URL: it is due again in a month, in case robots.txt changes."""
    drop(db, run, url, moment + _FORBIDDEN_WAIT)


def captured_in_run(db: Database, run: Run, url: str) -> bool:
    """Whether the address has already answered in this run."""
    row = db.execute(
        "SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? AND run_id = ?",
        [run.outlet_id, url_key(url), run.id],
    ).fetchone()
    return row is not None


def taken_in_run(db: Database, run: Run, url: str) -> bool:
    """Whether this run has taken the URL for a request."""
    return _values(db, run, url_key(url), "run_id") == (run.id,)


def readdress(db: Database, run: Run, key: str, url: str) -> None:
    """The URL answers under another spelling of itself (https, a slash): requests that one from now on. Call inside a
    transaction."""
    _update(db, run, key, "url = ?", url)


def wait_for(db: Database, outlet_id: int, urls: Iterable[str], moment: datetime) -> int:
    """Queues addresses for the next run, except those known already. Returns how many it added."""
    stamp, count_before = clock.stamp(moment), db["frontier"].count
    with transaction(db):
        db.conn.executemany(
            "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at, rank, found_in)"
            " VALUES (?, ?, ?, ?, ?, ?, 'redirect') ON CONFLICT DO NOTHING",
            [[outlet_id, url_key(url), url, stamp, stamp, NEW] for url in urls],
        )
    return int(db["frontier"].count - count_before)
