"""Payloads, stored once under their digest, compressed with Zstandard (RFC 8878)."""

from __future__ import annotations

import sys

from sqlite_utils import Database

from archive.digests import digest_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LEVEL = 9


def put_body(db: Database, body: bytes) -> int:
    """The row id of the body, which is stored if it was not yet. Call inside a transaction."""
    digest = digest_of(body)
    if row := db.execute("SELECT id FROM bodies WHERE digest = ?", [digest]).fetchone():
        return int(row[0])
    cursor = db.execute(
        "INSERT INTO bodies (digest, size, codec, data) VALUES (?, ?, 'zstd', ?)",
        [digest, len(body), zstd.compress(body, _LEVEL)],
    )
    return int(cursor.lastrowid or 0)


def get_body(db: Database, body_id: int) -> bytes:
    """The payload as it came."""
    (data,) = db.execute("SELECT data FROM bodies WHERE id = ?", [body_id]).fetchone()
    return zstd.decompress(data)
