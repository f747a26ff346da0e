"""With which conditions an address is asked (RFC 9110 section 13), and when without: a server's word that a page has
not changed is checked, not trusted.

An address is asked without a condition when it refused one; when the same ETag or Last-Modified came with two versions
of its article; and each time it has said often enough in a row that nothing changed.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.model.records import Run
from archive.model.urls import url_key
from archive.storage.clock_corrections import SEEN_AT

REFUSED = "asked again without a condition, which was answered with status"
"""How the detail of a capture begins whose address does not take conditions."""

_SAMPLE = 10  # looks in a row that a 304 answers; the next one fetches the page

_LAST = (
    "SELECT captures.outcome, etag, last_modified FROM captures JOIN runs ON runs.id = run_id"
    " WHERE captures.outlet_id = ? AND url_key = ? AND requested_url = ? AND body_id IS NOT NULL"
    " AND captures.outcome IN ('fresh', 'revisit', 'not-modified')"
    f" ORDER BY {SEEN_AT} DESC, captures.id DESC LIMIT {_SAMPLE}"
)


def validators(db: Database, run: Run, url: str) -> tuple[str | None, str | None]:
    """ETag and Last-Modified to send for an address: those of its latest capture that carried or confirmed a page; None
    for what is not to be sent."""
    where = [run.outlet_id, url_key(url), url]
    rows = db.execute(_LAST, where).fetchall()
    sampled = len(rows) == _SAMPLE and all(outcome == "not-modified" for outcome, *_ in rows)
    if not rows or not any(rows[0][1:]) or sampled or _refuses(db, where):
        return None, None
    etag, modified = (
        value if value and _versions(db, where, column, value) < 2 else None
        for column, value in zip(("etag", "last_modified"), rows[0][1:], strict=True)
    )
    return etag, modified


def versions_under(db: Database, run: Run, url: str, etag: str | None, modified: str | None) -> int:
    """How many versions of the article at an address came with an ETag or a Last-Modified, whichever had more: two are
    one too many."""
    where = [run.outlet_id, url_key(url), url]
    named = (("etag", etag), ("last_modified", modified))
    return max(_versions(db, where, column, value) if value else 0 for column, value in named)


def _versions(db: Database, where: list[object], column: str, value: str) -> int:
    (count,) = db.execute(
        "SELECT count(DISTINCT readings.version_id) FROM captures JOIN readings ON readings.capture_id = captures.id"
        f" WHERE captures.outlet_id = ? AND url_key = ? AND requested_url = ? AND captures.{column} = ?",
        [*where, value],
    ).fetchone()
    return int(count)


def _refuses(db: Database, where: list[object]) -> bool:
    row = db.execute(
        "SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? AND requested_url = ?"
        " AND detail >= ? AND detail < ?",
        [*where, REFUSED, f"{REFUSED}~"],
    ).fetchone()
    return row is not None
