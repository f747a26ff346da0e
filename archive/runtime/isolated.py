"""Work on foreign bytes, done in a process beside this one by whoever would otherwise do it here.

Where a crowd of pages is read, its readers are workers anyway (crawler.readers, archive.pipeline.rereading,
archive.exchange.importers). What is left are single ones: a page that an earlier run kept and did not read, one that
came late, the links of a kept list, an imported picture. A command enters `working_apart`; `run` then does a thing in a
worker with a worker's limits, and without it here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from archive.workers import Lost
    from archive.workers.single import SingleWorker

P = ParamSpec("P")
T = TypeVar("T")

_making = Lock()
_entered = False
_worker: SingleWorker | None = None


@contextmanager
def working_apart() -> Iterator[None]:
    """Inside, `run` uses a worker. Inside of itself, and in a worker, it changes nothing."""
    global _entered  # the worker is the process's
    if _entered or _is_worker():
        yield
        return
    _entered = True
    try:
        yield
    finally:
        worker = _worker
        _forget()
        if worker is not None:
            worker.close()


def _is_worker() -> bool:
    """Whether this process is one that another has set limits to; no such process may have children."""
    known = sys.modules.get("multiprocessing.process")  # who is a worker has imported it
    return known is not None and known.current_process().daemon


def _forget() -> None:
    """A forked process has no threads of its parent's, and so no worker."""
    global _entered, _worker
    _entered, _worker = False, None


os.register_at_fork(after_in_child=_forget)


def run(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | Lost:
    """What a function of a module returns for what is given; Lost where it passed a worker's limits, or failed. Raises
    LuubaoError where no worker can be started."""
    if not _entered or named:
        return function(*given, **named)
    return cast("T | Lost", _the_worker().call(function, given))


def _the_worker() -> SingleWorker:
    global _worker
    from archive.workers.single import SingleWorker  # only who works apart imports it

    with _making:  # calls may come from several threads
        _worker = _worker or SingleWorker()
        return _worker
