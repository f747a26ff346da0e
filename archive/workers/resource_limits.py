"""Resource limits of a worker process (memory, time), and its exit with its parent."""

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
"""Seconds for one task, wall-clock time."""
PROCESSOR_SECONDS = 5.0
"""Seconds of processor time for one task. The largest sitemap allowed (50,000 addresses) takes 2.3."""
MEMORY = 512 * 1024 * 1024
"""Bytes of a worker's own data (RLIMIT_DATA). A worker that has read a page of 2 MB holds 115 MB; two at the limit and
their parent stay below 1.2 GB."""
MEGABYTE = 1024 * 1024

_PR_SET_PDEATHSIG = 1
# rounds of `_benchmark`, and the seconds they take on the machine where the limits above were measured
_BENCHMARK_ROUNDS, _BENCHMARK_SECONDS = 20_000, 0.0011
_MOST_SCALING = 4.0  # times `Limits.processor`, on a slow machine


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker. seconds: wall-clock time for one task; processor: seconds of processor time for one task on
    a machine as fast as ours: a slower one gets up to four times as much, but never more than `seconds`; memory: bytes
    of data."""

    seconds: float = PATIENCE
    processor: float = PROCESSOR_SECONDS
    memory: int = MEMORY


def memory_is_limited_by_the_system() -> bool:
    """Whether the system enforces RLIMIT_DATA. Linux does, for mapped memory too; others accept and ignore it."""
    return sys.platform == "linux"


def confine(limits: Limits) -> None:
    """Limits this process's memory, irrevocably. RLIMIT_DATA rather than RLIMIT_AS: it counts what a task allocates,
    not libraries and reserved address space, which differ from machine to machine."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limits.memory < hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))


def processor_seconds(limits: Limits) -> float:
    """`limits.processor`, scaled to the speed of this machine."""
    return min(limits.processor * min(max(_benchmark() / _BENCHMARK_SECONDS, 1.0), _MOST_SCALING), limits.seconds)


def _benchmark() -> float:
    """Seconds of processor time that a benchmark loop takes, the best of three."""
    best = 1.0
    for _ in range(3):
        started = time.process_time()
        sum(number * number for number in range(_BENCHMARK_ROUNDS))
        best = min(best, time.process_time() - started)
    return best


@contextmanager
def processor_limit(seconds: float) -> Iterator[None]:
    """SIGPROF kills this process once it has used so much processor time inside the context, in whatever code. A timer
    rather than RLIMIT_CPU, which counts whole seconds from the start of the process."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


_libc = ctypes.CDLL(None)  # before any fork, after which little is safe


def die_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Ties this process to its parent: it gets a signal when the parent ends, however that ends. On Linux the kernel
    sends it; elsewhere a thread that waits for the end of a pipe, and if a task does not let that thread run, the limit
    of processor time ends the process."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:  # the parent ended before this process was tied to it
            os.kill(os.getpid(), by)
    else:  # pragma: no cover - tests call it by name
        die_by_pipe(by)


def die_by_pipe(by: signal.Signals = signal.SIGKILL) -> None:
    """As `die_with`, by a thread that waits for the end of the parent."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os.kill(os.getpid(), by)

    Thread(target=watch, name="parent", daemon=True).start()


def resident(process: int) -> int:
    """Resident memory of a process in bytes, by `ps`, which every Unix has; 0 if unknown."""
    try:
        ps = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False, timeout=1
        )
        return int(ps.stdout) * 1024
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
