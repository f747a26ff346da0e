"""Picture files in a folder: verifies them, and hides, restores or deletes those of withdrawn articles.

Does not work for pictures in an object store (S3 and the like).
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
from archive.storage.pictures.picture_folder import files_of, hard_link, has_file, plain_file, remove_file
from archive.storage.withdrawals.withheld_rows import encoded_row

# pictures shown by this article's versions and by no other article's
_OF_ARTICLE_ONLY = (
    "SELECT DISTINCT pictures.id, pictures.digest, media_type, thumbnail FROM pictures"
    " JOIN version_images ON version_images.picture_id = pictures.id"
    " JOIN versions ON versions.id = version_images.version_id WHERE versions.article_id = :article"
    " AND NOT EXISTS (SELECT 1 FROM version_images AS others JOIN versions AS of ON of.id = others.version_id"
    " WHERE others.picture_id = pictures.id AND of.article_id <> :article)"
)
_ROWS = "SELECT id, digest, media_type, path, thumbnail, size FROM pictures"
_WITHDRAWN = f"{_ROWS} WHERE path = '{DESTROYED}' OR path LIKE '{WITHHELD}/%'"


def broken_pictures(db: Database, folder: Path, step: Step) -> Iterator[Problem]:
    """Pictures whose file is missing, holds other bytes than were fetched, or is left where it was withdrawn from."""
    for picture_id, *columns in db.execute(f"{_ROWS} ORDER BY id").fetchall():
        step()
        yield from (Problem(f"pictures {picture_id}", message) for message in _file_problems(folder, *columns))


def _file_problems(
    folder: Path, digest: str, media_type: str, path: str, thumbnail: str | None, size: int
) -> Iterator[str]:
    if column := misplaced(digest, media_type, path, thumbnail):
        value = path if column == "path" else thumbnail
        yield f"its {column} is {shown(value)}, and not the place that follows from its digest"
    try:
        place = picture_place(digest, media_type)
    except BadValue:  # reported among the invalid values
        return
    for name in _leftovers(folder, digest, media_type, path):
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
    """Hides an article's pictures: links their files where nothing is served from. Returns, for each, the row for the
    table `withheld`. Call inside a transaction, and `clear` after it, which deletes the served files: after a crash in
    between every file still lies where the archive records it."""
    kept = []
    for picture_id, digest, media_type, thumbnail in db.execute(_OF_ARTICLE_ONLY, {"article": article_id}).fetchall():
        if (place := _served_place(digest, media_type, thumbnail)) is None:
            continue
        kept.append((int(picture_id), encoded_row({"path": place.path, "thumbnail": place.thumbnail})))
        for name in filter(None, (place.path, place.thumbnail)):
            _link_file(folder, name, withheld(name))
        hidden = [withheld(place.path), withheld(place.thumbnail) if place.thumbnail else None, picture_id]
        db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", hidden)
    return kept


def restore(db: Database, folder: Path | None, picture_id: int, thumbnail: str | None) -> None:
    """Restores a hidden picture to its place. thumbnail: as the table `withheld` kept it, None if it had none. Call
    inside a transaction, and `clear` after it."""
    row = db.execute("SELECT digest, media_type FROM pictures WHERE id = ?", [picture_id]).fetchone()
    if row is None or (place := _served_place(row[0], row[1], thumbnail)) is None:
        return
    for name in filter(None, (place.path, place.thumbnail)):
        _link_file(folder, withheld(name), name)
    db.execute("UPDATE pictures SET path = ?, thumbnail = ? WHERE id = ?", [place.path, place.thumbnail, picture_id])


def destroy(db: Database, picture_id: int) -> None:
    """Marks a hidden picture as destroyed and erases its perceptual hash; its digest stays. Call inside a transaction,
    and `clear` after it, which deletes the file."""
    db.execute(
        "UPDATE pictures SET path = ?, thumbnail = NULL, perceptual_hash = NULL WHERE id = ?", [DESTROYED, picture_id]
    )


def clear(db: Database, folder: Path | None) -> None:
    """Deletes files that a withdrawal or restoration, even a killed one, left at a path no longer recorded."""
    if folder is None:
        return
    for _, digest, media_type, path, *_ in db.execute(_WITHDRAWN).fetchall():
        for name in _leftovers(folder, digest, media_type, path):
            remove_file(folder, name)
    for name in list(files_of(folder, WITHHELD)):
        if _is_served(db, name) and has_file(folder, name.removeprefix(f"{WITHHELD}/")):
            remove_file(folder, name)


def _is_served(db: Database, name: str) -> bool:
    """Whether the picture of a withheld file is recorded as served."""
    parsed = named(name)
    paths = db.execute("SELECT path FROM pictures WHERE digest = ?", [parsed.digest if parsed else ""]).fetchall()
    return any(not is_withdrawn(path) for (path,) in paths)


def still_seen(db: Database, folder: Path) -> Iterator[str]:
    """Files of withdrawn pictures that are still served."""
    for _, digest, media_type, *_ in db.execute(_WITHDRAWN).fetchall():
        yield from (name for name in _served_paths(digest, media_type) if has_file(folder, name))


def _leftovers(folder: Path, digest: str, media_type: str, path: str) -> list[str]:
    """The served files of a hidden picture, if its hidden file exists too; of a destroyed picture, all its files."""
    places = _served_paths(digest, media_type)
    if path == DESTROYED:
        places += list(map(withheld, places))
    elif not (is_withdrawn(path) and places and has_file(folder, withheld(places[0]))):
        return []
    return [name for name in places if has_file(folder, name)]


def _served_place(digest: str, media_type: str, thumbnail: str | None) -> Place | None:
    """The paths of a picture while it is served; None if its digest or type is invalid, so that it has none."""
    try:
        return shown_place(digest, media_type, None, thumbnail)
    except BadValue:
        return None


def _served_paths(digest: str, media_type: str) -> list[str]:
    """All paths that a picture may have while it is served; none if its digest or type is invalid."""
    try:
        return [picture_place(digest, media_type), thumbnail_place(digest)]
    except BadValue:
        return []


def _link_file(folder: Path | None, old: str, new: str) -> None:
    if folder is not None:
        hard_link(folder, old, new)
