"""What the rest of us sees of worker processes: tasks are handed over, answers come.

A thread of its own does all that has to do with processes, so patience and progress depend on nobody else, and neither
`submit` nor the end of it ever waits for a worker.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from archive.workers.crew import Crew, Lost
from archive.workers.resource_limits import MEMORY, PATIENCE, PROCESSOR_SECONDS, Limits

__all__ = ["Lost", "Workers"]

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_LIFE = 4_000  # tasks, some 40 seconds of pages: starting anew costs half a second


class Workers(Generic[Task, Answer]):
    """`setting_up` runs once in each process and returns a context manager whose value answers the tasks; it, the tasks
    and the answers must be picklable. Tasks are known by a number of the caller's. Processes have a bounded life, so
    that memory does not grow with the work.

    patience, processor, memory: see Limits. hear: is called, in the thread of the workers, with the number and the
    answer of each task as it comes, or with what kept the processes from being started; without it, `answers` returns
    them.
    """

    def __init__(
        self,
        setting_up: Callable[[], AbstractContextManager[Callable[[Task], Answer]]],
        count: int | None = None,
        *,
        life: int = _LIFE,
        patience: float = PATIENCE,
        processor: float = PROCESSOR_SECONDS,
        memory: int = MEMORY,
        hear: Callable[[int, Answer | Lost | BaseException], None] | None = None,
    ):
        self.count = count or _cores()
        self._setting_up, self._life, self._limits = setting_up, life, Limits(patience, processor, memory)
        self._orders: SimpleQueue[tuple[int, Task, bool] | None] = SimpleQueue()
        self._came: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._hear = hear or self._keep
        self._thread: Thread | None = None
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._waking, False)
        self._awake = self._closed = False

    def __enter__(self) -> Workers[Task, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        if self._closed:
            return
        self._closed = True
        if self._thread is not None:
            self._order(None)
            self._thread.join()
        os.close(self._woken)
        os.close(self._waking)

    def submit(self, number: int, task: Task, *, background: bool = False) -> None:
        """Hands a task over. Whoever submits bounds how many are under way. background: others go first."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="workers", daemon=True)
            self._thread.start()
        self._order((number, task, background))

    def answers(self, seconds: float) -> list[tuple[int, Answer | Lost]]:
        """The answers that have come, after waiting at most so long for one; in the order in which they came.

        Raises LuubaoError when processes cannot be started at all.
        """
        came: list[tuple[int, Answer | Lost]] = []
        with suppress(Empty):
            while True:
                wait = bool(seconds) and not came
                number, answer = self._came.get(timeout=seconds) if wait else self._came.get_nowait()
                if isinstance(answer, BaseException):
                    raise answer
                came.append((number, answer))
        return came

    def _keep(self, number: int, answer: Answer | Lost | BaseException) -> None:
        self._came.put((number, answer))

    def _order(self, order: tuple[int, Task, bool] | None) -> None:
        self._orders.put(order)
        if not self._awake:
            self._awake = True
            with suppress(BlockingIOError):
                os.write(self._waking, b"!")

    def _run(self) -> None:
        """The thread's life."""
        crew = Crew(self._setting_up, self.count, self._life, self._limits, self._woken)
        numbers: set[int] = set()
        try:
            while self._take_orders(crew, numbers):
                crew.hand_out()
                for number, answer in crew.listen():
                    numbers.discard(number)
                    self._hear(number, answer)
        except BaseException as error:  # noqa: BLE001  # who waits for an answer is told, in its own thread
            self._fail(error, numbers)
        finally:
            crew.close()

    def _take_orders(self, crew: Crew, numbers: set[int]) -> bool:
        """Whether to go on."""
        self._awake = False  # before looking: what is put from now on wakes us again
        while not self._orders.empty():
            order = self._orders.get()
            if order is None:
                return False
            numbers.add(order[0])
            crew.add(*order)
        return True

    def _fail(self, error: BaseException, numbers: set[int]) -> None:
        """Nothing can be answered any more."""
        for number in numbers:
            self._hear(number, error)
        while (order := self._orders.get()) is not None:
            self._hear(order[0], error)


def _cores() -> int:
    """How many this process may use; not every system knows that less than all are ours."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
