"""Pages are read in processes of their own, so that the event loop is free to fetch: each gives what a page says and
where it leads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count as count_up

from archive import Link, Reading, Unreadable, try_to_read
from archive.furniture import Furniture
from archive.habits import Habits
from archive.ingest import extractor_of
from archive.store.identity import Source
from archive.workers import Lost, Workers
from crawler import discovery


@dataclass(frozen=True, slots=True)
class Task:
    """A kept page. encoding: the charset its HTTP header named."""

    source: Source
    body: bytes
    encoding: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """What a page says, and where it leads. notes: what leads on and is not followed; mistake: what of ours went wrong
    in finding that out."""

    reading: Reading | Unreadable
    links: list[Link]
    notes: tuple[str, ...] = ()
    mistake: str | None = None


class Readers:
    """Started with the first page. To be closed."""

    def __init__(self, furniture: Furniture, count: int | None = None):
        self._furniture = furniture
        self._workers = Workers[Task, Read](partial(_reader, furniture), count, hear=self._hear)
        self._numbers = count_up()
        self._waiting: dict[int, tuple[asyncio.AbstractEventLoop, asyncio.Future[Read | Lost]]] = {}

    async def read(self, task: Task) -> Read:
        """Never fails for what is in a page: what cannot be read is Unreadable. Raises LuubaoError where no process to
        read with can be started."""
        run = replace(task.source.run, habits=Habits())  # which is large, and no reader's business
        loop, number = asyncio.get_running_loop(), next(self._numbers)
        answer: asyncio.Future[Read | Lost] = loop.create_future()
        self._waiting[number] = loop, answer
        self._workers.submit(number, replace(task, source=replace(task.source, run=run)))
        return self._made_of(await answer)

    def close(self) -> None:
        """Ends the processes, whatever they are at."""
        self._workers.__exit__()

    def _hear(self, number: int, answer: Read | Lost | BaseException) -> None:
        """Called in the thread of the workers."""
        loop, future = self._waiting.pop(number)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(_answer, future, answer)

    def _made_of(self, answer: Read | Lost) -> Read:
        if isinstance(answer, Read):
            return answer
        return Read(Unreadable("gave-up", answer.reason, extractor_of(self._furniture)), [])


def _answer(future: asyncio.Future[Read | Lost], answer: Read | Lost | BaseException) -> None:
    if future.done():
        return
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)


@contextmanager
def _reader(furniture: Furniture) -> Iterator[Callable[[Task], Read]]:
    logging.disable()  # what goes wrong with a page is kept in readings.detail, and counted
    yield partial(_read, furniture)


def _read(furniture: Furniture, task: Task) -> Read:
    source = task.source
    reading = try_to_read(source, task.body, task.encoding, furniture)
    try:
        outlet = source.run.outlet
        found = discovery.look(task.body, source.url, outlet.hosts, task.encoding, outlet.timezone)
        return Read(reading, list(found.links), found.notes)
    except Exception as error:  # noqa: BLE001  # the page is read all the same; the verdict tells of our own mistakes
        return Read(reading, [], mistake=f"{type(error).__name__}: {error}")
