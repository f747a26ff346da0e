"""Exchanges frames (messages) between a process and its workers, over a socket pair, and runs tasks in the worker.

A frame is a kind (one byte), a length (eight bytes, network order) and that many bytes of payload. The worker's side
uses blocking reads and writes. The parent's side never blocks: bytes that the socket does not accept yet stay in
`Channel.outgoing`, and incoming bytes are buffered. So a worker that does not read, or never completes its frame, does
not block the others.
"""

from __future__ import annotations

import pickle
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from itertools import islice
from struct import Struct
from typing import Any

from archive.workers.resource_limits import MEGABYTE, Limits, confine, die_with, processor_limit, processor_seconds

READY, ANSWER, FAILED, FULL = b"R", b"A", b"F", b"M"
"""Frames from a worker: set up; an answer; why the task failed; why it failed, and that the worker exits now."""
TASK = b"T"
_KINDS = (READY, ANSWER, FAILED, FULL, TASK)
MOST_BYTES = 128 * 1024 * 1024
"""Bytes of one frame from a worker, at most. The answer to a page of 2 MB takes 4 MB, to a sitemap of 50,000 addresses
6 MB."""
_HEADER = Struct("!cQ")
_READ_SIZE = 256 * 1024
_BUFFERS_PER_CALL = 8  # buffers in one sendmsg call
_READS_PER_TURN = 16  # reads from one worker before the others have their turn


class InvalidFrame(Exception):
    """Raised when a worker sends an invalid or too long frame."""


@dataclass
class Channel:
    """The parent's side, which never blocks."""

    socket: socket.socket
    outgoing: deque[memoryview] = field(default_factory=deque)
    incoming: bytearray = field(default_factory=bytearray)
    ended: bool = False

    def put(self, kind: bytes, data: bytes) -> None:
        """Queues a frame, and sends as much as the socket accepts now."""
        self.outgoing += (memoryview(_HEADER.pack(kind, len(data))), memoryview(data))
        self.flush()

    def flush(self) -> None:
        """Sends what the socket accepts, in few calls: each releases the GIL, and may wait to get it back. A closed
        socket accepts nothing; `take` reports that."""
        try:
            while self.outgoing:
                self._drop_sent(self.socket.sendmsg(list(islice(self.outgoing, _BUFFERS_PER_CALL))))
        except BlockingIOError:
            pass
        except OSError:
            self.outgoing.clear()

    def _drop_sent(self, count: int) -> None:
        while self.outgoing and count >= len(self.outgoing[0]):
            count -= len(self.outgoing.popleft())
        if count:
            self.outgoing[0] = self.outgoing[0][count:]

    def take(self) -> Iterator[tuple[bytes, bytes]]:
        """Yields the complete frames received. Sets `ended` at the end of the stream. Raises InvalidFrame."""
        for _ in range(_READS_PER_TURN):
            try:
                chunk = self.socket.recv(_READ_SIZE)
            except BlockingIOError:
                break
            except OSError:
                chunk = b""
            if not chunk:
                self.ended = True
                break
            self.incoming += chunk
            yield from self._complete_frames()
            if len(chunk) < _READ_SIZE:  # that was all; if not, the selector reports it again
                break

    def _complete_frames(self) -> Iterator[tuple[bytes, bytes]]:
        while len(self.incoming) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self.incoming)
            if kind not in _KINDS or length > MOST_BYTES:
                raise InvalidFrame("it is not of the form that was agreed on, or too long")
            end = _HEADER.size + length
            if len(self.incoming) < end:
                return
            data = bytes(memoryview(self.incoming)[_HEADER.size : end])
            del self.incoming[:end]
            yield kind, data


def send(connection: socket.socket, kind: bytes, data: bytes = b"") -> None:
    """The worker's side: sends a frame, and blocks until the socket accepts it. Raises OSError."""
    header = _HEADER.pack(kind, len(data))
    sent = connection.sendmsg([header, data])
    for part, offset in ((header, 0), (data, len(header))):
        if sent < offset + len(part):
            connection.sendall(memoryview(part)[max(0, sent - offset) :])


def receive(connection: socket.socket) -> bytes:
    """The worker's side: blocks until a frame arrives. Raises EOFError or OSError when none will come."""
    _, length = _HEADER.unpack(_read_exactly(connection, _HEADER.size))
    return bytes(_read_exactly(connection, length))


def _read_exactly(connection: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    rest = memoryview(data)
    while rest:
        count = connection.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return data


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
