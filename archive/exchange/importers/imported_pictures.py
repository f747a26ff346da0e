"""Imports pictures: their bytes into the picture folder, their captures into the archive."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from archive.exchange.importers.import_items import Image
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.paths import ENDINGS, picture_place
from archive.model.records import Picture, PictureCapture, Run
from archive.model.validation import is_digest, line, or_none
from archive.pictures import recognise, recognise_kind
from archive.pipeline.ingest import keep_picture
from archive.runtime import isolated
from archive.storage import connection, picture_fetches
from archive.storage.connection import Database
from archive.storage.picture_files import put_file, verified_file
from archive.storage.picture_history import image_of, mark_showing, picture_comes_late, picture_is_here
from archive.workers import Lost


def picture_known(db: Database, image: Image) -> bool | None:
    """True where the archive has this capture already; False where no known article shows the picture; None where it
    can be imported."""
    image_id = image_of(db, image.url)
    if image_id is None:
        return False
    digest = digest_of(image.body) if image.body else image.digest
    return picture_is_here(db, image_id, clock.stamp(image.captured_at), image.status, digest) or None


def take_picture(db: Database, run: Run, folder: Path, image: Image) -> bool:
    """Stores the file of a picture, then its capture in one transaction; False where its bytes are no picture, or are
    missing."""
    image_id, picture = image_of(db, image.url), _picture(folder, image)
    if image_id is None or (picture is None and image.status == 200):
        return False
    if picture and image.body:
        _store(folder, picture, image.body)
    headers = {name.lower(): value for name, value in image.headers}
    capture = PictureCapture(
        image_id, image.captured_at, image.url, image.status, or_none(line, headers.get("etag")),
        or_none(line, headers.get("last-modified")), picture,
    )  # fmt: skip
    with connection.transaction(db):
        if picture_comes_late(db, image_id, clock.stamp(image.captured_at)):
            picture_fetches.keep_picture(db, run, capture, timedelta(days=1), late=True)
            mark_showing(db, image_id)
        else:
            keep_picture(db, run, capture, timedelta(days=1))
    return True


def _picture(folder: Path, image: Image) -> Picture | None:
    if image.body:
        return _recognise(image.body)
    if image.digest is None or not is_digest(image.digest.lower()):
        return None
    digest = image.digest.lower()
    kept = (verified_file(folder, picture_place(digest, kind), digest) for kind in ENDINGS)
    return next((_recognise(data) for data in kept if data is not None), None)


def _recognise(data: bytes) -> Picture | None:
    """Decodes in a worker process; where that exceeds its limits, recognises the kind by the first bytes."""
    for decode in (recognise, recognise_kind):
        if not isinstance(picture := isolated.run(decode, data), Lost):
            return picture
    return None


def _store(folder: Path, picture: Picture, data: bytes) -> None:
    """Stores the thumbnail, then the picture, so that a stored picture always has its thumbnail."""
    if picture.looks and picture.thumbnail_path:
        put_file(folder, picture.thumbnail_path, picture.looks.thumbnail)
    put_file(folder, picture.path, data)
