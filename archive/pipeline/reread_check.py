"""Rereads kept pages to compare them with their stored readings: `luubao verify --reread`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from archive.model.change_rate import ChangeRates
from archive.model.records import Reading, Run, Unreadable
from archive.pipeline.rereading import Absent, Answer, read_kept
from archive.pipeline.verification import RederivedUrl, Reread
from archive.storage import connection
from archive.storage.unread_captures import Waiting
from archive.text.recurring_blocks import Boilerplate
from archive.workers import Lost, Workers

_POLL_SECONDS = 0.2  # how long to wait for answers
Task = tuple[Waiting, Boilerplate]


@contextmanager
def reading_again(path: Path) -> Iterator[Reread]:
    """Worker processes that reread an archive's pages, each with the extractor named in its stored reading."""
    with Workers[Task, Answer](partial(_reader, path)) as workers:
        yield partial(_read_all, workers)


def _read_all(workers: Workers[Task, Answer], run: Run, groups: Sequence[RederivedUrl]) -> None:
    owners: dict[int, RederivedUrl] = {}
    slim = replace(run, change_rates=ChangeRates())  # the change rates are large, and reading does not need them
    for again in groups:
        for waiting, boilerplate in again.wanted:
            number = waiting.source.capture_id
            if number not in owners:
                owners[number] = again
                task = replace(waiting, source=replace(waiting.source, run=slim))
                workers.submit(number, (task, boilerplate))
    read: dict[int, Reading | Unreadable] = {}
    while owners:
        for number, answer in workers.answers(_POLL_SECONDS):
            owner = owners.pop(number)
            if isinstance(answer, Lost):
                answer = Unreadable("gave-up", answer.reason, owner.reader[1])
            if not isinstance(answer, Absent):
                read[number] = answer
    for again in groups:
        numbers = (waiting.source.capture_id for waiting, _ in again.wanted)
        again.known = {number: read[number] for number in numbers if number in read}


@contextmanager
def _reader(path: Path) -> Iterator[Callable[[Task], Answer]]:
    logging.disable()  # a page's errors are compared like its other values
    with connection.open_archive(path, any_code=True) as db:
        yield lambda task: read_kept(db, *task)
