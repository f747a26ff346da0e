"""Another archive, from the side of one that takes over what it has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from archive import clock
from archive.records import Capture, Looks, Picture, PictureCapture, Run
from archive.store.connection import transaction
from archive.store.seals import seal_finished

REST = timedelta(days=1)
_OWN = ("id", "outlet_id")


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run of another archive: its number there, and its row without numbers."""

    id: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OtherPicture:
    """A fetch of a picture in another archive. path, thumbnail: of its files in that one's folder."""

    id: int
    url: str
    capture: PictureCapture
    path: str | None
    thumbnail: str | None


def runs(db: Database, outlet_id: int) -> list[OtherRun]:
    """Its runs, oldest first."""
    rows = db.query("SELECT * FROM runs WHERE outlet_id = ? ORDER BY id", [outlet_id])
    return [OtherRun(row["id"], {name: value for name, value in row.items() if name not in _OWN}) for row in rows]


def captures(
    db: Database, run_id: int, after: int, limit: int
) -> list[tuple[int, Capture, tuple[str, str | None] | None]]:
    """Captures of a run, by number, without their bodies (a body of one byte stands for one that was there), each with
    where it is from."""
    rows = db.query(
        "SELECT captures.*, request, response, origins.source, origins.record FROM captures"
        " JOIN headers ON headers.capture_id = captures.id LEFT JOIN origins ON origins.capture_id = captures.id"
        " WHERE run_id = ? AND captures.id > ? ORDER BY captures.id LIMIT ?",
        [run_id, after, limit],
    )
    return [(row["id"], _capture(row), (row["source"], row["record"]) if row["source"] else None) for row in rows]


def _capture(row: dict[str, Any]) -> Capture:
    brought = row["body_id"] is not None and row["status"] != 304
    response, request = (
        tuple((name, value) for name, value in json.loads(row[one])) for one in ("response", "request")
    )
    return Capture(
        row["requested_url"], row["final_url"], clock.parse(row["captured_at"]), row["status"], response,
        b"-" if brought else None, row["encoding"], request, tuple(json.loads(row["via"] or "[]")), row["detail"],
    )  # fmt: skip


def pictures(db: Database, run_id: int, after: int, limit: int) -> list[OtherPicture]:
    """Fetches of pictures in a run, by number; those of withdrawn articles are left out."""
    rows = db.query(
        "SELECT picture_captures.*, images.url, pictures.digest, size, media_type, width, height, perceptual_hash,"
        " path, thumbnail FROM picture_captures JOIN images ON images.id = image_id"
        " LEFT JOIN pictures ON pictures.id = picture_id WHERE run_id = ? AND picture_captures.id > ?"
        " AND coalesce(path, '') NOT LIKE 'withheld/%' AND coalesce(path, '') <> 'destroyed'"
        " ORDER BY picture_captures.id LIMIT ?",
        [run_id, after, limit],
    )
    return [_picture(row) for row in rows]


def _picture(row: dict[str, Any]) -> OtherPicture:
    picture = None
    if row["digest"] and row["status"] != 304:
        hashed = row["perceptual_hash"]
        looks = Looks(row["width"], row["height"], hashed, b"") if hashed else None
        ending = str(row["path"]).rpartition(".")[2]
        picture = Picture(row["digest"], row["size"], row["media_type"], ending, looks)
    capture = PictureCapture(
        0, clock.parse(row["captured_at"]), row["final_url"], row["status"], row["etag"], row["last_modified"], picture,
        row["outcome"] == "forbidden", row["detail"],
    )  # fmt: skip
    path, thumbnail = (row["path"], row["thumbnail"]) if picture else (None, None)
    return OtherPicture(row["id"], row["url"], capture, path, thumbnail)


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
    return [row[0] for row in rows.fetchall()]
