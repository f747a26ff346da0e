"""Picture files in a folder, by the names their digests give them: written, verified, hidden, restored, deleted.

Follows no symbolic link below the folder, which may be of foreign origin. (The folder itself may be a link.)

Does not work for pictures in an object store (S3 and the like).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database

from archive.model.digests import digest_of
from archive.model.errors import BadValue
from archive.model.paths import (
    DESTROYED,
    WITHHELD,
    PicturePaths,
    is_withdrawn,
    misplaced,
    named,
    picture_place,
    shown_place,
    thumbnail_place,
    withheld,
)
from archive.model.validation import shown
from archive.runtime.atomic_files import as_unwritable, atomic_write, remove_leftovers
from archive.storage.integrity import Problem, Step
from archive.storage.withdrawals.destruction import encoded_row

MOST_BYTES = 256 * 1024 * 1024
"""Bytes of a picture, at most: eight times what a crawl accepts."""
MOST_THUMBNAIL = 1024 * 1024
JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"


def plain_file(folder: Path, name: str, most: int = MOST_BYTES) -> bytes | None:
    """The bytes of a file in a folder; None unless it is a regular file of at most `most` bytes. Follows no link,
    neither for the file nor for a folder on the way to it."""
    try:
        with _parent_of(folder, name) as (parent, file_name):
            descriptor = os.open(file_name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
    except OSError:
        return None
    attributes = os.fstat(descriptor)
    if not stat.S_ISREG(attributes.st_mode) or attributes.st_size > most:
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def verified_file(folder: Path, name: str, digest: str) -> bytes | None:
    """The bytes of a picture; None if the file is missing or its bytes do not match the digest."""
    data = plain_file(folder, name)
    return data if data is not None and digest_of(data) == digest else None


def is_what_it_is_called(name: str, data: bytes) -> bool:
    """Whether bytes match the file's name: a picture's digest is its name, a thumbnail is a JPEG."""
    parsed = named(name)
    if parsed is None:
        return False
    if parsed.is_thumbnail:
        return data.startswith(JPEG) and data.endswith(_JPEG_END) and len(data) <= MOST_THUMBNAIL
    return digest_of(data) == parsed.digest


def is_good(folder: Path, name: str) -> bool:
    """Whether the file of that name exists and its bytes match the name."""
    data = plain_file(folder, name)
    return data is not None and is_what_it_is_called(name, data)


def has_file(folder: Path, name: str) -> bool:
    """Whether a regular file of that name exists."""
    return size_of(folder, name) is not None


def size_of(folder: Path, name: str) -> int | None:
    """Size of a regular file in bytes; None if there is none of that name."""
    try:
        with _parent_of(folder, name) as (parent, file_name):
            attributes = os.stat(file_name, dir_fd=parent, follow_symlinks=False)
    except OSError:
        return None
    return attributes.st_size if stat.S_ISREG(attributes.st_mode) else None


def put_file(folder: Path, name: str, data: bytes) -> None:
    """Writes a file atomically, unless one of the same size exists. Raises Unwritable."""
    remove_leftovers(folder)
    if plain_file(folder, name) == data:  # one of the same size may be damaged
        return
    with as_unwritable(folder / name), _parent_of(folder, name, make=True) as (parent, file_name):
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(os.stat(file_name, dir_fd=parent, follow_symlinks=False).st_mode):
                os.unlink(file_name, dir_fd=parent)
        with atomic_write(folder / name, replace=True, within=folder) as temporary:
            temporary.write_bytes(data)


def hard_link(folder: Path, old: str, new: str) -> None:
    """Hard-links a file to a second name, if the file exists and that name does not; copies it on a file system without
    hard links. Raises Unwritable."""
    if not has_file(folder, old) or has_file(folder, new):
        return
    with as_unwritable(folder / new), _parent_of(folder, old) as source, _parent_of(folder, new, make=True) as target:
        linked = _hard_link(source, target)
    if not linked and (data := plain_file(folder, old)) is not None:
        put_file(folder, new, data)


def _hard_link(old: tuple[int, str], new: tuple[int, str]) -> bool:
    try:
        os.link(old[1], new[1], src_dir_fd=old[0], dst_dir_fd=new[0], follow_symlinks=False)
    except OSError:
        return False
    return True


def remove_file(folder: Path, name: str) -> None:
    """Removes a regular file, if it exists. Raises Unwritable."""
    if has_file(folder, name):
        with as_unwritable(folder / name), _parent_of(folder, name) as (parent, file_name):
            os.unlink(file_name, dir_fd=parent)


def files_of(folder: Path, top: str = "") -> Iterator[str]:
    """The names of all picture files in the folder, or in one below it."""
    if (folder / top).is_symlink() and top:
        return
    for directory, _, names in os.walk(folder / top):  # follows no links
        for file_name in sorted(names):
            name = (Path(directory) / file_name).relative_to(folder).as_posix()
            if named(name) and has_file(folder, name):
                yield name


@contextmanager
def _parent_of(folder: Path, name: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """Opens the folder of a file; yields its descriptor and the last part of the name. make: makes missing folders.
    Raises OSError, also if one of the folders is a link."""
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    *folders, file_name = name.split("/")
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in folders:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=descriptor)
            outer = descriptor
            descriptor = _open_subfolder(outer, part)
            os.close(outer)
        yield descriptor, file_name
    finally:
        os.close(descriptor)


def _open_subfolder(descriptor: int, name: str) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotADirectoryError(error.errno, f"{name} is a link, which is never followed, or no folder") from None
        raise


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


def _served_place(digest: str, media_type: str, thumbnail: str | None) -> PicturePaths | None:
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
