"""Starting worker processes, and ending all of them at once."""

from __future__ import annotations

import atexit
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from archive.workers.work import serve

_SPAWN = get_context("spawn")  # a fork would take our open database along
_FORK = get_context("fork")
_END = 5.0  # seconds; a process that was killed needs no more, unless the machine itself hangs

_spares: list[tuple[Any, socket.socket]] = []
_alive: set[int] = set()


@contextmanager
def spare(*not_its: Connection) -> Iterator[None]:
    """Forks this process, so that the first worker need not be started anew and shares its memory. To be called
    before a thread is started or a file opened: only `not_its` is closed in it."""
    ours, theirs = socket.socketpair()
    process = _FORK.Process(target=_serve_forked, args=(theirs, os.getpid(), (ours, *not_its)), daemon=True)
    process.start()
    theirs.close()
    _alive.add(_number(process))
    _spares.append((process, ours))
    try:
        yield
    finally:
        if _spares:  # nobody needed it
            _spares.clear()
            bury(process)
        ours.close()
        process.join(_END)


def start() -> tuple[Any, socket.socket]:
    """A process that waits to hear what to set up, and our end of its line, which never waits. In Linux it ends with
    the thread that calls this."""
    process, line = _spares.pop() if _spares else _spawned()
    line.setblocking(False)
    return process, line


def _spawned() -> tuple[Any, socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = _SPAWN.Process(target=serve, args=(theirs, os.getpid()), daemon=True)
        process.start()
    _alive.add(_number(process))
    return process, ours


def bury(process: Any, grace: float = 0.0) -> None:
    """Ends a process. grace: seconds in which it may end by itself, so that its exit code is its own."""
    if grace:
        process.join(grace)
    process.kill()
    process.join(_END)
    _alive.discard(_number(process))


def _number(process: Any) -> int:
    assert process.pid, "not started"  # 0 would be our whole group
    return int(process.pid)


def kill_all() -> None:
    """Kills all workers of this process, from whatever thread, without waiting. They are of no use after this."""
    for process in tuple(_alive):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


os.register_at_fork(after_in_child=_alive.clear)
# Before multiprocessing's own, which waits for those who do not heed its signal.
atexit.register(kill_all)


def _serve_forked(
    line: socket.socket, parent: int, not_ours: tuple[Any, ...]
) -> None:  # pragma: no cover - runs in the other process
    _spares.clear()
    for one in not_ours:
        one.close()
    serve(line, parent)
