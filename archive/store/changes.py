"""What each of several edits changed, for lists of them: two queries for all, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from archive.diff import Gist, gist
from archive.records import Reading, StoredPicture
from archive.store.questions import stored_picture
from archive.store.readable import readable
from archive.store.texts import from_row

Step = tuple[int, int]
"""versions.id of the version before an edit, and of the one it made."""


def gists(db: Database, steps: Iterable[Step]) -> dict[int, Gist]:
    """What edits changed, by versions.id of what they made; those whose words cannot be read are left out."""
    wanted = list(steps)
    readings = readings_of(db, {version for step in wanted for version in step})
    return {new: _told(readings[old], readings[new]) for old, new in wanted if old in readings and new in readings}


def last_gists(db: Database, articles: Collection[int]) -> dict[int, Gist]:
    """What the last edit of each of these articles changed, by articles.id; nothing of those that had none."""
    rows = db.execute(
        "SELECT article_id, max(number), old_version_id, new_version_id FROM edits"
        " WHERE article_id IN (SELECT value FROM json_each(?)) GROUP BY article_id",
        [json.dumps(sorted(articles))],
    ).fetchall()
    known = gists(db, ((int(old), int(new)) for _, _, old, new in rows))
    return {int(article): known[new] for article, _, _, new in rows if new in known}


def readings_of(db: Database, versions: Collection[int]) -> dict[int, Reading]:
    """The readings in which versions are shown, by versions.id, with what the archive kept of their pictures."""
    numbers = json.dumps(sorted(versions))
    pictures = _pictures(db, numbers)
    rows = db.query(
        "SELECT active_texts.version_id AS id, texts.headline, texts.lead, texts.body, texts.captions, texts.layout,"
        " texts.details FROM active_texts JOIN texts ON texts.id = active_texts.text_id"
        " WHERE active_texts.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    found = readable(rows, "texts", lambda row: (int(row["id"]), from_row(row)))
    return {number: _with(reading, pictures.get(number, {})) for number, reading in found}


def _with(reading: Reading, stored: Mapping[str, StoredPicture]) -> Reading:
    images = tuple(replace(image, stored=stored.get(image.url)) for image in reading.images)
    return replace(reading, images=images)


def _pictures(db: Database, numbers: str) -> dict[int, dict[str, StoredPicture]]:
    rows = db.query(
        "SELECT version_images.version_id AS version, pictures.id, images.url, pictures.digest, path, media_type, size,"
        " width, height, thumbnail FROM version_images JOIN images ON images.id = image_id"
        " JOIN pictures ON pictures.id = picture_id"
        " WHERE version_images.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    found: dict[int, dict[str, StoredPicture]] = {}
    for version, (url, stored) in readable(rows, "pictures", _stored):
        if stored:
            found.setdefault(version, {})[url] = stored
    return found


def _stored(row: dict[str, Any]) -> tuple[int, tuple[str, StoredPicture | None]]:
    return int(row["version"]), stored_picture(row)


def _told(old: Reading, new: Reading) -> Gist:
    """The gist; comparing is what takes time, and the same edits are looked at again and again."""
    shown = tuple(image.stored for reading in (old, new) for image in reading.images)
    return _remembered(old, new, shown)


@lru_cache(maxsize=512)
def _remembered(old: Reading, new: Reading, _shown: tuple[StoredPicture | None, ...]) -> Gist:
    return gist(old, new)
