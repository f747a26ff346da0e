"""Pages are read in processes of their own, so that the event loop is free to fetch: each gives what a page says and
where it leads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import Pipe
from queue import Empty, SimpleQueue
from threading import Thread

from archive import Link, Reading, Unreadable, try_to_read
from archive.furniture import Furniture
from archive.habits import Habits
from archive.ingest import extractor_of
from archive.store.identity import Source
from archive.workers import Lost, Workers
from crawler import discovery

_LISTEN = 5.0  # seconds, after which processes that are late are looked for


@dataclass(frozen=True, slots=True)
class Task:
    """A kept page. encoding: the charset its HTTP header named."""

    source: Source
    body: bytes
    encoding: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """What a page says, and where it leads. mistake: what of ours went wrong in finding that out."""

    reading: Reading | Unreadable
    links: list[Link]
    mistake: str | None = None


class Readers:
    """Started with the first page. To be closed."""

    def __init__(self, furniture: Furniture, count: int | None = None):
        self._furniture = furniture
        self._bell, self._rope = Pipe(duplex=False)
        self._workers = Workers[Task, Read](partial(_reader, furniture), count, bell=self._bell)
        self._tasks: SimpleQueue[tuple[Task, asyncio.Future[Read]] | None] = SimpleQueue()
        self._thread: Thread | None = None

    async def read(self, task: Task) -> Read:
        """Never fails for what is in a page: what cannot be read is Unreadable."""
        if self._thread is None:
            self._thread = Thread(target=self._serve, args=(asyncio.get_running_loop(),), name="readers", daemon=True)
            self._thread.start()
        answer: asyncio.Future[Read] = asyncio.get_running_loop().create_future()
        run = replace(task.source.run, habits=Habits())  # which is large, and no reader's business
        task = replace(task, source=replace(task.source, run=run))
        self._tasks.put((task, answer))
        self._rope.send(None)
        return await answer

    def close(self) -> None:
        """Ends the processes, whatever they are at."""
        if self._thread is not None:
            self._tasks.put(None)
            self._rope.send(None)
            self._thread.join()
        self._bell.close()
        self._rope.close()

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting: dict[int, tuple[Task, asyncio.Future[Read]]] = {}
        number = 0
        with self._workers:
            while True:
                for order in self._orders():
                    if order is None:
                        return
                    number += 1
                    waiting[number] = order
                    self._workers.submit(number, order[0])
                for done, answer in self._workers.answers(_LISTEN):
                    task, future = waiting.pop(done)
                    loop.call_soon_threadsafe(_answer, future, self._made_of(task, answer))

    def _orders(self) -> Iterator[tuple[Task, asyncio.Future[Read]] | None]:
        while True:
            try:
                yield self._tasks.get_nowait()
            except Empty:
                return

    def _made_of(self, task: Task, answer: Read | Lost) -> Read:
        if isinstance(answer, Read):
            return answer
        return Read(Unreadable("gave-up", answer.reason, extractor_of(self._furniture)), [])


def _answer(future: asyncio.Future[Read], read: Read) -> None:
    if not future.done():
        future.set_result(read)


@contextmanager
def _reader(furniture: Furniture) -> Iterator[Callable[[Task], Read]]:
    logging.disable()  # what goes wrong with a page is kept in readings.detail, and counted
    yield partial(_read, furniture)


def _read(furniture: Furniture, task: Task) -> Read:
    source = task.source
    reading = try_to_read(source, task.body, task.encoding, furniture)
    try:
        outlet = source.run.outlet
        links = discovery.links(task.body, source.url, outlet.hosts, task.encoding, outlet.timezone)
        return Read(reading, links)
    except Exception as error:  # noqa: BLE001  # the page is read all the same; the verdict tells of our own mistakes
        return Read(reading, [], f"{type(error).__name__}: {error}")
