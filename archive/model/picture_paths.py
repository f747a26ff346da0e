"""Where the files of a picture lie, below the folder of pictures: it follows from the picture's digest and kind. What a
row, a folder or a store says of it is at most held against this, and never used as a path."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.model.errors import BadValue
from archive.model.validation import digest as digest_gate
from archive.model.validation import one_of

ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif",
    "image/heic": "heic", "image/jxl": "jxl", "image/bmp": "bmp", "image/tiff": "tif", "image/svg+xml": "svg",
}  # fmt: skip
"""The kinds of pictures there are, each with the ending of its file's name."""
DESTROYED = "destroyed"
"""What stands for the path of a picture that was destroyed."""
WITHHELD = "withheld"
"""The folder, beside those that are served, for pictures of withdrawn articles."""
_UNSERVED = "unserved"

picture_type = one_of(*ENDINGS)
"""The gate for a picture's media type."""

_ENDING = "|".join(ENDINGS.values())
_NAME = re.compile(
    rf"(?:{WITHHELD}/)?(?:(?:{_UNSERVED}/)?sha256/([0-9a-f]{{2}})/(?P<bytes>\1[0-9a-f]{{62}})\.(?:{_ENDING})"
    r"|thumbnails/([0-9a-f]{2})/(?P<small>\3[0-9a-f]{62})\.jpg)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files of a picture lie. thumbnail: None where none could be painted."""

    path: str
    thumbnail: str | None


def picture_place(digest: object, media_type: object) -> str:
    """Where a picture's bytes lie. An SVG can run scripts, so it lies where no server reaches. Raises BadValue for what
    is no digest, or no kind of picture."""
    digits, kind = _digits(digest), picture_type(media_type)
    folder = f"{_UNSERVED}/sha256" if kind == "image/svg+xml" else "sha256"
    return f"{folder}/{digits[:2]}/{digits}.{ENDINGS[kind]}"


def thumbnail_place(digest: object) -> str:
    """Where the thumbnail of a picture lies. Raises BadValue for what is no digest."""
    digits = _digits(digest)
    return f"thumbnails/{digits[:2]}/{digits}.jpg"


def withheld(place: str) -> str:
    """Where a file lies while the articles that show its picture are withdrawn."""
    return f"{WITHHELD}/{place}"


def is_withdrawn(path: object) -> bool:
    """Whether `pictures.path` says that a picture is withheld or destroyed."""
    return path == DESTROYED or (isinstance(path, str) and path.startswith(f"{WITHHELD}/"))


def shown_place(digest: object, media_type: object, path: object, thumbnail: object) -> Place | None:
    """Where the files of a row of `pictures` lie; None where they may not be shown. Of `path` and `thumbnail` only
    counts whether the picture is withdrawn, and whether it has a thumbnail. Raises BadValue as `picture_place`."""
    place = picture_place(digest, media_type)
    if is_withdrawn(path):
        return None
    return Place(place, None if thumbnail is None else thumbnail_place(digest))


def own_places(digest: object, media_type: object, path: object, thumbnail: object) -> list[str]:
    """Where the files of a row of `pictures` lie now, withdrawn or not; nowhere for a picture that was destroyed, or
    that cannot be one."""
    try:
        names = [picture_place(digest, media_type), *([] if thumbnail is None else [thumbnail_place(digest)])]
    except BadValue:
        return []
    if path == DESTROYED:
        return []
    return list(map(withheld, names)) if is_withdrawn(path) else names


@dataclass(frozen=True, slots=True)
class Named:
    """What a file's name says. digest: of the picture's bytes; is_thumbnail: the file has not these, but a JPEG."""

    digest: str
    is_thumbnail: bool


def named(name: str) -> Named | None:
    """What is said by the name of a file below a folder of pictures; None where no file of a picture is called so."""
    found = _NAME.fullmatch(name)
    return found and Named(f"sha256:{found['bytes'] or found['small']}", found["bytes"] is None)


def misplaced(digest: object, media_type: object, path: object, thumbnail: object) -> str | None:
    """What is wrong with what a row of `pictures` says of its places; None where nothing is, or where they cannot be
    told."""
    try:
        own, small = picture_place(digest, media_type), thumbnail_place(digest)
    except BadValue:
        return None
    if path not in (own, withheld(own), DESTROYED):
        return "path"
    return None if thumbnail in (None, small, withheld(small)) else "thumbnail"


def _digits(digest: object) -> str:
    return str(digest_gate(digest)).removeprefix("sha256:")
