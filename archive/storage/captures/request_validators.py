"""Chooses the validators (ETag, Last-Modified) of requests. A 304 is checked, not trusted.

A request is unconditional when its URL refused a condition; when the same ETag or Last-Modified came with two versions
of its article; and each time the last responses were 304 often enough in a row.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.model.records import Run
from archive.model.urls import url_key
from archive.storage.clock_corrections import CORRECTED_TIME

REFUSED = "asked again without a condition, which was answered with status"
"""Prefix of captures.detail where the URL refused a conditional request."""

_MAX_304_IN_A_ROW = 10  # 304 responses in a row; the next request fetches the page

_LATEST_PAGES = (
    "SELECT captures.outcome, etag, last_modified FROM captures JOIN runs ON runs.id = run_id"
    " WHERE captures.outlet_id = ? AND url_key = ? AND requested_url = ? AND body_id IS NOT NULL"
    " AND captures.outcome IN ('fresh', 'revisit', 'not-modified')"
    f" ORDER BY {CORRECTED_TIME} DESC, captures.id DESC LIMIT {_MAX_304_IN_A_ROW}"
)


def validators(db: Database, run: Run, url: str) -> tuple[str | None, str | None]:
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
