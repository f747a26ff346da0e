"""Rereads kept captures after the extractor, its rules or an outlet's boilerplate improved; and kept pages by their
reading's own extractor, to compare them (`luubao verify --reread`).

Worker processes read bodies and extract; this process alone writes. What belongs together is read completely and then
filed like anything else (archive/pipeline/filing.py), so that the result is what a crawl with this extractor would have
filed. A capture with a reading by the present extractor is done, so a reread can be killed at any moment and resumed.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from archive.model.clock import day_span
from archive.model.errors import ArchiveDamaged, LuubaoError
from archive.model.records import Reading, Run, Unreadable
from archive.pipeline.history_filing import RederivedUrl, file_or_report, pages_to_read, rehearse_filing
from archive.pipeline.page_reading import extractor_of, read_here, without_rates
from archive.pipeline.reread_report import RereadReport
from archive.storage import connection, version_texts
from archive.storage.captures import capture_writer, kept_captures
from archive.storage.connection import Database
from archive.storage.list_placements import place_teasers
from archive.storage.sqlite_file import checkpoint
from archive.storage.unread_captures import ExtractorProgress, TimeSpan, Waiting
from archive.text.recurring_blocks import Boilerplate
from archive.workers import PATIENCE, Lost, Workers, awaited

_BATCH = 20  # articles a commit
_QUEUED_PER_WORKER = 32  # captures submitted for each worker, so that a slow one does not stop the others
_POLL_SECONDS = 0.2  # so long a signal waits to be handled

Progress = Callable[[RereadReport, int], None]
"""Called now and then with the report so far, and how many captures wait in all."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The capture's bytes are missing: withdrawn, or damaged."""

    damage: str | None = None


ReadPage = Reading | Unreadable | Absent


class PageReaders(Protocol):
    """Reads submitted captures: worker processes, or readings that exist already."""

    @property
    def count(self) -> int:
        """How many captures are read at once."""

    def call(self, task: Waiting) -> Future[ReadPage | Lost]:
        """Submits a capture. Its reading comes by the future."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to reread. since, until: articles with captures of these days, both included, in the outlet's zone. jobs:
    number of processes; None for one a core. patience: seconds for one capture."""

    outlet: str | None = None
    since: date | None = None
    until: date | None = None
    jobs: int | None = None
    dry_run: bool = False
    patience: float = PATIENCE


def reread(
    path: Path, order: Order, *, progress: Progress | None = None, stopped: Callable[[], bool] = lambda: False
) -> RereadReport:
    """Rereads what the present extractors have not read.

    Raises ArchiveMissing, ArchiveUnusable or UnknownOutlet.
    """
    report, began = RereadReport(dry_run=order.dry_run), time.monotonic()
    with connection.open_archive(path) as db:  # reports a wrong file or name before anything is written
        outlets = kept_captures.outlets_of(db, order.outlet)
        boilerplate = {run.outlet_id: version_texts.boilerplate_of(db, run.outlet_id) for run in outlets}
    setting_up = partial(reader, path, boilerplate)
    with (
        connection.open_archive(path, create=not order.dry_run) as db,
        Workers[Waiting, ReadPage](setting_up, order.jobs, patience=order.patience) as workers,
    ):
        for run in outlets:
            span = TimeSpan(*day_span(order.since, order.until, run.outlet.timezone))
            job = Rereading(db, run, boilerplate[run.outlet_id], workers, span, report, stopped)
            job.show = shown(job, began, progress)
            job.run_all()
            if not order.dry_run:
                place_teasers(db, run.outlet_id)
        if not order.dry_run:
            checkpoint(db)
    report.seconds, report.interrupted = time.monotonic() - began, stopped()
    return report


def shown(job: Rereading, began: float, progress: Progress | None) -> Callable[[], None]:
    """A callback for a job that passes the job's report to `progress`. began: by time.monotonic."""
    if progress is None:
        return lambda: None
    report = job.report
    waiting = report.captures + job.ledger.count(job.run, job.span)

    def show() -> None:
        report.seconds = time.monotonic() - began
        progress(report, waiting)

    return show


@dataclass(slots=True)
class _Group:
    """URLs that belong together. waiting: captures to be read; readings: theirs, once they are submitted; read: those
    that were received."""

    key: str
    keys: frozenset[str]
    waiting: dict[int, Waiting]
    readings: dict[int, Future[ReadPage | Lost]] = field(default_factory=dict)
    read: dict[int, Reading | Unreadable] = field(default_factory=dict)

    def pending(self) -> int:
        """How many readings have not come yet."""
        return sum(not reading.done() for reading in self.readings.values())


class Rereading:
    """Rereads one outlet's captures: those that wait by the ledger, read by `readers`."""

    def __init__(
        self, db: Database, run: Run, boilerplate: Boilerplate, readers: PageReaders, span: TimeSpan,
        report: RereadReport, stopped: Callable[[], bool] = lambda: False,
    ):  # fmt: skip
        self.db, self.run, self.boilerplate, self.readers, self.span = db, run, boilerplate, readers, span
        self.report, self.stopped = report, stopped
        self.ledger = ExtractorProgress(db, extractor_of(boilerplate))
        self.show: Callable[[], None] = lambda: None
        self.groups: deque[_Group] = deque()

    def run_all(self) -> None:
        """Rereads until nothing waits, or we are stopped."""
        stream = self._stream()
        while not self.stopped():
            self._submit_ahead(stream)
            if not self.groups:
                break
            wait(self.groups[0].readings.values(), _POLL_SECONDS)
            self._file_ready()
            self.show()
        if self.groups and self.stopped():
            self._file_ready()

    def _stream(self) -> Iterator[_Group]:
        """The waiting captures in order of time, grouped by what belongs together."""
        done: set[str] = set()
        for key in self.keys():
            if key not in done:
                group = self._group(key)
                done |= group.keys
                yield group

    def keys(self) -> list[str]:
        return self.ledger.keys(self.run, self.span)

    def _group(self, key: str) -> _Group:
        keys, pages = pages_to_read(self.db, self.run, key, self.boilerplate)
        return _Group(key, keys, {page.source.capture_id: page for page in pages})

    def _submit_ahead(self, stream: Iterator[_Group]) -> None:
        pending = sum(group.pending() for group in self.groups)
        while pending < _QUEUED_PER_WORKER * self.readers.count and (group := next(stream, None)):
            self.groups.append(group)
            group.readings = {number: self.readers.call(waiting) for number, waiting in group.waiting.items()}
            pending += len(group.readings)

    def _receive(self, group: _Group) -> _Group:
        """The group with its readings, which have all come."""
        for number, reading in group.readings.items():
            answer = reading.result()
            if isinstance(answer, Lost):
                answer = Unreadable("gave-up", answer.reason, self.ledger.extractor)
            if isinstance(answer, Absent):
                self.report.absent += answer.damage is None
                self.report.damaged += answer.damage is not None
            elif answer.extractor != self.ledger.extractor:
                raise LuubaoError("luubao was changed while it was reading. What was read is kept; start reread again")
            else:
                group.read[number] = answer
        return group

    def _file_ready(self) -> None:
        """Files the groups that are read completely, from the oldest on, some in one transaction."""
        ready: list[_Group] = []
        while self.groups and not self.groups[0].pending() and len(ready) < _BATCH:
            ready.append(self._receive(self.groups.popleft()))
        with nullcontext() if self.report.dry_run or not ready else connection.transaction(self.db):
            for group in ready:
                self._file_group(group)

    def _file_group(self, group: _Group) -> None:
        former_kinds = {number: self.ledger.former_kind(number) for number in group.read}
        shown_before = self._shown_readings(group)
        about = self.db, self.run, [group.key], self.boilerplate, group.read
        filed = rehearse_filing(*about) if self.report.dry_run else file_or_report(*about, reason="a better reading")
        if filed is not None:
            self.report.note(group.read, former_kinds, shown_before, filed)

    def _shown_readings(self, group: _Group) -> dict[int, tuple[str, Reading]]:
        """The readings that the group's versions show now, by versions.id, with their URLs."""
        return {
            version_id: (url, reading)
            for version_id, url in kept_captures.versions_at(self.db, self.run.outlet_id, group.keys)
            if (reading := self.ledger.shown(version_id))
        }


@contextmanager
def reader(path: Path, boilerplate: Mapping[int, Boilerplate]) -> Iterator[Callable[[Waiting], ReadPage]]:
    """What a worker process needs to read: the archive, open for reading, and its outlets' boilerplate, by
    outlets.id."""
    logging.disable()  # a page's errors are stored in readings.detail, and counted
    with connection.open_archive(path) as db:
        yield lambda waiting: read_kept(db, waiting, boilerplate[waiting.source.run.outlet_id])


def read_kept(db: Database, waiting: Waiting, boilerplate: Boilerplate) -> ReadPage:
    try:
        body = capture_writer.kept_body(db, waiting.source.capture_id)
    except ArchiveDamaged as error:
        return Absent(str(error))
    return Absent() if body is None else read_here(waiting.source, body, waiting.encoding, boilerplate)


_Task = tuple[Waiting, Boilerplate]


@contextmanager
def reading_again(path: Path) -> Iterator[Reread]:
    """Worker processes that reread an archive's pages, each with the extractor named in its stored reading."""
    with Workers[_Task, ReadPage](partial(_rereader, path)) as workers:
        yield Reread(workers)


class Reread:
    """Reads pages in worker processes. Pages of several URLs that are submitted before these are waited for are read
    once."""

    def __init__(self, workers: Workers[_Task, ReadPage]):
        self.workers = workers
        self.submitted: deque[frozenset[int]] = deque()  # captures.id, by call
        self.readings: dict[int, tuple[str, Future[ReadPage | Lost]]] = {}  # by captures.id, with the extractor

    def submit(self, urls: Mapping[str, RederivedUrl]) -> None:
        """Begins to read the pages that belong to some URLs, by their keys."""
        numbers = set()
        for key, again in urls.items():
            again.look_for(key)
            for waiting, boilerplate in again.wanted:
                number = waiting.source.capture_id
                numbers.add(number)
                if number not in self.readings:
                    slim = replace(waiting, source=without_rates(waiting.source))
                    self.readings[number] = again.reader[1], self.workers.call((slim, boilerplate))
        self.submitted.append(frozenset(numbers))

    def wait_for(self, urls: Iterable[RederivedUrl]) -> None:
        """Gives URLs that were submitted, the earliest first, their readings."""
        for again in urls:
            numbers = (waiting.source.capture_id for waiting, _ in again.wanted)
            read = {number: self._read(number) for number in numbers}
            again.known = {number: answer for number, answer in read.items() if not isinstance(answer, Absent)}
        for number in self.submitted.popleft().difference(*self.submitted):
            del self.readings[number]

    def _read(self, number: int) -> ReadPage:
        extractor, reading = self.readings[number]
        answer = awaited(reading)
        return Unreadable("gave-up", answer.reason, extractor) if isinstance(answer, Lost) else answer


@contextmanager
def _rereader(path: Path) -> Iterator[Callable[[_Task], ReadPage]]:
    logging.disable()  # a page's errors are compared like its other values
    with connection.open_archive(path, any_code=True) as db:
        yield lambda task: read_kept(db, *task)
