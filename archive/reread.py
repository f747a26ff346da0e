"""Reading kept captures again, after the extractor, its rules or an outlet's furniture got better.

Processes fetch and read; this one alone writes, in batches, in the order of capture. Whatever has a reading under the
present extractor is done, so it can be killed at any moment and goes on where it was.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database

from archive import clock, store
from archive.errors import ArchiveDamaged, LuubaoError
from archive.furniture import Furniture
from archive.ingest import extractor_of, gave_up, read, tell
from archive.model.zones import zone_of
from archive.records import Reading, Run, Unreadable
from archive.reread_report import Report
from archive.store import Recording, Rehearsal, Span, Waiting
from archive.store.connection import checkpoint
from archive.store.identity import Source
from archive.workers import PATIENCE, Lost, Workers

log = logging.getLogger(__name__)

_BATCH = 50  # captures a commit
_PAGE = 200  # captures looked up at once
_AHEAD = 32  # captures under way for each process, so that one that takes long does not stop the others
_LISTEN = 0.2  # seconds, after which a signal is heeded

Progress = Callable[[Report, int], None]
"""Told now and then what has been done, and how many captures wait in all."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The capture's bytes are not to be had: withdrawn, or damaged."""

    damage: str | None = None


Answer = Reading | Unreadable | Absent


class Readers(Protocol):
    """Whoever reads the captures that are handed out: processes, or what somebody has read already."""

    @property
    def count(self) -> int:
        """How many read at once."""

    def submit(self, number: int, task: Waiting) -> None:
        """Hands a capture over, under its number."""

    def answers(self, seconds: float) -> Sequence[tuple[int, Answer | Lost]]:
        """What has been read, after waiting at most so long."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to read again. since, until: days of capture, both included, in the outlet's zone. jobs: how many processes;
    None for one a core. patience: seconds for one capture."""

    outlet: str | None = None
    since: date | None = None
    until: date | None = None
    jobs: int | None = None
    dry_run: bool = False
    patience: float = PATIENCE


def reread(
    path: Path,
    order: Order,
    *,
    progress: Progress | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Report:
    """Reads again what the present extractors have not read.

    Raises ArchiveMissing, ArchiveUnusable or UnknownOutlet.
    """
    report, began = Report(dry_run=order.dry_run), time.monotonic()
    with store.open_archive(path) as db:  # a wrong file or name is told before anything is written
        outlets = store.outlets_of(db, order.outlet)
        furniture = {run.outlet_id: store.furniture_of(db, run.outlet_id) for run in outlets}
    setting_up = partial(reader, path, furniture)
    with (
        store.open_archive(path, create=not order.dry_run) as db,
        Workers[Waiting, Answer](setting_up, order.jobs, patience=order.patience) as workers,
    ):
        for run in outlets:
            ledger = (Rehearsal if order.dry_run else Recording)(db, extractor_of(furniture[run.outlet_id]))
            job = Rereading(ledger, workers, run, _span(order, run.outlet.timezone), report, stopped)
            job.show = shown(job, began, progress)
            job.run_all()
        if not order.dry_run:
            checkpoint(db)
    report.seconds, report.interrupted = time.monotonic() - began, stopped()
    return report


def shown(job: Rereading, began: float, progress: Progress | None) -> Callable[[], None]:
    """What a job calls now and then: it tells `progress` of the job's report. began: by time.monotonic."""
    if progress is None:
        return lambda: None
    report = job.report
    waiting = report.captures + job.ledger.count(job.run, job.span)

    def show() -> None:
        report.seconds = time.monotonic() - began
        progress(report, waiting)

    return show


class Rereading:
    """One outlet's captures: those that wait by the ledger, read by `readers`."""

    def __init__(
        self,
        ledger: Recording,
        readers: Readers,
        run: Run,
        span: Span,
        report: Report,
        stopped: Callable[[], bool] = lambda: False,
    ):
        self.ledger, self.readers, self.run, self.span = ledger, readers, run, span
        self.report, self.stopped = report, stopped
        self.show: Callable[[], None] = lambda: None
        self.under_way: deque[Waiting] = deque()
        self.numbers: set[int] = set()  # of captures handed out and not yet filed
        self.answers: dict[int, Answer] = {}

    def run_all(self) -> None:
        """Until nothing waits, or we are stopped."""
        self._finish_what_was_begun()
        stream, batch = self._stream(), list[Waiting]()
        while not self.stopped():
            self._hand_out(stream)
            if not self.under_way:
                break
            self._listen()
            batch += self._answered()
            if len(batch) >= _BATCH or not self.under_way:
                self._file(batch)
                batch = []
        self._file(batch)

    def _stream(self) -> Iterator[Waiting]:
        """What waits, oldest first; but before the first capture of a version comes its newest."""
        after = 0
        while page := self.ledger.waiting(self.run, self.span, after, _PAGE):
            for waiting in page:
                after = waiting.source.capture_id
                if after in self.numbers or not self.ledger.waits(after):
                    continue
                leader = self.ledger.leader(self.run, waiting, self.span)
                if leader and leader.source.capture_id not in self.numbers:
                    yield leader
                yield waiting

    def _hand_out(self, stream: Iterator[Waiting]) -> None:
        while len(self.under_way) < _AHEAD * self.readers.count and (waiting := next(stream, None)):
            self.under_way.append(waiting)
            self.numbers.add(waiting.source.capture_id)
            self.readers.submit(waiting.source.capture_id, waiting)

    def _listen(self) -> None:
        for number, answer in self.readers.answers(_LISTEN):
            if isinstance(answer, Lost):
                answer = Unreadable("gave-up", answer.reason, self.ledger.extractor)
            if not isinstance(answer, Absent) and answer.extractor != self.ledger.extractor:
                raise LuubaoError("luubao was changed while it was reading. What was read is kept; start reread again")
            self.answers[number] = answer
        self.show()

    def _answered(self) -> Iterator[Waiting]:
        while self.under_way and self.under_way[0].source.capture_id in self.answers:
            yield self.under_way.popleft()

    def _file(self, batch: list[Waiting]) -> None:
        """In one transaction as far as possible: a page that shows an article of which versions are still told by
        another extractor must wait for those to be read, and nobody may wait for us meanwhile."""
        rest, told_again = deque(batch), list[int]()
        brought: int | None = None
        while rest:
            with self._transaction():
                while rest and (rest[0].source.capture_id == brought or self._lacking(rest[0]) is None):
                    told_again += self._file_one(rest.popleft())
            article_id = self._lacking(rest[0]) if rest else None
            if article_id is not None:
                self._tell(self.ledger.untold(article_id))
                brought = rest[0].source.capture_id
            if self.stopped() and rest:
                break
        self._tell(told_again)

    def _lacking(self, waiting: Waiting) -> int | None:
        """The article a page seems to show, if it has no version yet and those of the article cannot be compared."""
        reading = self.answers[waiting.source.capture_id]
        if waiting.version_id is not None or not isinstance(reading, Reading):
            return None
        latest = store.latest_version(self.ledger.db, waiting.source, reading)
        return latest.article_id if latest and self.ledger.untold(latest.article_id) else None

    def _file_one(self, waiting: Waiting) -> list[int]:
        """Files one capture. Returns the version that has now to be told from another of its captures, if any."""
        number = waiting.source.capture_id
        answer = self.answers.pop(number)
        self.numbers.discard(number)
        if isinstance(answer, Absent):
            self.report.absent += answer.damage is None
            self.report.damaged += answer.damage is not None
            return []
        refiled = self.ledger.refile(waiting.source, answer)
        self.report.note(waiting.source, answer, refiled)
        version_id = refiled.version_id
        return [version_id] if version_id and isinstance(answer, Unreadable) and self._was_read(version_id) else []

    def _was_read(self, version_id: int) -> bool:
        """Whether a version that is not told yet could be, from a capture that will not come any more."""
        newest = self.ledger.newest_capture(version_id)
        return newest is not None and not self.ledger.told(version_id) and not self.ledger.waits(newest)

    def _tell(self, version_ids: list[int]) -> None:
        for version_id in version_ids:
            for source, reading, refiled in tell(self.ledger, self.run, version_id, self._read_now):
                self.report.note(source, reading, refiled)

    def _read_now(self, source: Source, encoding: str | None) -> Reading | Unreadable | None:
        number = source.capture_id
        if number not in self.numbers:
            self.readers.submit(number, Waiting(source, encoding, None))
        while number not in self.answers:
            if self.stopped():
                return None
            self._listen()
        answer = self.answers[number] if number in self.numbers else self.answers.pop(number)
        return None if isinstance(answer, Absent) else answer

    def _finish_what_was_begun(self) -> None:
        after = 0
        while page := self.ledger.half_told(self.run, after, _PAGE):
            after = page[-1]
            with self._transaction():
                begun = [version_id for version_id in page if not self.ledger.take_up(version_id)]
            self.report.switched_back += len(page) - len(begun)
            self._tell([version_id for version_id in begun if self._was_read(version_id)])
            if self.stopped():
                return

    def _transaction(self) -> AbstractContextManager[None]:
        return nullcontext() if self.report.dry_run else store.transaction(self.ledger.db)


def _span(order: Order, timezone: str) -> Span:
    zone = zone_of(timezone)

    def stamp(day: date) -> str:
        return clock.stamp(datetime.combine(day, time_of_day(), zone))

    since = stamp(order.since) if order.since else Span().since
    return Span(since, stamp(order.until + timedelta(days=1)) if order.until else Span().until)


@contextmanager
def reader(path: Path, furniture: Mapping[int, Furniture]) -> Iterator[Callable[[Waiting], Answer]]:
    """What a process needs to read: the archive, open for reading, and what its outlets' pages share, by outlets.id."""
    logging.disable()  # what goes wrong with a page is kept in readings.detail, and counted
    with store.open_archive(path) as db:
        yield lambda waiting: _read(db, waiting, furniture[waiting.source.run.outlet_id])


def _read(db: Database, waiting: Waiting, furniture: Furniture) -> Answer:
    try:
        body = store.kept_body(db, waiting.source.capture_id)
    except ArchiveDamaged as error:
        return Absent(str(error))
    if body is None:
        return Absent()
    try:
        return read(waiting.source, body, waiting.encoding, furniture)
    except Exception as error:  # the boundary behind which a mistake of ours costs one reading: see ingest.py
        log.exception("capture %s could not be read", waiting.source.capture_id)
        return gave_up(error, furniture)
