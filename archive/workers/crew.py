"""Workers and their tasks, as one thread keeps them: it hands out, listens, and replaces who is dead or late.

Nothing here waits for a worker: neither to take a task nor to finish its answer. One knows which task a dead process
was at: only that one is given up, after a second try; what lay ahead of it is handed to others.
"""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archive.model.errors import LuubaoError
from archive.workers.channel import ANSWER, FAILED, FULL, READY, TASK, Channel, Garbage
from archive.workers.resource_limits import Limits, memory_is_limited_by_the_system, resident
from archive.workers.start import bury, start
from archive.workers.work import SettingUp

_AHEAD = 2  # tasks at a process, so that it never waits for us
_STARTING = 60.0  # seconds for a process to be ready
_TRIES = 2  # a process may also die of what another program did
_MOST_FALSE_STARTS = 3
_ENDING = 0.5  # seconds between the end of a process's line and its own
_GLANCE = 0.5  # seconds between two looks at the memory, where the system does not limit it
_MOST_WAKES = 4096  # bytes
_READ, _BOTH = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no answer: the process died of the task, needed more than it may, or did not end in time."""

    reason: str


Answers = list[tuple[int, Any]]


@dataclass(eq=False)
class _Worker:
    process: Any  # a SpawnProcess, which typeshed does not name
    channel: Channel
    at_work: deque[int] = field(default_factory=deque)
    taken: int = 0
    ready: bool = False
    events: int = _READ
    since: float = field(default_factory=time.monotonic)


class Crew:
    """To be used by one thread. wake: the descriptor whose bytes end a wait."""

    def __init__(self, setting_up: SettingUp, count: int, life: int, limits: Limits, wake: int):
        self._first = pickle.dumps((setting_up, limits), pickle.HIGHEST_PROTOCOL)
        self._count, self._life, self._limits = count, life, limits
        self._workers: list[_Worker] = []
        self._waiting: tuple[deque[int], deque[int]] = (deque(), deque())
        self._tasks: dict[int, tuple[Any, bool]] = {}
        self._deaths: dict[int, int] = {}
        self._false_starts = 0
        self._wake = wake
        self._selector = selectors.DefaultSelector()
        self._selector.register(wake, _READ)
        self._looked = time.monotonic()

    def add(self, number: int, task: Any, background: bool) -> None:
        """Takes a task on."""
        self._tasks[number] = task, background
        self._waiting[background].append(number)

    def hand_out(self) -> None:
        """As many tasks as there is room for."""
        for worker in [one for one in self._workers if one.taken >= self._life and not one.at_work]:
            self._part_with(worker)
        while (free := self._freest()) and (number := self._next(free)) is not None:
            self._hand(free, number)

    def _hand(self, worker: _Worker, number: int) -> None:
        if not worker.at_work:
            worker.since = time.monotonic()
        worker.at_work.append(number)
        worker.taken += 1
        worker.channel.put(TASK, pickle.dumps(self._tasks[number][0], pickle.HIGHEST_PROTOCOL))
        self._watch(worker)

    def _next(self, worker: _Worker) -> int | None:
        """What comes first; a task of the background only for a process that has nothing else to do."""
        pressing, background = self._waiting
        if pressing:
            return pressing.popleft()
        return background.popleft() if background and not worker.at_work else None

    def _freest(self) -> _Worker | None:
        """A process with room for a task, started where there are fewer than there may be."""
        if not any(self._waiting):
            return None
        fit = [worker for worker in self._workers if worker.taken < self._life]
        best = min(fit, key=lambda worker: len(worker.at_work), default=None)
        if best and not best.at_work:
            return best
        if len(self._workers) < self._count:
            return self._start()
        return best if best and len(best.at_work) < _AHEAD else None

    def _start(self) -> _Worker:
        process, line = start()
        worker = _Worker(process, Channel(line))
        self._workers.append(worker)
        self._selector.register(line, _READ, worker)
        worker.channel.put(TASK, self._first)
        self._watch(worker)
        return worker

    def _watch(self, worker: _Worker) -> None:
        events = _BOTH if worker.channel.outgoing else _READ
        if events != worker.events:
            worker.events = events
            self._selector.modify(worker.channel.socket, events, worker)

    def listen(self) -> Answers:
        """Waits until something comes, or is late; returns the answers that came. Raises LuubaoError when processes
        cannot be started at all."""
        came: Answers = []
        for key, events in self._selector.select(self._until_somebody_is_late()):
            if isinstance(worker := key.data, _Worker):
                came += self._tend(worker, events)
            else:
                os.read(self._wake, _MOST_WAKES)
        for worker in [one for one in self._workers if self._is_late(one)]:
            came += self._give_up(worker)
        if not memory_is_limited_by_the_system() and time.monotonic() - self._looked > _GLANCE:
            came += self.look_at_memory()
        return came

    def _tend(self, worker: _Worker, events: int) -> Answers:
        if events & selectors.EVENT_WRITE:
            worker.channel.flush()
            self._watch(worker)
        return list(self._hear(worker)) if events & _READ else []

    def _until_somebody_is_late(self) -> float | None:
        bounds = [one.since + self._bound(one) for one in self._workers if one.at_work or not one.ready]
        if not bounds:
            return None
        most = max(0.0, min(bounds) - time.monotonic())
        return most if memory_is_limited_by_the_system() else min(most, _GLANCE)

    def _bound(self, worker: _Worker) -> float:
        return self._limits.seconds if worker.ready else _STARTING

    def _hear(self, worker: _Worker) -> Iterator[tuple[int, Any]]:
        try:
            for kind, data in worker.channel.take():
                if kind == READY and not worker.ready:
                    worker.ready, worker.since, self._false_starts = True, time.monotonic(), 0
                    continue
                answer = _meant(kind, data)
                if not worker.at_work:
                    raise Garbage("nobody had asked")
                worker.since = time.monotonic()
                number = worker.at_work.popleft()
                self._forget(number)
                yield number, answer
                if kind == FULL:
                    self._part_with(worker)
                    return
        except Garbage as error:
            yield from self._lose(worker, f"the process that read it gave an answer that is none: {error}")
            return
        if worker.channel.ended:
            yield from self._mourn(worker)

    def _mourn(self, worker: _Worker) -> Answers:
        """The process is dead. What it was at is tried once more; the rest of its tasks go to others."""
        bury(worker.process, _ENDING)
        if not worker.ready:
            self._note_false_start(_ending(worker))
        elif worker.at_work:
            number = worker.at_work[0]
            self._deaths[number] = self._deaths.get(number, 0) + 1
            if worker.process.exitcode == -signal.SIGPROF:
                return self._lose(worker, f"not read within {self._limits.processor:g} seconds of processor time")
            if self._deaths[number] >= _TRIES:
                return self._lose(worker, f"the process that read it {_ending(worker)}")
        self._part_with(worker)
        return []

    def _is_late(self, worker: _Worker) -> bool:
        return bool(worker.at_work or not worker.ready) and time.monotonic() > worker.since + self._bound(worker)

    def _give_up(self, worker: _Worker) -> Answers:
        heard = list(self._hear(worker))  # we may be the one who was late to listen
        if worker not in self._workers or not self._is_late(worker):
            return heard
        if worker.ready:
            return self._lose(worker, f"not read within {self._limits.seconds:g} seconds")
        self._note_false_start(f"was not ready after {_STARTING:.0f} seconds")
        self._part_with(worker)
        return []

    def look_at_memory(self) -> Answers:
        """Gives up the tasks of those who need too much, where the system itself does not limit it."""
        self._looked, came = time.monotonic(), Answers()
        for worker in [one for one in self._workers if one.at_work]:
            if resident(worker.process.pid) > self._limits.memory:
                came += self._lose(worker, f"needed more than {self._limits.memory // 1024**2} MB of memory")
        return came

    def _note_false_start(self, ending: str) -> None:
        self._false_starts += 1
        if self._false_starts >= _MOST_FALSE_STARTS:
            raise LuubaoError(f"a process to read with cannot be started: it {ending}")

    def _lose(self, worker: _Worker, reason: str) -> Answers:
        """Ends a process, and gives up the task it was at."""
        lost: Answers = []
        if worker.at_work:
            number = worker.at_work.popleft()
            self._forget(number)
            lost.append((number, Lost(reason)))
        self._part_with(worker)
        return lost

    def _part_with(self, worker: _Worker) -> None:
        """Ends a process; its tasks go to others."""
        self._selector.unregister(worker.channel.socket)
        worker.channel.socket.close()
        bury(worker.process)
        self._workers.remove(worker)
        for number in reversed(worker.at_work):
            self._waiting[self._tasks[number][1]].appendleft(number)

    def _forget(self, number: int) -> None:
        del self._tasks[number]
        self._deaths.pop(number, None)

    def close(self) -> None:
        """Ends all processes, whatever they are at."""
        for worker in self._workers:
            worker.process.kill()
        for worker in list(self._workers):
            self._part_with(worker)
        self._selector.close()


def _meant(kind: bytes, data: bytes) -> Any:
    """Raises Garbage."""
    if kind == ANSWER:
        try:
            return pickle.loads(data)
        except Exception as error:  # what a process answers that has been damaged may be anything
            raise Garbage(f"{type(error).__name__}: {error}") from error
    if kind in (FAILED, FULL):
        return Lost(data.decode("utf-8", "replace"))
    raise Garbage("it is not what was asked for")


def _ending(worker: _Worker) -> str:
    code = worker.process.exitcode
    if code is None:
        return "closed its line"
    return f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
