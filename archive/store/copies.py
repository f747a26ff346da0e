"""Files of pictures that are taken over from a folder somebody else has made. Where a picture lies follows from its
digest (archive.records.Picture.path), never from what somebody says."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from archive.arriving import arriving, remove_leftovers
from archive.digests import digest_of

MOST_BYTES = 256 * 1024 * 1024
"""Of a picture: eight times what a crawl takes."""
MOST_THUMBNAIL = 1024 * 1024
JPEG = b"\xff\xd8\xff"
_JPEG_ENDS = b"\xff\xd9"
_DIGITS = 64  # of a SHA-256


def plain_file(folder: Path, name: str, most: int) -> bytes | None:
    """The bytes of a file in a folder; None where there is none of that name, or none that is a plain file of at most
    so many bytes. Neither the file nor a folder on the way to it is a link."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        *folders, last = name.split("/")
        for one in folders:
            before, opened = opened, _inside(opened, one, os.O_DIRECTORY)
            os.close(before)
        before, opened = opened, _inside(opened, last, os.O_NONBLOCK)
        os.close(before)
    except OSError:
        return None
    with open(opened, "rb") as file:  # noqa: PTH123  # by number
        found = os.fstat(opened)
        return file.read() if stat.S_ISREG(found.st_mode) and found.st_size <= most else None


def _inside(folder: int, name: str, how: int) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | how, dir_fd=folder)
    except OSError:
        os.close(folder)
        raise


def put_file(folder: Path, name: str, data: bytes) -> None:
    """Writes a file under its name once it is whole, where it is not there yet. Raises Unwritable."""
    place = folder / name
    remove_leftovers(folder)
    if place.is_file() and place.stat().st_size == len(data):
        return
    with arriving(place, replace=True, within=folder) as beside:
        beside.write_bytes(data)


def is_good(name: str, data: bytes) -> bool:
    """Whether bytes are those that a file of this name, relative to the folder of pictures, was made with: a picture is
    named by its digest; of a thumbnail only its ends are known."""
    stem = name.rpartition("/")[2].partition(".")[0]
    if "thumbnails" in name.split("/")[:-1]:
        return data.startswith(JPEG) and data.endswith(_JPEG_ENDS)
    return len(stem) != _DIGITS or digest_of(data) == f"sha256:{stem}"
