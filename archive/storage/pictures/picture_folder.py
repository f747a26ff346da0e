"""The files of a folder of pictures, by the names that archive.model.picture_paths gives them: read, written and
removed without following any link below the folder, for it may be somebody else's. (The folder itself may be a
link.)"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.model.digests import digest_of
from archive.model.picture_paths import named
from archive.runtime.atomic_files import arriving, remove_leftovers, told_of

MOST_BYTES = 256 * 1024 * 1024
"""Of a picture: eight times what a crawl takes."""
MOST_THUMBNAIL = 1024 * 1024
JPEG = b"\xff\xd8\xff"
_JPEG_ENDS = b"\xff\xd9"


def plain_file(folder: Path, name: str, most: int = MOST_BYTES) -> bytes | None:
    """The bytes of a file in a folder; None where there is none of that name, or none that is a plain file of at most
    so many bytes. Neither the file nor a folder on the way to it is a link."""
    try:
        with _beside(folder, name) as (place, last):
            opened = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
    except OSError:
        return None
    with open(opened, "rb") as file:  # noqa: PTH123  # by number
        found = os.fstat(opened)
        return file.read() if stat.S_ISREG(found.st_mode) and found.st_size <= most else None


def proved_file(folder: Path, name: str, digest: str) -> bytes | None:
    """The bytes of a picture; None where the folder has none, or others than those of the digest."""
    data = plain_file(folder, name)
    return data if data is not None and digest_of(data) == digest else None


def is_what_it_is_called(name: str, data: bytes) -> bool:
    """Whether bytes are those that a file of this name has: a picture's have its digest, a thumbnail is a JPEG."""
    said = named(name)
    if said is None:
        return False
    if said.is_thumbnail:
        return data.startswith(JPEG) and data.endswith(_JPEG_ENDS) and len(data) <= MOST_THUMBNAIL
    return digest_of(data) == said.digest


def is_good(folder: Path, name: str) -> bool:
    """Whether the file of that name is there, and is what it is called."""
    data = plain_file(folder, name)
    return data is not None and is_what_it_is_called(name, data)


def has_file(folder: Path, name: str) -> bool:
    """Whether a plain file of that name is there."""
    return size_of(folder, name) is not None


def size_of(folder: Path, name: str) -> int | None:
    """Bytes of a plain file; None where there is none of that name."""
    try:
        with _beside(folder, name) as (place, last):
            found = os.stat(last, dir_fd=place, follow_symlinks=False)
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def put_file(folder: Path, name: str, data: bytes) -> None:
    """Writes a file under its name once it is whole, where it is not there yet. Raises Unwritable."""
    remove_leftovers(folder)
    if plain_file(folder, name) == data:  # one of the same size may be damaged
        return
    with told_of(folder / name), _beside(folder, name, make=True) as (place, last):
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(os.stat(last, dir_fd=place, follow_symlinks=False).st_mode):
                os.unlink(last, dir_fd=place)
        with arriving(folder / name, replace=True, within=folder) as beside:
            beside.write_bytes(data)


def also_as(folder: Path, old: str, new: str) -> None:
    """The same file under a second name, where it is there and that is not; a copy where the file system has none of
    that. Raises Unwritable."""
    if not has_file(folder, old) or has_file(folder, new):
        return
    with told_of(folder / new), _beside(folder, old) as here, _beside(folder, new, make=True) as there:
        linked = _linked(here, there)
    if not linked and (data := plain_file(folder, old)) is not None:
        put_file(folder, new, data)


def _linked(old: tuple[int, str], new: tuple[int, str]) -> bool:
    try:
        os.link(old[1], new[1], src_dir_fd=old[0], dst_dir_fd=new[0], follow_symlinks=False)
    except OSError:
        return False
    return True


def remove_file(folder: Path, name: str) -> None:
    """Removes a plain file, where it is there. Raises Unwritable."""
    if has_file(folder, name):
        with told_of(folder / name), _beside(folder, name) as (place, last):
            os.unlink(last, dir_fd=place)


def files_of(folder: Path, top: str = "") -> Iterator[str]:
    """The names of all files of pictures that lie in the folder, or in one below it."""
    if (folder / top).is_symlink() and top:
        return
    for place, _, names in os.walk(folder / top):  # follows no links
        for one in sorted(names):
            name = (Path(place) / one).relative_to(folder).as_posix()
            if named(name) and has_file(folder, name):
                yield name


@contextmanager
def _beside(folder: Path, name: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """The folder a file lies in, opened, and the last part of its name. make: folders are made where there are none.
    Raises OSError, also where one of them is a link."""
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    *folders, last = name.split("/")
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for one in folders:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(one, dir_fd=opened)
            before = opened
            opened = _folder_in(before, one)
            os.close(before)
        yield opened, last
    finally:
        os.close(opened)


def _folder_in(opened: int, name: str) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=opened)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotADirectoryError(error.errno, f"{name} is a link, which is never followed, or no folder") from None
        raise
