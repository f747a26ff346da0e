"""Finds the bodies that WARC revisits of other archives refer to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.model import clock
from archive.model.urls import url_key
from archive.storage.stored_bodies import get_body


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
    """The body of a URL with a digest of another algorithm (SHA-1, MD5, SHA-512), if the server sent it
    uncompressed."""
    algorithm, _, checksum = digest.lower().partition(":")
    if algorithm not in ("sha1", "md5", "sha512"):
        return None
    for (body_id,) in db.execute(f"{_BODIES_OF_URL} ORDER BY body_id DESC LIMIT {_MAX_HASHED}", [*where]).fetchall():
        hasher = hashlib.new(algorithm, get_body(db, body_id) or b"", usedforsecurity=False)
        if checksum in (hasher.hexdigest(), base64.b32encode(hasher.digest()).decode().lower()):
            return int(body_id)
    return None
