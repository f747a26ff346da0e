"""What a worker process may use, and whose death is its own."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from threading import Thread

PATIENCE = 20.0
"""Seconds for one task, by the clock."""
PROCESSOR_SECONDS = 5.0
"""Seconds of processor time for one task. The largest sitemap there may be takes 2.3 (50,000 addresses)."""
MEMORY = 512 * 1024 * 1024
"""Bytes of a worker's own data. A reader that has read a page of 2 MB has 115 MB; two full ones and the process that
started them stay below 1.2 GB."""
MEGABYTE = 1024 * 1024

_PR_SET_PDEATHSIG = 1
_ROUNDS, _USUAL = 20_000, 0.0011  # of `_speed`, and the seconds they take on the machine where the above was measured
_SLOWEST = 4.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one worker. seconds: for one task, by the clock; processor: seconds of processor time for one task, on a
    machine that is as fast as ours: a slower one is given up to four times as much, but never more than `seconds`;
    memory: bytes of data."""

    seconds: float = PATIENCE
    processor: float = PROCESSOR_SECONDS
    memory: int = MEMORY


def memory_is_limited_by_the_system() -> bool:
    """Linux counts RLIMIT_DATA where memory is mapped; other systems take the number and do nothing."""
    return sys.platform == "linux"


def confine(limits: Limits) -> None:
    """Limits this process's memory, for good. RLIMIT_DATA rather than RLIMIT_AS: it counts what a task allocates, and
    not libraries and reserved addresses, which differ from machine to machine."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limits.memory < hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))


def processor_seconds(limits: Limits) -> float:
    """What `limits.processor` is on this machine."""
    return min(limits.processor * min(max(_speed() / _USUAL, 1.0), _SLOWEST), limits.seconds)


def _speed() -> float:
    """Seconds of processor time for a piece of work, at best."""
    best = 1.0
    for _ in range(3):
        began = time.process_time()
        sum(number * number for number in range(_ROUNDS))
        best = min(best, time.process_time() - began)
    return best


@contextmanager
def processor_limit(seconds: float) -> Iterator[None]:
    """Ends this process by SIGPROF once it has used so much processor time within, in whatever code it is. A timer
    rather than RLIMIT_CPU: that counts whole seconds, from the start of the process."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


_libc = ctypes.CDLL(None)  # before any fork, after which little is safe


def die_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Ties this process to the one that started it: it gets a signal when that ends, however that ends. In Linux from
    the kernel; elsewhere from a thread that waits for the end of a pipe, and where a task does not let that run, the
    limit of processor time ends it."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:  # it has ended before we were tied to it
            os.kill(os.getpid(), by)
    else:  # pragma: no cover - tests call it by name
        die_by_pipe(by)


def die_by_pipe(by: signal.Signals = signal.SIGKILL) -> None:
    """See `die_with`."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os.kill(os.getpid(), by)

    Thread(target=watch, name="parent", daemon=True).start()


def resident(process: int) -> int:
    """Bytes of memory that a process has in use, by `ps`, which every Unix has; 0 where nobody can say."""
    try:
        said = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False, timeout=1
        )
        return int(said.stdout) * 1024
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
