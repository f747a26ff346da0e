"""One crawl of an outlet into an archive at a time, or one import."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from archive.errors import ArchiveUnusable, LuubaoError


class Locked(LuubaoError):
    """Raised when another process crawls or imports the same outlet into the same archive; the remedy is to let it
    finish."""


@contextmanager
def outlet_lock(archive: Path, outlet: str) -> Iterator[None]:
    """Holds `<archive>.<outlet>.lock`. The kernel releases it with the process, however that ends, so a lock is never
    stale; the file stays behind, empty of meaning. Links to the archive share its lock.

    Raises Locked, and ArchiveUnusable when nothing can be written where the archive is to lie.
    """
    file_itself = archive.resolve()
    with _opened(file_itself.with_name(f"{file_itself.name}.{outlet}.lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Locked(
                f"{outlet} is being crawled into {archive} by process {holder}. Wait for it to finish"
            ) from None
        with suppress(OSError):  # on a full disk the lock holds all the same, and only does not say whose it is
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), str(os.getpid()).encode())
        yield


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a+")
    except OSError as error:
        raise ArchiveUnusable(
            f"nothing can be written in {path.parent}: {error.strerror}. Name another file with --db"
        ) from error
