"""Keeping: a capture is committed, bytes and facts, before anything reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from archive import clock
from archive.errors import ArchiveDamaged
from archive.model.captures import line_or_nothing
from archive.records import Capture, CaptureOutcome, Kept, Outlet, Run
from archive.store import frontier
from archive.store.bodies import get_body, put_body
from archive.store.connection import transaction
from archive.store.withdrawn import is_withdrawn
from archive.urls import same_site, url_key

GONE = frozenset({404, 410, 451})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ALWAYS = "~"  # later than any time
_HOME_PATHS = frozenset({"", "/index.html", "/index.htm", "/default.aspx", "/home", "/home.html", "/trang-chu"})


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The latest capture of an address that carried, or confirmed, a page; `root` is the one that brought its bytes."""

    root: int
    body_id: int


def keep(db: Database, run: Run, capture: Capture, *, late: bool = False) -> Kept:
    """Stores the exchange in one transaction: the body once under its digest, the capture appended, and, when nothing
    is left to read, the article's bookkeeping. late: something of its article is newer, so that the bookkeeping is left
    to rebuilding, and what it brought is judged by what its address had brought until then."""
    key = url_key(capture.requested_url)
    with transaction(db):
        if is_withdrawn(db, run.outlet_id, key):
            return _keep_facts(db, run, key, replace(capture, body=None))
        earlier = _earlier(db, run, key, clock.stamp(capture.captured_at) if late else _ALWAYS)
        body_id = _put(db, run, capture, earlier) if capture.body else None
        return _enter(db, run, key, capture, body_id, earlier, late=late)


def keep_again(db: Database, run: Run, capture: Capture, body_id: int | None) -> Kept:
    """As `keep`, for a capture that an archive holds already, with its body, and that is told anew in another one."""
    key = url_key(capture.requested_url)
    with transaction(db):
        return _enter(db, run, key, capture, body_id, _earlier(db, run, key), late=False)


def _enter(
    db: Database, run: Run, key: str, capture: Capture, body_id: int | None, earlier: _Earlier | None, *, late: bool
) -> Kept:
    outcome = judge(capture, run.outlet, seen_before=earlier is not None and body_id == earlier.body_id)
    revisit = earlier if outcome in ("revisit", "not-modified") else None
    capture_id = _append(db, run, key, capture, outcome, revisit, body_id)
    buried = not late and _book(db, run, key, capture, outcome, revisit)
    return Kept(capture_id, key, outcome, buried, revisit.body_id if revisit else body_id)


def _keep_facts(db: Database, run: Run, key: str, capture: Capture) -> Kept:
    """Of an address whose article was withdrawn, that it answered and how is all that is kept."""
    outcome = judge(capture, run.outlet, seen_before=False)
    return Kept(_append(db, run, key, capture, outcome, None, None), key, outcome)


def _put(db: Database, run: Run, capture: Capture, earlier: _Earlier | None) -> int:
    predecessor = earlier.body_id if earlier else None
    return put_body(db, capture.body or b"", run.outlet_id, predecessor, capture.captured_at)


def judge(capture: Capture, outlet: Outlet, *, seen_before: bool) -> CaptureOutcome:
    """What an exchange brought, by its status, its redirect target and whether these bytes were seen here before."""
    if capture.status == 304:
        return "not-modified"
    if capture.status in GONE:
        return "gone"
    if capture.status in REDIRECTS and capture.final_url != capture.requested_url:
        return "gone" if leads_away(capture, outlet) else "redirect"
    if 200 <= capture.status < 300 and capture.body and not capture.is_partial:
        return "revisit" if seen_before else "fresh"
    return "error"


def leads_away(capture: Capture, outlet: Outlet) -> bool:
    """Whether a redirect means that the page is gone: it leads to the home page, to another site, or off the web."""
    if not capture.final_url.startswith(("http://", "https://")) or not same_site(capture.final_url, outlet.hosts):
        return True
    return is_home(capture.final_url, outlet) and not is_home(capture.requested_url, outlet)


def is_home(url: str, outlet: Outlet) -> bool:
    """Whether the address is the outlet's home page under one of its usual names."""
    host, slash, path = url_key(url).partition("/")
    return url_key(url) == url_key(outlet.home_url) or (
        host == url_key(outlet.home_url).partition("/")[0] and (slash + path).lower() in _HOME_PATHS
    )


def _earlier(db: Database, run: Run, key: str, until: str = _ALWAYS) -> _Earlier | None:
    row = db.execute(
        "SELECT coalesce(revisit_of, id), body_id FROM captures WHERE outlet_id = ? AND url_key = ?"
        " AND captured_at <= ? AND outcome IN ('fresh', 'revisit', 'not-modified') AND body_id IS NOT NULL"
        " ORDER BY captured_at DESC, id DESC LIMIT 1",
        [run.outlet_id, key, until],
    ).fetchone()
    return _Earlier(*row) if row else None


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


def _book(
    db: Database, run: Run, key: str, capture: Capture, outcome: CaptureOutcome, revisit: _Earlier | None
) -> bool:
    """The bookkeeping that needs no reading. Returns whether an article turned out to have disappeared."""
    at = capture.captured_at
    if outcome == "error":
        frontier.postpone(db, run, key, at)
        return False
    if revisit and _shows_an_article(db, revisit.root):
        mark_seen(db, run.outlet_id, key, at)
    if outcome == "redirect" and url_key(capture.final_url) == key:
        frontier.readdress(db, run, key, capture.final_url)
    keys = (key, *map(url_key, capture.via)) if outcome == "gone" else ()
    buried = [bury(db, run.outlet_id, one, at, gone_reason(capture.status, capture.final_url)) for one in keys]
    if outcome in ("redirect", "gone"):  # the others are done when their links are noted: frontier.discover
        frontier.settle(db, run, key, at, news=any(buried))
    return any(buried)


def _shows_an_article(db: Database, capture_id: int) -> bool:
    """Whether a capture was read as a version of an article: an error page confirmed twice is none."""
    found = db.execute(
        "SELECT 1 FROM readings WHERE capture_id = ? AND version_id IS NOT NULL", [capture_id]
    ).fetchone()
    return found is not None


def mark_seen(db: Database, outlet_id: int, key: str, at: datetime) -> None:
    """The article that lives at this address is there; if it was gone, it has returned. Call inside a transaction."""
    db.execute(
        "UPDATE tombstones SET returned_at = ? WHERE returned_at IS NULL AND article_id ="
        " (SELECT id FROM articles WHERE outlet_id = ? AND url_key = ?)",
        [clock.stamp(at), outlet_id, key],
    )
    db.execute(
        "UPDATE articles SET last_seen_at = ?, gone_since = NULL, gone_reason = NULL, moved_to_id = NULL"
        " WHERE outlet_id = ? AND url_key = ?",
        [clock.stamp(at), outlet_id, key],
    )


def bury(db: Database, outlet_id: int, key: str, at: datetime, reason: str) -> bool:
    """Records that the article at this address has disappeared; False when there was none, or it was gone already.
    An article that lives on under another address is not gone when an old address of it dies. Call inside a
    transaction."""
    row = db.execute(
        "UPDATE articles SET gone_since = ?, gone_reason = ?"
        " WHERE outlet_id = ? AND url_key = ? AND gone_since IS NULL RETURNING id",
        [clock.stamp(at), reason, outlet_id, key],
    ).fetchone()
    if row is None:
        return False
    raise_tombstone(db, row[0], at, reason)
    return True


def raise_tombstone(db: Database, article_id: int, at: datetime, reason: str) -> None:
    """Writes down that an article disappeared. Call inside a transaction."""
    db.execute(
        "INSERT INTO tombstones (article_id, gone_at, reason) VALUES (?, ?, ?)", [article_id, clock.stamp(at), reason]
    )


def gone_reason(status: int, final_url: str) -> str:
    """How an answer that buries an article is told."""
    return f"status {status}" if status in GONE else f"status {status}, redirected to {final_url}"


def validators(db: Database, run: Run, url: str) -> tuple[str | None, str | None]:
    """ETag and Last-Modified to send for an address: those of its latest capture that carried or confirmed a page."""
    row = db.execute(
        "SELECT etag, last_modified FROM captures WHERE outlet_id = ? AND url_key = ? AND requested_url = ?"
        " AND outcome IN ('fresh', 'revisit', 'not-modified') AND body_id IS NOT NULL"
        " ORDER BY captured_at DESC, id DESC LIMIT 1",
        [run.outlet_id, url_key(url), url],
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


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
