"""A Spark task: rereads one split of a WARC file into one file of readings.

A worker process beside Spark's reads the pages, as in `luubao reread`: a page that kills it, or takes too long, becomes
one row that says so. Pages in the queue and unwritten rows are bounded, so a task needs the same memory whatever the
size of its split.
"""

from __future__ import annotations

import atexit
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from archive.cluster.reading_files import Add, Row, row_of, writing
from archive.cluster.warc_splits import Split, WarcHead, head_of, is_there, pages_in, place
from archive.exchange.importers.import_items import Page, Skipped
from archive.extract import extractor_name
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import LuubaoError
from archive.model.records import Outlet, Reading, Run, Unreadable
from archive.pipeline.page_reading import extractor_of, gave_up, try_to_read
from archive.storage.captures import kept_captures
from archive.storage.unread_captures import CaptureKey
from archive.text.recurring_blocks import Boilerplate, without
from archive.workers import PATIENCE, Lost, Workers, awaited, calling

REVISITS = "_revisits"
"""The subfolder for captures whose body is in another record."""
_MAX_QUEUED = 32
_MAX_QUEUED_BYTES = 64 * 1024 * 1024  # bytes of queued pages
_MAX_REPORTED = 5

_Call = Callable[[], Reading | Unreadable]


@dataclass(frozen=True, slots=True)
class Job:
    """The settings of every task. to: the folder for readings; outlets: known ones besides those the files describe;
    extractor: its name where the job was started, which must be the same everywhere; patience: seconds for one page."""

    to: str
    outlets: tuple[Outlet, ...] = ()
    extractor: str = ""
    patience: float = PATIENCE


@dataclass(slots=True)
class TaskReport:
    """The report of tasks. counts: read, gave-up, revisits (to be read from another record), done-before (splits),
    elsewhere (pages of no outlet the file describes), skipped (records that could not be read), unresolved (revisits
    whose body is in no file). messages: the first skipped records."""

    counts: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)

    def add(self, other: TaskReport) -> None:
        self.counts += other.counts
        self.messages += other.messages

    def skip(self, file: str, item: Skipped) -> None:
        """Counts a skipped record; lists the first ones."""
        self.counts["skipped"] += 1
        if len(self.messages) < _MAX_REPORTED:
            self.messages.append(f"{file}, {item.where}: {item.reason}")


@dataclass(frozen=True, slots=True)
class ToRead:
    """A page to read: its capture, its outlet with the rules and boilerplate that apply, and its body."""

    seen: CaptureKey
    outlet: Outlet
    boilerplate: Boilerplate
    body: bytes


def read_split(split: Split, job: Job) -> TaskReport:
    """Rereads a split, unless an earlier run of the job has. The file of readings appears when all is read.

    Raises LuubaoError where this machine has another luubao than the one that started the job.
    """
    require_same_reader(job)
    name = split.name(job.extractor)
    report, target = TaskReport(), place(job.to).inside(name)
    if is_there(target):
        report.counts["done-before"] += 1
        return report
    revisits = place(job.to).inside(REVISITS).inside(name)
    with writing(target) as add, writing(revisits, revisits=True) as add_revisit:  # the latter appears first
        for row in read_again(_pages_to_read(split, head_of(split, job.outlets), report, add_revisit), report, job):
            add(row)
    return report


def require_same_reader(job: Job) -> None:
    """Raises LuubaoError where this machine has another luubao than the one that started the job."""
    if job.extractor and job.extractor != extractor_name():
        raise LuubaoError(
            f"this machine's reader is {extractor_name()}, and the job was started with {job.extractor}. Install the"
            " same luubao on all machines"
        )


def _pages_to_read(split: Split, key: WarcHead, report: TaskReport, add_revisit: Add) -> Iterator[ToRead]:
    for located in pages_in(split, key):
        if isinstance(located, Skipped):
            report.skip(split.file.partition("?")[0], located)
            continue
        outlet = key.outlet_of(located.page.capture.requested_url)
        if outlet is None:
            report.counts["elsewhere"] += 1
        elif located.page.refers:
            add_revisit(asdict(seen_as(located.page, outlet, split.file, located.offset)))
            report.counts["revisits"] += 1
        else:
            capture = seen_as(located.page, outlet, split.file, located.offset)
            yield ToRead(capture, outlet, key.boilerplate_of(outlet), located.page.capture.body or b"")


def seen_as(page: Page, outlet: Outlet, file: str, offset: int) -> CaptureKey:
    """The capture of a page. digest: of its body; for a revisit, as its record states it."""
    capture = page.capture
    digest = page.refers.digest if page.refers else digest_of(capture.body or b"")
    return CaptureKey(
        outlet.name, capture.requested_url, clock.stamp(capture.captured_at), capture.status, digest or "",
        capture.final_url, capture.encoding, outlet.timezone, file.partition("?")[0], offset,
    )  # fmt: skip


def read_again(pages: Iterator[ToRead], report: TaskReport, job: Job) -> Iterator[Row]:
    """Rereads pages; yields rows in the order of the pages."""
    workers, queue = worker_pool(job.patience), deque[tuple[Future[Reading | Unreadable | Lost], ToRead]]()
    for page in pages:
        source = kept_captures.Source(
            0, Run(0, 0, page.outlet), "", page.seen.final_url, clock.parse(page.seen.captured_at)
        )
        queue.append((workers.call(partial(try_to_read, source, page.body, page.seen.encoding, Boilerplate())), page))
        while queue and (queue[0][0].done() or _is_full(queue)):
            yield _next_row(queue, report)
    while queue:
        yield _next_row(queue, report)


def _is_full(queue: deque[tuple[Future[Reading | Unreadable | Lost], ToRead]]) -> bool:
    return len(queue) >= _MAX_QUEUED or sum(len(page.body) for _, page in queue) > _MAX_QUEUED_BYTES


def _next_row(queue: deque[tuple[Future[Reading | Unreadable | Lost], ToRead]], report: TaskReport) -> Row:
    reading, page = queue.popleft()
    return _row(page, awaited(reading), report)


def _row(page: ToRead, reading: Reading | Unreadable | Lost, report: TaskReport) -> Row:
    if isinstance(reading, Lost):
        reading = Unreadable("gave-up", reading.reason)
    if isinstance(reading, Reading):
        reading = without(reading, page.boilerplate)
    reading = replace(reading, extractor=extractor_of(page.boilerplate))
    try:
        row = row_of(page.seen, reading)
    except UnicodeEncodeError as error:  # an archive could not store such a text either
        row = row_of(page.seen, gave_up(error, page.boilerplate))
    report.counts["read"] += 1
    report.counts["gave-up"] += row["kind"] == "gave-up"
    return row


_workers: dict[float, Workers[_Call, Reading | Unreadable]] = {}


def worker_pool(patience: float) -> Workers[_Call, Reading | Unreadable]:
    """The worker process that reads pages. Later tasks use it again, for it takes a second to start; it ends with this
    process."""
    if patience not in _workers:
        # before multiprocessing's own handler, which waits for workers that ignore its signal
        atexit.register(stop_workers)
        _workers[patience] = Workers(calling, 1, patience=patience)
    return _workers[patience]


def stop_workers() -> None:
    while _workers:
        _workers.popitem()[1].__exit__()


def sum_reports(reports: Sequence[TaskReport]) -> TaskReport:
    total = TaskReport()
    for report in reports:
        total.add(report)
    return total
