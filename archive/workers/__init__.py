"""A pool of worker processes for foreign input, which may crash them, exhaust their memory or never return: submit
tasks, receive answers by futures. May import archive.model.errors only.

A separate thread manages the processes, so timeouts and progress do not depend on the caller, and neither `call` nor
closing the pool ever waits for a worker.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import count as count_up
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, Self, TypeVar

from archive.workers.channel import MEMORY, PATIENCE, PROCESSOR_SECONDS, Limits, die_with
from archive.workers.dispatcher import Dispatcher, Lost
from archive.workers.start import kill_all, spare

__all__ = ["PATIENCE", "Lost", "Workers", "awaited", "calling", "cores", "die_with", "kill_all", "spare"]

Task = TypeVar("Task")
Answer = TypeVar("Answer")
T = TypeVar("T")

_POLL = 0.1  # seconds
_TASKS_PER_PROCESS = 4_000  # tasks, some 40 seconds of pages: a restart costs half a second


class Workers(Generic[Task, Answer]):
    """A pool of worker processes that answers each task by a future, whichever thread submits it. `setting_up` runs
    once in each process and returns a context manager whose value answers the tasks; it, the tasks and the answers must
    be picklable. A process is replaced after `life` tasks, so that memory does not grow with the work.

    patience, processor, memory: see Limits.
    """

    def __init__(
        self, setting_up: Callable[[], AbstractContextManager[Callable[[Task], Answer]]], count: int | None = None, *,
        life: int = _TASKS_PER_PROCESS, patience: float = PATIENCE, processor: float = PROCESSOR_SECONDS, memory: int =
        MEMORY,
    ):  # fmt: skip
        self.count = count or cores()
        self._setting_up, self._life, self._limits = setting_up, life, Limits(patience, processor, memory)
        self._orders: SimpleQueue[tuple[int, Task, bool] | None] = SimpleQueue()
        self._futures: dict[int, Future[Answer | Lost]] = {}
        self._numbers = count_up()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._wake_pending = self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._closed:
            return
        self._closed = True
        if self._thread is not None:
            self._send_order(None)
            self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def call(self, task: Task, *, background: bool = False) -> Future[Answer | Lost]:
        """Submits a task. Its answer is Lost where the worker exceeded its limits; LuubaoError is raised where no
        process can be started at all. The caller bounds how many are pending. background: other tasks go first."""
        future: Future[Answer | Lost] = Future()
        future.set_running_or_notify_cancel()  # nobody can cancel it
        with self._lock:
            number = next(self._numbers)
            self._futures[number] = future
            if self._thread is None:
                self._thread = Thread(target=self._run, name="workers", daemon=True)
                self._thread.start()
            self._send_order((number, task, background))
        return future

    def give_up(self, error: BaseException) -> None:
        """Answers all tasks that have no answer yet with an error."""
        for number in list(self._futures):
            self._resolve(number, error)

    def _resolve(self, number: int, answer: Answer | Lost | BaseException) -> None:
        future = self._futures.pop(number, None)  # none where it was given up
        if future is None:
            return
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def _send_order(self, order: tuple[int, Task, bool] | None) -> None:
        self._orders.put(order)
        if not self._wake_pending:
            self._wake_pending = True
            with suppress(BlockingIOError):
                os.write(self._wake_write, b"!")

    def _run(self) -> None:
        dispatcher = Dispatcher(self._setting_up, self.count, self._life, self._limits, self._wake_read)
        try:
            while self._take_orders(dispatcher):
                dispatcher.hand_out()
                for number, answer in dispatcher.listen():
                    self._resolve(number, answer)
        except BaseException as error:  # noqa: BLE001  # passed on to the caller, in its own thread
            self._fail(error)
        finally:
            dispatcher.close()

    def _take_orders(self, dispatcher: Dispatcher) -> bool:
        """Takes submitted tasks on. False when the pool closes."""
        self._wake_pending = False  # before reading the queue: an order put from now on wakes this thread again
        while not self._orders.empty():
            order = self._orders.get()
            if order is None:
                return False
            dispatcher.add(*order)
        return True

    def _fail(self, error: BaseException) -> None:
        """Answers all tasks, pending and future, with an error."""
        self.give_up(error)
        while (order := self._orders.get()) is not None:
            self._resolve(order[0], error)


def cores() -> int:
    """How many cores this process may use; all of them on systems without CPU affinity."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def awaited(future: Future[T]) -> T:
    """What a future brings. Waits in short turns, so that a signal gets through."""
    while not future.done():
        wait([future], _POLL)
    return future.result()


@contextmanager
def calling() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Sets up a worker whose tasks are calls of functions."""
    logging.disable()  # an error is part of the answer
    yield lambda call: call()
