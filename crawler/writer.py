"""ArchiveWriter: one thread that owns the archive and writes what the crawl submits. The event loop never blocks on it,
nor on the reader processes.

Jobs that arrive while the thread is busy share its next transaction (a batch): a crawl of one page a second commits
each page by itself, a fast one many at once. A job's result comes when it is on the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from archive import Capture, open_archive, transaction
from archive.console import log_of
from archive.model.errors import ArchiveUnusable
from archive.pipeline.ingest import Arrival
from archive.storage.connection import Database
from archive.workers import Lost
from crawler.readers import Readers, ReadingStopped, Recognised, Task
from crawler.session import CrawlSession, Submitted

log = log_of(__name__)
T = TypeVar("T")
_BATCH_SIZE = 64  # jobs in one transaction
_LARGE_BODY = 512 * 1024
"""Bytes of a body; of larger ones one at a time is read and filed."""

Job = tuple[Callable[[CrawlSession], Any], "Future[Any]"]
Opening = Callable[[Database], CrawlSession]


class ArchiveWriter:
    """The thread, with an open archive and run. broken: why the archive cannot be written any more, None while it can.
    mistakes: how many errors of luubao's own occurred.

    Raises what opening the archive, or `opening` the run, raises.
    """

    def __init__(self, path: Path, opening: Opening, readers: int | None = None):
        self.broken: str | None = None
        self.mistakes = 0
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._large_bodies = asyncio.Semaphore(1)
        self._final_job: Callable[[CrawlSession], None] = lambda _: None
        self._closed: Future[None] = Future()
        opened: Future[CrawlSession] = Future()
        self._thread = Thread(target=self._run_thread, args=(path, opening, opened), name="archive", daemon=True)
        self._thread.start()
        self.session = opened.result()
        self._readers = Readers(self.session.boilerplate, readers)

    async def do(self, job: Callable[[CrawlSession], T]) -> T:
        """Runs a job on the archive's thread, in the order of the calls; returns when it is on the disk. Raises
        ArchiveUnusable."""
        with self._marking_broken():
            return await asyncio.wrap_future(self._post(job))

    def note(self, job: Callable[[CrawlSession], object]) -> None:
        """Runs a job as `do` does, without waiting for it."""
        self._post(job).add_done_callback(self._note_error)

    def _post(self, job: Callable[[CrawlSession], T]) -> Future[T]:
        done: Future[T] = Future()
        self._jobs.put((job, done))
        return done

    def _note_error(self, done: Future[Any]) -> None:
        error = done.exception()
        if isinstance(error, ArchiveUnusable):
            self.broken = str(error)
        elif error:
            self.mistakes += 1
            log.error("could not be noted", exc_info=error)

    async def hand_in(self, capture: Capture) -> Submitted:
        """Keeps a capture; reads and files it where it brought something new. Raises ArchiveUnusable."""
        arrival = await self.do(lambda session: session.store_capture(capture))
        if arrival.outcome != "fresh":
            return await self.do(lambda session: session.confirm(capture, arrival))
        async with self._large_bodies if len(capture.body or b"") > _LARGE_BODY else nullcontext():
            return await self._read_and_file(capture, arrival)

    async def _read_and_file(self, capture: Capture, arrival: Arrival) -> Submitted:
        try:
            refresh = capture.header("Refresh") or ""
            read = await self._readers.read(Task(arrival.source, capture.body or b"", capture.encoding, refresh))
        except ReadingStopped:
            return await self.do(lambda session: session.leave_unread(arrival))
        if read.mistake:
            log.error("the links of %s could not be found: %s", capture.requested_url, read.mistake)
            self.mistakes += 1
        for note in read.notes:
            log.info("%s: not followed: %s", capture.requested_url, note)
        return await self.do(
            lambda session: session.file_reading(capture, arrival, read.reading, read.links, read.notes)
        )

    async def recognise(self, data: bytes) -> Recognised:
        return await self._readers.recognise(data)

    async def call(self, function: Callable[..., T], *arguments: Any) -> T | Lost:
        """The result of a module's function on foreign bytes, called in a reader process. Raises ReadingStopped."""
        return await self._readers.call(function, *arguments)

    def stop_reading(self) -> None:
        """Stops the reader processes. Captures that are kept and not read are read by the next run."""
        self._readers.stop()

    def close(self, final_job: Callable[[CrawlSession], None]) -> None:
        """Runs the waiting jobs, then `final_job` by itself, and closes the archive. Raises what `final_job` raises."""
        self._readers.close()
        self._final_job = final_job
        self._jobs.put(None)
        self._thread.join()
        self._closed.result()

    @contextmanager
    def _marking_broken(self) -> Iterator[None]:
        if self.broken:
            raise ArchiveUnusable(self.broken)
        try:
            yield
        except ArchiveUnusable as error:
            self.broken = str(error)
            raise

    def _run_thread(self, path: Path, opening: Opening, opened: Future[CrawlSession]) -> None:
        jobs: list[Job] = []
        try:
            with open_archive(path, create=True) as db:
                session = opening(db)
                opened.set_result(session)
                while jobs := self._next_batch():
                    _do_together(session, jobs)
                self._final_job(session)
            self._closed.set_result(None)
        except BaseException as error:  # noqa: BLE001  # raised again where the writer is opened, or closed
            if not opened.done():
                opened.set_exception(error)
                return
            self._closed.set_exception(error)
            if jobs:  # else the writer is closing, and no job waits
                self._fail_jobs(jobs, ArchiveUnusable(f"a mistake in luubao itself: {error!r}"))

    def _fail_jobs(self, jobs: list[Job], error: ArchiveUnusable) -> None:
        """Fails all waiting and later jobs: this thread can run nothing any more."""
        for _, future in jobs:
            if not future.done():
                future.set_exception(error)
        while job := self._jobs.get():
            job[1].set_exception(error)

    def _next_batch(self) -> list[Job]:
        """The waiting jobs, up to a batch; none when the writer closes."""
        first = self._jobs.get()
        jobs = [first] if first else []
        while jobs and len(jobs) < _BATCH_SIZE:
            try:
                next_job = self._jobs.get_nowait()
            except Empty:
                break
            if next_job is None:
                self._jobs.put(None)
                break
            jobs.append(next_job)
        return jobs


def _do_together(session: CrawlSession, jobs: list[Job]) -> None:
    awaited = [future.set_running_or_notify_cancel() for _, future in jobs]
    try:
        with transaction(session.db):
            done = [_run_job(session, job) for job, _ in jobs]
    except ArchiveUnusable as error:
        done = [(None, error) for _ in jobs]
    for (_, future), is_awaited, (result, failure) in zip(jobs, awaited, done, strict=True):
        if is_awaited and failure is None:
            future.set_result(result)
        elif is_awaited:
            future.set_exception(failure)


def _run_job(session: CrawlSession, job: Callable[[CrawlSession], Any]) -> tuple[Any, Exception | None]:
    """Runs one job in a savepoint of its own: a failure undoes only this job."""
    try:
        with transaction(session.db):
            return job(session), None
    except ArchiveUnusable:
        raise
    except Exception as error:  # noqa: BLE001  # luubao's own mistake: raised again where the job was posted
        return None, error
