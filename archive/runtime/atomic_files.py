"""Writes files and folders atomically: whole or not at all.

A temporary hidden folder beside the target takes what is being written; it is renamed once it is complete and synced
to the disk. The writer holds that folder's lock, which the kernel releases with the process, however that ends: a
hidden folder whose lock is free is a dead process's leftover, and the next writer there removes it.

And the file lock of an outlet: one process at a time crawls or imports it into an archive.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO, TextIO

from archive.console import duration
from archive.model import clock
from archive.model.errors import ArchiveUnusable, LuubaoError, Unwritable
from archive.model.paths import real_path

_SUFFIX = ".arriving"
_LOCK_FILE, _JOURNAL = ".lock", ".moving"
_MOST_NAME = 100  # characters of a name; a file system takes 255 bytes


@contextmanager
def atomic_write(
    target: Path, *, replace: bool = False, mark: str | None = None, add: bool = False, parents: bool = False,
    within: Path | None = None,
) -> Iterator[Path]:  # fmt: skip
    """Yields a temporary path to write the file or make the folder at; it becomes `target` when the block ends without
    an error. Into a folder that exists the contents are moved, one name after the other; if the process dies meanwhile,
    the next writer removes those already moved. What exists already stays, and is no error if it is identical.

    replace: overwrites an existing file. mark: a name that every folder of this kind contains; a folder that holds
    other things and lacks it is refused at once. add: the folder may hold anything. parents: makes the parent folders.
    within: where hidden folders lie, on the same file system and above the target; else beside the target.

    Raises Unwritable when the target cannot be written, and LuubaoError when something else is there.
    """
    if replace and target.exists() and not target.is_file() and not target.is_dir():  # a pipe or a device
        yield target
        return
    target = Path(os.path.realpath(target))
    with as_unwritable(target):
        into_folder = target.is_dir()
        if into_folder and replace:
            raise Unwritable(f"{target} cannot be written: it is a folder. Name a file in it")
        if (
            into_folder
            and not add
            and not (mark and (target / mark).exists())
            and not all(map(_is_temporary, target.iterdir()))
        ):
            raise _occupied(target)
        if within or parents:
            _make_folders(within or target.parent)
        if into_folder:  # of a process that made the folder, and died before it tidied up
            remove_leftovers(target.parent)
        with temporary_folder(target, within=target if into_folder else within) as folder:
            place = folder / target.name
            yield place
            _move_to_target(folder, place, target, into_folder=into_folder, replace=replace)


def _move_to_target(folder: Path, place: Path, target: Path, *, into_folder: bool, replace: bool) -> None:
    if into_folder and not place.is_dir():
        raise _occupied(target)
    if into_folder:
        _move_contents(folder, place, target)
    elif replace or _is_new(place, target):
        _sync(place)
        _make_folders(target.parent)
        _name(place, target, replace=replace)
        _fsync(target.parent)


def _name(place: Path, target: Path, *, replace: bool) -> None:
    """Renames `place` to `target`. Another process may have been quicker: what it wrote stays."""
    try:
        if replace or place.is_dir() or not _hard_link(place, target):
            place.replace(target)
    except OSError:
        if replace or not target.exists() or _is_new(place, target):
            raise


def _hard_link(place: Path, target: Path) -> bool:
    """Hard-links a file, which never overwrites; False where that is not possible. Raises FileExistsError."""
    try:
        os.link(place, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        return False
    return True


def _is_new(place: Path, target: Path) -> bool:
    """False if the target exists and is identical. Raises LuubaoError if something else is there."""
    if not (target.exists() or target.is_symlink()):
        return True
    if not _is_identical(place, target):
        raise _occupied(target)
    return False


def _is_identical(left: Path, right: Path) -> bool:
    if left.is_dir() and right.is_dir():
        left_names = sorted(inside.name for inside in left.iterdir())
        right_names = sorted(inside.name for inside in right.iterdir() if not _is_temporary(inside))
        return left_names == right_names and all(_is_identical(left / name, right / name) for name in left_names)
    return left.is_file() and right.is_file() and filecmp.cmp(left, right, shallow=False)


def _occupied(target: Path) -> LuubaoError:
    return LuubaoError(f"{target} is there already. Name another place with --to")


@contextmanager
def as_unwritable(target: Path) -> Iterator[None]:
    """Turns an OSError into Unwritable, but for ConnectionError and TimeoutError."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise Unwritable(
            f"{target} cannot be written: {error.strerror or error}. Check free space and permissions there, or name"
            " another place"
        ) from error


@contextmanager
def temporary_folder(target: Path, *, within: Path | None = None) -> Iterator[Path]:
    """A temporary hidden folder on the file system of `target`. It is removed at the end; if the process dies, by the
    next one that writes there. Raises Unwritable."""
    parent = within or target.parent
    with ExitStack() as stack:
        stack.enter_context(as_unwritable(target))
        remove_leftovers(parent)
        folder, lock = _make_hidden_folder(parent, target.name)
        stack.enter_context(lock)
        try:
            yield folder
        finally:
            with suppress(OSError):
                _roll_back(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _make_folders(folder: Path) -> None:
    """Makes a folder and its parents, and syncs them to the disk."""
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        _fsync(folder.parent)


def _make_hidden_folder(parent: Path, name: str) -> tuple[Path, BinaryIO]:
    """Makes a hidden folder and locks it. A process that removes leftovers may take it before it is locked."""
    while True:
        stem = name.encode("utf-8", "surrogateescape")[:_MOST_NAME].decode("utf-8", "ignore")
        folder = Path(mkdtemp(prefix=f".{stem}.", suffix=_SUFFIX, dir=parent))
        if lock := _lock_folder(folder, without_locks=True):
            return folder, lock


def _lock_folder(folder: Path, *, without_locks: bool = False) -> BinaryIO | None:
    """Takes the lock of a hidden folder; None if another process holds it, or held it and removed the folder.
    without_locks: whether the open file will do on a file system without locks. Raises OSError for a full disk."""
    with suppress(FileNotFoundError, PermissionError), ExitStack() as stack:
        lock = stack.enter_context((folder / _LOCK_FILE).open("ab"))
        if _flock(lock, without_locks) and os.path.samestat(os.fstat(lock.fileno()), (folder / _LOCK_FILE).stat()):
            stack.pop_all()
            return lock
    return None


def _flock(lock: BinaryIO, without_locks: bool) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return without_locks
    return True


def remove_leftovers(parent: Path) -> None:
    """Removes the temporary folders that dead processes left in a folder, if the folder exists."""
    for folder in [path for path in parent.iterdir() if _is_temporary(path)] if parent.is_dir() else []:
        if lock := _lock_folder(folder):
            with lock, suppress(OSError):
                _roll_back(folder)
                shutil.rmtree(folder)


def _is_temporary(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(_SUFFIX) and path.is_dir() and not path.is_symlink()


def _move_contents(folder: Path, place: Path, target: Path) -> None:
    """Moves each entry of `place` into `target`. The journal `.moving` lists their names meanwhile."""
    names = sorted((path.name for path in place.iterdir()), key=lambda name: ((place / name).is_file(), name))
    names = [name for name in names if _is_new(place / name, target / name)]
    _sync(place)
    journal = folder / _JOURNAL
    journal.write_bytes(b"\0".join(map(os.fsencode, (place.name, *names))))
    _sync(journal)
    _fsync(folder)
    for name in names:
        (place / name).rename(target / name)
    _fsync(target)
    journal.unlink()
    _fsync(folder)


def _roll_back(folder: Path) -> None:
    """Rolls an unfinished move back: removes the entries that were moved already."""
    journal = folder / _JOURNAL
    if not journal.is_file():
        return
    source, *names = map(os.fsdecode, journal.read_bytes().split(b"\0"))
    for name in names:
        moved = folder.parent / name
        if (folder / source / name).exists() or "/" in name or not moved.exists():
            continue
        shutil.rmtree(moved) if moved.is_dir() else moved.unlink()


def _sync(place: Path) -> None:
    """Syncs a file, or a folder with all in it, to the disk."""
    for folder, _, files in os.walk(place, topdown=False):
        for name in files:
            _fsync(Path(folder, name))
        _fsync(Path(folder))
    if not place.is_dir():
        _fsync(place)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_ATTEMPTS, _PAUSE = 5, 0.05  # in seconds


class Locked(LuubaoError):
    """Raised when another process crawls or imports the same outlet into the same archive; let it finish first."""


@contextmanager
def outlet_lock(archive: Path, outlet: str) -> Iterator[None]:
    """Holds the lock on `<archive>.<outlet>.lock`. The kernel releases it with the process, however that ends, so a
    lock is never stale; the file stays behind and means nothing. Links to the archive share its lock.

    Raises Locked, and ArchiveUnusable when the archive's folder cannot be written to.
    """
    with _open(lock_file(archive, outlet)) as file:
        if not _acquire(file):
            file.seek(0)
            raise Locked(f"{outlet} is being crawled into {archive} {_describe_holder(file.read())}")
        with suppress(OSError):  # on a full disk the lock holds all the same, but does not name its holder
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), f"{os.getpid()} {clock.stamp(clock.now())}".encode())
        yield


def _acquire(file: TextIO) -> bool:
    """Takes the lock. `is_held` takes it for an instant in another process, so one attempt is not enough."""
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE if attempt < _ATTEMPTS - 1 else 0)
        else:
            return True
    return False


def is_held(archive: Path, outlet: str) -> bool:
    """Whether a process crawls the outlet into the archive now. False if the lock file cannot be opened."""
    try:
        with lock_file(archive, outlet).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def lock_file(archive: Path, outlet: str) -> Path:
    """The file that a process locks while it crawls an outlet into an archive; written when a crawl begins."""
    file = real_path(archive)
    return file.with_name(f"{file.name}.{outlet}.lock")


def _describe_holder(content: str) -> str:
    """Who holds the lock and since when, as far as the lock file says so."""
    pid, _, since = content.strip().partition(" ")
    try:
        started = clock.parse(since)
    except ValueError:
        return f"by process {pid or 'unknown'}. Wait for it to finish"
    age = duration(datetime.now(started.tzinfo) - started)
    return f"by process {pid} since {started.astimezone():%Y-%m-%d %H:%M} ({age}). Wait for it to finish"


def _open(path: Path) -> TextIO:
    try:
        return path.open("a+")
    except OSError as error:
        raise ArchiveUnusable(
            f"nothing can be written in {path.parent}: {error.strerror}. Name another file with --db"
        ) from error
