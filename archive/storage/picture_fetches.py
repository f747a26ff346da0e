"""Fetches of pictures: which pictures are due, the outcome of a fetch, and the schedule of the next one.

The pause before the next fetch is the time since the address last brought new bytes, so it doubles each time, but is
never shorter than a rest that the crawler sets; after failures the pause doubles too. An edited article's pictures are
fetched at once.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from archive.history.facts import GONE_STATUSES
from archive.history.picture_changes import same_picture
from archive.model import clock
from archive.model.errors import BadValue
from archive.model.paths import picture_place
from archive.model.records import Filed, Picture, PictureCapture, PictureOutcome, Run, WantedPicture
from archive.storage.connection import insert, transaction, update
from archive.storage.schema_views import CORRECTED_TIME

_LONGEST_PAUSE = timedelta(days=180)
_FORBIDDEN_PAUSE = timedelta(days=30)
_MOST_DOUBLINGS = 10
_FAILED: frozenset[PictureOutcome] = frozenset({"gone", "error"})
_NEW_BYTES: frozenset[PictureOutcome] = frozenset({"fresh", "recompressed", "unclear", "replaced"})

# with the last fetch that brought or confirmed (304) bytes
_WANTED = (
    "SELECT DISTINCT images.id AS image_id, images.url, digest, media_type, last.final_url, last.etag,"
    " last.last_modified"
    " FROM images LEFT JOIN picture_captures AS last ON last.id = (SELECT picture_captures.id FROM picture_captures"
    " JOIN runs ON runs.id = run_id WHERE image_id = images.id AND picture_id IS NOT NULL"
    f" ORDER BY {CORRECTED_TIME} DESC, picture_captures.id DESC LIMIT 1)"
    " LEFT JOIN pictures ON pictures.id = last.picture_id"
)


def pictures_of(db: Database, article_id: int) -> list[WantedPicture]:
    """The pictures that an article's current version shows."""
    rows = db.query(
        f"{_WANTED} JOIN version_images ON version_images.image_id = images.id"
        " JOIN articles ON articles.current_version_id = version_images.version_id WHERE articles.id = ?"
        " ORDER BY version_images.position",
        [article_id],
    )
    return list(map(_wanted, rows))


def pictures_after(db: Database, filed: Filed, moment: datetime) -> list[WantedPicture]:
    """The pictures to fetch after a page: all of a new or edited article; of an unchanged one the due ones that its
    page now shows at other addresses than its current version names."""
    if filed.article_id is None or filed.outcome == "unreadable":
        return []
    if filed.outcome != "unchanged":
        return pictures_of(db, filed.article_id)
    rows = db.query(
        f"{_WANTED} JOIN version_images ON version_images.image_id = images.id"
        " JOIN articles ON articles.current_version_id = version_images.version_id"
        " WHERE articles.id = ? AND position < 0 AND due_at <= ? ORDER BY position DESC",
        [filed.article_id, clock.stamp(moment)],
    )
    return list(map(_wanted, rows))


def schedule_moved(db: Database, image_id: int, former: int | None, shown: int | None, moment: str) -> None:
    """Schedules a picture that an article's page shows at another address since a moment: it is due at once where its
    address last showed another one than the article; an address that changes again and again waits as the former one
    did. former: images.id of the other address before; shown: pictures.id of what the article shows. Call inside a
    transaction."""
    if former is not None:
        db.execute(
            "UPDATE images SET due_at = (SELECT due_at FROM images WHERE id = ?) WHERE id = ? AND changed_at IS NULL",
            [former, image_id],
        )
        return
    last = db.execute(
        "SELECT picture_id FROM picture_captures WHERE image_id = ? AND picture_id IS NOT NULL"
        " ORDER BY id DESC LIMIT 1",
        [image_id],
    ).fetchone()
    if last is not None and last[0] != shown:
        db.execute("UPDATE images SET due_at = min(due_at, ?) WHERE id = ?", [moment, image_id])


STANDS = (
    "(version_images.position < 0 OR NOT EXISTS (SELECT 1 FROM version_images AS moved"
    " WHERE moved.version_id = version_images.version_id AND moved.position = -version_images.position))"
)
"""The address at which a page shows a picture by now."""


def due_pictures(
    db: Database, run: Run, moment: datetime, limit: int, again: int = sys.maxsize
) -> list[WantedPicture]:  # fmt: skip
    """Up to `limit` due pictures of the outlet's articles: those never fetched first, then those due the longest, of
    these up to `again`. Of an article that is gone, only those never fetched: they may outlive it for a while."""
    rows = db.query(
        f"{_WANTED} WHERE images.due_at <= :at AND EXISTS (SELECT 1 FROM version_images"
        " JOIN articles ON articles.current_version_id = version_images.version_id"
        " WHERE version_images.image_id = images.id AND articles.outlet_id = :outlet AND articles.withdrawn_at IS NULL"
        f" AND (articles.gone_since IS NULL OR images.changed_at IS NULL) AND {STANDS})"
        " ORDER BY images.changed_at IS NOT NULL, images.due_at, images.id LIMIT :limit",
        {"at": clock.stamp(moment), "outlet": run.outlet_id, "limit": limit},
    )
    wanted = list(map(_wanted, rows))
    return wanted[: sum(picture.final_url is None for picture in wanted) + again]


def _wanted(row: dict[str, Any]) -> WantedPicture:
    """A picture whose stored digest or type is invalid is fetched as if it never had been."""
    digest, media_type = row.pop("digest"), row.pop("media_type")
    try:
        return WantedPicture(path=picture_place(digest, media_type), **row)
    except BadValue:
        return WantedPicture(row["image_id"], row["url"])


def keep_picture(
    db: Database, run: Run, capture: PictureCapture, rest: timedelta, *, late: bool = False
) -> tuple[PictureOutcome, int | None]:
    """Records a fetch, in one transaction; the bytes it brought must be in the store already. rest: the shortest time
    until it is due again. late: newer fetches are recorded already, so the schedule stays. Returns the outcome, and
    pictures.id of the picture shown."""
    with transaction(db):
        last = _last_shown(db, capture.image_id, clock.stamp(capture.captured_at))
        outcome = judge(capture, last)
        picture_id = _insert_picture(db, capture.picture) if capture.picture else None
        if outcome == "not-modified" and last:
            picture_id = last["picture_id"]
        _insert_fetch(db, run, capture, outcome, picture_id)
        if not late:
            _schedule(db, capture, outcome, rest)
    return outcome, picture_id


def judge(capture: PictureCapture, last: dict[str, Any] | None) -> PictureOutcome:
    """The outcome of a fetch, given the picture that the address last showed."""
    if capture.forbidden:
        return "forbidden"
    if capture.status in GONE_STATUSES:
        return "gone"
    if capture.status == 304:
        return "not-modified" if last else "error"
    if capture.picture is None:
        return "error"
    return _compared(capture.picture, last)


def _compared(picture: Picture, last: dict[str, Any] | None) -> PictureOutcome:
    if last is None:
        return "fresh"
    if picture.digest == last["digest"]:
        return "revisit"
    looks = picture.looks.perceptual_hash if picture.looks else None
    verdicts: dict[bool | None, PictureOutcome] = {True: "recompressed", False: "replaced", None: "unclear"}
    return verdicts[same_picture(last["perceptual_hash"], looks)]


def _last_shown(db: Database, image_id: int, until: str) -> dict[str, Any] | None:
    """The picture that the address last showed, up to a moment."""
    rows = db.query(
        f"SELECT picture_id, digest, perceptual_hash, {CORRECTED_TIME} AS at FROM picture_captures"
        " JOIN runs ON runs.id = run_id JOIN pictures ON pictures.id = picture_id WHERE image_id = ? AND at <= ?"
        " ORDER BY at DESC, picture_captures.id DESC LIMIT 1",
        [image_id, until],
    )
    return next(iter(rows), None)


def _insert_picture(db: Database, picture: Picture) -> int:
    looks = picture.looks
    row = {
        "digest": picture.digest,
        "size": picture.size,
        "media_type": picture.media_type,
        "width": looks.width if looks else None,
        "height": looks.height if looks else None,
        "perceptual_hash": looks.perceptual_hash if looks else None,
        "path": picture.path,
        "thumbnail": picture.thumbnail_path,
    }
    db.execute(
        f"INSERT INTO pictures ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) ON CONFLICT (digest) DO UPDATE"
        # a picture withdrawn with one article that another article now shows is served again
        " SET path = excluded.path, thumbnail = excluded.thumbnail, perceptual_hash = excluded.perceptual_hash"
        " WHERE path <> excluded.path",
        list(row.values()),
    )
    return int(db.execute("SELECT id FROM pictures WHERE digest = ?", [picture.digest]).fetchone()[0])


def _insert_fetch(
    db: Database, run: Run, capture: PictureCapture, outcome: PictureOutcome, picture_id: int | None
) -> None:
    names = ("image_id", "final_url", "status", "detail", "etag", "last_modified")
    own = {"run_id": run.id, "outcome": outcome, "picture_id": picture_id}
    row = {name: getattr(capture, name) for name in names} | own | {"captured_at": clock.stamp(capture.captured_at)}
    insert(db, "picture_captures", row)


def _schedule(db: Database, capture: PictureCapture, outcome: PictureOutcome, rest: timedelta) -> None:
    """Sets the time of the next fetch."""
    (stored,) = db.execute("SELECT changed_at FROM images WHERE id = ?", [capture.image_id]).fetchone()
    captured_at = capture.captured_at
    changed_at = captured_at if outcome in _NEW_BYTES else clock.read(stored)
    first = _first_seen(db, capture.image_id, capture.picture) if capture.picture and outcome == "fresh" else None
    since = first or changed_at
    pause = max(rest, captured_at - since) if since else rest
    if outcome == "forbidden":
        pause = _FORBIDDEN_PAUSE
    elif outcome in _FAILED:
        pause = max(pause, rest * 2 ** min(_consecutive_failures(db, capture.image_id) - 1, _MOST_DOUBLINGS))
    due_at = clock.stamp(captured_at + min(pause, _LONGEST_PAUSE))
    update(db, "images", capture.image_id, {"changed_at": changed_at and clock.stamp(changed_at), "due_at": due_at})


def _first_seen(db: Database, image_id: int, picture: Picture) -> datetime | None:
    """When a picture that a page shows at another address than before was first seen, at whatever address."""
    (first,) = db.execute(
        "SELECT min(captured_at) FROM picture_captures JOIN pictures ON pictures.id = picture_id WHERE digest = ?"
        " AND EXISTS (SELECT 1 FROM version_images WHERE version_images.image_id = ? AND position < 0)",
        [picture.digest, image_id],
    ).fetchone()
    return clock.read(first)


def leave_picture(db: Database, picture: WantedPicture, until: datetime) -> None:
    """Postpones a picture until the crawler's pause for its host ends."""
    with transaction(db):
        db.execute("UPDATE images SET due_at = ? WHERE id = ?", [clock.stamp(until), picture.image_id])


def _consecutive_failures(db: Database, image_id: int) -> int:
    """The number of consecutive failures."""
    (count,) = db.execute(
        "SELECT count(*) FROM picture_captures WHERE image_id = ?1 AND outcome IN ('gone', 'error')"
        " AND id > coalesce((SELECT max(id) FROM picture_captures WHERE image_id = ?1 AND picture_id IS NOT NULL), 0)",
        [image_id],
    ).fetchone()
    return int(count)


def ensure_image(db: Database, url: str, seen_at: str) -> int:
    """images.id of a picture's address; inserts it as first seen at `seen_at` if new. Call inside a transaction."""
    row = db.execute(
        "INSERT INTO images (url, first_seen_at, due_at) VALUES (?1, ?2, ?2) ON CONFLICT (url)"
        " DO UPDATE SET first_seen_at = min(first_seen_at, excluded.first_seen_at) RETURNING id",
        [url, seen_at],
    ).fetchone()
    return int(row[0])
