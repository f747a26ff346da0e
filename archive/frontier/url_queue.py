"""The frontier: addresses known and waiting, and when each is due again.

A run takes addresses a few at a time: seeds first; then what was never read, the likeliest article first; then lists
that are due (archive.frontier.dequeue); then known articles and the rest, the most worthwhile first, as many as the run
has a budget for (archive.frontier.change_rate_store). What a killed run took and did not finish is due in the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from archive.frontier.capacity import within_depth, within_room
from archive.frontier.change_rate_store import learn_check, learn_sign
from archive.frontier.change_signals import note_listed, note_told
from archive.frontier.deferred import left_aside, said, take_up, walk_again
from archive.frontier.pattern_store import article_probability_of, note_kind
from archive.frontier.priority import ASIDE, KNOWN, LIST, NEW, SEED
from archive.frontier.schedule import LONGEST, Due, State, after_error, next_due, promised
from archive.model import clock
from archive.model.link_validation import gated_links
from archive.model.records import Link, PageKind, Run
from archive.model.urls import url_key
from archive.storage.connection import transaction

_FORBIDDEN = timedelta(days=30)
_DEEPEST = 20  # links from a seed, the pages of a list not counted


def seed(db: Database, run: Run, seeds: Iterable[str], at: datetime) -> None:
    """Makes the seeds due now and first. What was a seed once and is none now is an address like others."""
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
                [run.outlet_id, url_key(url), url, clock.stamp(at), clock.stamp(at), SEED],
            )


def recheck_all(db: Database, run: Run, at: datetime) -> None:
    """Makes all that is known due now, but what was withdrawn, or is left alone after an error."""
    with transaction(db):
        db.execute(
            "UPDATE frontier SET due_at = ? WHERE outlet_id = ? AND rank >= ? AND failures = 0 AND due_at > ?",
            [clock.stamp(at), run.outlet_id, LIST, clock.stamp(at)],
        )


def relist(db: Database, run: Run, at: datetime) -> None:
    """Makes every list, page of a list and sitemap due now, and brings back what was left aside."""
    with transaction(db):
        take_up(db, run)
        walk_again(db, run, at)


def set_since(db: Database, run: Run, since: datetime) -> Run:
    """The run, asking for nothing older than a moment; what was left aside and is not older comes back."""
    run = replace(run, since=since)
    with transaction(db):
        take_up(db, run)
    return run


@dataclass(frozen=True, slots=True)
class Noted:
    """The links of a page that were never seen before, and what they hold out, by their addresses."""

    fresh: Sequence[Link]
    promise: Mapping[str, float]


def note_links(db: Database, run: Run, page_url: str, links: Sequence[Link], at: datetime) -> Noted:
    """Notes the links of a page, as far as there is room (archive.frontier.capacity). What is said to have changed
    since it was last read is due now. Call inside a transaction."""
    keyed = {url_key(link.url): link for link in gated_links(reversed(links))}
    known = _known(db, run, list(keyed))
    _hurry(db, run, {key: keyed[key] for key in known}, known, at)
    page_key = url_key(page_url)
    depth = _depth(db, run, page_key)
    fresh = {
        key: link
        for key, link in reversed(keyed.items())
        if key not in known and depth + (link.found_in != "pagination") <= _DEEPEST
    }
    fresh = within_depth(db, run, page_key, fresh)
    promise = article_probability_of(db, run, [link.url for link in fresh.values()])
    fresh = within_room(db, run, fresh, promise)
    aside = left_aside(db, run, page_key, keyed, fresh)
    moment = clock.stamp(at)
    db.conn.executemany(
        "INSERT INTO frontier"
        " (outlet_id, url_key, url, found_at, due_at, found_in, found_on, depth, lastmod, promise, rank)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [run.outlet_id, key, link.url, moment, moment, link.found_in, page_key,
             depth + (link.found_in != "pagination"), _stamped(said(link) if key in aside else link.lastmod),
             promise[link.url], ASIDE if key in aside else NEW]
            for key, link in fresh.items()
        ],
    )  # fmt: skip
    _heed(db, run, page_key, keyed, at)
    return Noted([*fresh.values()], promise)


def _heed(db: Database, run: Run, page_key: str, keyed: dict[str, Link], at: datetime) -> None:
    """What a list shows besides new addresses (archive.frontier.change_signals)."""
    note_told(db, run, keyed, at)
    named = [key for key, link in reversed(keyed.items()) if link.found_in in ("feed", "sitemap")]
    note_listed(db, run, page_key, named, at)


def _stamped(moment: datetime | None) -> str | None:
    return clock.stamp(moment) if moment else None


def _known(db: Database, run: Run, keys: list[str]) -> dict[str, str | None]:
    """Of those keys that the frontier has, when they were last said to have changed, or last answered."""
    rows = db.execute(
        "SELECT url_key, max(coalesce(lastmod, ''), coalesce(checked_at, '')) FROM frontier"
        " WHERE outlet_id = ? AND url_key IN (SELECT value FROM json_each(?))",
        [run.outlet_id, json.dumps(keys)],
    )
    return dict(rows.fetchall())


def _hurry(db: Database, run: Run, links: dict[str, Link], known: dict[str, str | None], at: datetime) -> None:
    """What is said to have changed since it last answered is due now, if what is said has proved true often enough."""
    for key, link in links.items():
        if link.lastmod is None or clock.stamp(link.lastmod) <= (known[key] or ""):
            continue
        state, due = _state(db, run, key)
        if state is None or due is None:
            continue
        sooner = promised(run.habits, replace(state, lastmod=link.lastmod), due, at)
        older = run.since is not None and link.lastmod < run.since
        db.execute(
            "UPDATE frontier SET lastmod = ?, due_at = ?, worth = ?, rank = CASE WHEN rank = ? AND NOT ? THEN ?"
            " ELSE rank END WHERE outlet_id = ? AND url_key = ?",
            [
                clock.stamp(link.lastmod), clock.stamp(sooner.at), sooner.worth, ASIDE, older, NEW, run.outlet_id, key
            ],
        )  # fmt: skip


def _state(db: Database, run: Run, key: str) -> tuple[State | None, Due | None]:
    """What is known of an address, and when it is due; None where it is not in the frontier, or not to be asked for."""
    row = db.execute(
        "SELECT coalesce(kind, 'other'), found_at, published_at, checked_at, frontier.changed_at, checks, changes,"
        " failures, lastmod, gone_since, due_at, worth FROM frontier LEFT JOIN articles USING (outlet_id, url_key)"
        " WHERE outlet_id = ? AND url_key = ?",
        [run.outlet_id, key],
    ).fetchone()
    if row is None:
        return None, None
    kind, found, published, checked, changed, checks, changes, failures, lastmod, gone, due, worth = row
    published, checked, changed, lastmod, gone, at = map(clock.read, (published, checked, changed, lastmod, gone, due))
    found = clock.read(found) or checked or clock.now()  # a time that cannot be read is one that is not known
    state = State(kind, found, published, checked, changed, checks, changes, failures, lastmod, gone)
    return state, Due(at, worth) if at else None


def _depth(db: Database, run: Run, key: str) -> int:
    row = db.execute("SELECT depth FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key]).fetchone()
    return int(row[0]) if row else 0


def settle(
    db: Database,
    run: Run,
    key: str,
    at: datetime,
    *,
    news: bool = False,
    fresh: int = 0,
    kind: PageKind | None = None,
    links_of: int | None = None,
) -> None:
    """Sets when an address is due again, after it answered. news: whether its article is new, edited or gone; fresh:
    how many links it had that were never seen before, which are news from all but an article; kind: what it turned out
    to be, None where the answer does not tell; links_of: the body whose links have been noted. Call inside a
    transaction."""
    state, _ = _state(db, run, key)
    if state is None:
        return
    state = _in_time(replace(state, kind=kind or state.kind), at)
    changed = state.checks > 0 and news if state.kind == "article" else fresh > 0
    learn_check(db, run, run.habits, state, changed, at)
    _learn_sign(db, run, key, changed)
    if not state.checks:
        _learn_shape(db, run, key, state.kind, new=news)
    due = next_due(run.habits, state, changed, at)
    db.execute(
        "UPDATE frontier SET changed_at = CASE WHEN ? THEN ? ELSE changed_at END, due_at = ?, worth = ?,"
        " checked_at = ?, checks = checks + 1, changes = changes + ?, failures = 0, kind = ?, rank = ?,"
        " links_of = coalesce(?, links_of), not_before = ?, sign = NULL WHERE outlet_id = ? AND url_key = ?",
        [
            changed, clock.stamp(at), clock.stamp(due.at), due.worth, clock.stamp(at), changed, state.kind,
            LIST if state.kind == "list" else KNOWN, links_of, clock.stamp(due.at) if state.gone_since else None,
            run.outlet_id, key,
        ],
    )  # fmt: skip


def _learn_sign(db: Database, run: Run, key: str, changed: bool) -> None:
    row = db.execute("SELECT sign FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key]).fetchone()
    if row and row[0]:
        learn_sign(db, run, row[0], changed)


def _learn_shape(db: Database, run: Run, key: str, kind: PageKind, *, new: bool) -> None:
    url, found_on = db.execute(
        "SELECT url, found_on FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key]
    ).fetchone()
    note_kind(db, run, url, kind, new=new, found_on=found_on)


def _in_time(state: State, at: datetime) -> State:
    """A clock that was ahead may have written times that are still to come."""
    return replace(
        state,
        found_at=min(state.found_at, at),
        checked_at=state.checked_at and min(state.checked_at, at),
        changed_at=state.changed_at and min(state.changed_at, at),
        gone_since=state.gone_since and min(state.gone_since, at),
    )


def links_are_noted(db: Database, run: Run, arrival_key: str, body_id: int | None) -> bool:
    """Whether the links of that body have been noted: a run that was killed may have kept a page and not come to it."""
    row = db.execute(
        "SELECT 1 FROM frontier WHERE outlet_id = ? AND url_key = ? AND links_of = ?",
        [run.outlet_id, arrival_key, body_id],
    ).fetchone()
    return row is not None


def is_new(db: Database, run: Run, key: str) -> bool:
    """Whether the address has never answered."""
    row = db.execute("SELECT checks FROM frontier WHERE outlet_id = ? AND url_key = ?", [run.outlet_id, key]).fetchone()
    return row is not None and row[0] == 0


def bring_back(db: Database, outlet_id: int, at: datetime) -> None:
    """Pages and pictures that are due later than any pause of ours were put off by a clock that was ahead: they are due
    now. Call inside a transaction."""
    now, latest = clock.stamp(at), clock.stamp(at + LONGEST)
    db.execute(
        "UPDATE frontier SET due_at = ?1, not_before = NULL WHERE outlet_id = ?2 AND (due_at > ?3 OR not_before > ?3)",
        [now, outlet_id, latest],
    )
    db.execute("UPDATE images SET due_at = ? WHERE due_at > ?", [now, latest])


def enliven(db: Database, run: Run, key: str, at: datetime) -> None:
    """The page has turned out to be edited otherwise than by a look at it: by another picture under an old address.
    Call inside a transaction."""
    db.execute(
        "UPDATE frontier SET changed_at = max(coalesce(changed_at, ''), ?), changes = changes + 1"
        " WHERE outlet_id = ? AND url_key = ?",
        [clock.stamp(at), run.outlet_id, key],
    )


def postpone(db: Database, run: Run, key: str, at: datetime) -> None:
    """An error: the address is left alone for a while, twice as long each time. Call inside a transaction."""
    state, _ = _state(db, run, key)
    if state is not None:
        db.execute(
            "UPDATE frontier SET due_at = ?1, not_before = ?1, failures = failures + 1"
            " WHERE outlet_id = ?2 AND url_key = ?3",
            [clock.stamp(after_error(state, at)), run.outlet_id, key],
        )


def enqueue(db: Database, run: Run, url: str, at: datetime) -> None:
    """Takes the end of a redirect for this run, whether it is due or not."""
    with transaction(db):
        db.execute(
            "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at, found_in, run_id)"
            " VALUES (?, ?, ?, ?, ?, 'redirect', ?) ON CONFLICT DO UPDATE SET run_id = excluded.run_id",
            [run.outlet_id, url_key(url), url, clock.stamp(at), clock.stamp(at), run.id],
        )


def give_up(db: Database, run: Run, url: str, at: datetime) -> None:
    """No answer came: the address is left alone for a while."""
    with transaction(db):
        postpone(db, run, url_key(url), at)


def drop(db: Database, run: Run, url: str, until: datetime) -> None:
    """The host is left alone: the address is due when that ends."""
    with transaction(db):
        db.execute(
            "UPDATE frontier SET due_at = ?1, not_before = ?1 WHERE outlet_id = ?2 AND url_key = ?3",
            [clock.stamp(until), run.outlet_id, url_key(url)],
        )


def forbid(db: Database, run: Run, url: str, at: datetime) -> None:
    """robots.txt forbids the address: it is not asked for again for a month, in case the paper changes its mind."""
    with transaction(db):
        db.execute(
            "UPDATE frontier SET due_at = ?1, not_before = ?1 WHERE outlet_id = ?2 AND url_key = ?3",
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
