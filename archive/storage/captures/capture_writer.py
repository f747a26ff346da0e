"""Writes captures: commits each HTTP exchange, body and metadata, before any extractor reads it. Finds captures that
came before or do not come in order of time, and records their origins.

A capture is late when something of its article is as new or newer. Then the table `unsettled` holds its URL until its
articles are rebuilt in order of time (archive/pipeline/filing.py).

Chooses the validators (ETag, Last-Modified) of conditional requests. A 304 is checked, not trusted: a request is
unconditional when its URL refused a condition; when the same ETag or Last-Modified came with two versions of its
article; and each time the last responses were 304 often enough in a row.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.frontier import url_queue
from archive.history.facts import REDIRECTS, answer_of, declared_key
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import ArchiveDamaged
from archive.model.records import Capture, CaptureOutcome, KeptCapture, Outlet, Reading, Run
from archive.model.urls import url_key
from archive.model.validation import line, or_none
from archive.storage.captures.kept_captures import Source, article_at
from archive.storage.connection import transaction
from archive.storage.reading_rows import has_captures, same_words
from archive.storage.schema_views import CORRECTED_TIME
from archive.storage.stored_bodies import LARGEST, get_body, put_body
from archive.storage.withdrawals import is_withdrawn

_END_OF_TIME = "~"  # later than any time
_PAGE_OUTCOMES = "'fresh', 'revisit', 'not-modified'"


@dataclass(frozen=True, slots=True)
class _Predecessor:
    """The latest capture of a URL that brought or confirmed a page; `root`: the capture that brought its bytes."""

    root: int
    body_id: int


def keep(db: Database, run: Run, capture: Capture, *, late: bool = False) -> KeptCapture:
    """Stores the exchange in one transaction: the body once under its digest, the capture appended. Filing derives the
    article from it (archive/pipeline/filing.py). late: something of its article is newer; compares the body with what
    its URL had brought until then, and leaves the frontier unchanged."""
    key = url_key(capture.requested_url)
    with transaction(db):
        if is_withdrawn(db, run.outlet_id, key):
            return _store(db, run, key, replace(capture, body=None), None, None, late=True)
        predecessor = _find_predecessor(db, run, key, clock.stamp(capture.captured_at) if late else _END_OF_TIME)
        former, moment = predecessor.body_id if predecessor else None, capture.captured_at
        body_id = put_body(db, capture.body, run.outlet_id, former, moment) if capture.body else None
        return _store(db, run, key, capture, body_id, predecessor, late=late)


def _store(
    db: Database, run: Run, key: str, capture: Capture, body_id: int | None, predecessor: _Predecessor | None, *, late:
    bool,
) -> KeptCapture:  # fmt: skip
    outcome = judge(capture, run.outlet, seen_before=predecessor is not None and body_id == predecessor.body_id)
    revisit = predecessor if outcome in ("revisit", "not-modified") else None
    capture_id = _insert(db, run, key, capture, outcome, revisit, body_id)
    if not late:
        _update_frontier(db, run, key, capture, outcome)
    return KeptCapture(capture_id, key, outcome, revisit.body_id if revisit else body_id)


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


def is_here(db: Database, run: Run, capture: Capture) -> bool:
    """Whether the archive has this very capture: the same URL, time, status and bytes. A 304 has no bytes, and those it
    confirms do not count."""
    rows = db.execute(
        "SELECT digest FROM captures LEFT JOIN bodies ON bodies.id = body_id WHERE outlet_id = ? AND url_key = ?"
        " AND captured_at = ? AND requested_url = ? AND status = ?",
        [
            run.outlet_id, url_key(capture.requested_url), clock.stamp(capture.captured_at), capture.requested_url,
            capture.status,
        ],
    ).fetchall()  # fmt: skip
    if capture.status == 304:
        return bool(rows)
    digest = digest_of(capture.body) if capture.body else None
    return any(row[0] == digest for row in rows)


def note_origin(db: Database, capture_id: int, source: str, record: str | None) -> None:
    """Records the origin of a capture. Call inside a transaction."""
    db.execute("INSERT INTO origins (capture_id, source, record) VALUES (?, ?, ?)", [capture_id, source, record])


def comes_late(db: Database, run: Run, capture: Capture) -> bool:
    """Whether something of a capture's article, as found by its URLs, is as new or newer."""
    key, moment = url_key(capture.requested_url), clock.stamp(capture.captured_at)
    keys = [key, *map(url_key, capture.via)]
    if (
        _has_newer(db, run, key, moment, or_equal=True)
        or _has_tie(db, run, key)
        or any(_has_newer(db, run, alias, moment) for alias in keys[1:])
    ):
        return True
    if _redirect_source_is_newer(db, run, capture.final_url, moment):
        return True
    if capture.status in REDIRECTS and _is_known(db, run, capture.final_url):
        return True
    article_ids = {article_at(db, run.outlet_id, alias) for alias in keys}
    return any(_article_has_newer(db, article_id, moment) for article_id in article_ids if article_id)


def reads_late(db: Database, source: Source, reading: Reading) -> bool:
    """Whether something of the articles that a reading may belong to is as new or newer than the capture."""
    moment, outlet_id = clock.stamp(source.captured_at), source.run.outlet_id
    keys = (source.url_key, *source.via, *declared_key(reading, source.run.outlet), *same_words(db, outlet_id, reading))
    article_ids = {article_at(db, outlet_id, key) for key in keys}
    return any(
        _article_has_newer(db, article_id, moment, source.capture_id) for article_id in article_ids if article_id
    )


def _has_newer(db: Database, run: Run, key: str, moment: str, *, or_equal: bool = False) -> bool:
    operator = ">=" if or_equal else ">"
    query = f"SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? AND captured_at {operator} ? LIMIT 1"
    return db.execute(query, [run.outlet_id, key, moment]).fetchone() is not None


def _has_tie(db: Database, run: Run, key: str) -> bool:
    """Whether the two latest captures of a URL have the same time, so that their order is unknown."""
    rows = db.execute(
        "SELECT captured_at FROM captures WHERE outlet_id = ? AND url_key = ? ORDER BY captured_at DESC LIMIT 2",
        [run.outlet_id, key],
    ).fetchall()
    return len(rows) == 2 and rows[0] == rows[1]


def _redirect_source_is_newer(db: Database, run: Run, url: str, moment: str) -> bool:
    """Whether a URL that ever redirected here has later captures."""
    hops = db.execute(
        "SELECT url_key FROM captures INDEXED BY captures_redirects"
        " WHERE outlet_id = ? AND final_url = ? AND outcome = 'redirect'",
        [run.outlet_id, url],
    )
    return any(_has_newer(db, run, key, moment) or _has_tie(db, run, key) for (key,) in hops.fetchall())


def _is_known(db: Database, run: Run, url: str) -> bool:
    """Whether a URL has captures; one that is none has not."""
    try:
        return has_captures(db, run.outlet_id, url_key(url))
    except ValueError:
        return False


def _article_has_newer(db: Database, article_id: int, moment: str, except_capture: int = 0) -> bool:
    row = db.execute(
        "SELECT 1 FROM aliases JOIN captures USING (outlet_id, url_key)"
        " WHERE article_id = ? AND captured_at >= ? AND captures.id <> ? LIMIT 1",
        [article_id, moment, except_capture],
    ).fetchone()
    return row is not None


def mark_for_rebuild(db: Database, outlet_id: int, key: str) -> None:
    """Marks the articles of a URL for rebuilding. Call inside a transaction."""
    db.execute("INSERT INTO unsettled (outlet_id, url_key) VALUES (?, ?) ON CONFLICT DO NOTHING", [outlet_id, key])


def clear_rebuild_marks(db: Database, outlet_id: int, keys: set[str]) -> None:
    """Removes the marks of rebuilt articles. Call inside a transaction."""
    for key in keys:
        db.execute("DELETE FROM unsettled WHERE outlet_id = ? AND url_key = ?", [outlet_id, key])


def pending_urls(db: Database, outlet_id: int, limit: int) -> list[str]:
    """URL keys whose articles are marked for rebuilding."""
    rows = db.execute("SELECT url_key FROM unsettled WHERE outlet_id = ? LIMIT ?", [outlet_id, limit])
    return [row[0] for row in rows.fetchall()]


REFUSED = "asked again without a condition, which was answered with status"
"""Prefix of captures.detail where the URL refused a conditional request."""

_MAX_304_IN_A_ROW = 10  # 304 responses in a row; the next request fetches the page

_LATEST_PAGES = (
    "SELECT captures.outcome, etag, last_modified FROM captures JOIN runs ON runs.id = run_id"
    " WHERE captures.outlet_id = ? AND url_key = ? AND requested_url = ? AND body_id IS NOT NULL"
    " AND captures.outcome IN ('fresh', 'revisit', 'not-modified')"
    f" ORDER BY {CORRECTED_TIME} DESC, captures.id DESC LIMIT {_MAX_304_IN_A_ROW}"
)


def http_validators(db: Database, run: Run, url: str) -> tuple[str | None, str | None]:
    """ETag and Last-Modified to send for a URL: those of its latest capture that brought or confirmed a page; None for
    one not to send."""
    where = [run.outlet_id, url_key(url), url]
    rows = db.execute(_LATEST_PAGES, where).fetchall()
    all_304 = len(rows) == _MAX_304_IN_A_ROW and all(outcome == "not-modified" for outcome, *_ in rows)
    if not rows or not any(rows[0][1:]) or all_304 or _refuses_conditions(db, where):
        return None, None
    etag, modified = (
        value if value and _version_count(db, where, column, value) < 2 else None
        for column, value in zip(("etag", "last_modified"), rows[0][1:], strict=True)
    )
    return etag, modified


def versions_under(db: Database, run: Run, url: str, etag: str | None, modified: str | None) -> int:
    """How many versions of the article at a URL came with this ETag or this Last-Modified, whichever had more: two make
    it unreliable."""
    where = [run.outlet_id, url_key(url), url]
    pairs = (("etag", etag), ("last_modified", modified))
    return max(_version_count(db, where, column, value) if value else 0 for column, value in pairs)


def _version_count(db: Database, where: list[object], column: str, value: str) -> int:
    (count,) = db.execute(
        "SELECT count(DISTINCT readings.version_id) FROM captures JOIN readings ON readings.capture_id = captures.id"
        f" WHERE captures.outlet_id = ? AND url_key = ? AND requested_url = ? AND captures.{column} = ?",
        [*where, value],
    ).fetchone()
    return int(count)


def _refuses_conditions(db: Database, where: list[object]) -> bool:
    row = db.execute(
        "SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? AND requested_url = ?"
        " AND detail >= ? AND detail < ?",
        [*where, REFUSED, f"{REFUSED}~"],
    ).fetchone()
    return row is not None
