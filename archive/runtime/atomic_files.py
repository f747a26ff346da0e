"""Files and folders that are there whole or not at all.

What is being written lies in a hidden folder beside its place, and is renamed once it is whole and on the disk. Its
writer holds that folder's lock, which the kernel releases with the process, however that ends: a hidden folder whose
lock is free is what a dead process left, and whoever writes there next removes it.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from archive.model.errors import LuubaoError, Unwritable

_ENDING = ".arriving"
_LOCK, _MOVING = ".lock", ".moving"
_NAMED = 100  # characters of a name; a file system takes 255 bytes


@contextmanager
def arriving(
    target: Path, *, replace: bool = False, mark: str | None = None, add: bool = False, parents: bool = False,
    within: Path | None = None,
) -> Iterator[Path]:  # fmt: skip
    """Where to write the file, or make the folder, that is `target` when the block ends well. In a folder that is there
    already its contents arrive, one name after the other; a process that dies meanwhile has brought none of them, for
    the next one takes them away. What is there already stays, and is no error where it is the very same.

    replace: a file that is there gives way. mark: a name in every such folder; one that holds other things, without it,
    is refused at once. add: it may hold what it will. parents: the folder it lies in is made where there is none.
    within: where hidden folders lie, on the same file system and above it; else beside the target.

    Raises Unwritable when it cannot be written, and LuubaoError when something else is there.
    """
    if replace and target.exists() and not target.is_file() and not target.is_dir():  # a pipe or a device
        yield target
        return
    target = Path(os.path.realpath(target))
    with told_of(target):
        into = target.is_dir()
        if into and replace:
            raise Unwritable(f"{target} cannot be written: it is a folder. Name a file in it")
        if into and not add and not (mark and (target / mark).exists()) and not all(map(_is_ours, target.iterdir())):
            raise _there(target)
        if within or parents:
            _make(within or target.parent)
        if into:  # one that made it, and died before it had tidied up
            remove_leftovers(target.parent)
        with beside(target, within=target if into else within) as folder:
            place = folder / target.name
            yield place
            _arrive(folder, place, target, into=into, replace=replace)


def _arrive(folder: Path, place: Path, target: Path, *, into: bool, replace: bool) -> None:
    if into and not place.is_dir():
        raise _there(target)
    if into:
        _move_in(folder, place, target)
    elif replace or _is_new(place, target):
        _sync(place)
        _make(target.parent)
        _name(place, target, replace=replace)
        _sync_folder(target.parent)


def _name(place: Path, target: Path, *, replace: bool) -> None:
    """Gives a thing its name. Somebody else may have been quicker: what they brought stays."""
    try:
        if replace or place.is_dir() or not _linked(place, target):
            place.replace(target)
    except OSError:
        if replace or not target.exists() or _is_new(place, target):
            raise


def _linked(place: Path, target: Path) -> bool:
    """Whether a file could have a second name, for which no other gives way. Raises FileExistsError."""
    try:
        os.link(place, target)
    except FileExistsError:
        raise
    except OSError:  # a file system that has no such thing
        return False
    return True


def _is_new(place: Path, target: Path) -> bool:
    """False where the very same is there. Raises LuubaoError where something else is."""
    if not (target.exists() or target.is_symlink()):
        return True
    if not _same(place, target):
        raise _there(target)
    return False


def _same(one: Path, other: Path) -> bool:
    if one.is_dir() and other.is_dir():
        names = sorted(inside.name for inside in one.iterdir())
        there = sorted(inside.name for inside in other.iterdir() if not _is_ours(inside))
        return names == there and all(_same(one / name, other / name) for name in names)
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def _there(target: Path) -> LuubaoError:
    return LuubaoError(f"{target} is there already. Name another place with --to")


@contextmanager
def told_of(target: Path) -> Iterator[None]:
    """What the disk says, as Unwritable."""
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
def beside(target: Path, *, within: Path | None = None) -> Iterator[Path]:
    """A hidden folder on the file system of `target`, for what is needed for a while. It is removed at the end; where
    the process dies, by the next that writes there. Raises Unwritable."""
    parent = within or target.parent
    with ExitStack() as held:
        held.enter_context(told_of(target))
        remove_leftovers(parent)
        folder, lock = _made(parent, target.name)
        held.enter_context(lock)
        try:
            yield folder
        finally:
            with suppress(OSError):
                _take_back(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path) -> None:
    """Makes a folder, and those it lies in, on the disk."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _made(parent: Path, name: str) -> tuple[Path, BinaryIO]:
    """A hidden folder and its lock. Whoever looks for leftovers may take it before it is locked."""
    while True:
        short = name.encode("utf-8", "surrogateescape")[:_NAMED].decode("utf-8", "ignore")
        folder = Path(mkdtemp(prefix=f".{short}.", suffix=_ENDING, dir=parent))
        if lock := _locked(folder, or_none_can=True):
            return folder, lock


def _locked(folder: Path, *, or_none_can: bool = False) -> BinaryIO | None:
    """The lock of a hidden folder, taken; None where somebody else has it, or had it and removed the folder.
    or_none_can: whether the file will do on a file system that has no locks. Raises OSError for a full disk."""
    with suppress(FileNotFoundError, PermissionError), ExitStack() as closing:
        lock = closing.enter_context((folder / _LOCK).open("ab"))
        if _take(lock, or_none_can) and os.path.samestat(os.fstat(lock.fileno()), (folder / _LOCK).stat()):
            closing.pop_all()
            return lock
    return None


def _take(lock: BinaryIO, or_none_can: bool) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return or_none_can
    return True


def remove_leftovers(parent: Path) -> None:
    """Removes what dead processes left in a folder, if there is one."""
    for folder in [one for one in parent.iterdir() if _is_ours(one)] if parent.is_dir() else []:
        if lock := _locked(folder):
            with lock, suppress(OSError):
                _take_back(folder)
                shutil.rmtree(folder)


def is_hidden(path: Path, folder: Path) -> bool:
    """Whether a file below a folder is one that is being written, or hidden for any other reason."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _is_ours(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(_ENDING) and path.is_dir() and not path.is_symlink()


def _move_in(folder: Path, place: Path, target: Path) -> None:
    """Gives each thing in `place` its name in `target`. `.moving` names them meanwhile."""
    names = sorted((one.name for one in place.iterdir()), key=lambda name: ((place / name).is_file(), name))
    names = [name for name in names if _is_new(place / name, target / name)]
    _sync(place)
    journal = folder / _MOVING
    journal.write_bytes(b"\0".join(map(os.fsencode, (place.name, *names))))
    _sync(journal)
    _sync_folder(folder)
    for name in names:
        (place / name).rename(target / name)
    _sync_folder(target)
    journal.unlink()
    _sync_folder(folder)


def _take_back(folder: Path) -> None:
    """Removes what had its name already when not all had."""
    journal = folder / _MOVING
    if not journal.is_file():
        return
    place, *names = map(os.fsdecode, journal.read_bytes().split(b"\0"))
    for name in names:
        moved = folder.parent / name
        if (folder / place / name).exists() or "/" in name or not moved.exists():
            continue
        shutil.rmtree(moved) if moved.is_dir() else moved.unlink()


def _sync(place: Path) -> None:
    """Forces a file, or all of a folder, to the disk."""
    for folder, _, files in os.walk(place, topdown=False):
        for name in files:
            _sync_folder(Path(folder, name))
        _sync_folder(Path(folder))
    if not place.is_dir():
        _sync_folder(place)


def _sync_folder(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
