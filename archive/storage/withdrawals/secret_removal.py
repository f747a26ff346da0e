"""Removes secrets (credentials) from an archive, and records that openly in the chain of seals.

Until November 2026 all request headers were stored, a proxy's password among them, and addresses with credentials. They
are sealed: a capture's digest covers its addresses and headers. So a cleansing is a run of its own at the end of the
chain, without captures; its seal lists, for each capture it changed, the sealed digest and the present one. No earlier
seal changes, so copies kept elsewhere stay valid. `verify` maps the present digest to the sealed one, and reports that
there was a cleansing. Pages and pictures keep their digests.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.model.capture_validation import KEPT_REQUEST_HEADERS, allowed_request_headers, without_url_credentials
from archive.model.errors import ArchiveDamaged
from archive.model.records import Headers
from archive.model.urls import without_credentials
from archive.storage.connection import insert, transaction, update
from archive.storage.integrity import seals

_CAPTURES = (
    "SELECT captures.id, run_id, outlet_id, requested_url, final_url, via, headers.request, headers.response"
    " FROM captures LEFT JOIN headers ON capture_id = captures.id"
    " WHERE captures.id > ? ORDER BY captures.id LIMIT 1000"
)
_UNSEALED_ADDRESSES = {"outlets": "home_url", "articles": "url", "frontier": "url", "offers": "url"}
"""Other columns with addresses, which no seal covers."""
IN_ADDRESSES = "user:password@ in an address"


@dataclass(frozen=True, slots=True)
class CaptureWithSecrets:
    """A capture that holds secrets. cleansed: its cleansed columns; found: kind of secret -> count."""

    id: int
    run_id: int
    outlet_id: int
    cleansed: tuple[str, str, str | None, str | None, str | None]
    found: Counter[str]


def captures_with_secrets(db: Database) -> Iterator[CaptureWithSecrets]:
    """Yields captures with request headers that are not stored any more, or with credentials in addresses."""
    last_id = 0
    while rows := db.execute(_CAPTURES, [last_id]).fetchall():
        last_id = rows[-1][0]
        for row in rows:
            if (capture := _examine(*row)) and capture.found:
                yield capture


def _examine(
    capture_id: int, run_id: int, outlet_id: int, requested_url: str, final_url: str, via: str | None, request: str,
    response: str,
) -> CaptureWithSecrets | None:  # fmt: skip
    cleansed = (
        without_credentials(requested_url),
        without_credentials(final_url),
        _change_json(via, lambda urls: [without_credentials(url) for url in urls]),
        _change_json(request, allowed_request_headers),
        _change_json(response, without_url_credentials),
    )
    if cleansed == (requested_url, final_url, via, request, response):
        return None
    headers = _pairs(request)
    secrets = Counter(name for name, _ in headers if name.strip().lower() not in KEPT_REQUEST_HEADERS)
    if (
        cleansed[:3] != (requested_url, final_url, via)
        or cleansed[4] != response
        or len(_pairs(cleansed[3])) == len(headers)
    ):
        secrets[IN_ADDRESSES] += 1
    return CaptureWithSecrets(capture_id, run_id, outlet_id, cleansed, secrets)


def _change_json(text: str | None, change: Callable[[Any], Any]) -> str | None:
    """Applies a change to a JSON list; the same text if nothing changes or it is damaged, which `verify` reports."""
    try:
        before = json.loads(text or "[]")
        after = [*change([tuple(item) if isinstance(item, list) else item for item in before])]
    except (ValueError, TypeError, AttributeError):
        return text
    return text if json.loads(json.dumps(after)) == before else json.dumps(after)


def _pairs(text: str | None) -> Headers:
    try:
        return tuple((name, value) for name, value in json.loads(text or "[]"))
    except (ValueError, TypeError):
        return ()


def kinds(db: Database) -> tuple[int, Counter[str]]:
    """How many captures hold secrets, and how often each kind occurs."""
    captures, secrets = 0, Counter[str]()
    for capture in captures_with_secrets(db):
        captures += 1
        secrets += capture.found
    return captures, secrets


def removals(captures: int, secrets: Mapping[str, int]) -> str:
    """Describes what was found: `12 captures: 12 Proxy-Authorization, 3 Cookie`."""
    return f"{captures} captures: " + ", ".join(f"{count} {name}" for name, count in sorted(secrets.items()))


def cleanse(db: Database, software: Mapping[str, str], moment: datetime) -> tuple[int, Counter[str]]:
    """Removes the secrets and seals the cleansing, in one transaction. Returns what `kinds` would have returned before.

    Raises ArchiveDamaged if a capture does not match its seal: a cleansing must not cover that up.
    """
    db.execute("PRAGMA secure_delete = ON")
    with transaction(db):
        seals.seal_finished(db, moment)
        captures = [*captures_with_secrets(db)]
        pairs = _rewrite(db, captures)
        for outlet_id in dict.fromkeys(capture.outlet_id for capture in captures):
            outlet_captures = [capture for capture in captures if capture.outlet_id == outlet_id]
            _seal(db, outlet_id, outlet_captures, pairs, software, moment)
        _cleanse_addresses(db)
    return len(captures), sum((capture.found for capture in captures), Counter[str]())


def write_anew(db: Database, path: Path) -> str | None:
    """Rewrites the file, for its free pages may still hold what was removed. Returns why that failed; None if it
    succeeded."""
    from archive.storage.stored_bodies import reclaim  # imports decompression, which a mere check does not need

    try:
        reclaim(db)
    except sqlite3.OperationalError as error:
        return str(error)
    log = path.with_name(f"{path.name}-wal")
    return "another process reads it" if log.exists() and log.stat().st_size else None


def _rewrite(db: Database, captures: list[CaptureWithSecrets]) -> dict[int, bytes]:
    """Rewrites the captures; returns, by captures.id, the digests before and after, concatenated."""
    sealed_first = seals.cleansed(db)
    ids_by_run: dict[int, set[int]] = {}
    for capture in captures:
        ids_by_run.setdefault(capture.run_id, set()).add(capture.id)
    before = {run_id: _digests(db, run_id, capture_ids) for run_id, capture_ids in ids_by_run.items()}
    for run_id, digests in before.items():
        _refuse_damaged(db, run_id, digests, sealed_first)
    with _without_triggers(db):
        for capture in captures:
            requested_url, final_url, via, request, response = capture.cleansed
            addresses = {"requested_url": requested_url, "final_url": final_url, "via": via}
            update(db, "captures", capture.id, addresses)
            db.execute(
                "UPDATE headers SET request = ?, response = ? WHERE capture_id = ?", [request, response, capture.id]
            )
    after = {run_id: _digests(db, run_id, capture_ids) for run_id, capture_ids in ids_by_run.items()}
    return {
        capture_id: before[run_id][capture_id] + digest
        for run_id, present in after.items()
        for capture_id, digest in present.items()
    }


def _digests(db: Database, run_id: int, capture_ids: set[int]) -> dict[int, bytes]:
    return {
        capture_id: digest
        for capture_id, digest in seals.row_digests(db, "captures", run_id)
        if capture_id in capture_ids
    }


def _refuse_damaged(db: Database, run_id: int, digests: Mapping[int, bytes], became: Mapping[bytes, bytes]) -> None:
    row = db.execute("SELECT capture_digests FROM seals WHERE run_id = ?", [run_id]).fetchone()
    sealed = set(seals.digests_in(row[0])) if row else None
    for capture_id, digest in digests.items():
        if sealed is not None and digest not in sealed and became.get(digest) not in sealed:
            raise ArchiveDamaged(
                f"captures {capture_id} is not what was sealed. Nothing was changed; see `luubao verify`"
            )


@contextmanager
def _without_triggers(db: Database) -> Iterator[None]:
    """Drops the triggers that make captures and headers append-only, and creates them again at the end."""
    triggers = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('captures', 'headers')"
    ).fetchall()
    for name, _ in triggers:
        db.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, sql in triggers:
        db.execute(sql)


def _seal(
    db: Database, outlet_id: int, captures: list[CaptureWithSecrets], pairs: Mapping[int, bytes], software: Mapping[str,
    str], moment: datetime,
) -> None:  # fmt: skip
    totals = sum((capture.found for capture in captures), Counter[str]())
    stamp = clock.stamp(moment)
    run_id = insert(db, "runs", {
        "outlet_id": outlet_id, "started_at": stamp, "finished_at": stamp, "outcome": "ok", "kind": "cleanse",
        "reason": f"took out of {removals(len(captures), totals)}", "software": json.dumps(dict(software)),
        "stats": json.dumps({seals.CLEANSED: len(captures)}),
    })  # fmt: skip
    seals.seal(db, run_id, [pairs[capture.id] for capture in captures], [], moment)


def _cleanse_addresses(db: Database) -> None:
    for table, column in _UNSEALED_ADDRESSES.items():
        rows = db.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE '%@%'").fetchall()
        for (url,) in rows:
            if (bare := without_credentials(url)) != url:
                db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [bare, url])
