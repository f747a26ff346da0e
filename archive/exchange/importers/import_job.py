"""Imports files into an archive: worker processes extract the pages, this process files the captures in order."""

from __future__ import annotations

import resource
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from traceback import clear_frames

from archive.console import log_of
from archive.exchange.importers.import_items import (
    DescribedOutlet,
    Image,
    Item,
    Originals,
    OutletMatcher,
    Page,
    Skipped,
    picture_known,
    take_picture,
)
from archive.exchange.importers.mirrors import NO_DEFAULTS, PageDefaults, expand_folder, read_file
from archive.model import clock
from archive.model.errors import BadValue, LuubaoError
from archive.model.records import Capture, Outlet, Reading, Run, RunKind, Unreadable
from archive.model.urls import host_of
from archive.model.validation import line, or_none, shown
from archive.pipeline.merging import Arrivals, Origin
from archive.pipeline.page_reading import extractor_of, try_to_read
from archive.runtime import signals
from archive.runtime.atomic_files import outlet_lock
from archive.storage import connection, run_rows, version_texts
from archive.storage.captures import kept_captures
from archive.storage.captures.capture_writer import is_here
from archive.storage.captures.other_archive import body_known
from archive.storage.connection import Database
from archive.storage.histories.history_writer import Counts
from archive.storage.picture_history import outlet_showing
from archive.storage.stored_bodies import get_body
from archive.text.recurring_blocks import Boilerplate
from archive.workers import Lost, Workers, awaited, calling

log = log_of(__name__)
_MAX_QUEUED = 64  # queued pages for each worker process
_MAX_QUEUED_BYTES = 64 * 1024 * 1024  # bytes of queued pages
_MAX_UNRESOLVED = 100_000  # revisits whose body may be in a later file
_MAX_REPORTED = 20
_MAX_HOSTS = 5
_OTHER_FILES = 100  # open files that are no locks


@dataclass(slots=True)
class ImportReport:
    """The result of an import. counts: filed, late, here, withdrawn, elsewhere (pages of other sites), pictures,
    pictures-here, pictures-left (that no article shows, or that are no pictures), unresolved (revisits whose body is in
    no file), skipped (could not be imported), left-out (does not belong in an archive). skipped: the first that could
    not be imported, with file and place. hosts: some hosts of pages of other sites. articles: versions opened,
    renumbered and removed where captures came late."""

    counts: Counter[str] = field(default_factory=Counter)
    skipped: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    articles: Counts = field(default_factory=Counts)
    runs: list[int] = field(default_factory=list)

    def skip(self, item: Skipped, file: Path) -> None:
        """Counts a skipped item; lists the first ones with file and place."""
        self.counts["skipped" if item.failed else "left-out"] += 1
        if item.failed and len(self.skipped) < _MAX_REPORTED:
            self.skipped.append(f"{shown(file.name)[1:-1]}, {item.where}: {item.reason}")

    def pass_by(self, url: str) -> None:
        self.counts["elsewhere"] += 1
        if len(self.hosts) < _MAX_HOSTS:
            self.hosts.add(host_of(url))

    @contextmanager
    def standing_alone(self, file: Path, where: str) -> Iterator[None]:
        """Reports an error in one record with its place, so that the others are imported. Raises errors that are no
        fault of the record: an archive that cannot be written, an outlet that is being crawled."""
        try:
            yield
        except BadValue as error:
            self.skip(Skipped(str(error), where), file)
        except LuubaoError:
            raise
        except Exception as error:  # a record that we cannot file counts as an invalid one
            if signals.signal_received():
                raise
            log.debug("%s, %s could not be taken", file, where, exc_info=True)
            self.skip(Skipped(f"it could not be taken: {type(error).__name__}: {error}"[:300], where), file)


Progress = Callable[[ImportReport], None]


def import_files(
    path: Path, files: Sequence[Path], matcher: OutletMatcher, *, pictures: Path, defaults: PageDefaults = NO_DEFAULTS,
    jobs: int | None = None, progress: Progress = lambda _: None,
) -> ImportReport:  # fmt: skip
    """Imports files, one after the other, into the archive at `path`; creates the archive if there is none.

    Raises LuubaoError for a file that is missing or of unknown format, before it writes anything.
    """
    report = ImportReport()
    readers = [(file, read_file(file, defaults)) for given in files for file in expand_folder(given)]
    with connection.open_archive(path, create=True) as db, ExitStack() as stack:
        job = _Import(db, path, matcher, pictures, jobs, report, stack, progress)
        with job.breaking_off():
            for file, items in readers:
                job.read(file, items)
                if job.deferred:
                    job.read_pictures(file, read_file(file, defaults))
                job.file_pending()
            job.resolve()
            job.finish()
    return report


_Call = Callable[[], Reading | Unreadable]


@dataclass(slots=True)
class _QueuedPage:
    arrivals: Arrivals
    page: Page
    reading: Future[Reading | Unreadable | Lost] | None
    file: Path


class _Import:
    def __init__(
        self, db: Database, path: Path, matcher: OutletMatcher, pictures: Path, jobs: int | None, report: ImportReport,
        stack: ExitStack, progress: Progress,
    ):  # fmt: skip
        self.db, self.path, self.matcher, self.pictures, self.jobs = db, path, matcher, pictures, jobs
        self.report, self.stack, self.progress = report, stack, progress
        self.known = {run.outlet.name: run for run in kept_captures.outlets_of(db)}
        for name, run in self.known.items():
            matcher.outlets.setdefault(name, run.outlet)
        self.open: dict[str, Arrivals] = {}
        # one pool for all outlets: a file can describe any number of them
        self.workers: Workers[_Call, Reading | Unreadable] | None = None
        if jobs != 0:
            self.workers = stack.enter_context(Workers[_Call, Reading | Unreadable](calling, jobs))
        self.queue: deque[_QueuedPage] = deque()
        self.deferred = False
        self.originals, self.unresolved = Originals(), list[tuple[Page, Path]]()

    def read(self, file: Path, items: Iterator[Item]) -> None:
        """Reads one file. Defers pictures that no known article shows yet."""
        self.deferred = False
        for item in self._items(file, items):
            with self.report.standing_alone(file, getattr(item, "where", "")):
                self._take(file, item)
            self.progress(self.report)
        self._file_queued(0)

    def _items(self, file: Path, items: Iterator[Item]) -> Iterator[Item]:
        """Yields the items of a file; reports it where the rest cannot be read."""
        with self.report.standing_alone(file, "what follows"):
            yield from items

    def _take(self, file: Path, item: Item) -> None:
        if isinstance(item, Skipped):
            self.report.skip(item, file)
        elif isinstance(item, DescribedOutlet):
            self.matcher.describe(item)
        elif isinstance(item, Page):
            self._import_page(item, file)
        else:
            self._file_queued(0)
            self.deferred |= not self._import_picture(item, file)

    def read_pictures(self, file: Path, items: Iterator[Item]) -> None:
        """Reads the pictures of a file again, now that all its articles are known."""
        self.file_pending()
        for item in self._items(file, items):
            if isinstance(item, Image):
                with self.report.standing_alone(file, item.where):
                    self.report.counts["pictures-left"] += not self._import_picture(item, file)

    def resolve(self) -> None:
        """Resolves revisits that came before their original. The body of a revisit that is unresolved after this is in
        no file."""
        unresolved, self.unresolved = self.unresolved, []
        for page, file in unresolved:
            with self.report.standing_alone(file, page.where):
                self._import_page(page, file)
        self._file_queued(0)
        self.report.counts["unresolved"] += len(self.unresolved)
        self.file_pending()

    def file_pending(self) -> None:
        """Rebuilds the histories of articles with late captures."""
        for arrivals in self.open.values():
            self.report.articles.add(arrivals.file_pending())

    @contextmanager
    def breaking_off(self) -> Iterator[None]:
        """Records in the runs that a signal interrupted the import; filed captures stay, and the next import
        resumes."""
        try:
            yield
        except BaseException as error:  # raised again
            if signals.signal_received():
                clear_frames(error.__traceback__)  # a cursor open there would have what follows interrupted too
                with signals.graceful(), suppress(Exception):
                    self.finish("interrupted")
            raise

    def finish(self, outcome: str = "ok") -> None:
        for arrivals in self.open.values():
            now = clock.now()
            version_texts.learn_boilerplate(self.db, arrivals.run, now)
            run_rows.finish_run(
                self.db, arrivals.run, outcome=outcome, reason=None, stats=self.report.counts, moment=now
            )

    def _import_page(self, page: Page, file: Path) -> None:
        outlet = self.matcher.of(page.capture.requested_url)
        if outlet is None:
            self.report.pass_by(page.capture.requested_url)
            return
        # opens no run as long as nothing new comes
        run = self.open[outlet.name].run if outlet.name in self.open else self.known.get(outlet.name)
        if page.refers:
            self._file_queued(0)  # its original may be in the queue
            page = self._resolve_revisit(run, page)
        self.originals.note(page)
        if page.refers and len(self.unresolved) < _MAX_UNRESOLVED:
            self.unresolved.append((page, file))
        elif page.refers:
            self.report.counts["unresolved"] += 1
        elif run and is_here(self.db, run, page.capture):
            self.report.counts["here"] += 1
            if outlet.name not in self.open and run_rows.is_import_cut_short(self.db, run.outlet_id):
                self._arrivals(outlet, file)  # its end files what that one has left
        else:
            arrivals = self._arrivals(outlet, file)
            self.queue.append(_QueuedPage(arrivals, page, self._submit(arrivals, page.capture), file))
            self._file_queued(_MAX_QUEUED * self.workers.count if self.workers else 0)

    def _resolve_revisit(self, run: Run | None, page: Page) -> Page:
        refers = page.refers
        if refers is None or run is None:
            return page
        digest = self.originals.digest(refers)
        body_id = body_known(self.db, run.outlet_id, replace(refers, digest=digest))
        body = get_body(self.db, body_id) if body_id is not None else None
        return replace(page, capture=replace(page.capture, body=body), refers=None) if body else page

    def _submit(self, arrivals: Arrivals, capture: Capture) -> Future[Reading | Unreadable | Lost] | None:
        if not (capture.body and 200 <= capture.status < 300):
            return None
        source = kept_captures.Source(0, arrivals.run, "", capture.final_url, capture.captured_at)
        read = partial(try_to_read, source, capture.body, capture.encoding, arrivals.boilerplate)
        if self.workers:
            return self.workers.call(read)
        reading: Future[Reading | Unreadable | Lost] = Future()
        reading.set_result(read())
        return reading

    def _file_queued(self, limit: int) -> None:
        """Files half of the queue in order, in one transaction, once it is longer than `limit` or takes too much
        memory."""
        counted = self.queue if len(self.queue) < limit else ()
        queued_bytes = sum(len(queued.page.capture.body or b"") for queued in counted)
        if self.queue and (len(self.queue) > limit or queued_bytes > _MAX_QUEUED_BYTES):
            count = len(self.queue) - limit // 2 if len(self.queue) > limit else len(self.queue)
            for reading in (queued.reading for queued in islice(self.queue, count) if queued.reading):
                awaited(reading)
            with connection.transaction(self.db):
                for _ in range(count):
                    self._file_page(self.queue.popleft())

    def _file_page(self, queued: _QueuedPage) -> None:
        reading = queued.reading.result() if queued.reading else None
        if isinstance(reading, Lost):
            reading = Unreadable("gave-up", reading.reason, extractor_of(queued.arrivals.boilerplate))
        origin = Origin(shown(queued.file.name)[1:-1], or_none(line, queued.page.record))
        with self.report.standing_alone(queued.file, queued.page.where):
            self.report.counts[queued.arrivals.arrive(queued.page.capture, origin, reading)] += 1

    def _import_picture(self, image: Image, file: Path) -> bool:
        """Imports a picture; returns whether it could, which needs a known article that shows it."""
        if (is_stored := picture_known(self.db, image)) is not None:
            self.report.counts["pictures-here"] += is_stored
            return is_stored
        outlet = self.matcher.outlets.get(outlet_showing(self.db, image.url) or "")
        imported = outlet is not None and take_picture(self.db, self._arrivals(outlet, file).run, self.pictures, image)
        self.report.counts["pictures"] += imported
        return imported

    def _arrivals(self, outlet: Outlet, file: Path) -> Arrivals:
        if outlet.name not in self.open:
            if len(self.open) >= (most := resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _OTHER_FILES):
                raise BadValue(f"{outlet.name} has to wait, for one import takes {most} outlets. Import the file again")
            self.stack.enter_context(outlet_lock(self.path, outlet.name))
            run = begin(self.db, outlet, "import", shown(file.name)[1:-1])
            described = self.matcher.boilerplate.get(outlet.name, ())
            boilerplate = version_texts.boilerplate_of(self.db, run.outlet_id)
            if described and not boilerplate.marks:
                boilerplate = version_texts.put_boilerplate(
                    self.db, run, Boilerplate(frozenset(described)), clock.now()
                )
            self.open[outlet.name] = Arrivals(self.db, run, boilerplate)
            self.report.runs.append(run.id)
        return self.open[outlet.name]


def begin(db: Database, outlet: Outlet, kind: RunKind, source: str) -> Run:
    """Starts a run of a kind other than a crawl. The caller must hold the outlet's lock."""
    return run_rows.start_run(db, outlet, {"luubao": version("luubao")}, clock.now(), kind=kind, source=source)
