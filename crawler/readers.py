"""Reader processes: extract pages, find their links and decode pictures outside the crawl's process.

The event loop stays free to fetch, and foreign bytes meet a decoder only in a process that may fail.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from archive import Picture, Reading, Unreadable
from archive.model.packing import PackedLinks
from archive.pictures import recognise, recognise_kind
from archive.pipeline.page_reading import extractor_of, try_to_read, without_rates
from archive.storage.captures.kept_captures import Source
from archive.text.recurring_blocks import Boilerplate
from archive.workers import Lost, Workers
from crawler import discovery

T = TypeVar("T")
Call = Callable[[], Any]
"""A call of a module's function, as a partial, which can be pickled."""


@dataclass(frozen=True, slots=True)
class Task:
    """A kept page to read. encoding: the charset of its Content-Type header; refresh: its `Refresh` header."""

    source: Source
    body: bytes
    encoding: str | None
    refresh: str = ""


@dataclass(frozen=True, slots=True)
class PageWithLinks:
    """A page's reading and links. notes: what was not followed; mistake: an error of luubao's own in finding the
    links."""

    reading: Reading | Unreadable
    links: PackedLinks
    notes: tuple[str, ...] = ()
    mistake: str | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """The decoded picture; None where the bytes are no picture. trouble: why it could not be decoded."""

    picture: Picture | None
    trouble: str | None = None


class ReadingStopped(Exception):
    """Raised when the run ends before a page is read; the next run reads it."""


class Readers:
    """A pool of reader processes, started with the first page. To be closed."""

    def __init__(self, boilerplate: Boilerplate, count: int | None = None):
        self._boilerplate = boilerplate
        self._workers = Workers[Task | Call, Any](partial(_reader, boilerplate), count)
        self._stopped = False

    async def read(self, task: Task) -> PageWithLinks:
        """Reads a page. Never fails for the page's content: what cannot be read is Unreadable. Raises ReadingStopped,
        and LuubaoError where no reader process can be started."""
        answer = await self._submit(replace(task, source=without_rates(task.source)))
        if isinstance(answer, Lost):
            return PageWithLinks(Unreadable("gave-up", answer.reason, extractor_of(self._boilerplate)), PackedLinks())
        assert isinstance(answer, PageWithLinks)
        return answer

    async def recognise(self, data: bytes) -> Recognised:
        """Decodes a picture; where that takes more than a worker's limits, tells its kind from its first bytes. Pages
        go first. Raises as `read`."""
        picture = await self.call(recognise, data, background=True)
        if not isinstance(picture, Lost):
            return Recognised(picture)
        kind = await self.call(recognise_kind, data, background=True)
        return Recognised(None if isinstance(kind, Lost) else kind, f"not decoded: {picture.reason}")

    async def call(self, function: Callable[..., T], *arguments: Any, background: bool = False) -> T | Lost:
        """The result of a module's function called in a reader process, or Lost. Raises as `read`."""
        answer: T | Lost = await self._submit(partial(function, *arguments), background=background)
        return answer

    def stop(self) -> None:
        """Gives up all tasks that have no answer yet, and all later ones."""
        self._stopped = True
        self._workers.give_up(ReadingStopped())

    def close(self) -> None:
        self._workers.__exit__()

    async def _submit(self, task: Task | Call, *, background: bool = False) -> Any:
        if self._stopped:
            raise ReadingStopped
        return await asyncio.wrap_future(self._workers.call(task, background=background))


@contextmanager
def _reader(boilerplate: Boilerplate) -> Iterator[Callable[[Task | Call], Any]]:
    logging.disable()  # errors of a page are kept in readings.detail, and counted
    yield lambda task: _read(boilerplate, task) if isinstance(task, Task) else task()


def packed_links(*given: Any) -> PackedLinks:
    """As `discovery.links`."""
    return PackedLinks(discovery.links(*given))


def _read(boilerplate: Boilerplate, task: Task) -> PageWithLinks:
    source = task.source
    reading = try_to_read(source, task.body, task.encoding, boilerplate)
    try:
        outlet = source.run.outlet
        found = discovery.look(task.body, source.url, outlet.hosts, task.encoding, outlet.timezone, task.refresh)
        return PageWithLinks(reading, PackedLinks(found.links), found.notes)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # the page is read all the same; the verdict counts luubao's own mistakes
        return PageWithLinks(reading, PackedLinks(), mistake=f"{type(error).__name__}: {error}")
