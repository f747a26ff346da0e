"""Reads another archive for a merge: validates its outlets, runs, captures and pictures, and copies its runs. Finds
the bodies that WARC revisits of other archives refer to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlite_utils import Database

from archive.model import clock, validation
from archive.model.capture_validation import validated
from archive.model.errors import BadValue
from archive.model.records import Capture, Looks, Outlet, Picture, PictureCapture, Run
from archive.model.urls import host_of, is_site, url_key
from archive.storage.connection import insert, transaction, update
from archive.storage.integrity.column_validation import COLUMNS, ROW_ERRORS, problems, usable
from archive.storage.integrity.seals import seal_finished
from archive.storage.sqlite_file import DatabaseError, is_corrupt, is_too_long
from archive.storage.stored_bodies import get_body

T = TypeVar("T")

REST = timedelta(days=1)
LARGEST = 256 * 1024 * 1024
"""Maximum bytes of a body to take over: eight times what a crawl takes."""
_NO_FACTS = ("id", "outlet_id", "is_empty")

Note = Callable[[str, str], None]
"""Called with a row of the other archive that holds an invalid value, and what is wrong."""


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run of another archive: its id there, and its row without ids. is_empty: it has no captures, of pictures
    neither."""

    id: int
    facts: dict[str, Any]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class OtherCapture:
    """A capture of another archive, without its body: a placeholder of one byte stands for one. origin: source and
    record where it came from, if recorded. size: bytes of its body."""

    id: int
    capture: Capture
    origin: tuple[str, str | None] | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class OtherPicture:
    """A fetch of a picture in another archive."""

    id: int
    url: str
    capture: PictureCapture


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """A row with invalid values."""

    id: int


def outlets(db: Database, note: Note) -> list[Run]:
    """Its outlets, each in a Run with id 0; skips invalid ones."""
    rows = db.query("SELECT id, name, title, home_url, timezone FROM outlets ORDER BY id")
    return [run for row in rows if not isinstance(run := _validated("outlets", row, _outlet_run, note), InvalidRow)]


def _outlet_run(row: dict[str, Any]) -> Run:
    host = host_of(row["home_url"])
    if not is_site(host):
        raise BadValue(f"home_url: {validation.shown(row['home_url'])} is no site of one newspaper")
    return Run(0, row["id"], Outlet(row["name"], row["title"], row["home_url"], (host,), row["timezone"]))


def runs(db: Database, outlet_id: int, note: Note) -> Iterator[OtherRun]:
    """Its runs, oldest first; skips invalid ones. A run without a valid start begins with its first capture."""
    after = 0
    columns = ", ".join(COLUMNS["runs"])
    query = (
        f"SELECT {columns}, NOT EXISTS (SELECT 1 FROM captures WHERE run_id = runs.id) AND NOT EXISTS"
        " (SELECT 1 FROM picture_captures WHERE run_id = runs.id) AS is_empty FROM runs"
        # "+": by id, for by the index on outlet_id each batch would sort all that are left
        " WHERE +outlet_id = ? AND id > ? AND kind <> 'cleanse' ORDER BY id LIMIT ?"
    )
    while batch := list(db.query(query, [outlet_id, after, _BATCH_SIZE])):
        after = batch[-1]["id"]
        for row in batch:
            row["started_at"] = _start_of_run(db, row, note)
            if not isinstance(run := _validated("runs", row, _other_run, note), InvalidRow):
                yield run


_BATCH_SIZE = 500


def note_rows_without_number(db: Database, note: Note) -> None:
    """Notes the runs, captures and fetches of pictures whose ids are below 1, which are not read."""
    for table in ("runs", "captures", "picture_captures"):
        for (row_id,) in db.execute(f"SELECT id FROM {table} WHERE id < 1").fetchall():
            note(f"{table} {row_id}", "a row has no such number")


def _other_run(row: dict[str, Any]) -> OtherRun:
    facts = {name: value for name, value in row.items() if name not in _NO_FACTS}
    return OtherRun(row["id"], facts, bool(row["is_empty"]))


def _start_of_run(db: Database, row: dict[str, Any], note: Note) -> str:
    started_at = clock.read(row["started_at"])
    if started_at and not problems("runs", {"started_at": row["started_at"]}):
        return clock.stamp(started_at)
    note(f"runs {row['id']}", f"started_at: {validation.shown(row['started_at'])} is no time")
    first_capture = db.execute(
        "SELECT captured_at FROM captures WHERE run_id = ? ORDER BY id LIMIT 1", [row["id"]]
    ).fetchone()
    return clock.stamp((clock.read(first_capture[0]) if first_capture else None) or clock.now())


def captures(db: Database, run_id: int, after: int, limit: int, note: Note) -> list[OtherCapture | InvalidRow]:
    """Captures of a run with ids above `after`, by id, at most `limit`."""
    query = (
        "SELECT captures.*, bodies.size, request, response, origins.source, origins.record FROM captures"
        " LEFT JOIN headers ON headers.capture_id = captures.id LEFT JOIN origins ON origins.capture_id = captures.id"
        " LEFT JOIN bodies ON bodies.id = body_id WHERE run_id = ? AND captures.id > ? ORDER BY captures.id LIMIT ?"
    )
    rows = _rows(db, "captures", query, (run_id, after, limit), note)
    return [_validated("captures", row, lambda row: _other_capture(row, note), note) for row in rows]


def _rows(
    db: Database, table: str, query: str, values: tuple[int, int, int], note: Note
) -> Iterator[dict[str, Any] | InvalidRow]:
    """The rows of a query for a run's rows of a table; one by one where a value is too long or damaged, so that only
    its row is left out."""
    try:
        yield from list(db.query(query, values))
        return
    except DatabaseError as error:
        if not (is_too_long(error) or is_corrupt(error)):
            raise
    ids = db.execute(f"SELECT id FROM {table} WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?", values).fetchall()
    for (row_id,) in ids:
        try:
            yield from [row for row in db.query(query, (values[0], row_id - 1, 1)) if row["id"] == row_id]
        except DatabaseError as error:
            what = "is longer than any that luubao writes" if is_too_long(error) else "is damaged"
            note(f"{table} {row_id}", f"a value of it {what} ({error})")
            yield InvalidRow(row_id)


def _other_capture(row: dict[str, Any], note: Note) -> OtherCapture:
    has_body = row["body_id"] is not None and row["status"] != 304
    if has_body and validation.size(row["size"]) > LARGEST:
        raise BadValue(f"its body has {row['size']:,} bytes, and at most {LARGEST:,} are taken over")
    raw_headers = {name: row[name] or "[]" for name in ("response", "request")}
    headers = usable("headers", raw_headers, row["id"], note)
    capture = Capture(
        row["requested_url"], row["final_url"], clock.parse(row["captured_at"]), row["status"],
        validation.json_pairs(headers["response"]), b"-" if has_body else None, row["encoding"],
        validation.json_pairs(headers["request"]), validation.json_lines(row["via"] or "[]"), row["detail"],
    )  # fmt: skip
    return OtherCapture(row["id"], validated(capture), _origin(row, note), row["size"] if has_body else 0)


def _origin(row: dict[str, Any], note: Note) -> tuple[str, str | None] | None:
    if row["source"] is None:
        return None
    origin = usable("origins", {name: row[name] for name in ("source", "record")}, row["id"], note)
    return origin["source"], origin["record"]


def pictures(db: Database, run_id: int, after: int, limit: int, note: Note) -> list[OtherPicture | InvalidRow]:
    """Fetches of pictures in a run with ids above `after`, by id, at most `limit`, without those of withdrawn
    articles."""
    query = (
        "SELECT picture_captures.*, images.url, pictures.digest, size, media_type, width, height, perceptual_hash,"
        " path FROM picture_captures JOIN images ON images.id = image_id"
        " LEFT JOIN pictures ON pictures.id = picture_id WHERE run_id = ? AND picture_captures.id > ?"
        " AND coalesce(path, '') NOT LIKE 'withheld/%' AND coalesce(path, '') <> 'destroyed'"
        " ORDER BY picture_captures.id LIMIT ?"
    )
    rows = _rows(db, "picture_captures", query, (run_id, after, limit), note)
    return [_validated("picture_captures", row, _other_picture, note) for row in rows]


def _other_picture(row: dict[str, Any]) -> OtherPicture:
    capture = PictureCapture(
        0, clock.parse(row["captured_at"]), row["final_url"], row["status"], row["etag"], row["last_modified"],
        _picture_in(row), row["outcome"] == "forbidden", row["detail"],
    )  # fmt: skip
    return OtherPicture(row["id"], validation.address(row["url"]), capture)


def _picture_in(row: dict[str, Any]) -> Picture | None:
    """The picture that a fetch brought, from the columns of `pictures` in its row; None where it brought none."""
    if row["digest"] is None or row["status"] == 304:
        return None
    columns = usable("pictures", row)
    perceptual_hash = columns["perceptual_hash"]
    looks = Looks(columns["width"] or 0, columns["height"] or 0, perceptual_hash, b"") if perceptual_hash else None
    return Picture(columns["digest"], columns["size"], columns["media_type"], looks)


def _validated(
    table: str, row: dict[str, Any] | InvalidRow, make: Callable[[dict[str, Any]], T], note: Note
) -> T | InvalidRow:
    if isinstance(row, InvalidRow):
        return row
    try:
        return make(usable(table, row, note=note))
    except ROW_ERRORS as error:
        note(f"{table} {row['id']}", str(error))
        return InvalidRow(row["id"] if isinstance(row["id"], int) else 0)


def has_run(db: Database, outlet_id: int, other: OtherRun) -> bool:
    """Whether this archive has a run with the same start and software."""
    row = db.execute(
        "SELECT 1 FROM runs WHERE outlet_id = ? AND started_at = ? AND software = ?",
        [outlet_id, other.facts["started_at"], other.facts["software"]],
    ).fetchone()
    return row is not None


def open_like(db: Database, outlet_id: int, other: OtherRun) -> int:
    """Inserts a copy of the other run, as running until its captures are taken over; returns its id."""
    unfinished = {"outcome": "running", "finished_at": None, "reason": None}
    with transaction(db):
        return insert(db, "runs", {**other.facts, **unfinished, "outlet_id": outlet_id})


def close_like(db: Database, run: Run, other: OtherRun, moment: datetime) -> None:
    """Finishes a run as the other one ended, and seals it."""
    outcome, reason = other.facts["outcome"], other.facts["reason"]
    if outcome == "running":
        outcome, reason = "interrupted", "was under way in the archive it was merged from"
    with transaction(db):
        ended = {"finished_at": other.facts["finished_at"], "outcome": outcome, "reason": reason}
        update(db, "runs", run.id, ended)
        seal_finished(db, moment, run.id)


def withdrawn_addresses(db: Database, outlet_id: int) -> list[str]:
    """The URLs of the withdrawn articles of an outlet."""
    rows = db.execute("SELECT url FROM articles WHERE outlet_id = ? AND withdrawn_at IS NOT NULL", [outlet_id])
    return [row[0] for row in rows.fetchall() if validation.is_address(row[0])]


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


_MAX_HASHED = 50  # bodies of one URL
_BODIES_OF_URL = (
    "SELECT DISTINCT body_id FROM captures LEFT JOIN origins ON capture_id = captures.id WHERE outlet_id = ?"
    " AND url_key = ? AND body_id IS NOT NULL AND status <> 304"
)


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
