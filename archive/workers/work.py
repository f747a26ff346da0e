"""A worker's life, in its own process: set up, then task after task, until whoever started it is gone."""

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


def serve(line: socket.socket, parent: int) -> None:  # pragma: no cover - runs in the other process
    """The first frame says what to set up, and the limits; each other one is a task."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group; our parent decides what they mean
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    die_with(parent)
    with suppress(EOFError, OSError):
        setting_up, limits = pickle.loads(receive(line))
        _serve(line, setting_up, limits)


def _serve(line: socket.socket, setting_up: SettingUp, limits: Limits) -> None:  # pragma: no cover - as above
    confine(limits)
    seconds = processor_seconds(limits)
    with setting_up() as answer:
        send(line, READY)
        while True:
            task = receive(line)
            with processor_limit(seconds):
                kind, data = _answered(answer, task, limits)
            del task
            send(line, kind, data)
            if kind == FULL:
                return


def _answered(
    answer: Callable[[Any], Any], task: bytes, limits: Limits
) -> tuple[bytes, bytes]:  # pragma: no cover - as above
    """An answer, or why there is none. A process whose memory was full ends: what it still holds, nobody knows."""
    try:
        return ANSWER, pickle.dumps(answer(pickle.loads(task)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return FULL, f"needed more than {limits.memory // MEGABYTE} MB of memory".encode()
    except Exception as error:  # noqa: BLE001  # the boundary behind which a mistake costs one task
        return FAILED, f"failed with {type(error).__name__}: {error}"[:1000].encode("utf-8", "replace")
