"""Processes that work for us, one task each at a time, on input that may kill them or keep them for ever.

Unlike a pool of the standard library's, one knows which task a dead process was at: only that one is given up, the
others are handed to a new process. Processes have a bounded life, so that memory does not grow with the work.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from archive.errors import LuubaoError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_SPAWN = get_context("spawn")  # a fork would take our open database along
_FORK = get_context("fork")
_READY = "ready"
_AHEAD = 2  # tasks at a process, so that it never waits for us
_LIFE = 4_000  # tasks, some 40 seconds of pages: starting anew costs half a second
PATIENCE = 60.0
"""Seconds for one task."""
_STARTING = 120.0  # seconds for a process to be ready
_TRIES = 2  # a process may also die of what another program did
_MOST_FALSE_STARTS = 3


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no answer: the process died of the task, or did not end in time."""

    reason: str


_spares: list[tuple[Any, Connection]] = []


@contextmanager
def spare(*not_its: Connection) -> Iterator[None]:
    """Forks this process, so that the first worker need not be started anew and shares its memory. To be called
    before a thread is started or a file opened: only `not_its` is closed in it."""
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_serve_when_told, args=(theirs, (ours, *not_its)), daemon=True)
    process.start()
    theirs.close()
    _spares.append((process, ours))
    try:
        yield
    finally:
        if _spares:  # nobody needed it
            _spares.clear()
            process.kill()
        ours.close()
        process.join()


@dataclass
class _Worker:
    process: Any  # a SpawnProcess, which typeshed does not name
    connection: Connection
    at_work: deque[int] = field(default_factory=deque)
    taken: int = 0
    ready: bool = False
    since: float = field(default_factory=time.monotonic)


class Workers(Generic[Task, Answer]):
    """`setting_up` runs once in each process and returns a context manager whose value answers the tasks; it, the tasks
    and the answers must be picklable. Tasks are known by a number of the caller's."""

    def __init__(
        self,
        setting_up: Callable[[], AbstractContextManager[Callable[[Task], Answer]]],
        count: int | None = None,
        *,
        life: int = _LIFE,
        patience: float = PATIENCE,
        bell: Connection | None = None,
    ):
        """bell: what is sent over it ends a wait for answers at once."""
        self._setting_up, self._life, self._patience, self._bell = setting_up, life, patience, bell
        self.count = count or _cores()
        self._crew: list[_Worker] = []
        self._waiting: deque[int] = deque()
        self._tasks: dict[int, Task] = {}
        self._deaths: dict[int, int] = {}
        self._false_starts = 0

    def __enter__(self) -> Workers[Task, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._crew:
            worker.process.kill()
        for worker in self._crew:
            self._bury(worker)
        self._crew.clear()

    def submit(self, number: int, task: Task) -> None:
        """Hands a task over; its answer comes from `answers`. Whoever submits bounds how many are under way."""
        self._tasks[number] = task
        self._waiting.append(number)
        self._hand_out()

    def answers(self, seconds: float) -> list[tuple[int, Answer | Lost]]:
        """The answers that have come, after waiting at most so long for one; in the order in which they came.

        Raises LuubaoError when processes cannot be started at all.
        """
        heard = {worker.connection: worker for worker in self._crew}
        came: list[tuple[int, Answer | Lost]] = []
        bell = [self._bell] if self._bell else []
        for connection in wait([*heard, *bell], timeout=seconds):
            assert isinstance(connection, Connection)
            if connection is self._bell:
                connection.recv()
            else:
                came += self._hear(heard[connection])
        came += [self._give_up(worker) for worker in list(self._crew) if self._is_late(worker)]
        self._hand_out()
        return came

    def _hand_out(self) -> None:
        self._retire()
        while self._waiting and (worker := self._freest()):
            number = self._waiting.popleft()
            if not worker.at_work:
                worker.since = time.monotonic()
            worker.at_work.append(number)
            worker.taken += 1
            with suppress(OSError):  # it has just died: `answers` will find out
                worker.connection.send(self._tasks[number])

    def _freest(self) -> _Worker | None:
        """A process with room for a task, started where there are fewer than there may be."""
        fit = [worker for worker in self._crew if worker.taken < self._life]
        best = min(fit, key=lambda worker: len(worker.at_work), default=None)
        if best and not best.at_work:
            return best
        if len(self._crew) < self.count:
            return self._start()
        return best if best and len(best.at_work) < _AHEAD else None

    def _start(self) -> _Worker:
        worker = _Worker(*(self._take_spare() or self._spawn()))
        self._crew.append(worker)
        return worker

    def _take_spare(self) -> tuple[Any, Connection] | None:
        if not _spares:
            return None
        process, connection = _spares.pop()
        try:
            connection.send(self._setting_up)
        except OSError:  # it has died meanwhile
            connection.close()
            return None
        return process, connection

    def _spawn(self) -> tuple[Any, Connection]:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs, self._setting_up), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _retire(self) -> None:
        for worker in [one for one in self._crew if one.taken >= self._life and not one.at_work]:
            with suppress(OSError):
                worker.connection.send(None)
            self._bury(worker)
            self._crew.remove(worker)

    def _hear(self, worker: _Worker) -> list[tuple[int, Answer | Lost]]:
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            return self._mourn(worker)
        worker.since = time.monotonic()
        if said == _READY:
            worker.ready, self._false_starts = True, 0
            return []
        number = worker.at_work.popleft()
        self._forget(number)
        return [(number, said)]

    def _mourn(self, worker: _Worker) -> list[tuple[int, Answer | Lost]]:
        """The process is dead. What it was at is tried once more; the rest of its tasks go to others."""
        self._bury(worker)
        self._crew.remove(worker)
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= _MOST_FALSE_STARTS:
                raise LuubaoError(f"a process to read with cannot be started: it {_ending(worker)}")
        elif worker.at_work:
            number = worker.at_work[0]
            self._deaths[number] = self._deaths.get(number, 0) + 1
            if self._deaths[number] >= _TRIES:
                worker.at_work.popleft()
                self._requeue(worker)
                self._forget(number)
                return [(number, Lost(f"the process that read it {_ending(worker)}"))]
        self._requeue(worker)
        return []

    def _is_late(self, worker: _Worker) -> bool:
        bound = self._patience if worker.ready else _STARTING
        if time.monotonic() - worker.since <= bound or (worker.ready and not worker.at_work):
            return False
        return not worker.connection.poll()  # we may be the one who was late to listen

    def _give_up(self, worker: _Worker) -> tuple[int, Answer | Lost]:
        if not worker.ready:
            raise LuubaoError(f"a process to read with was not ready after {_STARTING:.0f} seconds")
        worker.process.kill()
        self._bury(worker)
        self._crew.remove(worker)
        number = worker.at_work.popleft()
        self._requeue(worker)
        self._forget(number)
        return number, Lost(f"not read within {self._patience:g} seconds")

    def _requeue(self, worker: _Worker) -> None:
        self._waiting.extendleft(reversed(worker.at_work))

    def _forget(self, number: int) -> None:
        del self._tasks[number]
        self._deaths.pop(number, None)

    @staticmethod
    def _bury(worker: _Worker) -> None:
        worker.connection.close()
        worker.process.join()


def _cores() -> int:
    """How many this process may use; not every system knows that less than all are ours."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _ending(worker: _Worker) -> str:
    code = int(worker.process.exitcode or 0)
    return f"was killed by signal {-code}" if code < 0 else f"ended with {code}"


def _serve(
    connection: Connection, setting_up: Callable[[], AbstractContextManager[Callable[[Any], Any]]]
) -> None:  # pragma: no cover - runs in the other process
    """A process's life: until it is sent None, or whoever started it is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group; our parent decides what they mean
        signal.signal(number, signal.SIG_IGN)
    with suppress(EOFError, OSError), setting_up() as answer:
        connection.send(_READY)
        while (task := connection.recv()) is not None:
            connection.send(answer(task))


def _serve_when_told(
    connection: Connection, not_ours: tuple[Connection, ...]
) -> None:  # pragma: no cover - runs in the other process
    """The life of a spare: it waits to hear what to set up, or for the end of whoever forked it."""
    for one in not_ours:
        one.close()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        _serve(connection, connection.recv())
