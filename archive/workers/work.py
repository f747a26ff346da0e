"""The main loop of a worker process: set up, then task after task, until its parent is gone."""

from __future__ import annotations

import pickle
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from archive.workers.channel import ANSWER, FAILED, FULL, READY, receive, send
from archive.workers.resource_limits import MEGABYTE, Limits, confine, die_with, processor_limit, processor_seconds

SettingUp = Callable[[], AbstractContextManager[Callable[[Any], Any]]]


def serve(connection: socket.socket, parent: int) -> None:  # pragma: no cover - runs in the other process
    """Serves frames: the first holds the setup function and the limits; each other one is a task."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group; the parent handles them
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    die_with(parent)
    with suppress(EOFError, OSError):
        setting_up, limits = pickle.loads(receive(connection))
        _serve(connection, setting_up, limits)


def _serve(connection: socket.socket, setting_up: SettingUp, limits: Limits) -> None:  # pragma: no cover - as above
    confine(limits)
    seconds = processor_seconds(limits)
    with setting_up() as answer:
        send(connection, READY)
        while True:
            task = receive(connection)
            with processor_limit(seconds):
                kind, data = _answered(answer, task, limits)
            del task
            send(connection, kind, data)
            if kind == FULL:
                return


def _answered(
    answer: Callable[[Any], Any], task: bytes, limits: Limits
) -> tuple[bytes, bytes]:  # pragma: no cover - as above
    """Returns the frame of an answer, or of why there is none. A process that ran out of memory exits: its state is
    unknown."""
    try:
        return ANSWER, pickle.dumps(answer(pickle.loads(task)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return FULL, f"needed more than {limits.memory // MEGABYTE} MB of memory".encode()
    except Exception as error:  # noqa: BLE001  # the boundary: an error costs one task only
        return FAILED, f"failed with {type(error).__name__}: {error}"[:1000].encode("utf-8", "replace")
