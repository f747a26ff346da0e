"""What crawls side by side may use of this machine, and what they do use."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crawler.config.settings_in_force import Configuration

MEGABYTE = 1024 * 1024
_AT_ONCE_A_CORE = 8  # a polite crawl asks once a second and computes for some 30 ms
FIRST_GUESS = 120 * MEGABYTE
"""What a crawl is taken to need before one has been measured."""


@dataclass(frozen=True, slots=True)
class Budget:
    """cores: which of the machine's may be used, None where that cannot be said here. memory: bytes, of all crawls
    together. at_once: how many outlets at a time."""

    cores: frozenset[int] | None
    memory: int
    at_once: int

    @classmethod
    def of(cls, settings: Configuration) -> Budget:
        """What the settings allow, or else what is sensible on this machine."""
        ours = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
        available = len(ours) if ours else os.cpu_count() or 1
        count = min(_whole(settings.value("cores")) or available, available)
        memory = _whole(settings.value("memory"))
        return cls(
            frozenset(ours[:count]) if ours else None,
            memory * MEGABYTE if memory else installed_memory() // 2,
            _whole(settings.value("at_once")) or _AT_ONCE_A_CORE * count,
        )

    def confine(self) -> None:
        """Keeps this process, and what it starts from now on, to these cores."""
        if self.cores is not None:
            os.sched_setaffinity(0, self.cores)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def installed_memory() -> int:
    """Bytes of this machine, or of the container we are in (cgroup v2)."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        return min(whole, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return whole


def memory_of(process: int) -> int | None:
    """Bytes that a process and those it has started use by themselves, what they share counted in parts (PSS); None
    where the system does not say."""
    try:
        return sum(map(_own_share, family(process)))
    except OSError:
        return None


def family(process: int) -> Iterable[int]:
    """A process and those that it has started, in whichever of its threads, and that live."""
    yield process
    with suppress(OSError):
        for children in list(Path(f"/proc/{process}/task").glob("*/children")):
            for child in children.read_text().split():
                yield from family(int(child))


def _own_share(process: int) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
