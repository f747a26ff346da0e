"""The file lock of an outlet: one process at a time crawls or imports it into an archive."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO

from archive.console import duration
from archive.model import clock
from archive.model.errors import ArchiveUnusable, LuubaoError
from archive.model.paths import real_path

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
