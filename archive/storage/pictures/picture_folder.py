"""Reads, writes and removes files in a folder of pictures, by the names that archive.model.picture_paths defines.
Follows no symbolic link below the folder, which may be of foreign origin. (The folder itself may be a link.)"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.model.digests import digest_of
from archive.model.picture_paths import named
from archive.runtime.atomic_files import as_unwritable, atomic_write, remove_leftovers

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
    with open(descriptor, "rb") as file:  # noqa: PTH123  # by descriptor
        attributes = os.fstat(descriptor)
        return file.read() if stat.S_ISREG(attributes.st_mode) and attributes.st_size <= most else None


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
