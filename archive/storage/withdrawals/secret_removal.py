"""Taking out of an archive what no archive may hold, and sealing that in the open.

Until November 2026 every header of a request was kept, a proxy's password among them, and addresses as they came. What
is taken out is sealed: a capture's digest is over its addresses and headers. So a cleansing is a run of its own, at the
end of the chain, that brings nothing; its seal names, for each capture it touched, the digest that was sealed and the
one it has now. No earlier seal changes, and whoever noted one finds it again. `verify` follows from the present digest
to the sealed one, and says that there was a cleansing. What pages and pictures were stays under its digest.
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
from archive.model.capture_validation import KEPT_REQUEST_HEADERS, addressed, harmless
from archive.model.errors import ArchiveDamaged
from archive.model.records import Headers
from archive.model.urls import without_credentials
from archive.storage.connection import transaction
from archive.storage.integrity import seals

_CAPTURES = (
    "SELECT captures.id, run_id, outlet_id, requested_url, final_url, via, headers.request, headers.response"
    " FROM captures LEFT JOIN headers ON capture_id = captures.id"
    " WHERE captures.id > ? ORDER BY captures.id LIMIT 1000"
)
_ADDRESSES = {"outlets": "home_url", "articles": "url", "frontier": "url", "offers": "url"}
"""Other addresses, which no seal covers."""
IN_ADDRESSES = "user:password@ in an address"


@dataclass(frozen=True, slots=True)
class Unclean:
    """A capture that holds what it must not. made: what its columns are to be; found: what was found, by its kind."""

    id: int
    run_id: int
    outlet_id: int
    made: tuple[str, str, str | None, str | None, str | None]
    found: Counter[str]


def unclean(db: Database) -> Iterator[Unclean]:
    """The captures that hold request headers which are not kept any more, or credentials in addresses."""
    after = 0
    while rows := db.execute(_CAPTURES, [after]).fetchall():
        after = rows[-1][0]
        for row in rows:
            if (one := _unclean(*row)) and one.found:
                yield one


def _unclean(
    number: int, run_id: int, outlet_id: int, asked: str, final: str, via: str | None, request: str, response: str
) -> Unclean | None:
    made = (
        without_credentials(asked),
        without_credentials(final),
        _changed(via, lambda urls: [without_credentials(url) for url in urls]),
        _changed(request, harmless),
        _changed(response, addressed),
    )
    if made == (asked, final, via, request, response):
        return None
    headers = _pairs(request)
    found = Counter(name for name, _ in headers if name.strip().lower() not in KEPT_REQUEST_HEADERS)
    if made[:3] != (asked, final, via) or made[4] != response or len(_pairs(made[3])) == len(headers):
        found[IN_ADDRESSES] += 1
    return Unclean(number, run_id, outlet_id, made, found)


def _changed(text: str | None, change: Callable[[Any], Any]) -> str | None:
    """JSON with its list changed; the very text where nothing changes, or where it is damaged: verify tells of that."""
    try:
        before = json.loads(text or "[]")
        after = [*change([tuple(one) if isinstance(one, list) else one for one in before])]
    except (ValueError, TypeError, AttributeError):
        return text
    return text if json.loads(json.dumps(after)) == before else json.dumps(after)


def _pairs(text: str | None) -> Headers:
    try:
        return tuple((name, value) for name, value in json.loads(text or "[]"))
    except (ValueError, TypeError):
        return ()


def kinds(db: Database) -> tuple[int, Counter[str]]:
    """How many captures hold what they must not, and how often what."""
    captures, found = 0, Counter[str]()
    for one in unclean(db):
        captures += 1
        found += one.found
    return captures, found


def told(captures: int, found: Mapping[str, int]) -> str:
    """What was found, in words: `12 captures: 12 Proxy-Authorization, 3 Cookie`."""
    return f"{captures} captures: " + ", ".join(f"{count} {name}" for name, count in sorted(found.items()))


def cleanse(db: Database, software: Mapping[str, str], at: datetime) -> tuple[int, Counter[str]]:
    """Takes it out, in one transaction, and seals what was done. Returns what `kinds` would have said before.

    Raises ArchiveDamaged where a capture is not what was sealed: a cleansing must not cover up for that.
    """
    db.execute("PRAGMA secure_delete = ON")
    with transaction(db):
        seals.seal_finished(db, at)
        all_found = [*unclean(db)]
        pairs = _rewritten(db, all_found)
        for outlet_id in dict.fromkeys(one.outlet_id for one in all_found):
            own = [one for one in all_found if one.outlet_id == outlet_id]
            _seal(db, outlet_id, own, pairs, software, at)
        _clear_addresses(db)
    return len(all_found), sum((one.found for one in all_found), Counter[str]())


def write_anew(db: Database, path: Path) -> str | None:
    """Writes the file anew, for what was taken out may still lie in room that is not used. Returns why that could not
    be done; None where it was."""
    from archive.storage.bodies.compaction import reclaim  # with what opens bodies, which nobody needs who only looks

    try:
        reclaim(db)
    except sqlite3.OperationalError as error:
        return str(error)
    log = path.with_name(f"{path.name}-wal")
    return "another process reads it" if log.exists() and log.stat().st_size else None


def _rewritten(db: Database, found: list[Unclean]) -> dict[int, bytes]:
    """Rewrites the captures; their digests as sealed and as they are now, under their numbers."""
    became = seals.cleansed(db)
    of_run: dict[int, set[int]] = {}
    for one in found:
        of_run.setdefault(one.run_id, set()).add(one.id)
    before = {run_id: _digests(db, run_id, numbers) for run_id, numbers in of_run.items()}
    for run_id, digests in before.items():
        _refuse_damaged(db, run_id, digests, became)
    with _unguarded(db):
        for one in found:
            asked, final, via, request, response = one.made
            db.execute(
                "UPDATE captures SET requested_url = ?, final_url = ?, via = ? WHERE id = ?",
                [asked, final, via, one.id],
            )
            db.execute("UPDATE headers SET request = ?, response = ? WHERE capture_id = ?", [request, response, one.id])
    after = {run_id: _digests(db, run_id, numbers) for run_id, numbers in of_run.items()}
    return {number: before[run][number] + now for run, all_now in after.items() for number, now in all_now.items()}


def _digests(db: Database, run_id: int, numbers: set[int]) -> dict[int, bytes]:
    return {number: digest for number, digest in seals.row_digests(db, "captures", run_id) if number in numbers}


def _refuse_damaged(db: Database, run_id: int, digests: Mapping[int, bytes], became: Mapping[bytes, bytes]) -> None:
    row = db.execute("SELECT capture_digests FROM seals WHERE run_id = ?", [run_id]).fetchone()
    sealed = set(seals.digests_in(row[0])) if row else None
    for number, digest in digests.items():
        if sealed is not None and digest not in sealed and became.get(digest) not in sealed:
            raise ArchiveDamaged(f"captures {number} is not what was sealed. Nothing was changed; see `luubao verify`")


@contextmanager
def _unguarded(db: Database) -> Iterator[None]:
    """Without the triggers that make captures and headers append-only; they are made again as they were."""
    guards = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('captures', 'headers')"
    ).fetchall()
    for name, _ in guards:
        db.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, made in guards:
        db.execute(made)


def _seal(
    db: Database, outlet_id: int, found: list[Unclean], pairs: Mapping[int, bytes], software: Mapping[str, str],
    at: datetime,
) -> None:  # fmt: skip
    counted = sum((one.found for one in found), Counter[str]())
    moment = clock.stamp(at)
    cursor = db.execute(
        "INSERT INTO runs (outlet_id, started_at, finished_at, outcome, reason, software, stats, kind)"
        " VALUES (?, ?, ?, 'ok', ?, ?, ?, 'cleanse')",
        [
            outlet_id, moment, moment, f"took out of {told(len(found), counted)}", json.dumps(dict(software)),
            json.dumps({seals.CLEANSED: len(found)}),
        ],
    )  # fmt: skip
    seals.seal_cleansing(db, int(cursor.lastrowid or 0), [pairs[one.id] for one in found], at)


def _clear_addresses(db: Database) -> None:
    for table, column in _ADDRESSES.items():
        rows = db.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE '%@%'").fetchall()
        for (url,) in rows:
            if (bare := without_credentials(url)) != url:
                db.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [bare, url])
