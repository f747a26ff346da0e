"""Manages worker processes and their tasks in one thread: dispatches tasks, receives answers, replaces dead or late
workers.

Nothing here blocks on a worker, neither until it takes a task nor until it completes its answer. The task that a dead
or full process was working on is known: only that one is given up, after a second try; those queued behind it are
dispatched again.
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
from archive.workers.channel import (
    ANSWER,
    FAILED,
    FULL,
    READY,
    TASK,
    Channel,
    InvalidFrame,
    Limits,
    SettingUp,
    memory_is_limited_by_the_system,
    resident,
)
from archive.workers.start import kill, start

_PREFETCH = 2  # tasks queued at a process, so that it never waits for this thread
_START_TIMEOUT = 60.0  # seconds until a process must be ready
_TRIES = 2  # another program may also have killed the process
_MOST_FALSE_STARTS = 3
_EXIT_GRACE = 0.5  # seconds between the end of a process's stream and its exit
_MEMORY_INTERVAL = 0.5  # seconds between two checks of memory use, where the system does not limit it
_WAKE_BYTES = 4096  # bytes
_READ, _BOTH = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for a missing answer: the task crashed its process, exceeded its limits, or timed out."""

    reason: str


Answers = list[tuple[int, Any]]


@dataclass(eq=False)
class _Worker:
    process: Any  # a SpawnProcess, which typeshed does not name
    channel: Channel
    queue: deque[int] = field(default_factory=deque)
    taken: int = 0
    ready: bool = False
    events: int = _READ
    busy_since: float = field(default_factory=time.monotonic)


class Dispatcher:
    """The workers and their task queue, for use by one thread. wake: a descriptor; a byte in it ends a wait."""

    def __init__(self, setting_up: SettingUp, count: int, life: int, limits: Limits, wake: int):
        self._setup_frame = pickle.dumps((setting_up, limits), pickle.HIGHEST_PROTOCOL)
        self._count, self._life, self._limits = count, life, limits
        self._workers: list[_Worker] = []
        self._waiting: tuple[deque[int], deque[int]] = (deque(), deque())
        self._tasks: dict[int, tuple[Any, bool]] = {}
        self._deaths: dict[int, int] = {}
        self._false_starts = 0
        self._wake = wake
        self._selector = selectors.DefaultSelector()
        self._selector.register(wake, _READ)
        self._memory_checked_at = time.monotonic()

    def add(self, number: int, task: Any, background: bool) -> None:
        self._tasks[number] = task, background
        self._waiting[background].append(number)

    def hand_out(self) -> None:
        """Dispatches as many tasks as the workers have room for."""
        for worker in [worker for worker in self._workers if worker.taken >= self._life and not worker.queue]:
            self._retire(worker)
        while (free := self._least_busy()) and (number := self._next_task(free)) is not None:
            self._dispatch(free, number)

    def _dispatch(self, worker: _Worker, number: int) -> None:
        if not worker.queue:
            worker.busy_since = time.monotonic()
        worker.queue.append(number)
        worker.taken += 1
        worker.channel.put(TASK, pickle.dumps(self._tasks[number][0], pickle.HIGHEST_PROTOCOL))
        self._watch(worker)

    def _next_task(self, worker: _Worker) -> int | None:
        """The number of the next task; a background task only for an idle process."""
        pressing, background = self._waiting
        if pressing:
            return pressing.popleft()
        return background.popleft() if background and not worker.queue else None

    def _least_busy(self) -> _Worker | None:
        """The least busy process with room for a task; starts one if there are fewer than `count`."""
        if not any(self._waiting):
            return None
        candidates = [worker for worker in self._workers if worker.taken < self._life]
        best = min(candidates, key=lambda worker: len(worker.queue), default=None)
        if best and not best.queue:
            return best
        if len(self._workers) < self._count:
            return self._start()
        return best if best and len(best.queue) < _PREFETCH else None

    def _start(self) -> _Worker:
        process, connection = start()
        worker = _Worker(process, Channel(connection))
        self._workers.append(worker)
        self._selector.register(connection, _READ, worker)
        worker.channel.put(TASK, self._setup_frame)
        self._watch(worker)
        return worker

    def _watch(self, worker: _Worker) -> None:
        events = _BOTH if worker.channel.outgoing else _READ
        if events != worker.events:
            worker.events = events
            self._selector.modify(worker.channel.socket, events, worker)

    def listen(self) -> Answers:
        """Waits until a worker sends something or times out; returns the answers received. Raises LuubaoError when
        processes cannot be started at all."""
        answers: Answers = []
        for key, events in self._selector.select(self._select_timeout()):
            if isinstance(worker := key.data, _Worker):
                answers += self._serve_events(worker, events)
            else:
                os.read(self._wake, _WAKE_BYTES)
        for worker in [worker for worker in self._workers if self._is_late(worker)]:
            answers += self._time_out(worker)
        if not memory_is_limited_by_the_system() and time.monotonic() - self._memory_checked_at > _MEMORY_INTERVAL:
            answers += self.look_at_memory()
        return answers

    def _serve_events(self, worker: _Worker, events: int) -> Answers:
        if events & selectors.EVENT_WRITE:
            worker.channel.flush()
            self._watch(worker)
        return list(self._receive(worker)) if events & _READ else []

    def _select_timeout(self) -> float | None:
        deadlines = [
            worker.busy_since + self._patience(worker) for worker in self._workers if worker.queue or not worker.ready
        ]
        if not deadlines:
            return None
        timeout = max(0.0, min(deadlines) - time.monotonic())
        return timeout if memory_is_limited_by_the_system() else min(timeout, _MEMORY_INTERVAL)

    def _patience(self, worker: _Worker) -> float:
        return self._limits.seconds if worker.ready else _START_TIMEOUT

    def _receive(self, worker: _Worker) -> Iterator[tuple[int, Any]]:
        try:
            for kind, data in worker.channel.take():
                if kind == READY and not worker.ready:
                    worker.ready, worker.busy_since, self._false_starts = True, time.monotonic(), 0
                    continue
                answer = _decoded(kind, data)
                if not worker.queue:
                    raise InvalidFrame("nobody had asked")
                if kind == FULL:
                    yield from self._handle_full(worker, answer.reason)
                    return
                worker.busy_since = time.monotonic()
                number = worker.queue.popleft()
                self._forget(number)
                yield number, answer
        except InvalidFrame as error:
            yield from self._fail_task(worker, f"the process that read it gave an answer that is none: {error}")
            return
        if worker.channel.ended:
            yield from self._handle_death(worker)

    def _handle_full(self, worker: _Worker, reason: str) -> Answers:
        """Gives a task up that had a process for itself; else tries it in a new one: what came before may have filled
        this one."""
        if worker.taken == len(worker.queue):
            return self._fail_task(worker, reason)
        number = worker.queue.popleft()
        self._retire(worker)
        self._dispatch(self._start(), number)
        return []

    def _handle_death(self, worker: _Worker) -> Answers:
        """Handles a dead process: retries the task it was working on once; the others are dispatched again."""
        kill(worker.process, _EXIT_GRACE)
        if not worker.ready:
            self._note_false_start(_exit_description(worker))
        elif worker.queue:
            number = worker.queue[0]
            self._deaths[number] = self._deaths.get(number, 0) + 1
            if worker.process.exitcode == -signal.SIGPROF:
                return self._fail_task(worker, f"not read within {self._limits.processor:g} seconds of processor time")
            if self._deaths[number] >= _TRIES:
                return self._fail_task(worker, f"the process that read it {_exit_description(worker)}")
        self._retire(worker)
        return []

    def _is_late(self, worker: _Worker) -> bool:
        return bool(worker.queue or not worker.ready) and time.monotonic() > worker.busy_since + self._patience(worker)

    def _time_out(self, worker: _Worker) -> Answers:
        answers = list(self._receive(worker))  # this thread may have been late to read the answer
        if worker not in self._workers or not self._is_late(worker):
            return answers
        if worker.ready:
            return self._fail_task(worker, f"not read within {self._limits.seconds:g} seconds")
        self._note_false_start(f"was not ready after {_START_TIMEOUT:.0f} seconds")
        self._retire(worker)
        return []

    def look_at_memory(self) -> Answers:
        """Gives up the tasks of processes that exceed the memory limit, where the system does not enforce it."""
        self._memory_checked_at, answers = time.monotonic(), Answers()
        for worker in [worker for worker in self._workers if worker.queue]:
            if resident(worker.process.pid) > self._limits.memory:
                answers += self._handle_full(worker, f"needed more than {self._limits.memory // 1024**2} MB of memory")
        return answers

    def _note_false_start(self, ending: str) -> None:
        self._false_starts += 1
        if self._false_starts >= _MOST_FALSE_STARTS:
            raise LuubaoError(f"a process to read with cannot be started: it {ending}")

    def _fail_task(self, worker: _Worker, reason: str) -> Answers:
        """Kills a process, and gives up the task it was working on."""
        answers: Answers = []
        if worker.queue:
            number = worker.queue.popleft()
            self._forget(number)
            answers.append((number, Lost(reason)))
        self._retire(worker)
        return answers

    def _retire(self, worker: _Worker) -> None:
        """Kills a process; requeues its tasks."""
        self._selector.unregister(worker.channel.socket)
        worker.channel.socket.close()
        kill(worker.process)
        self._workers.remove(worker)
        for number in reversed(worker.queue):
            self._waiting[self._tasks[number][1]].appendleft(number)

    def _forget(self, number: int) -> None:
        del self._tasks[number]
        self._deaths.pop(number, None)

    def close(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in list(self._workers):
            self._retire(worker)
        self._selector.close()


def _decoded(kind: bytes, data: bytes) -> Any:
    """Decodes a frame into an answer. Raises InvalidFrame."""
    if kind == ANSWER:
        try:
            return pickle.loads(data)
        except Exception as error:  # a damaged process may answer anything
            raise InvalidFrame(f"{type(error).__name__}: {error}") from error
    if kind in (FAILED, FULL):
        return Lost(data.decode("utf-8", "replace"))
    raise InvalidFrame("it is not what was asked for")


def _exit_description(worker: _Worker) -> str:
    code = worker.process.exitcode
    if code is None:
        return "closed its line"
    return f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
