"""Starts worker processes, by spawn or from a forked spare, and kills them."""

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

from archive.workers.channel import serve

_SPAWN = get_context("spawn")  # a fork would inherit the open database
_FORK = get_context("fork")
_KILL_TIMEOUT = 5.0  # seconds; a killed process needs no more, unless the machine itself hangs

_spares: list[tuple[Any, socket.socket]] = []
_alive: set[int] = set()


@contextmanager
def spare(*inherited: Connection) -> Iterator[None]:
    """Forks this process, so that the first worker need not be spawned and shares its memory. Enter it before a thread
    is started or a file opened: the fork closes only `inherited`."""
    ours, theirs = socket.socketpair()
    process = _FORK.Process(target=_serve_forked, args=(theirs, os.getpid(), (ours, *inherited)), daemon=True)
    process.start()
    theirs.close()
    _alive.add(_pid(process))
    _spares.append((process, ours))
    try:
        yield
    finally:
        if _spares:  # it was not needed
            _spares.clear()
            kill(process)
        ours.close()
        process.join(_KILL_TIMEOUT)


def start() -> tuple[Any, socket.socket]:
    """Starts a process that waits for its setup frame; returns it and our non-blocking end of the socket pair. On Linux
    it ends with the thread that calls this."""
    process, connection = _spares.pop() if _spares else _spawned()
    connection.setblocking(False)
    return process, connection


def _spawned() -> tuple[Any, socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = _SPAWN.Process(target=serve, args=(theirs, os.getpid()), daemon=True)
        process.start()
    _alive.add(_pid(process))
    return process, ours


def kill(process: Any, grace: float = 0.0) -> None:
    """Kills a process. grace: seconds in which it may exit by itself, so that its exit code is its own."""
    if grace:
        process.join(grace)
    process.kill()
    process.join(_KILL_TIMEOUT)
    _alive.discard(_pid(process))


def _pid(process: Any) -> int:
    assert process.pid, "not started"  # 0 would be the whole process group
    return int(process.pid)


def kill_all() -> None:
    """Kills all workers of this process, from any thread, without waiting. They cannot be used after this."""
    for pid in tuple(_alive):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


os.register_at_fork(after_in_child=_alive.clear)
# Before multiprocessing's own handler, which waits for processes that ignore its signal.
atexit.register(kill_all)


def _serve_forked(
    connection: socket.socket, parent: int, inherited: tuple[Any, ...]
) -> None:  # pragma: no cover - runs in the other process
    _spares.clear()
    for pipe in inherited:
        pipe.close()
    serve(connection, parent)
