"""A task of the job: one piece of a WARC file read again, into one file of readings.

Pages are read in a process beside the engine's, as `luubao reread` has them read: one that kills its reader, or keeps
it for too long, is one row that says so. What is under way and what is not yet written are bounded, so a task
needs the same memory whatever the size of its piece.
"""

from __future__ import annotations

import atexit
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count

from archive.cluster.file_systems import is_there, place
from archive.cluster.reading_columns import Row, Seen, row_of
from archive.cluster.reading_files import Add, writing
from archive.cluster.warc_splits import Split, SplitKey, head_of, pages_in
from archive.exchange.importers.import_items import Page, Skipped
from archive.extract import extractor_name
from archive.extract.recurring_blocks import Boilerplate, without
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.errors import LuubaoError
from archive.model.records import Outlet, Reading, Run, Unreadable
from archive.pipeline.ingest import extractor_of, gave_up, try_to_read
from archive.storage.captures import capture_source
from archive.workers import PATIENCE, Lost, Workers

REVISITS = "_revisits"
"""The folder, in that of the readings, of captures whose bytes are in another record."""
_MOST_UNDER_WAY = 32
_MOST_HELD = 64 * 1024 * 1024  # bytes of pages under way
_LISTEN = 0.2
_MOST_TOLD = 5

_Task = tuple[capture_source.Source, bytes, str | None]


@dataclass(frozen=True, slots=True)
class Job:
    """What every task is told. to: the folder for readings; outlets: those known besides what files say; extractor: the
    name of the reader where the job was started, for all must be the same; patience: seconds for one page."""

    to: str
    outlets: tuple[Outlet, ...] = ()
    extractor: str = ""
    patience: float = PATIENCE


@dataclass(slots=True)
class Told:
    """What tasks came to. counts: read, gave-up, revisits (to be read from another record), done-before (pieces),
    elsewhere (pages of no outlet the file describes), skipped (records that could not be read), unresolved (revisits
    whose bytes are in none of the files). told: the first of what was skipped."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, other: Told) -> None:
        """Puts two together."""
        self.counts += other.counts
        self.told += other.told

    def skip(self, file: str, item: Skipped) -> None:
        """Notes what was skipped."""
        self.counts["skipped"] += 1
        if len(self.told) < _MOST_TOLD:
            self.told.append(f"{file}, {item.where}: {item.reason}")


@dataclass(frozen=True, slots=True)
class ToRead:
    """Bytes, the capture they are read as, and the outlet whose rules and furniture apply."""

    seen: Seen
    outlet: Outlet
    boilerplate: Boilerplate
    body: bytes


def read_split(split: Split, job: Job) -> Told:
    """Reads a piece, unless an earlier run of the job has. The file of readings is there when all is read.

    Raises LuubaoError where the luubao of this machine is another than the one that started the job.
    """
    require_same_reader(job)
    name = split.name(job.extractor)
    told, to = Told(), place(job.to).inside(name)
    if is_there(to):
        told.counts["done-before"] += 1
        return told
    beside = place(job.to).inside(REVISITS).inside(name)
    with writing(to) as add, writing(beside, revisits=True) as set_aside:  # the latter is there first
        for row in read_again(_to_read(split, head_of(split, job.outlets), told, set_aside), told, job):
            add(row)
    return told


def require_same_reader(job: Job) -> None:
    """Raises LuubaoError where the luubao of this machine is another than the one that started the job."""
    if job.extractor and job.extractor != extractor_name():
        raise LuubaoError(
            f"this machine's reader is {extractor_name()}, and the job was started with {job.extractor}. Install the"
            " same luubao on all machines"
        )


def _to_read(split: Split, mark: SplitKey, told: Told, set_aside: Add) -> Iterator[ToRead]:
    for found in pages_in(split, mark):
        if isinstance(found, Skipped):
            told.skip(split.file.partition("?")[0], found)
            continue
        outlet = mark.outlet_of(found.page.capture.requested_url)
        if outlet is None:
            told.counts["elsewhere"] += 1
        elif found.page.refers:
            set_aside(seen_as(found.page, outlet, split.file, found.offset).row())
            told.counts["revisits"] += 1
        else:
            seen = seen_as(found.page, outlet, split.file, found.offset)
            yield ToRead(seen, outlet, mark.boilerplate_of(outlet), found.page.capture.body or b"")


def seen_as(page: Page, outlet: Outlet, file: str, offset: int) -> Seen:
    """The capture of a page. digest: of its bytes, or what its record says of them where they are in another."""
    capture = page.capture
    said = page.refers.digest if page.refers else digest_of(capture.body or b"")
    return Seen(
        outlet.name, capture.requested_url, clock.stamp(capture.captured_at), capture.status, said or "",
        capture.final_url, capture.encoding, outlet.timezone, file.partition("?")[0], offset,
    )  # fmt: skip


def read_again(pages: Iterator[ToRead], told: Told, job: Job) -> Iterator[Row]:
    """Reads pages. Rows come in the order of pages."""
    workers, waiting = crew(job.patience), deque[tuple[int, ToRead]]()
    answers: dict[int, Reading | Unreadable | Lost] = {}
    for page in pages:
        number = next(_numbers)
        waiting.append((number, page))
        workers.submit(number, _task(page))
        answers.update(workers.answers(0))
        while _is_full(waiting):
            yield from _answered(waiting, answers, told)
            if _is_full(waiting):
                answers.update(workers.answers(_LISTEN))
    while waiting:
        yield from _answered(waiting, answers, told)
        if waiting:
            answers.update(workers.answers(_LISTEN))


def _is_full(waiting: deque[tuple[int, ToRead]]) -> bool:
    return len(waiting) >= _MOST_UNDER_WAY or sum(len(page.body) for _, page in waiting) > _MOST_HELD


def _answered(
    waiting: deque[tuple[int, ToRead]], answers: dict[int, Reading | Unreadable | Lost], told: Told
) -> Iterator[Row]:
    while waiting and waiting[0][0] in answers:
        number, page = waiting.popleft()
        yield _row(page, answers.pop(number), told)


def _row(page: ToRead, answer: Reading | Unreadable | Lost, told: Told) -> Row:
    if isinstance(answer, Lost):
        answer = Unreadable("gave-up", answer.reason)
    if isinstance(answer, Reading):
        answer = without(answer, page.boilerplate)
    answer = replace(answer, extractor=extractor_of(page.boilerplate))
    try:
        row = row_of(page.seen, answer)
    except UnicodeEncodeError as error:  # an archive could not keep such a text either
        row = row_of(page.seen, gave_up(error, page.boilerplate))
    told.counts["read"] += 1
    told.counts["gave-up"] += row["kind"] == "gave-up"
    return row


def _task(page: ToRead) -> _Task:
    run = Run(0, 0, page.outlet)
    source = capture_source.Source(0, run, "", page.seen.final_url, clock.parse(page.seen.captured_at))
    return source, page.body, page.seen.encoding


class _Reader:
    """What a process needs to read: nothing. What pages share is taken out by whoever asked."""

    @contextmanager
    def _reading(self) -> Iterator[Callable[[_Task], Reading | Unreadable]]:
        logging.disable()  # what goes wrong with a page is in its row
        yield lambda task: try_to_read(*task, Boilerplate())

    def __call__(self):  # type: ignore[no-untyped-def]  # a contextmanager on a method
        return self._reading()


_numbers = count()  # of pages, one after the other in all tasks: one that failed may have left some under way
_crews: dict[float, Workers[_Task, Reading | Unreadable]] = {}


def crew(patience: float) -> Workers[_Task, Reading | Unreadable]:
    """The process that reads beside this one. It stays for the tasks to come, for starting it takes a second; it ends
    with this one."""
    if patience not in _crews:
        atexit.register(dismiss)  # before multiprocessing's own, which waits for those who do not heed its signal
        _crews[patience] = Workers(_Reader(), 1, patience=patience)
    return _crews[patience]


def dismiss() -> None:
    """Ends the processes that read."""
    while _crews:
        _crews.popitem()[1].__exit__()


def put_together(all_told: Sequence[Told]) -> Told:
    """What many tasks came to."""
    whole = Told()
    for one in all_told:
        whole.add(one)
    return whole
