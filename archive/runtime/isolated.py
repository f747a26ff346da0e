"""Isolation: parses single pages and pictures of foreign origin in a worker process instead of this one.

Where many pages are parsed, workers do it anyway (crawler.readers, archive.pipeline.rereading,
archive.exchange.importers). This module is for single ones: a page that an earlier run stored and did not read, one
that came late, the links of a stored list page, an imported picture. Inside `isolation`, which a command enters,
`run` calls a function in a worker with a worker's limits; outside, in this process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from archive.workers import Lost, Workers

P = ParamSpec("P")
T = TypeVar("T")

_creation_lock = Lock()
_entered = False
_worker: Workers[Callable[[], Any], Any] | None = None


@contextmanager
def isolation() -> Iterator[None]:
    """Inside, `run` uses a worker. Nested, and in a worker, it changes nothing."""
    global _entered  # one worker for each process
    if _entered or _is_worker():
        yield
        return
    _entered = True
    try:
        yield
    finally:
        worker = _worker
        _reset_after_fork()
        if worker is not None:
            worker.__exit__()


def _is_worker() -> bool:
    """Whether this process is a worker itself; a worker may have no children."""
    multiprocessing_process = sys.modules.get("multiprocessing.process")  # every worker has imported it
    return multiprocessing_process is not None and multiprocessing_process.current_process().daemon


def _reset_after_fork() -> None:
    """In a forked process: its parent's threads do not exist here, and so neither does the worker."""
    global _entered, _worker
    _entered, _worker = False, None


os.register_at_fork(after_in_child=_reset_after_fork)


def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Lost:
    """Calls a module-level function in the worker. Returns Lost if it exceeded a worker's limits, or failed. Raises
    LuubaoError if no worker can be started."""
    if not _entered:
        return function(*args, **kwargs)
    answer: T | Lost = _shared_worker().call(partial(function, *args, **kwargs)).result()
    return answer


def _shared_worker() -> Workers[Callable[[], Any], Any]:
    global _worker
    from archive.workers import Workers, calling  # imported only where a worker is needed

    with _creation_lock:  # calls may come from several threads
        _worker = _worker or Workers[Callable[[], Any], Any](calling, 1)
        return _worker
