"""What rebuilding must know beyond the captures: readings that are kept, articles of the same words, pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from sqlite_utils import Database

from archive import clock
from archive.edits import reading_digest
from archive.model import gates
from archive.records import Looks, Picture, PictureCapture, ReadableKind, Reading, Unreadable
from archive.store.columns import usable
from archive.store.identity import TWIN_LENGTH
from archive.store.readable import readable
from archive.store.texts import from_row

_READABLE = frozenset(get_args(ReadableKind))


def kept_reading(db: Database, capture_id: int, extractor: str) -> Reading | Unreadable | None:
    """What an extractor read in a capture, where that is kept: as the words of a version, or as a refusal."""
    row = db.execute(
        "SELECT kind, detail FROM readings JOIN extractors ON extractors.id = extractor_id"
        " WHERE capture_id = ? AND extractors.name = ?",
        [capture_id, extractor],
    ).fetchone()
    if row and row[0] not in _READABLE and row[0] != "unconfirmed" and row[1] != "withdrawn":
        return Unreadable(row[0], row[1] or "", extractor)
    rows = db.query(
        "SELECT texts.* FROM texts JOIN extractors ON extractors.id = extractor_id JOIN versions"
        " ON versions.id = version_id WHERE texts.capture_id = ? AND extractors.name = ? AND words_of IS NULL",
        [capture_id, extractor],
    )
    return next((from_row(text, extractor) for text in rows), None)


def last_words(db: Database, capture_id: int, extractor: str) -> Reading | None:
    """The words in which the version a capture showed is told: all there is where its bytes are not to be had."""
    rows = db.query(
        "SELECT texts.* FROM readings JOIN active_texts ON active_texts.version_id = readings.version_id"
        " JOIN texts ON texts.id = text_id WHERE readings.capture_id = ? ORDER BY readings.extractor_id DESC LIMIT 1",
        [capture_id],
    )
    return next((from_row(text, extractor) for text in rows), None)


def same_words(db: Database, outlet_id: int, reading: Reading) -> set[str]:
    """Addresses at which articles live that ever said the very same."""
    if len(reading.text) < TWIN_LENGTH:
        return set()
    rows = db.execute(
        "SELECT articles.url_key FROM texts JOIN versions ON versions.id = texts.version_id"
        " JOIN articles ON articles.id = versions.article_id"
        " WHERE texts.digest = ? AND +articles.outlet_id = ? AND withdrawn_at IS NULL",
        [reading_digest(reading), outlet_id],
    )
    return {row[0] for row in rows.fetchall()}


def has_captures(db: Database, outlet_id: int, key: str) -> bool:
    """Whether an address was ever asked for."""
    row = db.execute("SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? LIMIT 1", [outlet_id, key]).fetchone()
    return row is not None


@dataclass(frozen=True, slots=True)
class PastPicture:
    """A fetch of a picture as the archive holds it. capture.image_id is the archive's own number."""

    id: int
    url: str
    run_id: int
    capture: PictureCapture
    picture_id: int | None


def pictures_past(db: Database, urls: Iterable[str]) -> list[PastPicture]:
    """Every fetch of these pictures, in order of time."""
    found = [past for url in set(urls) for past in _fetches(db, url)]
    return sorted(
        found, key=lambda one: (one.capture.captured_at, one.url, one.capture.status or 0, _digest(one.capture))
    )


def _digest(capture: PictureCapture) -> str:
    return capture.picture.digest if capture.picture else ""


def _fetches(db: Database, url: str) -> list[PastPicture]:
    rows = db.query(
        "SELECT picture_captures.id AS number, image_id, run_id, captured_at, final_url, status, outcome, detail, etag,"
        " last_modified, picture_id, pictures.digest, size, media_type, width, height, perceptual_hash, path"
        " FROM images JOIN picture_captures ON image_id = images.id LEFT JOIN pictures ON pictures.id = picture_id"
        " WHERE images.url = ?",
        [url],
    )
    named = ({**row, "id": row["number"]} for row in rows)
    return list(readable(named, "picture_captures", lambda row: _fetch(url, row)))


def _fetch(url: str, row: dict[str, Any]) -> PastPicture:
    capture = PictureCapture(
        row["image_id"], clock.parse(row["captured_at"]), row["final_url"], row["status"], row["etag"],
        row["last_modified"], picture_in(row), row["outcome"] == "forbidden", row["detail"],
    )  # fmt: skip
    return PastPicture(row["number"], url, row["run_id"], capture, row["picture_id"])


def picture_in(row: dict[str, Any]) -> Picture | None:
    """What a fetch brought, by the columns of `pictures` in its row; None where it brought nothing."""
    if row["digest"] is None or row["status"] == 304:
        return None
    known = usable("pictures", row)
    hashed = known["perceptual_hash"]
    looks = Looks(known["width"] or 0, known["height"] or 0, hashed, b"") if hashed else None
    ending = gates.ending(str(known["path"]).rpartition(".")[2])
    return Picture(known["digest"], known["size"], known["media_type"], ending, looks)


def put_image(scratch: Database, number: int, url: str, at: str) -> None:
    """The address of a picture, under the number it has in the archive itself."""
    scratch.execute(
        "INSERT INTO images (id, url, first_seen_at, due_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [number, url, at, at],
    )


def put_picture(scratch: Database, past: PastPicture) -> None:
    """What a fetch brought, under the number it has in the archive itself."""
    picture = past.capture.picture
    if picture is None or past.picture_id is None:
        return
    looks = picture.looks
    scratch.execute(
        "INSERT INTO pictures (id, digest, size, media_type, perceptual_hash, path) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [
            past.picture_id, picture.digest, picture.size, picture.media_type, looks.perceptual_hash if looks else None,
            picture.path,
        ],
    )  # fmt: skip
