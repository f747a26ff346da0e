"""Seals runs in a hash chain: a seal is a digest over the captures of a run and over the seal before it.

A capture's digest is the SHA-256 of its facts, its headers and its body's digest, as one line of JSON; its detail is
the last of these if it has one. A seal is the SHA-256 over a first line, JSON of the previous seal's digest and the
run's facts, and then one line with the hexadecimal digest of each capture, in order of arrival, and of each fetch of a
picture. JSON is UTF-8 without spaces; every line ends with a line feed. Seals contain no row numbers, so they stay
valid in another archive. A copy of the newest seal, kept elsewhere, proves later that nothing before it was changed,
removed or added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.model import clock

DIGEST_SIZE = 32
CLEANSED = "cleansed"
"""The key in a run's `stats` that marks a run that cleansed captures (archive/storage/withdrawals/secret_removal.py).
The captures' digests in its seal are pairs: the former digest of a capture and its present one."""

_RUN_FACTS = (
    "SELECT outlets.name, started_at, finished_at, outcome, reason, software, stats FROM runs"
    " JOIN outlets ON outlets.id = runs.outlet_id WHERE runs.id = ?"
)
_CAPTURES = (
    "SELECT captures.id, url_key, requested_url, final_url, captured_at, status, outcome, encoding, etag,"
    " last_modified, via, bodies.digest, headers.request, headers.response, captures.detail FROM captures"
    " LEFT JOIN bodies ON bodies.id = captures.body_id LEFT JOIN headers ON headers.capture_id = captures.id"
    " WHERE run_id = ? ORDER BY captures.id"
)

_PICTURES = (
    "SELECT picture_captures.id, images.url, captured_at, final_url, status, outcome, detail, etag, last_modified,"
    " pictures.digest FROM picture_captures JOIN images ON images.id = image_id"
    " LEFT JOIN pictures ON pictures.id = picture_id WHERE run_id = ? ORDER BY picture_captures.id"
)
SEALED = {"captures": _CAPTURES, "picture_captures": _PICTURES}
"""The tables whose rows a seal covers, with the query for a run's rows: id, then facts."""


def digest_over(db: Database, run_id: int, previous: str | None, rows: list[bytes]) -> str:
    """Computes a seal's digest. rows: the digests of the run's captures and picture fetches."""
    hasher = hashlib.sha256(_json_line([previous, *db.execute(_RUN_FACTS, [run_id]).fetchone()]))
    for digest in rows:
        hasher.update(digest.hex().encode() + b"\n")
    return "sha256:" + hasher.hexdigest()


def digests_in(sealed: bytes) -> list[bytes]:
    """Splits the concatenated digests of a seal."""
    return [sealed[offset : offset + DIGEST_SIZE] for offset in range(0, len(sealed), DIGEST_SIZE)]


def row_digests(db: Database, table: str, run_id: int) -> Iterator[tuple[int, bytes]]:
    """Id and digest of each row of a run in a sealed table, in order of arrival."""
    for row_id, *facts in db.execute(SEALED[table], [run_id]):
        if table == "captures" and facts[-1] is None:  # detail, a column added when many seals existed
            facts.pop()
        yield row_id, hashlib.sha256(_json_line(facts)).digest()


def seal_finished(db: Database, moment: datetime, run_id: int | None = None) -> None:
    """Seals every finished run that has no seal yet, in order; of thousands, each by its id, for looking at all of them
    takes long. Call inside a transaction."""
    rows = db.execute(
        "SELECT id FROM runs WHERE outcome <> 'running' AND NOT EXISTS (SELECT 1 FROM seals WHERE run_id = runs.id)"
        + (" AND id = ?" if run_id else " ORDER BY id"),
        [run_id] if run_id else [],
    ).fetchall()
    for (run_id,) in rows:
        captures, pictures = ([digest for _, digest in row_digests(db, table, run_id)] for table in SEALED)
        seal(db, run_id, captures, pictures, moment)


def is_cleansing(db: Database, run_id: int) -> bool:
    """Whether a run cleansed captures, by its `stats`, which its seal covers."""
    return cleansed_count(db, run_id) is not None


def cleansed_count(db: Database, run_id: int) -> int | None:
    """How many captures a run cleansed, by its `stats`; None for other runs."""
    row = db.execute(
        "SELECT CASE WHEN json_valid(stats) THEN CAST(json_extract(stats, '$.cleansed') AS INTEGER) END FROM runs"
        " WHERE id = ?",
        [run_id],
    ).fetchone()
    return row[0] if row else None


def cleansings(db: Database) -> list[tuple[int, str, str]]:
    """The sealed runs that cleansed captures: id, time, and what they removed from how many captures."""
    rows = db.execute("SELECT runs.id, finished_at, reason FROM runs JOIN seals ON run_id = runs.id ORDER BY seals.id")
    return [(int(run_id), str(moment), str(why)) for run_id, moment, why in rows.fetchall() if is_cleansing(db, run_id)]


def cleansed(db: Database) -> dict[bytes, bytes]:
    """Maps the present digest of each cleansed capture to the one under which it was sealed first."""
    first_digest: dict[bytes, bytes] = {}
    for run_id, _, _ in cleansings(db):
        (sealed,) = db.execute("SELECT capture_digests FROM seals WHERE run_id = ?", [run_id]).fetchone()
        digests = digests_in(sealed) if isinstance(sealed, bytes) else []
        for before, after in zip(digests[::2], digests[1::2], strict=False):
            first_digest[after] = first_digest.pop(before, before)
    return first_digest


def seal(db: Database, run_id: int, captures: list[bytes], pictures: list[bytes], moment: datetime) -> None:
    """Seals a run. captures: the digest of each; of a cleansed one, the sealed digest and the present one. Call inside
    a transaction."""
    previous, sealed = newest_seal(db), (b"".join(captures), b"".join(pictures))
    digest = digest_over(db, run_id, previous, digests_in(b"".join(sealed)))
    db.execute(
        "INSERT INTO seals (run_id, sealed_at, previous, digest, capture_count, capture_digests, picture_digests)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [run_id, clock.stamp(moment), previous, digest, len(captures), *sealed],
    )


def newest_seal(db: Database) -> str | None:
    """The digest at the head of the chain; None if no run is sealed."""
    row = db.execute("SELECT digest FROM seals ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else None


def _json_line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
