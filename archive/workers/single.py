"""A single worker process for function calls, which may come from several threads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any

from archive.workers.pool import Workers


@dataclass(frozen=True, slots=True)
class Call:
    """A task: a module-level function and its arguments."""

    function: Callable[..., Any]
    given: tuple[Any, ...]

    def __call__(self) -> Any:
        return self.function(*self.given)


class SingleWorker:
    """A worker process that starts with the first call."""

    def __init__(self) -> None:
        self._workers = Workers[Call, Any](_call_setup, 1, hear=self._resolve)
        self._futures: dict[int, Future[Any]] = {}
        self._numbers = count()
        self._lock = Lock()

    def call(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """What the function returns; Lost where the worker exceeded its limits. Raises what it raises."""
        future: Future[Any] = Future()
        with self._lock:
            number = next(self._numbers)
            self._futures[number] = future
            self._workers.submit(number, Call(function, args))
        return future.result()

    def _resolve(self, number: int, answer: Any) -> None:
        future = self._futures.pop(number)
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def close(self) -> None:
        self._workers.__exit__()


@contextmanager
def _call_setup() -> Iterator[Callable[[Call], Any]]:
    logging.disable()  # an error is part of the answer
    yield lambda call: call()
