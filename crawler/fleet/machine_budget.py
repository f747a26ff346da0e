"""The CPU and memory budget of parallel crawls on this machine, and the memory they use."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crawler.config.settings_in_force import Configuration

MEGABYTE = 1024 * 1024
_CRAWLS_PER_CORE = 8  # a polite crawl asks once a second and computes for some 30 ms
FIRST_GUESS = 120 * MEGABYTE
"""The memory estimated for a crawl before one has been measured, in bytes."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of a batch. cores: the CPUs it may use, None where the system cannot limit them. memory: bytes, for
    all crawls together. at_once: the number of parallel crawls."""

    cores: frozenset[int] | None
    memory: int
    at_once: int

    @classmethod
    def of(cls, settings: Configuration) -> Budget:
        """The budget that the settings give; by default one that suits this machine."""
        usable_cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
        available = len(usable_cores) if usable_cores else os.cpu_count() or 1
        count = min(_int_or_zero(settings.value("cores")) or available, available)
        memory = _int_or_zero(settings.value("memory"))
        return cls(
            frozenset(usable_cores[:count]) if usable_cores else None,
            memory * MEGABYTE if memory else installed_memory() // 2,
            _int_or_zero(settings.value("at_once")) or _CRAWLS_PER_CORE * count,
        )

    def confine(self) -> None:
        """Pins this process, and the processes it starts from now on, to these cores."""
        if self.cores is not None:
            os.sched_setaffinity(0, self.cores)


def _int_or_zero(value: object) -> int:
    return value if isinstance(value, int) else 0


def installed_memory() -> int:
    """The memory of this machine, or of this container (cgroup v2), in bytes."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        return min(installed, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return installed


def memory_of(process: int) -> int | None:
    """The memory of a process and its descendants in bytes, shared pages counted in parts (PSS); None where the system
    does not report it."""
    try:
        return sum(map(_pss, family(process)))
    except OSError:
        return None


def family(process: int) -> Iterable[int]:
    """A process and its living descendants, whichever thread started them."""
    yield process
    with suppress(OSError):
        for children in list(Path(f"/proc/{process}/task").glob("*/children")):
            for child in children.read_text().split():
                yield from family(int(child))


def _pss(process: int) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
