"""Imports readings that luubao-reread-spark made, and files them as `luubao reread` files its own.

First it stages all readings in the files by capture. Then it goes through the captures as rereading does, in the same
order and by the same functions, with the staged readings as answers. It reads a page here only where filing needs it
and no reading of it was staged.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from archive.cluster.reading_files import ANSWER_COLUMNS, Row, capture_of_row, read_rows, reading_in, row_of
from archive.cluster.warc_splits import files_in, place
from archive.model.errors import ArchiveUnusable, LuubaoError
from archive.model.records import Reading, Run, Unreadable
from archive.pipeline.page_reading import extractor_of
from archive.pipeline.reread_report import RereadReport
from archive.pipeline.rereading import Progress, ReadPage, Rereading, reader, shown
from archive.storage import connection, unread_captures, version_texts
from archive.storage.captures import kept_captures
from archive.storage.connection import Database
from archive.storage.sqlite_file import checkpoint
from archive.storage.unread_captures import StagedReadings, TimeSpan, Waiting
from archive.storage.version_texts import known_boilerplate
from archive.text.recurring_blocks import Boilerplate, without
from archive.workers import Lost, Workers

_MAX_REPORTED = 20


@dataclass(slots=True)
class Imported:
    """The result of importing files of readings, in rows. counts: waits (to be filed), here (read by the present
    extractor already), unknown (of captures or outlets that are not in this archive), otherwise (made under another
    address, charset or time zone than the archive's), withdrawn, reader (made by another luubao than this), bad.
    messages: the first bad rows, with file and row. readers: the names of other extractors. filing: its report. unread:
    captures of the named outlets that still wait to be reread."""

    counts: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)
    readers: set[str] = field(default_factory=set)
    filing: RereadReport = field(default_factory=RereadReport)
    unread: int = 0


def holds_readings(file: Path) -> bool:
    """Whether a file, or a folder of files, is Parquet."""
    if file.is_dir():
        return any(file.glob("*.parquet"))
    return file.suffix == ".parquet"


def import_readings(
    path: Path, files: Sequence[Path], outlet: str | None = None, *, jobs: int | None = None,
    progress: Progress | None = None, stopped: Callable[[], bool] = lambda: False,
) -> Imported:  # fmt: skip
    """Files the readings in files, or in all files of folders. outlet: only this one's.

    Raises ArchiveMissing, UnknownOutlet, and LuubaoError for a file that holds no readings, before it files any.
    """
    imported, started = Imported(), time.monotonic()
    with connection.open_archive(path) as db:  # reports a wrong file or name before it writes anything
        outlets = kept_captures.outlets_of(db, outlet)
        boilerplate = {run.outlet_id: version_texts.boilerplate_of(db, run.outlet_id) for run in outlets}
    with (
        connection.open_archive(path, create=True) as db,
        Workers[Waiting, ReadPage](partial(reader, path, boilerplate), jobs) as workers,
    ):
        by_outlet = {run.outlet.name: _OutletReadings(db, run, boilerplate[run.outlet_id]) for run in outlets}
        for source in files:
            for file in files_in(place(str(source)), ".parquet"):
                _stage_rows(by_outlet, file.name, read_rows(file), imported)
        for staged in (staged for staged in by_outlet.values() if staged.has_readings):
            answers = _StagedAnswers(staged.ledger, workers)
            job = _Filing(db, staged.run, staged.boilerplate, answers, TimeSpan(), imported.filing, stopped)
            job.staged = staged.ledger
            job.show = shown(job, started, progress)
            job.run_all()
            imported.unread += unread_captures.ExtractorProgress(db, staged.ledger.extractor).count(
                staged.run, TimeSpan()
            )
        checkpoint(db)
    imported.filing.seconds, imported.filing.interrupted = time.monotonic() - started, stopped()
    return imported


class _OutletReadings:
    """The staged readings of one outlet. former_extractors: extractors with an earlier boilerplate set that is a subset
    of the present one, so that their readings can be updated."""

    def __init__(self, db: Database, run: Run, boilerplate: Boilerplate):
        self.run, self.boilerplate, self.has_readings = run, boilerplate, False
        self.ledger = StagedReadings(db, extractor_of(boilerplate), run.outlet_id)
        known = [Boilerplate(), *known_boilerplate(db, run.outlet_id)]
        self.former_extractors = {extractor_of(earlier) for earlier in known if earlier.marks <= boilerplate.marks}

    def up_to_date(self, reading: Reading | Unreadable) -> Reading | Unreadable | None:
        """The reading as the present extractor would make it; None where it cannot be derived from this one."""
        if reading.extractor == self.ledger.extractor:
            return reading
        if reading.extractor not in self.former_extractors:
            return None
        updated = without(reading, self.boilerplate) if isinstance(reading, Reading) else reading
        return replace(updated, extractor=self.ledger.extractor)


def _stage_rows(by_outlet: dict[str, _OutletReadings], name: str, rows: Iterator[Row], imported: Imported) -> None:
    for number, row in enumerate(rows, 1):
        try:
            imported.counts[_stage_row(by_outlet, row, imported)] += 1
        except ArchiveUnusable:
            raise
        except Exception as error:  # noqa: BLE001  # an invalid row; the others may be valid
            imported.counts["bad"] += 1
            if len(imported.messages) < _MAX_REPORTED:
                imported.messages.append(f"{name}, row {number}: {error}")


def _stage_row(by_outlet: dict[str, _OutletReadings], row: Row, imported: Imported) -> str:
    capture, reading = capture_of_row(row), reading_in(row)
    staged = by_outlet.get(capture.outlet)
    if staged is None:
        return "unknown"
    staged.has_readings = True
    updated = staged.up_to_date(reading)
    if updated is None:
        imported.readers.add(reading.extractor)
        return "reader"
    if capture.timezone != staged.run.outlet.timezone:
        return "otherwise"
    columns = row_of(capture, updated)
    return staged.ledger.stage(capture, {column: columns[column] for column in ANSWER_COLUMNS})


class _Filing(Rereading):
    """Files staged readings, and rereads only captures that must be filed with them."""

    staged: StagedReadings

    def keys(self) -> list[str]:
        return self.staged.keys(self.run, self.span)


class _StagedAnswers:
    """Answers with staged readings at once; has worker processes read the rest."""

    def __init__(self, ledger: StagedReadings, workers: Workers[Waiting, ReadPage]):
        self.ledger, self.workers, self.count = ledger, workers, workers.count

    def call(self, task: Waiting) -> Future[ReadPage | Lost]:
        """Answers with a capture's staged reading, or submits the capture to the workers."""
        row = self.ledger.reading(task.source.capture_id)
        if row is None:
            return self.workers.call(task)
        staged: Future[ReadPage | Lost] = Future()
        staged.set_result(reading_in(row))
        return staged


def refuse_nothing(imported: Imported, files: Sequence[Path]) -> None:
    """Raises LuubaoError, with advice, when no imported reading could be used."""
    if imported.counts["waits"] or imported.counts["here"]:
        return
    if imported.readers:
        raise LuubaoError(
            f"nothing was taken: these readings were made by {sorted(imported.readers)[0]}, and this is another reader."
            " Install the same luubao here and where the job runs, and run it again"
        )
    if not sum(imported.counts.values()):
        raise LuubaoError(f"nothing was taken: there are no readings in {', '.join(map(str, files))}")
    raise LuubaoError(
        "nothing was taken: none of these readings is of a capture in this archive. Name another with --db"
    )
