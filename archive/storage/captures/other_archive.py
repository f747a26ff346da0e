"""Another archive, from the side of one that takes over what it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlite_utils import Database

from archive.model import clock, validation
from archive.model.capture_validation import gated
from archive.model.errors import BadValue
from archive.model.records import Capture, Looks, Outlet, Picture, PictureCapture, Run
from archive.model.urls import host_of, is_site
from archive.storage.connection import transaction
from archive.storage.damaged_rows import NOT_READABLE
from archive.storage.integrity.column_validation import COLUMNS, problems, usable
from archive.storage.integrity.seals import seal_finished

T = TypeVar("T")

REST = timedelta(days=1)
LARGEST = 256 * 1024 * 1024
"""Bytes of a body that is taken over: eight times what a crawl takes."""
_OWN = ("id", "outlet_id")

Note = Callable[[str, str], None]
"""Is told where something of the other archive cannot be, and what is wrong."""


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run of another archive: its number there, and its row without numbers."""

    id: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OtherCapture:
    """A capture of another archive, without its body: one of one byte stands for one that was there. origin: where it
    is from, if that is said."""

    id: int
    capture: Capture
    origin: tuple[str, str | None] | None


@dataclass(frozen=True, slots=True)
class OtherPicture:
    """A fetch of a picture in another archive. has_file: it brought bytes, which should be in that one's folder."""

    id: int
    url: str
    capture: PictureCapture
    has_file: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be."""

    id: int


def outlets(db: Database, note: Note) -> list[Run]:
    """Its outlets, each as a run that is none; those that cannot be are left out."""
    rows = db.query("SELECT id, name, title, home_url, timezone FROM outlets ORDER BY id")
    return [one for row in rows if not isinstance(one := _made("outlets", row, _outlet, note), Refused)]


def _outlet(row: dict[str, Any]) -> Run:
    host = host_of(row["home_url"])
    if not is_site(host):
        raise BadValue(f"home_url: {validation.shown(row['home_url'])} is no site of one newspaper")
    return Run(0, row["id"], Outlet(row["name"], row["title"], row["home_url"], (host,), row["timezone"]))


def runs(db: Database, outlet_id: int, note: Note) -> Iterator[OtherRun]:
    """Its runs, oldest first. One that cannot say when it began does so with its first capture."""
    after = 0
    columns = ", ".join(COLUMNS["runs"])
    query = f"SELECT {columns} FROM runs WHERE outlet_id = ? AND id > ? AND kind <> 'cleanse' ORDER BY id LIMIT ?"
    while page := list(db.query(query, [outlet_id, after, _BATCH])):
        after = page[-1]["id"]
        for row in page:
            row["started_at"] = _began(db, row, note)
            if not isinstance(one := _made("runs", row, _run, note), Refused):
                yield one


_BATCH = 500


def _run(row: dict[str, Any]) -> OtherRun:
    return OtherRun(row["id"], {name: value for name, value in row.items() if name not in _OWN})


def _began(db: Database, row: dict[str, Any], note: Note) -> str:
    began = clock.read(row["started_at"])
    if "started_at" not in problems("runs", row) and began:
        return clock.stamp(began)
    note(f"runs {row['id']}", f"started_at: {validation.shown(row['started_at'])} is no time")
    found = db.execute("SELECT captured_at FROM captures WHERE run_id = ? ORDER BY id LIMIT 1", [row["id"]]).fetchone()
    return clock.stamp((clock.read(found[0]) if found else None) or clock.now())


def captures(db: Database, run_id: int, after: int, limit: int, note: Note) -> list[OtherCapture | Refused]:
    """Captures of a run, by number."""
    rows = db.query(
        "SELECT captures.*, bodies.size, request, response, origins.source, origins.record FROM captures"
        " LEFT JOIN headers ON headers.capture_id = captures.id LEFT JOIN origins ON origins.capture_id = captures.id"
        " LEFT JOIN bodies ON bodies.id = body_id WHERE run_id = ? AND captures.id > ? ORDER BY captures.id LIMIT ?",
        [run_id, after, limit],
    )
    return [_made("captures", row, lambda row: _capture(row, note), note) for row in rows]


def _capture(row: dict[str, Any], note: Note) -> OtherCapture:
    brought = row["body_id"] is not None and row["status"] != 304
    if brought and validation.size(row["size"]) > LARGEST:
        raise BadValue(f"its body has {row['size']:,} bytes, and at most {LARGEST:,} are taken over")
    exchanged = {name: row[name] or "[]" for name in ("response", "request")}
    headers = usable("headers", exchanged, row["id"], note)
    capture = Capture(
        row["requested_url"], row["final_url"], clock.parse(row["captured_at"]), row["status"],
        validation.json_pairs(headers["response"]), b"-" if brought else None, row["encoding"],
        validation.json_pairs(headers["request"]), validation.json_lines(row["via"] or "[]"), row["detail"],
    )  # fmt: skip
    return OtherCapture(row["id"], gated(capture), _origin(row, note))


def _origin(row: dict[str, Any], note: Note) -> tuple[str, str | None] | None:
    if row["source"] is None:
        return None
    found = usable("origins", {name: row[name] for name in ("source", "record")}, row["id"], note)
    return found["source"], found["record"]


def pictures(db: Database, run_id: int, after: int, limit: int, note: Note) -> list[OtherPicture | Refused]:
    """Fetches of pictures in a run, by number; those of withdrawn articles are left out."""
    rows = db.query(
        "SELECT picture_captures.*, images.url, pictures.digest, size, media_type, width, height, perceptual_hash,"
        " path FROM picture_captures JOIN images ON images.id = image_id"
        " LEFT JOIN pictures ON pictures.id = picture_id WHERE run_id = ? AND picture_captures.id > ?"
        " AND coalesce(path, '') NOT LIKE 'withheld/%' AND coalesce(path, '') <> 'destroyed'"
        " ORDER BY picture_captures.id LIMIT ?",
        [run_id, after, limit],
    )
    return [_made("picture_captures", row, _picture, note) for row in rows]


def _picture(row: dict[str, Any]) -> OtherPicture:
    picture = _picture_in(row)
    capture = PictureCapture(
        0, clock.parse(row["captured_at"]), row["final_url"], row["status"], row["etag"], row["last_modified"], picture,
        row["outcome"] == "forbidden", row["detail"],
    )  # fmt: skip
    return OtherPicture(row["id"], validation.address(row["url"]), capture, picture is not None)


def _picture_in(row: dict[str, Any]) -> Picture | None:
    """What a fetch brought, by the columns of `pictures` in its row; None where it brought nothing."""
    if row["digest"] is None or row["status"] == 304:
        return None
    known = usable("pictures", row)
    hashed = known["perceptual_hash"]
    looks = Looks(known["width"] or 0, known["height"] or 0, hashed, b"") if hashed else None
    return Picture(known["digest"], known["size"], known["media_type"], looks)


def _made(table: str, row: dict[str, Any], make: Callable[[dict[str, Any]], T], note: Note) -> T | Refused:
    try:
        return make(usable(table, row, note=note))
    except NOT_READABLE as error:
        note(f"{table} {row['id']}", str(error))
        return Refused(row["id"] if isinstance(row["id"], int) else 0)


def has_run(db: Database, outlet_id: int, other: OtherRun) -> bool:
    """Whether a run of the same beginning and software is here."""
    row = db.execute(
        "SELECT 1 FROM runs WHERE outlet_id = ? AND started_at = ? AND software = ?",
        [outlet_id, other.facts["started_at"], other.facts["software"]],
    ).fetchone()
    return row is not None


def open_like(db: Database, outlet_id: int, other: OtherRun) -> int:
    """A run that began as the other one, open as long as its captures come."""
    ended = {"outcome": "running", "finished_at": None, "reason": None}
    row = {**other.facts, **ended, "outlet_id": outlet_id}
    with transaction(db):
        cursor = db.execute(
            f"INSERT INTO runs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
        )
    return int(cursor.lastrowid or 0)


def close_like(db: Database, run: Run, other: OtherRun, at: datetime) -> None:
    """It ends as the other one did, and is sealed."""
    outcome, reason = other.facts["outcome"], other.facts["reason"]
    if outcome == "running":
        outcome, reason = "interrupted", "was under way in the archive it was merged from"
    with transaction(db):
        db.execute(
            "UPDATE runs SET finished_at = ?, outcome = ?, reason = ? WHERE id = ?",
            [other.facts["finished_at"], outcome, reason, run.id],
        )
        seal_finished(db, at)


def withdrawn_addresses(db: Database, outlet_id: int) -> list[str]:
    """Where the withdrawn articles of an outlet live."""
    rows = db.execute("SELECT url FROM articles WHERE outlet_id = ? AND withdrawn_at IS NOT NULL", [outlet_id])
    return [row[0] for row in rows.fetchall() if validation.is_address(row[0])]
