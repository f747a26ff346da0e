"""One crawl of an outlet into an archive at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import LuubaoError


class Locked(LuubaoError):
    """Raised when another process crawls the same outlet into the same archive; the remedy is to let it finish."""


@contextmanager
def outlet_lock(archive: Path, outlet: str) -> Iterator[None]:
    """Holds `<archive>.<outlet>.lock`. The kernel releases it with the process, however that ends, so a lock is never
    stale; the file stays behind, empty of meaning."""
    path = archive.with_name(f"{archive.name}.{outlet}.lock")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Locked(
                f"{outlet} is being crawled into {archive} by process {holder}. Wait for it to finish"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
