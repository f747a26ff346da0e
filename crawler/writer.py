"""Where captures are handed over: one thread owns the archive, other processes read, and the event loop waits for
neither.

What is asked of the archive while it is busy is done together in its next transaction: a crawl of one page a second
commits each page by itself, a fast one many at once, and nothing is answered before it is on the disk.
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

from archive import Arrival, Capture, open_archive, transaction
from archive.console.logs import log_of
from archive.model.errors import ArchiveUnusable
from archive.storage.connection import Database
from archive.workers import Lost
from crawler.readers import Readers, ReadingStopped, Recognised, Task
from crawler.session import CrawlSession, Submitted

log = log_of(__name__)
T = TypeVar("T")
_TOGETHER = 64  # jobs in one transaction
_LARGE = 512 * 1024
"""Bytes of a body whose links are held one page at a time: a sitemap of 50,000 addresses is 30 MB of them."""

Job = tuple[Callable[[CrawlSession], Any], "Future[Any]"]
Opening = Callable[[Database], CrawlSession]


class ArchiveWriter:
    """An open archive with a run. broken: why it cannot be written any more, None while all is well. mistakes: how
    often something of ours went wrong.

    Raises what opening the archive, or `opening` the run, raises.
    """

    def __init__(self, path: Path, opening: Opening, readers: int | None = None):
        self.broken: str | None = None
        self.mistakes = 0
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._large = asyncio.Semaphore(1)
        self._last: Callable[[CrawlSession], None] = lambda _: None
        self._closed: Future[None] = Future()
        opened: Future[CrawlSession] = Future()
        self._thread = Thread(target=self._serve, args=(path, opening, opened), name="archive", daemon=True)
        self._thread.start()
        self.session = opened.result()
        self._readers = Readers(self.session.boilerplate, readers)

    async def do(self, job: Callable[[CrawlSession], T]) -> T:
        """Has something done with the archive, in the order of asking; the answer comes when it is on the disk. Raises
        ArchiveUnusable."""
        with self._noting_the_end():
            return await asyncio.wrap_future(self._post(job))

    def note(self, job: Callable[[CrawlSession], object]) -> None:
        """As `do`, where nobody can wait for the answer."""
        self._post(job).add_done_callback(self._check)

    def _post(self, job: Callable[[CrawlSession], T]) -> Future[T]:
        done: Future[T] = Future()
        self._jobs.put((job, done))
        return done

    def _check(self, done: Future[Any]) -> None:
        error = done.exception()
        if isinstance(error, ArchiveUnusable):
            self.broken = str(error)
        elif error:
            self.mistakes += 1
            log.error("could not be noted", exc_info=error)

    async def hand_in(self, capture: Capture) -> Submitted:
        """Keeps a capture, and, if it brought something new, has it read and files it. Raises ArchiveUnusable."""
        arrival = await self.do(lambda session: session.take_in(capture))
        if arrival.outcome != "fresh":
            return await self.do(lambda session: session.confirm(capture, arrival))
        async with self._large if len(capture.body or b"") > _LARGE else nullcontext():
            return await self._file(capture, arrival)

    async def _file(self, capture: Capture, arrival: Arrival) -> Submitted:
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
        return await self.do(lambda session: session.put_away(capture, arrival, read.reading, read.links, read.notes))

    async def recognise(self, data: bytes) -> Recognised:
        """What a picture's bytes are."""
        return await self._readers.recognise(data)

    async def call(self, function: Callable[..., T], *given: Any) -> T | Lost:
        """What a function of a module returns for foreign bytes, called by one of those who read. Raises
        ReadingStopped."""
        return await self._readers.call(function, *given)

    def stop_reading(self) -> None:
        """What has not been read stays kept, and is read by the next run."""
        self._readers.stop()

    def close(self, last: Callable[[CrawlSession], None]) -> None:
        """Does what was asked for, `last` at the very end and by itself, and closes the archive. Raises what it
        raises."""
        self._readers.close()
        self._last = last
        self._jobs.put(None)
        self._thread.join()
        self._closed.result()

    @contextmanager
    def _noting_the_end(self) -> Iterator[None]:
        if self.broken:
            raise ArchiveUnusable(self.broken)
        try:
            yield
        except ArchiveUnusable as error:
            self.broken = str(error)
            raise

    def _serve(self, path: Path, opening: Opening, opened: Future[CrawlSession]) -> None:
        jobs: list[Job] = []
        try:
            with open_archive(path, create=True) as db:
                session = opening(db)
                opened.set_result(session)
                while jobs := self._next_jobs():
                    _do_together(session, jobs)
                self._last(session)
            self._closed.set_result(None)
        except BaseException as error:  # noqa: BLE001  # it is raised where the desk is opened, or closed
            if not opened.done():
                opened.set_exception(error)
                return
            self._closed.set_exception(error)
            if jobs:  # else the desk is closing, and nobody asks any more
                self._refuse(jobs, ArchiveUnusable(f"a mistake in luubao itself: {error!r}"))

    def _refuse(self, jobs: list[Job], error: ArchiveUnusable) -> None:
        """Nobody may wait for an answer that never comes: this thread can do nothing any more."""
        for _, future in jobs:
            if not future.done():
                future.set_exception(error)
        while job := self._jobs.get():
            job[1].set_exception(error)

    def _next_jobs(self) -> list[Job]:
        """Those that wait, as many as go together; none when the desk closes."""
        first = self._jobs.get()
        jobs = [first] if first else []
        while jobs and len(jobs) < _TOGETHER:
            try:
                following = self._jobs.get_nowait()
            except Empty:
                break
            if following is None:
                self._jobs.put(None)
                break
            jobs.append(following)
        return jobs


def _do_together(session: CrawlSession, jobs: list[Job]) -> None:
    wanted = [future.set_running_or_notify_cancel() for _, future in jobs]
    try:
        with transaction(session.db):
            done = [_do(session, job) for job, _ in jobs]
    except ArchiveUnusable as error:
        done = [(None, error) for _ in jobs]
    for (_, future), is_wanted, (result, failure) in zip(jobs, wanted, done, strict=True):
        if is_wanted and failure is None:
            future.set_result(result)
        elif is_wanted:
            future.set_exception(failure)


def _do(session: CrawlSession, job: Callable[[CrawlSession], Any]) -> tuple[Any, Exception | None]:
    """What a job does is undone when it fails, and only that."""
    try:
        with transaction(session.db):
            return job(session), None
    except ArchiveUnusable:
        raise
    except Exception as error:  # noqa: BLE001  # a mistake of ours: it is raised where the job was posted
        return None, error
