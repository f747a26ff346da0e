"""Gists of many edits for lists: two queries for all of them, and a cache."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from archive.diff import EditSummary, summarize_edit
from archive.model.records import Reading, StoredPicture
from archive.queries.lookup import stored_picture
from archive.storage.damaged_rows import readable_values
from archive.storage.readings.version_texts import from_row

Step = tuple[int, int]
"""versions.id of the version before an edit, and of the one it made."""


_ContentKey = tuple[str, tuple[tuple[str, StoredPicture], ...]]
"""Cache key of a version's content: the digest of its text row, and its stored pictures by URL."""
_CACHE: dict[tuple[_ContentKey, _ContentKey], EditSummary] = {}
_CACHE_SIZE = 1000


def gists(db: Database, steps: Iterable[Step]) -> dict[int, EditSummary]:
    """The gist of each edit, by versions.id of the version it made; edits with an unreadable text are left out.

    Reading and comparing takes time, and the same edits are requested often: gists are cached by the content of both
    versions.
    """
    listed = list(steps)
    keys_by_version = _content_keys(db, {version for step in listed for version in step})
    keys = {
        step: (keys_by_version[step[0]], keys_by_version[step[1]])
        for step in listed
        if step[0] in keys_by_version and step[1] in keys_by_version
    }
    by_version = {step[1]: cached for step, key in keys.items() if (cached := _CACHE.get(key))}
    missing = [step for step in keys if step[1] not in by_version]
    readings = readings_of(db, {version for step in missing for version in step}) if missing else {}
    for old, new in missing:
        if old in readings and new in readings:
            by_version[new] = summarize_edit(readings[old], readings[new])
            _cache(keys[old, new], by_version[new])
    return by_version


def _cache(key: tuple[_ContentKey, _ContentKey], edit_gist: EditSummary) -> None:
    if len(_CACHE) >= _CACHE_SIZE:
        _CACHE.clear()
    _CACHE[key] = edit_gist


def _content_keys(db: Database, versions: Collection[int]) -> dict[int, _ContentKey]:
    numbers = json.dumps(sorted(versions))
    pictures = _pictures(db, numbers)
    rows = db.execute(
        "SELECT active_texts.version_id, texts.row_digest FROM active_texts JOIN texts ON texts.id = text_id"
        " WHERE active_texts.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    return {int(version): (str(digest), _sorted(pictures.get(version, {}))) for version, digest in rows.fetchall()}


def _sorted(pictures: Mapping[str, StoredPicture]) -> tuple[tuple[str, StoredPicture], ...]:
    return tuple(sorted(pictures.items(), key=lambda pair: pair[0]))


def last_gists(db: Database, articles: Collection[int]) -> dict[int, EditSummary]:
    """The gist of the last edit of each of these articles, by articles.id; articles without an edit are left out."""
    rows = db.execute(
        "SELECT article_id, max(number), old_version_id, new_version_id FROM edits"
        " WHERE article_id IN (SELECT value FROM json_each(?)) GROUP BY article_id",
        [json.dumps(sorted(articles))],
    ).fetchall()
    gists_by_version = gists(db, ((int(old), int(new)) for _, _, old, new in rows))
    return {int(article): gists_by_version[new] for article, _, _, new in rows if new in gists_by_version}


def readings_of(db: Database, versions: Collection[int]) -> dict[int, Reading]:
    """The active readings of versions, by versions.id, with the stored pictures."""
    numbers = json.dumps(sorted(versions))
    pictures = _pictures(db, numbers)
    rows = db.query(
        "SELECT active_texts.version_id AS id, texts.headline, texts.lead, texts.body, texts.captions, texts.layout,"
        " texts.details FROM active_texts JOIN texts ON texts.id = active_texts.text_id"
        " WHERE active_texts.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    readings = readable_values(rows, "texts", lambda row: (int(row["id"]), from_row(row)))
    return {number: _with_stored(reading, pictures.get(number, {})) for number, reading in readings}


def _with_stored(reading: Reading, stored: Mapping[str, StoredPicture]) -> Reading:
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
    by_version: dict[int, dict[str, StoredPicture]] = {}
    for version, (url, stored) in readable_values(rows, "pictures", _stored_row):
        if stored:
            by_version.setdefault(version, {})[url] = stored
    return by_version


def _stored_row(row: dict[str, Any]) -> tuple[int, tuple[str, StoredPicture | None]]:
    return int(row["version"]), stored_picture(row)
