"""Exchanges frames (messages) between a process and its workers, which live within limits of memory and time.

A frame is a kind (one byte), a length (eight bytes, network order) and that many bytes of payload. The worker's side
uses blocking reads and writes. The parent's side never blocks: bytes that the socket does not accept yet stay in
`Channel.outgoing`, and incoming bytes are buffered. So a worker that does not read, or never completes its frame, does
not block the others.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import parent_process
from struct import Struct
from threading import Thread
from typing import Any

PATIENCE = 20.0
"""Seconds for one task, wall-clock time."""
PROCESSOR_SECONDS = 5.0
"""Seconds of processor time for one task. The largest sitemap allowed (50,000 addresses) takes 2.3."""
MEMORY = 512 * 1024 * 1024
"""Bytes of a worker's own data (RLIMIT_DATA). A worker that has read a page of 2 MB holds 115 MB; two at the limit and
their parent stay below 1.2 GB."""
MEGABYTE = 1024 * 1024

_PR_SET_PDEATHSIG = 1
# rounds of `_benchmark`, and the seconds they take on the machine where the limits above were measured
_BENCHMARK_ROUNDS, _BENCHMARK_SECONDS = 20_000, 0.0011
_MOST_SCALING = 4.0  # times `Limits.processor`, on a slow machine


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker. seconds: wall-clock time for one task; processor: seconds of processor time for one task on
    a machine as fast as ours: a slower one gets up to four times as much, but never more than `seconds`; memory: bytes
    of data."""

    seconds: float = PATIENCE
    processor: float = PROCESSOR_SECONDS
    memory: int = MEMORY


def memory_is_limited_by_the_system() -> bool:
    """Whether the system enforces RLIMIT_DATA. Linux does, for mapped memory too; others accept and ignore it."""
    return sys.platform == "linux"


def confine(limits: Limits) -> None:
    """Limits this process's memory, irrevocably. RLIMIT_DATA rather than RLIMIT_AS: it counts what a task allocates,
    not libraries and reserved address space, which differ from machine to machine."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limits.memory < hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))


def processor_seconds(limits: Limits) -> float:
    """`limits.processor`, scaled to the speed of this machine."""
    return min(limits.processor * min(max(_benchmark() / _BENCHMARK_SECONDS, 1.0), _MOST_SCALING), limits.seconds)


def _benchmark() -> float:
    """Seconds of processor time that a benchmark loop takes, the best of three."""
    best = 1.0
    for _ in range(3):
        started = time.process_time()
        sum(number * number for number in range(_BENCHMARK_ROUNDS))
        best = min(best, time.process_time() - started)
    return best


@contextmanager
def processor_limit(seconds: float) -> Iterator[None]:
    """SIGPROF kills this process once it has used so much processor time inside the context, in whatever code. A timer
    rather than RLIMIT_CPU, which counts whole seconds from the start of the process."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


_libc = ctypes.CDLL(None)  # before any fork, after which little is safe


def die_with(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Ties this process to its parent: it gets a signal when the parent ends, however that ends. On Linux the kernel
    sends it; elsewhere a thread that waits for the end of a pipe, and if a task does not let that thread run, the limit
    of processor time ends the process."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:  # the parent ended before this process was tied to it
            os.kill(os.getpid(), by)
    else:  # pragma: no cover - tests call it by name
        die_by_pipe(by)


def die_by_pipe(by: signal.Signals = signal.SIGKILL) -> None:
    """As `die_with`, by a thread that waits for the end of the parent."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os.kill(os.getpid(), by)

    Thread(target=watch, name="parent", daemon=True).start()


def resident(process: int) -> int:
    """Resident memory of a process in bytes, by `ps`, which every Unix has; 0 if unknown."""
    try:
        ps = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False, timeout=1
        )
        return int(ps.stdout) * 1024
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


READY, ANSWER, FAILED, FULL = b"R", b"A", b"F", b"M"
"""Frames from a worker: set up; an answer; why the task failed; why it failed, and that the worker exits now."""
TASK = b"T"
_KINDS = (READY, ANSWER, FAILED, FULL, TASK)
MOST_BYTES = 128 * 1024 * 1024
"""Bytes of one frame from a worker, at most. The answer to a page of 2 MB takes 4 MB."""
_HEADER = Struct("!cQ")
_READ_SIZE = 256 * 1024
_BUFFERS_PER_CALL = 8  # buffers in one sendmsg call
_LITTLE_MEMORY = 16 * MEGABYTE
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


def receive(connection: socket.socket) -> bytearray:
    """The worker's side: blocks until a frame arrives. Raises EOFError or OSError when none will come."""
    _, length = _HEADER.unpack(_read_exactly(connection, _HEADER.size))
    return _read_exactly(connection, length)


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
    with suppress(EOFError, OSError, MemoryError):  # a task may be larger than what is left: another process takes it
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
            send(connection, kind, data)
            if kind == FULL:
                return


def _answered(
    answer: Callable[[Any], Any], frame: bytearray, limits: Limits
) -> tuple[bytes, bytes]:  # pragma: no cover - as above
    """Returns the frame of an answer, or of why there is none. A process that ran out of memory exits: its state is
    unknown."""
    try:
        task = pickle.loads(frame)
        frame.clear()  # it may be as large as the task
        return ANSWER, pickle.dumps(answer(task), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001  # the boundary: an error costs one task only
        if isinstance(error, MemoryError) or _is_full():
            return FULL, f"needed more than {limits.memory // MEGABYTE} MB of memory".encode()
        return FAILED, f"failed with {type(error).__name__}: {error}"[:1000].encode("utf-8", "replace")


def _is_full() -> bool:  # pragma: no cover - as above
    """Whether little memory is left: to a loader or a library that is an ImportError, or an error of its own."""
    try:
        bytearray(_LITTLE_MEMORY)
    except MemoryError:
        return True
    return False
