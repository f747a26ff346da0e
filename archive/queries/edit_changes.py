"""What each of several edits changed, for lists of them: two queries for all, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from archive.diff import Gist, gist
from archive.model.records import Reading, StoredPicture
from archive.queries.lookup import stored_picture
from archive.storage.damaged_rows import readable
from archive.storage.readings.version_texts import from_row

Step = tuple[int, int]
"""versions.id of the version before an edit, and of the one it made."""


_Mark = tuple[str, tuple[tuple[str, StoredPicture], ...]]
"""What a version says and shows: the digest of its words, and its pictures by their addresses."""
_KNOWN: dict[tuple[_Mark, _Mark], Gist] = {}
_MOST = 1000


def gists(db: Database, steps: Iterable[Step]) -> dict[int, Gist]:
    """What edits changed, by versions.id of what they made; those whose words cannot be read are left out.

    Reading and comparing is what takes time, and the same edits are looked at again and again: they are remembered by
    what both versions say and show.
    """
    wanted = list(steps)
    marks = _marks(db, {version for step in wanted for version in step})
    keys = {step: (marks[step[0]], marks[step[1]]) for step in wanted if step[0] in marks and step[1] in marks}
    found = {step[1]: known for step, key in keys.items() if (known := _KNOWN.get(key))}
    asked = [step for step in keys if step[1] not in found]
    readings = readings_of(db, {version for step in asked for version in step}) if asked else {}
    for old, new in asked:
        if old in readings and new in readings:
            found[new] = gist(readings[old], readings[new])
            _remember(keys[old, new], found[new])
    return found


def _remember(key: tuple[_Mark, _Mark], told: Gist) -> None:
    if len(_KNOWN) >= _MOST:
        _KNOWN.clear()
    _KNOWN[key] = told


def _marks(db: Database, versions: Collection[int]) -> dict[int, _Mark]:
    numbers = json.dumps(sorted(versions))
    pictures = _pictures(db, numbers)
    rows = db.execute(
        "SELECT active_texts.version_id, texts.row_digest FROM active_texts JOIN texts ON texts.id = text_id"
        " WHERE active_texts.version_id IN (SELECT value FROM json_each(?))",
        [numbers],
    )
    return {int(version): (str(digest), _in_order(pictures.get(version, {}))) for version, digest in rows.fetchall()}


def _in_order(pictures: Mapping[str, StoredPicture]) -> tuple[tuple[str, StoredPicture], ...]:
    return tuple(sorted(pictures.items(), key=lambda pair: pair[0]))


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
