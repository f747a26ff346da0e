"""Writes captures: commits each HTTP exchange, body and metadata, before any extractor reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.frontier import url_queue
from archive.history import facts
from archive.history.facts import answer_of
from archive.model import clock
from archive.model.errors import ArchiveDamaged
from archive.model.records import Capture, CaptureOutcome, Kept, Outlet, Run
from archive.model.urls import url_key
from archive.model.validation import line, or_none
from archive.storage.clock_corrections import CORRECTED_TIME
from archive.storage.connection import transaction
from archive.storage.stored_bodies import LARGEST, get_body, put_body
from archive.storage.withdrawals import is_withdrawn

_END_OF_TIME = "~"  # later than any time
_PAGE_OUTCOMES = "'fresh', 'revisit', 'not-modified'"


@dataclass(frozen=True, slots=True)
class _Predecessor:
    """The latest capture of a URL that brought or confirmed a page; `root`: the capture that brought its bytes."""

    root: int
    body_id: int


def keep(db: Database, run: Run, capture: Capture, *, late: bool = False) -> Kept:
    """Stores the exchange in one transaction: the body once under its digest, the capture appended. Filing derives the
    article from it (archive/pipeline/filing.py). late: something of its article is newer; compares the body with what
    its URL had brought until then, and leaves the frontier unchanged."""
    key = url_key(capture.requested_url)
    with transaction(db):
        if is_withdrawn(db, run.outlet_id, key):
            return _store_without_body(db, run, key, replace(capture, body=None))
        predecessor = _find_predecessor(db, run, key, clock.stamp(capture.captured_at) if late else _END_OF_TIME)
        body_id = _store_body(db, run, capture, predecessor) if capture.body else None
        return _store(db, run, key, capture, body_id, predecessor, late=late)


def _store(
    db: Database, run: Run, key: str, capture: Capture, body_id: int | None, predecessor: _Predecessor | None, *, late:
    bool,
) -> Kept:  # fmt: skip
    outcome = judge(capture, run.outlet, seen_before=predecessor is not None and body_id == predecessor.body_id)
    revisit = predecessor if outcome in ("revisit", "not-modified") else None
    capture_id = _insert(db, run, key, capture, outcome, revisit, body_id)
    if not late:
        _update_frontier(db, run, key, capture, outcome)
    return Kept(capture_id, key, outcome, revisit.body_id if revisit else body_id)


def _store_without_body(db: Database, run: Run, key: str, capture: Capture) -> Kept:
    """Stores a capture without its body, for a URL whose article was withdrawn."""
    outcome = judge(capture, run.outlet, seen_before=False)
    return Kept(_insert(db, run, key, capture, outcome, None, None), key, outcome)


def _store_body(db: Database, run: Run, capture: Capture, earlier: _Predecessor | None) -> int:
    predecessor = earlier.body_id if earlier else None
    return put_body(db, capture.body or b"", run.outlet_id, predecessor, capture.captured_at)


def judge(capture: Capture, outlet: Outlet, *, seen_before: bool) -> CaptureOutcome:
    """The outcome of an exchange, by its status, its redirect target and whether its URL had these bytes before."""
    has_page = bool(capture.body) and not capture.is_partial
    answer = answer_of(capture.status, capture.requested_url, capture.final_url, outlet, has_page=has_page)
    if answer == "page":
        return "revisit" if seen_before else "fresh"
    return "not-modified" if answer == "confirmed" else answer


def _find_predecessor(db: Database, run: Run, key: str, until: str = _END_OF_TIME) -> _Predecessor | None:
    row = db.execute(
        f"SELECT coalesce(revisit_of, captures.id), body_id, {CORRECTED_TIME} AS at FROM captures"
        " JOIN runs ON runs.id = run_id WHERE captures.outlet_id = ? AND url_key = ?"
        f" AND at <= ? AND captures.outcome IN ({_PAGE_OUTCOMES}) AND body_id IS NOT NULL"
        " ORDER BY at DESC, captures.id DESC LIMIT 1",
        [run.outlet_id, key, until],
    ).fetchone()
    return _Predecessor(*row[:2]) if row else None


def _insert(
    db: Database, run: Run, key: str, capture: Capture, outcome: str, revisit: _Predecessor | None, body_id: int | None
) -> int:
    cursor = db.execute(
        "INSERT INTO captures (run_id, outlet_id, url_key, requested_url, final_url, captured_at, status, outcome,"
        " encoding, etag, last_modified, body_id, revisit_of, via, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            run.id, run.outlet_id, key, capture.requested_url, capture.final_url, clock.stamp(capture.captured_at),
            capture.status, outcome, capture.encoding, or_none(line, capture.header("ETag")),
            or_none(line, capture.header("Last-Modified")),
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


def _update_frontier(db: Database, run: Run, key: str, capture: Capture, outcome: CaptureOutcome) -> None:
    """Updates the frontier: postpones a URL after an error, updates it after a redirect to the same key."""
    if outcome == "error":
        url_queue.postpone(db, run, key, capture.captured_at)
    if outcome == "redirect" and url_key(capture.final_url) == key:
        url_queue.readdress(db, run, key, capture.final_url)


def leads_away(capture: Capture, outlet: Outlet) -> bool:
    """Whether a redirect means that the page is gone: its target is the home page, another site, or not on the web."""
    return facts.redirect_means_gone(capture.requested_url, capture.final_url, outlet)


def kept_body(db: Database, capture_id: int, largest: int = LARGEST) -> bytes | None:
    """The payload a capture brought or confirmed; None when there is none. largest: see `get_body`."""
    (body_id,) = db.execute("SELECT body_id FROM captures WHERE id = ?", [capture_id]).fetchone()
    return None if body_id is None else get_body(db, body_id, largest)


def last_body(db: Database, run: Run, url: str) -> bytes | None:
    """The payload of a URL's latest capture that brought or confirmed a page, which a 304 confirms. None where there is
    none, or it is damaged."""
    predecessor = _find_predecessor(db, run, url_key(url))
    try:
        return get_body(db, predecessor.body_id) if predecessor else None
    except ArchiveDamaged:
        return None
