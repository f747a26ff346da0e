"""Keeping: a capture is committed, bytes and facts, before anything reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.frontier import url_queue
from archive.history import responses
from archive.history.responses import answer_of
from archive.model import clock
from archive.model.capture_validation import line_or_nothing
from archive.model.errors import ArchiveDamaged
from archive.model.records import Capture, CaptureOutcome, Kept, Outlet, Run
from archive.model.urls import url_key
from archive.storage.bodies.payloads import get_body, put_body
from archive.storage.clock_corrections import SEEN_AT
from archive.storage.connection import transaction
from archive.storage.withdrawals.withdrawal_lookup import is_withdrawn

_ALWAYS = "~"  # later than any time
_SHOWING = "'fresh', 'revisit', 'not-modified'"


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The latest capture of an address that carried, or confirmed, a page; `root` is the one that brought its bytes."""

    root: int
    body_id: int


def keep(db: Database, run: Run, capture: Capture, *, late: bool = False) -> Kept:
    """Stores the exchange in one transaction: the body once under its digest, the capture appended. What it says is
    believed elsewhere (archive/pipeline/filing.py). late: something of its article is newer, so that what it brought is
    judged by what its address had brought until then, and the frontier learns nothing."""
    key = url_key(capture.requested_url)
    with transaction(db):
        if is_withdrawn(db, run.outlet_id, key):
            return _keep_facts(db, run, key, replace(capture, body=None))
        earlier = _earlier(db, run, key, clock.stamp(capture.captured_at) if late else _ALWAYS)
        body_id = _put(db, run, capture, earlier) if capture.body else None
        return _enter(db, run, key, capture, body_id, earlier, late=late)


def _enter(
    db: Database, run: Run, key: str, capture: Capture, body_id: int | None, earlier: _Earlier | None, *, late: bool
) -> Kept:
    outcome = judge(capture, run.outlet, seen_before=earlier is not None and body_id == earlier.body_id)
    revisit = earlier if outcome in ("revisit", "not-modified") else None
    capture_id = _append(db, run, key, capture, outcome, revisit, body_id)
    if not late:
        _book(db, run, key, capture, outcome)
    return Kept(capture_id, key, outcome, revisit.body_id if revisit else body_id)


def _keep_facts(db: Database, run: Run, key: str, capture: Capture) -> Kept:
    """Of an address whose article was withdrawn, that it answered and how is all that is kept."""
    outcome = judge(capture, run.outlet, seen_before=False)
    return Kept(_append(db, run, key, capture, outcome, None, None), key, outcome)


def _put(db: Database, run: Run, capture: Capture, earlier: _Earlier | None) -> int:
    predecessor = earlier.body_id if earlier else None
    return put_body(db, capture.body or b"", run.outlet_id, predecessor, capture.captured_at)


def judge(capture: Capture, outlet: Outlet, *, seen_before: bool) -> CaptureOutcome:
    """What an exchange brought, by its status, its redirect target and whether these bytes were seen here before."""
    has_page = bool(capture.body) and not capture.is_partial
    answer = answer_of(capture.status, capture.requested_url, capture.final_url, outlet, has_page=has_page)
    if answer == "page":
        return "revisit" if seen_before else "fresh"
    return "not-modified" if answer == "confirmed" else answer


def _earlier(db: Database, run: Run, key: str, until: str = _ALWAYS) -> _Earlier | None:
    row = db.execute(
        f"SELECT coalesce(revisit_of, captures.id), body_id, {SEEN_AT} AS at FROM captures"
        " JOIN runs ON runs.id = run_id WHERE captures.outlet_id = ? AND url_key = ?"
        f" AND at <= ? AND captures.outcome IN ({_SHOWING}) AND body_id IS NOT NULL"
        " ORDER BY at DESC, captures.id DESC LIMIT 1",
        [run.outlet_id, key, until],
    ).fetchone()
    return _Earlier(*row[:2]) if row else None


def _append(
    db: Database, run: Run, key: str, capture: Capture, outcome: str, revisit: _Earlier | None, body_id: int | None
) -> int:
    cursor = db.execute(
        "INSERT INTO captures (run_id, outlet_id, url_key, requested_url, final_url, captured_at, status, outcome,"
        " encoding, etag, last_modified, body_id, revisit_of, via, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run.id, run.outlet_id, key, capture.requested_url, capture.final_url, clock.stamp(capture.captured_at),
            capture.status, outcome, capture.encoding, line_or_nothing(capture.header("ETag")),
            line_or_nothing(capture.header("Last-Modified")),
            revisit.body_id if revisit else body_id, revisit.root if revisit else None,
            json.dumps(capture.via) if capture.via else None, capture.detail,
        ],
    )  # fmt: skip
    capture_id = int(cursor.lastrowid or 0)
    db.execute(
        "INSERT INTO headers (capture_id, request, response) VALUES (?, ?, ?)",
        [capture_id, json.dumps(capture.request_headers), json.dumps(capture.headers)],
    )
    return capture_id


def _book(db: Database, run: Run, key: str, capture: Capture, outcome: CaptureOutcome) -> None:
    """What the frontier learns from an answer by itself."""
    if outcome == "error":
        url_queue.postpone(db, run, key, capture.captured_at)
    if outcome == "redirect" and url_key(capture.final_url) == key:
        url_queue.readdress(db, run, key, capture.final_url)


def leads_away(capture: Capture, outlet: Outlet) -> bool:
    """Whether a redirect means that the page is gone: it leads to the home page, to another site, or off the web."""
    return responses.leads_away(capture.requested_url, capture.final_url, outlet)


def kept_body(db: Database, capture_id: int) -> bytes | None:
    """The payload a capture brought or confirmed; None when there is none."""
    (body_id,) = db.execute("SELECT body_id FROM captures WHERE id = ?", [capture_id]).fetchone()
    return None if body_id is None else get_body(db, body_id)


def last_body(db: Database, run: Run, url: str) -> bytes | None:
    """The payload of an address's latest capture that carried or confirmed a page: what a 304 confirms. None where it
    is not here, or damaged."""
    earlier = _earlier(db, run, url_key(url))
    try:
        return get_body(db, earlier.body_id) if earlier else None
    except ArchiveDamaged:
        return None
