"""Files of pictures that are taken over from a folder somebody else has made. Where a picture lies follows from its
digest (archive.records.Picture.path), never from what somebody says."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

MOST_BYTES = 256 * 1024 * 1024
"""Of a picture: eight times what a crawl takes."""
MOST_THUMBNAIL = 1024 * 1024
JPEG = b"\xff\xd8\xff"


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
    """Writes a file under its name once it is whole, where it is not there yet."""
    place = folder / name
    if place.is_file() and place.stat().st_size == len(data):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".part", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
            Path(file.name).rename(place)
        except BaseException:  # undone, whatever it was, and raised again
            Path(file.name).unlink(missing_ok=True)
            raise
