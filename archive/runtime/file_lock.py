"""One crawl of an outlet into an archive at a time, or one import."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO

from archive.console.human_units import duration
from archive.model import clock
from archive.model.errors import ArchiveUnusable, LuubaoError

_ATTEMPTS, _PAUSE = 5, 0.05  # in seconds


class Locked(LuubaoError):
    """Raised when another process crawls or imports the same outlet into the same archive; the remedy is to let it
    finish."""


@contextmanager
def outlet_lock(archive: Path, outlet: str) -> Iterator[None]:
    """Holds `<archive>.<outlet>.lock`. The kernel releases it with the process, however that ends, so a lock is never
    stale; the file stays behind, empty of meaning. Links to the archive share its lock.

    Raises Locked, and ArchiveUnusable when nothing can be written where the archive is to lie.
    """
    with _opened(lock_file(archive, outlet)) as file:
        if not _taken(file):
            file.seek(0)
            raise Locked(f"{outlet} is being crawled into {archive} {_holder(file.read())}")
        with suppress(OSError):  # on a full disk the lock holds all the same, and only does not say whose it is
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), f"{os.getpid()} {clock.stamp(clock.now())}".encode())
        yield


def _taken(file: TextIO) -> bool:
    """Takes the lock. Whoever only looks whether it is held has it for an instant, so one look is not enough."""
    for attempt in range(_ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE if attempt < _ATTEMPTS - 1 else 0)
        else:
            return True
    return False


def is_held(archive: Path, outlet: str) -> bool:
    """Whether a process crawls the outlet into the archive now. Where the lock cannot be opened, nobody is said to."""
    try:
        with lock_file(archive, outlet).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def lock_file(archive: Path, outlet: str) -> Path:
    """The file that is locked while an outlet is crawled into an archive; written when a crawl begins."""
    file = archive.resolve()
    return file.with_name(f"{file.name}.{outlet}.lock")


def _holder(told: str) -> str:
    """Who holds the lock and since when, as far as the file says so."""
    process, _, since = told.strip().partition(" ")
    try:
        begun = clock.parse(since)
    except ValueError:
        return f"by process {process or 'unknown'}. Wait for it to finish"
    how_long = duration(datetime.now(begun.tzinfo) - begun)
    return f"by process {process} since {begun.astimezone():%Y-%m-%d %H:%M} ({how_long}). Wait for it to finish"


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a+")
    except OSError as error:
        raise ArchiveUnusable(
            f"nothing can be written in {path.parent}: {error.strerror}. Name another file with --db"
        ) from error
