"""One import: files in, captures kept, read by several processes, filed by this one, in the order in which they
come."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from archive.console.logs import log_of
from archive.exchange.importers.formats import NOTHING_SAID, Said, expanded, read_file
from archive.exchange.importers.import_items import Described, Image, Item, Page, Skipped
from archive.exchange.importers.imported_pictures import picture_known, take_picture
from archive.exchange.importers.outlet_matcher import Houses
from archive.exchange.importers.revisit_originals import Originals
from archive.extract.recurring_blocks import Boilerplate
from archive.model import clock
from archive.model.capture_validation import line_or_nothing
from archive.model.errors import BadValue, LuubaoError
from archive.model.records import Capture, Outlet, Reading, Run, RunKind, Unreadable
from archive.model.urls import host_of
from archive.model.validation import shown
from archive.pipeline.foreign_captures import Arrivals, Origin
from archive.pipeline.ingest import extractor_of, try_to_read
from archive.runtime import signals
from archive.runtime.file_lock import outlet_lock
from archive.storage import connection, run_rows
from archive.storage.bodies.payloads import get_body
from archive.storage.captures import capture_source, kept_captures
from archive.storage.captures.late_captures import Meant, body_known, is_here, outlet_showing
from archive.storage.connection import Database
from archive.storage.histories.history_writer import Counts
from archive.storage.readings import boilerplate_sets
from archive.workers import Lost, Workers

log = log_of(__name__)
_AHEAD = 64  # pages under way for each process
_MOST_HELD = 64 * 1024 * 1024  # bytes of pages under way
_LISTEN = 0.1
_MOST_WAITING = 100_000  # revisits whose bytes may be in a later file
_MOST_TOLD = 20
_MOST_HOSTS = 5


@dataclass(slots=True)
class Report:
    """What an import came to. counts: filed, late, here, withdrawn, elsewhere (pages of other sites), pictures,
    pictures-here, pictures-left (that no article shows, or that are none), unresolved (revisits whose bytes are
    nowhere), skipped (what could not be taken), left-out (what is nothing for an archive). skipped: the first of what
    could not be taken, with file and place. hosts: some of those of pages of other sites. articles: versions opened,
    renumbered and taken out where something came late."""

    counts: Counter[str] = field(default_factory=Counter)
    skipped: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    articles: Counts = field(default_factory=Counts)
    runs: list[int] = field(default_factory=list)

    def skip(self, item: Skipped, file: Path) -> None:
        """Notes what was skipped."""
        self.counts["skipped" if item.failed else "left-out"] += 1
        if item.failed and len(self.skipped) < _MOST_TOLD:
            self.skipped.append(f"{shown(file.name)[1:-1]}, {item.where}: {item.reason}")

    def pass_by(self, url: str) -> None:
        """Notes a page of another site."""
        self.counts["elsewhere"] += 1
        if len(self.hosts) < _MOST_HOSTS:
            self.hosts.add(host_of(url))

    @contextmanager
    def standing_alone(self, file: Path, where: str) -> Iterator[None]:
        """What goes wrong with one record is told with its place, and the others are taken. An archive that cannot be
        written, and an outlet that is being crawled, are no record's fault."""
        try:
            yield
        except BadValue as error:
            self.skip(Skipped(str(error), where), file)
        except LuubaoError:
            raise
        except Exception as error:  # a record that we cannot file: as one that cannot be
            if signals.came():
                raise
            log.debug("%s, %s could not be taken", file, where, exc_info=True)
            self.skip(Skipped(f"it could not be taken: {type(error).__name__}: {error}"[:300], where), file)


Progress = Callable[[Report], None]


def import_files(
    path: Path, files: Sequence[Path], houses: Houses, *, pictures: Path, said: Said = NOTHING_SAID,
    jobs: int | None = None, progress: Progress = lambda _: None,
) -> Report:  # fmt: skip
    """Imports files, one after the other, into the archive at `path`, which is made where there is none.

    Raises LuubaoError for a file that is not there or of no kind that can be read, before anything is written.
    """
    report = Report()
    readers = [(file, read_file(file, said)) for given in files for file in expanded(given)]
    with connection.open_archive(path, create=True) as db, ExitStack() as stack:
        for outlet in (run.outlet for run in kept_captures.outlets_of(db)):
            houses.outlets.setdefault(outlet.name, outlet)
        job = _Import(db, path, houses, pictures, jobs, report, stack, progress)
        with job.breaking_off():
            for file, items in readers:
                job.read(file, items)
                if job.deferred:
                    job.read_pictures(file, read_file(file, said))
                job.settle()
            job.resolve()
            job.finish()
    return report


class _House:
    """One outlet's side of an import: its run, and the processes that read its pages."""

    def __init__(
        self, db: Database, run: Run, boilerplate: Boilerplate, workers: Workers[_Task, Reading | Unreadable] | None
    ):
        self.run, self.workers = run, workers
        self.arrivals = Arrivals(db, run, boilerplate)


_Task = tuple[capture_source.Source, bytes, str | None]


@dataclass(slots=True)
class _Waiting:
    house: _House
    page: Page
    number: int | None
    file: Path


class _Import:
    def __init__(
        self, db: Database, path: Path, houses: Houses, pictures: Path, jobs: int | None, report: Report,
        stack: ExitStack, progress: Progress,
    ):  # fmt: skip
        self.db, self.path, self.houses, self.pictures, self.jobs = db, path, houses, pictures, jobs
        self.report, self.stack, self.progress = report, stack, progress
        self.open: dict[str, _House] = {}
        self.queue: deque[_Waiting] = deque()
        self.answers: dict[int, Reading | Unreadable] = {}
        self.numbers = 0
        self.deferred = False
        self.originals, self.unresolved = Originals(), list[tuple[Page, Path]]()

    def read(self, file: Path, items: Iterator[Item]) -> None:
        """One file. Pictures that no article is known to show yet are left for later."""
        self.deferred = False
        for item in self._each(file, items):
            with self.report.standing_alone(file, getattr(item, "where", "")):
                self._take(file, item)
            self.progress(self.report)
        self._file(0)

    def _each(self, file: Path, items: Iterator[Item]) -> Iterator[Item]:
        """The items; where a file cannot be read on, that is told, and what came before it stays."""
        with self.report.standing_alone(file, "what follows"):
            yield from items

    def _take(self, file: Path, item: Item) -> None:
        if isinstance(item, Skipped):
            self.report.skip(item, file)
        elif isinstance(item, Described):
            self.houses.describe(item.outlined)
        elif isinstance(item, Page):
            self._page(item, file)
        else:
            self._file(0)
            self.deferred |= not self._picture(item, file)

    def read_pictures(self, file: Path, items: Iterator[Item]) -> None:
        """The pictures of a file once more, now that all of its articles are known."""
        self.settle()
        for item in self._each(file, items):
            if isinstance(item, Image):
                with self.report.standing_alone(file, item.where):
                    self.report.counts["pictures-left"] += not self._picture(item, file)

    def resolve(self) -> None:
        """Revisits that came before the bytes they brought again. What is not resolved now has them in none of the
        files."""
        waiting, self.unresolved = self.unresolved, []
        for page, file in waiting:
            with self.report.standing_alone(file, page.where):
                self._page(page, file)
        self._file(0)
        self.report.counts["unresolved"] += len(self.unresolved)
        self.settle()

    def settle(self) -> None:
        """Puts in order what came late."""
        for house in self.open.values():
            self.report.articles.add(house.arrivals.settle())

    @contextmanager
    def breaking_off(self) -> Iterator[None]:
        """Where a signal ends the import, its runs say so; what was filed stays, and the next import goes on."""
        try:
            yield
        except BaseException:  # raised again
            if signals.came():
                with signals.in_order(), suppress(Exception):
                    self.finish("interrupted")
            raise

    def finish(self, outcome: str = "ok") -> None:
        """Closes the runs."""
        for house in self.open.values():
            now = clock.now()
            boilerplate_sets.learn_boilerplate(self.db, house.run, now)
            run_rows.finish_run(self.db, house.run, outcome=outcome, reason=None, stats=self.report.counts, at=now)

    def _page(self, page: Page, file: Path) -> None:
        outlet = self.houses.of(page.capture.requested_url)
        if outlet is None:
            self.report.pass_by(page.capture.requested_url)
            return
        known = self._known(outlet)
        if page.refers:
            self._file(0)  # what it refers to may have just come
            page = self._resolved(known, page)
        self.originals.note(page)
        if page.refers and len(self.unresolved) < _MOST_WAITING:
            self.unresolved.append((page, file))
        elif page.refers:
            self.report.counts["unresolved"] += 1
        elif known and is_here(self.db, known, page.capture):
            self.report.counts["here"] += 1
        else:
            house = self._house(outlet, file)
            self.queue.append(_Waiting(house, page, self._submit(house, page.capture), file))
            self._file(_AHEAD * house.workers.count if house.workers else 0)

    def _known(self, outlet: Outlet) -> Run | None:
        """The outlet as the archive knows it, if it does; no run is opened as long as nothing new comes."""
        if outlet.name in self.open:
            return self.open[outlet.name].run
        return next((run for run in kept_captures.outlets_of(self.db) if run.outlet.name == outlet.name), None)

    def _resolved(self, known: Run | None, page: Page) -> Page:
        refers = page.refers
        if refers is None or known is None:
            return page
        at = clock.stamp(refers.at) if refers.at else None
        digest = self.originals.digest(refers)
        body_id = body_known(self.db, known.outlet_id, Meant(digest, refers.url, at, refers.record))
        body = get_body(self.db, body_id) if body_id is not None else None
        return replace(page, capture=replace(page.capture, body=body), refers=None) if body else page

    def _submit(self, house: _House, capture: Capture) -> int | None:
        if not (capture.body and 200 <= capture.status < 300):
            return None
        self.numbers += 1
        source = capture_source.Source(0, house.run, "", capture.final_url, capture.captured_at)
        if house.workers is None:
            boilerplate = house.arrivals.boilerplate
            self.answers[self.numbers] = try_to_read(source, capture.body, capture.encoding, boilerplate)
            return self.numbers
        house.workers.submit(self.numbers, (source, capture.body, capture.encoding))
        return self.numbers

    def _file(self, most: int) -> None:
        """Once more than so much waits, or takes too much memory, half of it is filed, in order, in one transaction."""
        self._listen(0)
        held = sum(len(one.page.capture.body or b"") for one in self.queue) if len(self.queue) < most else 0
        if self.queue and (len(self.queue) > most or held > _MOST_HELD):
            count = len(self.queue) - most // 2 if len(self.queue) > most else len(self.queue)
            while not all(self._is_read(one) for one in islice(self.queue, count)):
                self._listen(_LISTEN)
            with connection.transaction(self.db):
                for _ in range(count):
                    self._arrive(self.queue.popleft())
                    self._listen(0)  # or those who read would have nothing to do meanwhile

    def _listen(self, seconds: float) -> None:
        for house in self.open.values():
            for number, answer in house.workers.answers(seconds) if house.workers else ():
                if isinstance(answer, Lost):
                    answer = Unreadable("gave-up", answer.reason, extractor_of(house.arrivals.boilerplate))
                self.answers[number] = answer

    def _is_read(self, waiting: _Waiting) -> bool:
        return waiting.number is None or waiting.number in self.answers

    def _arrive(self, waiting: _Waiting) -> None:
        reading = self.answers.pop(waiting.number) if waiting.number is not None else None
        origin = Origin(shown(waiting.file.name)[1:-1], line_or_nothing(waiting.page.record))
        with self.report.standing_alone(waiting.file, waiting.page.where):
            self.report.counts[waiting.house.arrivals.arrive(waiting.page.capture, origin, reading)] += 1

    def _picture(self, image: Image, file: Path) -> bool:
        """Whether it could be taken: an article is known that shows it."""
        if (known := picture_known(self.db, image)) is not None:
            self.report.counts["pictures-here"] += known
            return known
        name = outlet_showing(self.db, image.url)
        outlet = self.houses.outlets.get(name or "")
        taken = outlet is not None and take_picture(self.db, self._house(outlet, file).run, self.pictures, image)
        self.report.counts["pictures"] += taken
        return taken

    def _house(self, outlet: Outlet, file: Path) -> _House:
        if outlet.name not in self.open:
            self.stack.enter_context(outlet_lock(self.path, outlet.name))
            run = begin(self.db, outlet, "import", shown(file.name)[1:-1])
            marks = self.houses.boilerplate.get(outlet.name, ())
            boilerplate = boilerplate_sets.boilerplate_of(self.db, run.outlet_id)
            if marks and not boilerplate.marks:
                boilerplate = boilerplate_sets.put_boilerplate(self.db, run, Boilerplate(frozenset(marks)), clock.now())
            workers = None
            if self.jobs != 0:
                workers = self.stack.enter_context(
                    Workers[_Task, Reading | Unreadable](_Reader(boilerplate), self.jobs)
                )
            self.open[outlet.name] = _House(self.db, run, boilerplate, workers)
            self.report.runs.append(run.id)
        return self.open[outlet.name]


def begin(db: Database, outlet: Outlet, kind: RunKind, source: str) -> Run:
    """Opens a run of something that is no crawl. The outlet's lock must be held."""
    return run_rows.start_run(db, outlet, {"luubao": version("luubao")}, clock.now(), kind=kind, source=source)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a process needs to read: what the outlet's pages share."""

    boilerplate: Boilerplate

    @contextmanager
    def _reading(self) -> Iterator[Callable[[_Task], Reading | Unreadable]]:
        logging.disable()  # what goes wrong with a page is kept in readings.detail
        yield lambda task: try_to_read(*task, self.boilerplate)

    def __call__(self):  # type: ignore[no-untyped-def]  # a contextmanager on a method
        return self._reading()
