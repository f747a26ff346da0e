"""A batch: crawls outlets in parallel, as many as this machine's memory and cores allow, never two of one host. Reports
it: a progress line while it runs, a table or JSON at its end, and an exit code.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from archive.console import clear_progress, say_all, say_json, show_progress
from archive.runtime import signals
from crawler.config.settings_in_force import Configuration
from crawler.fleet import crawl_subprocess as child
from crawler.fleet.crawl_subprocess import Child, Task, share_a_host
from crawler.run.run_command import RunReport
from crawler.run.run_verdict import Exit

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


_POLL_INTERVAL = 0.5  # seconds between two measurements of memory


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """A finished crawl of a batch. report: its result; seconds: its duration; memory: the peak in bytes, None where the
    system does not report it."""

    report: RunReport
    seconds: float
    memory: int | None


@dataclass
class _RunningCrawl:
    child: Child
    since: float = field(default_factory=time.monotonic)
    memory: int | None = None


class BaseBatch:
    """A batch that a signal stops. done: the results, in the order in which crawls ended; left: the number of outlets
    not begun; stopped: whether a signal came."""

    def __init__(self) -> None:
        self.done: list[CrawlResult] = []
        self.left = 0
        self.stopped = False

    @property
    def under_way(self) -> int:
        return 0

    def run(self, watch: Callable[[BaseBatch], None] = lambda _: None) -> list[CrawlResult]:
        """Has all outlets crawled; returns the results in the order of their ends. watch: called after every change."""
        raise NotImplementedError

    def note_signal(self) -> bool:
        """Whether a signal has stopped the batch just now."""
        is_new = signals.signal_received() and not self.stopped
        self.stopped |= is_new
        return is_new


class Batch(BaseBatch):
    """A batch in subprocesses of this machine. Once stopped, it begins no waiting task, and running crawls end
    cleanly."""

    def __init__(self, tasks: Sequence[Task], budget: Budget):
        super().__init__()
        self.waiting = list(tasks)
        self.running: list[_RunningCrawl] = []
        self._budget = budget
        self._typical_memory = FIRST_GUESS
        self._last_measured = 0.0

    @property
    def under_way(self) -> int:
        return len(self.running)

    def run(self, watch: Callable[[BaseBatch], None] = lambda _: None) -> list[CrawlResult]:
        self._budget.confine()
        child.preload_server()
        with signals.graceful(at_once=lambda: self._send(signal.SIGKILL)):
            while self.running or (self.waiting and not self.stopped):
                if self.note_signal():
                    self._send(signal.SIGTERM)
                self._start_waiting()
                self.left = len(self.waiting)
                watch(self)
                self._collect_results()
        return self.done

    def _send(self, number: signal.Signals) -> None:
        for crawl in list(self.running):
            crawl.child.send(number)

    def _start_waiting(self) -> None:
        while not self.stopped and (task := self._next_task()):
            self.waiting.remove(task)
            self.running.append(_RunningCrawl(child.start(task)))

    def _next_task(self) -> Task | None:
        if self.running and (len(self.running) >= self._budget.at_once or not self._has_memory_for_one()):
            return None
        busy = [crawl.child.task for crawl in self.running]
        return next((task for task in self.waiting if not any(share_a_host(task, other) for other in busy)), None)

    def _has_memory_for_one(self) -> bool:
        """Whether the memory budget has room for one more crawl. Crawls that have just begun count as typical: they
        will grow."""
        self._measure_memory()
        used_memory = sum(max(crawl.memory or 0, self._typical_memory) for crawl in self.running)
        return used_memory + self._typical_memory <= self._budget.memory

    def _measure_memory(self) -> None:
        if time.monotonic() - self._last_measured < _POLL_INTERVAL:
            return
        for crawl in self.running:
            if (measured := memory_of(crawl.child.process.pid)) is not None:
                crawl.memory = max(crawl.memory or 0, measured)
        self._last_measured = time.monotonic()

    def _collect_results(self) -> None:
        ready = wait([crawl.child.connection for crawl in self.running], timeout=_POLL_INTERVAL)
        self._measure_memory()
        for crawl in [running for running in self.running if running.child.connection in ready]:
            result = crawl.child.result()
            self.running.remove(crawl)
            if crawl.memory:  # the average of the old estimate and this peak, at least the peak
                self._typical_memory = max(crawl.memory, (self._typical_memory + crawl.memory) // 2, MEGABYTE)
            self.done.append(CrawlResult(result, time.monotonic() - crawl.since, crawl.memory))


_COUNTED_COLUMNS = ("captures", "new", "edited", "disappeared")
_SUCCEEDED = (Exit.OK, Exit.OK_WITH_WARNINGS)

FIELDS = {
    "exit": "the exit code of the round",
    "stopped": "whether a signal ended it",
    "waiting": "how many outlets were not begun, because it was stopped",
    "counts": "how often what happened, of all outlets together",
    "outlets": "the summaries of the outlets, as below, in the order in which they ended, each with `seconds`, how long"
    " it took, and `megabytes`, the most memory it was seen to use (PSS; null where the system does not say, or it"
    " ended before it was measured)",
}
"""What `luubao crawl --all --json` prints, in one line."""


def progress(batch: BaseBatch) -> None:
    failed = sum(result.report.exit not in _SUCCEEDED for result in batch.done)
    counts = f"{len(batch.done)} outlets done, {batch.under_way} under way, {batch.left} waiting"
    show_progress(f"{counts}{f', {failed} not well' if failed else ''}")


def print_batch(done: Sequence[CrawlResult], waiting: int, *, stopped: bool, as_json: bool, watched: bool) -> Exit:
    code = exit_of([result.report.exit for result in done], stopped=stopped)
    if watched:
        clear_progress()
    if as_json:
        say_json(summary(done, waiting, code, stopped=stopped), indent=None)
    elif watched:
        say_all(table(done), err=True)
    say_all(_problem_lines(done, waiting, stopped=stopped), err=True)
    return code


def exit_of(codes: Sequence[Exit], *, stopped: bool) -> Exit:
    """One exit code for a batch: the code all outlets share, else the worst that describes the whole."""
    different = set(codes)
    if stopped:
        return Exit.INTERRUPTED
    if len(different) <= 1:
        return different.pop() if different else Exit.OK
    if different <= {*_SUCCEEDED, Exit.LOCKED}:
        return Exit.LOCKED if Exit.LOCKED in different else Exit.OK_WITH_WARNINGS
    return Exit.PARTLY_FAILED


def summary(done: Sequence[CrawlResult], waiting: int, code: Exit, *, stopped: bool) -> dict[str, Any]:
    outlets = []
    for result in done:
        megabytes = None if result.memory is None else round(result.memory / MEGABYTE)
        outlets.append({**result.report.summary, "seconds": round(result.seconds, 1), "megabytes": megabytes})
    return dict(zip(FIELDS, (int(code), stopped, waiting, dict(_counts(done)), outlets), strict=True))


def _counts(done: Sequence[CrawlResult]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for result in done:
        counts.update(result.report.summary["counts"])
    return counts


def table(done: Sequence[CrawlResult]) -> Iterator[str]:
    """A row for each outlet, by name, and a row of totals."""
    summaries = sorted((result.report.summary for result in done), key=lambda summary: summary["outlet"])
    rows = [_table_row(summary["outlet"], summary["outcome"], summary["counts"]) for summary in summaries]
    rows.append(_table_row(f"{len(done)} outlets", "", _counts(done)))
    yield from _aligned([("outlet", "outcome", "pages", *_COUNTED_COLUMNS[1:]), *rows])


def _table_row(name: str, outcome: str, counts: Any) -> tuple[str, ...]:
    return (name, outcome, *(f"{counts.get(column, 0):,}" for column in _COUNTED_COLUMNS))


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        words, numbers = zip(row[:2], widths[:2], strict=True), zip(row[2:], widths[2:], strict=True)
        cells = [text.ljust(width) for text, width in words] + [text.rjust(width) for text, width in numbers]
        yield "  ".join(cells).rstrip()


def _problem_lines(done: Sequence[CrawlResult], waiting: int, *, stopped: bool) -> Iterator[str]:
    """The problems, outlet by outlet. Crawls that the batch interrupted get no lines of their own."""
    for result in done:
        if not (stopped and result.report.exit == Exit.INTERRUPTED):
            yield from result.report.lines
    if stopped:
        yield f"Stopped by a signal; {waiting} outlets were not begun. The next round continues from here"
