"""Paths: where an archive really lies, and a picture's files, whose paths derive from their digests.

Paths in a
row, a folder or a store are at most compared with these, and never used as paths.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from archive.model.errors import BadValue
from archive.model.validation import digest as digest_gate
from archive.model.validation import one_of


def real_path(path: Path) -> Path:
    """The path with links followed. Links in a circle stay, and opening them fails (Path.resolve raises a RuntimeError,
    or not, by the version of Python)."""
    return Path(os.path.realpath(path))


def folder_beside(archive: Path) -> Path:
    """The folder of an archive's pictures unless another one is given. Links to the archive share it."""
    archive_file = real_path(archive)
    return archive_file.with_name(f"{archive_file.name}.pictures")


ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif",
    "image/heic": "heic", "image/jxl": "jxl", "image/bmp": "bmp", "image/tiff": "tif", "image/svg+xml": "svg",
}  # fmt: skip
"""The supported media types, each with its file extension."""
DESTROYED = "destroyed"
"""Value of `pictures.path` for a destroyed picture."""
WITHHELD = "withheld"
"""Folder, beside those that are served, for pictures of withdrawn articles."""
_UNSERVED = "unserved"

picture_type = one_of(*ENDINGS)
"""Validator of a picture's media type."""

_EXTENSION = "|".join(ENDINGS.values())
_FILE_NAME = re.compile(
    rf"(?:{WITHHELD}/)?(?:(?:{_UNSERVED}/)?sha256/([0-9a-f]{{2}})/(?P<bytes>\1[0-9a-f]{{62}})\.(?:{_EXTENSION})"
    r"|thumbnails/([0-9a-f]{2})/(?P<small>\3[0-9a-f]{62})\.jpg)"
)


@dataclass(frozen=True, slots=True)
class PicturePaths:
    """Paths of a picture's files. thumbnail: None where none could be made."""

    path: str
    thumbnail: str | None


def picture_place(digest: object, media_type: object) -> str:
    """Path of a picture's bytes. An SVG can run scripts, so it lies where no server reaches. Raises BadValue for an
    invalid digest or media type."""
    digits, kind = _digits(digest), picture_type(media_type)
    folder = f"{_UNSERVED}/sha256" if kind == "image/svg+xml" else "sha256"
    return f"{folder}/{digits[:2]}/{digits}.{ENDINGS[kind]}"


def thumbnail_place(digest: object) -> str:
    """Path of a picture's thumbnail. Raises BadValue for an invalid digest."""
    digits = _digits(digest)
    return f"thumbnails/{digits[:2]}/{digits}.jpg"


def withheld(place: str) -> str:
    """Path of a file while the articles that show its picture are withdrawn."""
    return f"{WITHHELD}/{place}"


def is_withdrawn(path: object) -> bool:
    """Whether `pictures.path` says that a picture is withheld or destroyed."""
    return path == DESTROYED or (isinstance(path, str) and path.startswith(f"{WITHHELD}/"))


def shown_place(digest: object, media_type: object, path: object, thumbnail: object) -> PicturePaths | None:
    """Paths of the files of a row of `pictures`; None where they may not be shown. `path` and `thumbnail` only decide
    whether the picture is withdrawn, and whether it has a thumbnail. Raises BadValue as `picture_place`."""
    place = picture_place(digest, media_type)
    if is_withdrawn(path):
        return None
    return PicturePaths(place, None if thumbnail is None else thumbnail_place(digest))


def own_places(digest: object, media_type: object, path: object, thumbnail: object) -> list[str]:
    """Current paths of the files of a row of `pictures`, withdrawn or not; none for a destroyed or invalid picture."""
    try:
        paths = [picture_place(digest, media_type), *([] if thumbnail is None else [thumbnail_place(digest)])]
    except BadValue:
        return []
    if path == DESTROYED:
        return []
    return list(map(withheld, paths)) if is_withdrawn(path) else paths


@dataclass(frozen=True, slots=True)
class Named:
    """A parsed file name. digest: of the picture's bytes; is_thumbnail: the file holds a JPEG thumbnail, not these
    bytes."""

    digest: str
    is_thumbnail: bool


def named(name: str) -> Named | None:
    """Parses the name of a file below a pictures folder; None where it is not the name of a picture's file."""
    match = _FILE_NAME.fullmatch(name)
    return match and Named(f"sha256:{match['bytes'] or match['small']}", match["bytes"] is None)


def misplaced(digest: object, media_type: object, path: object, thumbnail: object) -> str | None:
    """Which column of a row of `pictures` holds a wrong path; None where none does, or where the paths cannot be
    derived."""
    try:
        expected, expected_thumbnail = picture_place(digest, media_type), thumbnail_place(digest)
    except BadValue:
        return None
    if path not in (expected, withheld(expected), DESTROYED):
        return "path"
    return None if thumbnail in (None, expected_thumbnail, withheld(expected_thumbnail)) else "thumbnail"


def _digits(digest: object) -> str:
    return str(digest_gate(digest)).removeprefix("sha256:")
