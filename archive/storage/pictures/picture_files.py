"""The files of pictures, in a folder: whether they are what they were, and where those of withdrawn articles go.

Where pictures are kept in a store that is no folder (S3 and the like), none of this can be done from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from archive.model.digests import digest_of
from archive.model.errors import BadValue
from archive.model.picture_paths import (
    DESTROYED,
    WITHHELD,
    Place,
    is_withdrawn,
    misplaced,
    named,
    picture_place,
    shown_place,
    thumbnail_place,
    withheld,
)
from archive.model.validation import shown
from archive.storage.integrity.problems import Problem, Step
from archive.storage.pictures.picture_folder import also_as, files_of, has_file, plain_file, remove_file
from archive.storage.withdrawals.withheld_rows import packed

# shown by this article's versions and by no other's
_OWN = (
    "SELECT DISTINCT pictures.id, pictures.digest, media_type, thumbnail FROM pictures"
    " JOIN version_images ON version_images.picture_id = pictures.id"
    " JOIN versions ON versions.id = version_images.version_id WHERE versions.article_id = :article"
    " AND NOT EXISTS (SELECT 1 FROM version_images AS others JOIN versions AS of ON of.id = others.version_id"
    " WHERE others.picture_id = pictures.id AND of.article_id <> :article)"
)
_ROWS = "SELECT id, digest, media_type, path, thumbnail, size FROM pictures"
_GONE = f"{_ROWS} WHERE path = '{DESTROYED}' OR path LIKE '{WITHHELD}/%'"


def broken_pictures(db: Database, folder: Path, step: Step) -> Iterator[Problem]:
    """Pictures whose file is missing or holds other bytes than were fetched, or lies where it should be no more."""
    for number, *told in db.execute(f"{_ROWS} ORDER BY id").fetchall():
        step()
        yield from (Problem(f"pictures {number}", wrong) for wrong in _wrong(folder, *told))


def _wrong(folder: Path, digest: str, media_type: str, path: str, thumbnail: str | None, size: int) -> Iterator[str]:
    if column := misplaced(digest, media_type, path, thumbnail):
        said = path if column == "path" else thumbnail
        yield f"its {column} is {shown(said)}, and not the place that follows from its digest"
    try:
        place = picture_place(digest, media_type)
    except BadValue:  # named among the values that cannot be
        return
    for name in _left_behind(folder, digest, media_type, path):
        yield f"{name} was withdrawn and is still there: withdraw its article again"
    if path == DESTROYED:
        return
    place = withheld(place) if is_withdrawn(path) else place
    data = plain_file(folder, place)
    if data is None:
        yield f"its file {place} is missing"
    elif digest_of(data) != digest:
        yield f"the bytes of {place} are not those of {digest}"
    elif len(data) != size:
        yield f"it has {len(data)} bytes, {size} are recorded"


def hide(db: Database, folder: Path | None, article_id: int) -> list[tuple[int, bytes]]:
    """Puts an article's pictures where nothing is served from. Returns, for each, what `withheld` has to keep. Call
    inside a transaction, and `clear` after it: a crash before leaves every file where the archive says it is."""
    kept = []
    for picture_id, digest, media_type, thumbnail in db.execute(_OWN, {"article": article_id}).fetchall():
        if (place := _place(digest, media_type, thumbnail)) is None:
            continue
        kept.append((int(picture_id), packed({"path": place.path, "thumbnail": place.thumbnail})))
        for name in filter(None, (place.path, place.thumbnail)):
            _put_also(folder, name, withheld(name))
        hidden = [withheld(place.path), withheld(place.thumbnail) if place.thumbnail else None, picture_id]
        db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", hidden)
    return kept


def show(db: Database, folder: Path | None, picture_id: int, thumbnail: str | None) -> None:
    """Puts a picture back to where it was. thumbnail: as `withheld` kept it, None where it had none. Call inside a
    transaction, and `clear` after it."""
    row = db.execute("SELECT digest, media_type FROM pictures WHERE id = ?", [picture_id]).fetchone()
    if row is None or (place := _place(row[0], row[1], thumbnail)) is None:
        return
    for name in filter(None, (place.path, place.thumbnail)):
        _put_also(folder, withheld(name), name)
    db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", [place.path, place.thumbnail, picture_id])


def destroy(db: Database, picture_id: int) -> None:
    """Forgets a hidden picture, and what it looked like; its digest stays. Call inside a transaction, and `clear` after
    it, which deletes the file."""
    db.execute(
        "UPDATE pictures SET path = ?, thumbnail = NULL, perceptual_hash = NULL WHERE id = ?", [DESTROYED, picture_id]
    )


def clear(db: Database, folder: Path | None) -> None:
    """Deletes what the last withdrawal or restoring, or one that was killed, left where the archive has it no more."""
    if folder is None:
        return
    for _, digest, media_type, path, *_ in db.execute(_GONE).fetchall():
        for name in _left_behind(folder, digest, media_type, path):
            remove_file(folder, name)
    for name in list(files_of(folder, WITHHELD)):
        if _is_shown(db, name) and has_file(folder, name.removeprefix(f"{WITHHELD}/")):
            remove_file(folder, name)


def _is_shown(db: Database, name: str) -> bool:
    """Whether the archive has the picture of a withheld file where it can be seen."""
    said = named(name)
    found = db.execute("SELECT path FROM pictures WHERE digest = ?", [said.digest if said else ""]).fetchall()
    return any(not is_withdrawn(path) for (path,) in found)


def still_seen(db: Database, folder: Path) -> Iterator[str]:
    """Files of withdrawn pictures that lie where pictures are served from."""
    for _, digest, media_type, *_ in db.execute(_GONE).fetchall():
        yield from (name for name in _places(digest, media_type) if has_file(folder, name))


def _left_behind(folder: Path, digest: str, media_type: str, path: str) -> list[str]:
    """Files of a hidden picture that lie where pictures are served from, if it lies where it is hidden as well; of a
    destroyed one, all."""
    places = _places(digest, media_type)
    if path == DESTROYED:
        places += list(map(withheld, places))
    elif not (is_withdrawn(path) and places and has_file(folder, withheld(places[0]))):
        return []
    return [name for name in places if has_file(folder, name)]


def _place(digest: str, media_type: str, thumbnail: str | None) -> Place | None:
    """Where the files of a picture lie while it is shown; None where it cannot be one, and so has none."""
    try:
        return shown_place(digest, media_type, None, thumbnail)
    except BadValue:
        return None


def _places(digest: str, media_type: str) -> list[str]:
    """Where the files of a picture lie while it is shown; nowhere, where it cannot be one."""
    try:
        return [picture_place(digest, media_type), thumbnail_place(digest)]
    except BadValue:
        return []


def _put_also(folder: Path | None, old: str, new: str) -> None:
    if folder is not None:
        also_as(folder, old, new)
