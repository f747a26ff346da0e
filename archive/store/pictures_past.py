"""Every fetch of a picture, as the facts that histories are derived from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from archive import clock
from archive.history import PictureLook, Shown
from archive.store.clocks import SEEN_AT
from archive.store.columns import usable
from archive.store.connection import rows_of
from archive.store.readable import readable

_FETCHES = (
    f"SELECT picture_captures.id, images.url, {SEEN_AT} AS at, status, pictures.digest, perceptual_hash FROM images"
    " JOIN picture_captures ON image_id = images.id JOIN runs ON runs.id = run_id"
    " LEFT JOIN pictures ON pictures.id = picture_id WHERE images.url = ? ORDER BY at, picture_captures.id"
)


def fetches_of(db: Database, urls: Iterable[str]) -> list[PictureLook]:
    """All fetches of these pictures that brought or confirmed something. What a 304 confirms is what the address had
    brought by then, whatever was known of it when it came."""
    found: list[PictureLook] = []
    for url in set(urls):
        last: Shown | None = None
        for fetch in readable(rows_of(db, _FETCHES, [url]), "picture_captures", _fetch):
            shown = last if fetch.status == 304 else fetch.shown
            if shown is not None:
                found.append(replace(fetch, shown=shown))
                last = shown
    return found


def _fetch(row: dict[str, Any]) -> PictureLook:
    shown = Shown(row["digest"], usable("pictures", row)["perceptual_hash"], row["id"]) if row["digest"] else None
    return PictureLook(row["id"], row["url"], clock.parse(row["at"]), shown, row["status"] or 0)


def picture_numbers(db: Database, digests: Iterable[str]) -> dict[str, int]:
    """pictures.id by digest."""
    return {
        digest: int(row[0])
        for digest in set(digests)
        if (row := db.execute("SELECT id FROM pictures WHERE digest = ?", [digest]).fetchone())
    }
