"""Chooses validators (ETag, Last-Modified) of requests; finds the bodies that WARC revisits of other archives refer to.

A 304 is checked, not trusted: a request is unconditional when its URL refused a condition; when the same ETag or
Last-Modified came with two versions of its article; and each time the last responses were 304 often enough in a row.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.model import clock
from archive.model.records import Run
from archive.model.urls import url_key
from archive.storage.clock_corrections import CORRECTED_TIME
from archive.storage.stored_bodies import get_body

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


@dataclass(frozen=True, slots=True)
class RevisitTarget:
    """The payload that a WARC revisit refers to: by URL and time of the capture that brought it, by digest, or by the
    id of the record that holds it."""

    url: str | None
    at: datetime | None
    digest: str | None
    record: str | None = None


def body_known(db: Database, outlet_id: int, meant: RevisitTarget) -> int | None:
    """The row id of the body that a revisit refers to; None where the archive does not have it."""
    if meant.digest and meant.digest.lower().startswith("sha256:"):
        row = db.execute("SELECT id FROM bodies WHERE digest = ?", [meant.digest.lower()]).fetchone()
        if row:
            return int(row[0])
    if meant.url is None:
        return None
    where = [outlet_id, url_key(meant.url)]
    for column, value in (("origins.record", meant.record), ("captured_at", meant.at and clock.stamp(meant.at))):
        row = value and db.execute(f"{_BODIES_OF_URL} AND {column} = ? LIMIT 1", [*where, value]).fetchone()
        if row:
            return int(row[0])
    return _body_by_checksum(db, where, meant.digest) if meant.digest else None


_BODIES_OF_URL = (
    "SELECT DISTINCT body_id FROM captures LEFT JOIN origins ON capture_id = captures.id WHERE outlet_id = ?"
    " AND url_key = ? AND body_id IS NOT NULL AND status <> 304"
)
_MAX_HASHED = 50  # bodies of one URL


def _body_by_checksum(db: Database, where: Sequence[object], digest: str) -> int | None:
    """The body of a URL with a digest of any algorithm and spelling, if the server sent it uncompressed."""
    algorithm, _, checksum = digest.lower().partition(":")
    if algorithm not in ("sha1", "md5", "sha256", "sha512"):
        return None
    for (body_id,) in db.execute(f"{_BODIES_OF_URL} ORDER BY body_id DESC LIMIT {_MAX_HASHED}", [*where]).fetchall():
        hasher = hashlib.new(algorithm, get_body(db, body_id) or b"", usedforsecurity=False)
        if checksum in (hasher.hexdigest(), base64.b32encode(hasher.digest()).decode().lower()):
            return int(body_id)
    return None
