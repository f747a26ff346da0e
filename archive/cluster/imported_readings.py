"""Readings that were made elsewhere, by luubao-reread-spark: filed as `luubao reread` would file its own.

First all that the files bring is set down by capture; then it is gone through as reading again does, in the same order
and by the same functions, with what was brought as the answer. Only where filing a page needs another page of which
nothing was brought, that one is read here.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from archive.cluster.file_systems import files_in, place
from archive.cluster.reading_columns import SAID, Row, Seen, reading_in, row_of, seen_in
from archive.cluster.reading_files import read_rows
from archive.extract.recurring_blocks import Boilerplate, without
from archive.model.errors import ArchiveUnusable, LuubaoError
from archive.model.records import Reading, Run, Unreadable
from archive.pipeline.ingest import extractor_of
from archive.pipeline.reread_report import Report
from archive.pipeline.rereading import Answer, Progress, Rereading, reader, shown
from archive.storage import connection
from archive.storage.captures import kept_captures
from archive.storage.connection import Database, checkpoint
from archive.storage.readings import boilerplate_sets, unread_captures
from archive.storage.readings.boilerplate_sets import known_boilerplate
from archive.storage.readings.staged_readings import Brought, Named
from archive.storage.readings.unread_captures import Span, Waiting
from archive.workers import Lost, Workers

_MOST_TOLD = 20


@dataclass(slots=True)
class Imported:
    """What came of files of readings, in rows. counts: waits (to be filed), here (read by the present extractor
    already), unknown (of captures or outlets that are not in this archive), otherwise (made under another address,
    charset or time zone than the archive names), withdrawn, reader (made by another luubao than this), bad. told: the
    first of what is bad, with file and row. readers: the names of those others. filing: what filing came to. left: how
    many captures still wait of the outlets that the files named."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    readers: set[str] = field(default_factory=set)
    filing: Report = field(default_factory=Report)
    left: int = 0


def holds_readings(file: Path) -> bool:
    """Whether a file, or a folder of files, is Parquet."""
    if file.is_dir():
        return any(file.glob("*.parquet"))
    return file.suffix == ".parquet"


def import_readings(
    path: Path,
    files: Sequence[Path],
    outlet: str | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Imported:
    """Files the readings of files, or of all files in folders. outlet: only this one's.

    Raises ArchiveMissing, UnknownOutlet, and LuubaoError for a file that holds no readings, before anything is filed.
    """
    done, began = Imported(), time.monotonic()
    with connection.open_archive(path) as db:  # a wrong file or name is told before anything is written
        outlets = kept_captures.outlets_of(db, outlet)
        boilerplate = {run.outlet_id: boilerplate_sets.boilerplate_of(db, run.outlet_id) for run in outlets}
    with (
        connection.open_archive(path, create=True) as db,
        Workers[Waiting, Answer](partial(reader, path, boilerplate), jobs) as workers,
    ):
        houses = {run.outlet.name: _House(db, run, boilerplate[run.outlet_id]) for run in outlets}
        for file in files:
            for one in files_in(place(str(file)), ".parquet"):
                _set_down(houses, one.name, read_rows(one), done)
        for house in (house for house in houses.values() if house.named):
            shelf = _Shelf(house.ledger, workers)
            job = _Filing(db, house.run, house.boilerplate, shelf, Span(), done.filing, stopped)
            job.brought = house.ledger
            job.show = shown(job, began, progress)
            job.run_all()
            done.left += unread_captures.Ledger(db, house.ledger.extractor).count(house.run, Span())
        checkpoint(db)
    done.filing.seconds, done.filing.interrupted = time.monotonic() - began, stopped()
    return done


class _House:
    """One outlet's side. former: the sets of furniture it once had, by the names of those who read without them, as far
    as all that was left out then is left out now: what they read can be brought up to date."""

    def __init__(self, db: Database, run: Run, boilerplate: Boilerplate):
        self.run, self.boilerplate, self.named = run, boilerplate, False
        self.ledger = Brought(db, extractor_of(boilerplate), run.outlet_id)
        known = [Boilerplate(), *known_boilerplate(db, run.outlet_id)]
        self.former = {extractor_of(one) for one in known if one.marks <= boilerplate.marks}

    def up_to_date(self, reading: Reading | Unreadable) -> Reading | Unreadable | None:
        """The reading as the present extractor makes it; None when it cannot be told from this one."""
        if reading.extractor == self.ledger.extractor:
            return reading
        if reading.extractor not in self.former:
            return None
        now = without(reading, self.boilerplate) if isinstance(reading, Reading) else reading
        return replace(now, extractor=self.ledger.extractor)


def _set_down(houses: dict[str, _House], name: str, rows: Iterator[Row], done: Imported) -> None:
    for number, row in enumerate(rows, 1):
        try:
            done.counts[_set_one_down(houses, row, done)] += 1
        except ArchiveUnusable:
            raise
        except Exception as error:  # noqa: BLE001  # one row that cannot be a reading; the others can
            done.counts["bad"] += 1
            if len(done.told) < _MOST_TOLD:
                done.told.append(f"{name}, row {number}: {error}")


def _set_one_down(houses: dict[str, _House], row: Row, done: Imported) -> str:
    seen, made = seen_in(row), reading_in(row)
    house = houses.get(seen.outlet)
    if house is None:
        return "unknown"
    house.named = True
    reading = house.up_to_date(made)
    if reading is None:
        done.readers.add(made.extractor)
        return "reader"
    if seen.timezone != house.run.outlet.timezone:
        return "otherwise"
    said = row_of(seen, reading)
    return house.ledger.bring(_named(seen), {column: said[column] for column in SAID})


def _named(seen: Seen) -> Named:
    return Named(seen.requested_url, seen.captured_at, seen.status, seen.digest, seen.final_url, seen.encoding)


class _Filing(Rereading):
    """Files what was brought, and reads only what belongs together with it."""

    brought: Brought

    def keys(self) -> list[str]:
        """The addresses of which readings were brought."""
        return self.brought.keys(self.run, self.span)


class _Shelf:
    """Answers with what was brought, at once; has the rest read by processes."""

    def __init__(self, ledger: Brought, workers: Workers[Waiting, Answer]):
        self.ledger, self.workers = ledger, workers
        self.count = workers.count
        self.ready: list[tuple[int, Answer | Lost]] = []

    def submit(self, number: int, task: Waiting) -> None:
        """Takes a capture's reading from the shelf, or hands the capture on."""
        said = self.ledger.reading(number)
        if said is None:
            self.workers.submit(number, task)
        else:
            self.ready.append((number, reading_in(said)))

    def answers(self, seconds: float) -> Sequence[tuple[int, Answer | Lost]]:
        """What is ready."""
        ready, self.ready = self.ready, []
        return ready + self.workers.answers(0 if ready else seconds)


def refuse_nothing(done: Imported, files: Sequence[Path]) -> None:
    """Raises LuubaoError when nothing of what was brought could be used, with what to do."""
    if done.counts["waits"] or done.counts["here"]:
        return
    if done.readers:
        raise LuubaoError(
            f"nothing was taken: these readings were made by {sorted(done.readers)[0]}, and this is another reader."
            " Install the same luubao here and where the job runs, and run it again"
        )
    if not sum(done.counts.values()):
        raise LuubaoError(f"nothing was taken: there are no readings in {', '.join(map(str, files))}")
    raise LuubaoError(
        "nothing was taken: none of these readings is of a capture in this archive. Name another with --db"
    )
