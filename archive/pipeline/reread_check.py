"""Rereads kept pages to compare them with their stored readings: `luubao verify --reread`."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from archive.model.records import Unreadable
from archive.pipeline.page_reading import without_rates
from archive.pipeline.rederivation import RederivedUrl
from archive.pipeline.rereading import Absent, ReadPage, read_kept
from archive.storage import connection
from archive.storage.unread_captures import Waiting
from archive.text.recurring_blocks import Boilerplate
from archive.workers import Lost, Workers

_POLL_SECONDS = 0.2  # how long to wait for answers
Task = tuple[Waiting, Boilerplate]


@contextmanager
def reading_again(path: Path) -> Iterator[Reread]:
    """Worker processes that reread an archive's pages, each with the extractor named in its stored reading."""
    with Workers[Task, ReadPage](partial(_reader, path)) as workers:
        yield Reread(workers)


class Reread:
    """Reads pages in worker processes. Pages of several URLs that are submitted before these are waited for are read
    once."""

    def __init__(self, workers: Workers[Task, ReadPage]):
        self.workers = workers
        self.submitted: deque[frozenset[int]] = deque()  # captures.id, by call
        self.reading: dict[int, str] = {}  # captures.id to the extractor
        self.read: dict[int, ReadPage] = {}

    def submit(self, urls: Mapping[str, RederivedUrl]) -> None:
        """Begins to read the pages that belong to some URLs, by their keys."""
        numbers = set()
        for key, again in urls.items():
            again.look_for(key)
            for waiting, boilerplate in again.wanted:
                number = waiting.source.capture_id
                numbers.add(number)
                if number not in self.reading and number not in self.read:
                    self.reading[number] = again.reader[1]
                    slim = replace(waiting, source=without_rates(waiting.source))
                    self.workers.submit(number, (slim, boilerplate))
        self.submitted.append(frozenset(numbers))

    def wait_for(self, urls: Iterable[RederivedUrl]) -> None:
        """Gives URLs that were submitted, the earliest first, their readings."""
        numbers = self.submitted.popleft()
        while not numbers <= self.read.keys():
            for number, answer in self.workers.answers(_POLL_SECONDS):
                extractor = self.reading.pop(number)
                if isinstance(answer, Lost):
                    answer = Unreadable("gave-up", answer.reason, extractor)
                self.read[number] = answer
        for again in urls:
            read = {waiting.source.capture_id: self.read[waiting.source.capture_id] for waiting, _ in again.wanted}
            again.known = {number: answer for number, answer in read.items() if not isinstance(answer, Absent)}
        for number in numbers.difference(*self.submitted):
            del self.read[number]


@contextmanager
def _reader(path: Path) -> Iterator[Callable[[Task], ReadPage]]:
    logging.disable()  # a page's errors are compared like its other values
    with connection.open_archive(path, any_code=True) as db:
        yield lambda task: read_kept(db, *task)
