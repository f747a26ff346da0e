"""Work on foreign bytes, done in a process beside this one by whoever would otherwise do it here.

Where a crowd of pages is read, its readers are workers anyway (crawler.readers, archive.reread, archive.imports). What
is left are single ones: a page that an earlier run kept and did not read, one that came late, the links of a kept list,
an imported picture. A command enters `working_apart`; `run` then does a thing in a worker with a worker's limits, and
without it here.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

from archive.workers import Lost, Workers

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A task for any worker: a function of a module, and what it is called with."""

    function: Callable[..., Any]
    given: tuple[Any, ...]

    def __call__(self) -> Any:
        return self.function(*self.given)


class _Apart:
    """The worker, started with the first call; calls may come from several threads."""

    def __init__(self) -> None:
        self._workers = Workers[Call, Any](_calling, 1, hear=self._hear)
        self._futures: dict[int, Future[Any]] = {}
        self._numbers = count()
        self._lock = Lock()

    def call(self, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        future: Future[Any] = Future()
        with self._lock:
            number = next(self._numbers)
            self._futures[number] = future
            self._workers.submit(number, Call(function, given))
        return future.result()

    def _hear(self, number: int, answer: Any) -> None:
        future = self._futures.pop(number)
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def close(self) -> None:
        self._workers.__exit__()


_apart: _Apart | None = None


@contextmanager
def working_apart() -> Iterator[None]:
    """Inside, `run` uses a worker. Inside of itself it changes nothing."""
    global _apart  # the worker is the process's
    if _apart is not None:
        yield
        return
    _apart = apart = _Apart()
    try:
        yield
    finally:
        _apart = None
        apart.close()


def _forget() -> None:
    """A forked process has no threads of its parent's, and so no worker."""
    global _apart
    _apart = None


os.register_at_fork(after_in_child=_forget)


def run(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | Lost:
    """What a function of a module returns for what is given; Lost where it passed a worker's limits, or failed. Raises
    LuubaoError where no worker can be started."""
    if _apart is None or named:
        return function(*given, **named)
    return cast("T | Lost", _apart.call(function, given))


@contextmanager
def _calling() -> Iterator[Callable[[Call], Any]]:
    logging.disable()  # what goes wrong is part of the answer
    yield lambda call: call()
