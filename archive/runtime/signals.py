"""Handles SIGINT and SIGTERM for every command: graceful shutdown, then a hard exit.

The first signal shuts the command down gracefully; a second one, or 30 seconds, ends the process whatever hangs: its
workers are killed, the kernel releases its locks, and SQLite rolls back what was not committed. Signals within a second
count as one: `timeout` sends two, to the process and to its group.

A thread receives them over the wakeup descriptor that the interpreter's own handler writes to; the main thread may be
in an SQLite statement for minutes, which this thread interrupts. If a loop in C holds the interpreter itself for 30
seconds of processor time, the kernel ends the process.
"""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

EXIT_INTERRUPTED = 5
SENTENCE = "Stopped by a signal; what was done is kept"
GRACE = 30.0
"""Seconds between the first signal and the hard exit, whatever hangs."""
_DEBOUNCE = 1.0  # seconds within which signals count as one
_AGAIN = 1.0  # seconds until Interrupted is raised again, if nothing handles it: a callback may have swallowed it
_PULSE = 5.0  # seconds between two proofs that the interpreter is alive
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """Raised in the main thread by the first signal, except inside `graceful`."""


class InterruptibleConnection(sqlite3.Connection):
    """A connection whose running statement a signal interrupts."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _connections.add(self)


_connections: WeakSet[InterruptibleConnection] = WeakSet()


def _kill_workers() -> None:
    """Does nothing in a command without workers, which has not imported them either."""
    if workers := sys.modules.get("archive.workers.start"):
        workers.kill_all()


class _SignalListener:
    """The signals received so far, and the thread that acts on them."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.raised = False
        self.raise_again_at: float | None = None  # when to look whether Interrupted was swallowed
        self.self_sent = 0  # signals that this process sent itself and has not received yet
        self.in_order = 0
        self.missed = False  # a signal came while nothing could be raised
        self.at_once: list[Callable[[], None]] = [_kill_workers]
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.write_end, False)
        self.thread = threading.Thread(target=self._listen, name="signals", daemon=True)

    def start(self) -> None:
        """Starts the thread. A signal that comes meanwhile is raised afterwards: nobody can wait for the end of a
        thread that is half started."""
        self.in_order += 1
        self.thread.start()
        self.in_order -= 1
        if self.missed:
            self.note()

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([self.read_end], [], [], self._timeout())
            received = os.read(self.read_end, 64) if ready else b""
            if b"\0" in received:
                return
            for number in received:
                if number in _SIGNALS:
                    self._receive()
            if self.first is not None and time.monotonic() >= self.first + GRACE:
                self.end()
            if self.raise_again_at is not None and time.monotonic() >= self.raise_again_at:
                self._raise_again()
            signal.setitimer(signal.ITIMER_PROF, GRACE)

    def _timeout(self) -> float:
        """Seconds until the next action."""
        if self.first is None:
            return _PULSE
        deadline = min(self.first + GRACE, self.raise_again_at or self.first + GRACE)
        return max(0.0, min(_PULSE, deadline - time.monotonic()))

    def _raise_again(self) -> None:
        """Raises Interrupted once more, unless the main thread is cleaning up after it."""
        self.raise_again_at = time.monotonic() + _AGAIN
        main = threading.main_thread().ident or 0
        if not self.in_order and not _is_ending(_current_exception(main)):
            self.raised, self.self_sent = False, self.self_sent + 1
            self._interrupt()
            signal.pthread_kill(main, signal.SIGTERM)  # this thread receives it too

    def _receive(self) -> None:
        if self.self_sent:
            self.self_sent -= 1
        elif self.first is None:
            self.first = time.monotonic()
            if not self.in_order:
                self.raise_again_at = self.first + _AGAIN
                self._interrupt()
        elif time.monotonic() - self.first >= _DEBOUNCE:
            self.end()

    @staticmethod
    def _interrupt() -> None:
        for connection in list(_connections):
            with suppress(sqlite3.Error):
                connection.interrupt()

    def end(self) -> None:
        """Ends the process now: the hard exit."""
        for callback in self.at_once:
            with suppress(Exception):  # the process ends in any case
                callback()
        os.write(2, b"Stopped at once by a signal; the next run goes on from what is kept\n")
        os._exit(EXIT_INTERRUPTED)

    def note(self, *_: object) -> None:
        """The signal handler, which the interpreter calls in the main thread as soon as that is free."""
        self.missed = bool(self.in_order)
        if not self.in_order and not self.raised:
            self.raised = True
            if not _is_ending(sys.exc_info()[1]):
                raise Interrupted


def _is_ending(error: BaseException | None) -> bool:
    """Whether this is handled because of a signal: Interrupted, or an interrupted statement that is being rolled back.
    Nothing may be raised during that."""
    while error is not None:
        if isinstance(error, Interrupted) or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return True
        error = error.__context__
    return False


def _current_exception(thread: int) -> BaseException | None:
    """What a thread is handling now."""
    current: Any = sys._current_exceptions().get(thread)
    error: BaseException | None = current[1] if isinstance(current, tuple) else current  # a tuple before Python 3.12
    return error


_listener: _SignalListener | None = None


@contextmanager
def handle_signals() -> Iterator[None]:
    """Installs the signal handling described above for as long as the context lasts. Outside the main thread, where
    handlers cannot be set, and nested, it changes nothing."""
    global _listener  # signal handlers belong to the process
    if _listener is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    _listener = listener = _SignalListener()
    former_handlers = {number: signal.signal(number, listener.note) for number in _SIGNALS}
    former_profile_handler = signal.signal(signal.SIGPROF, signal.SIG_DFL)
    former_hook, sys.unraisablehook = sys.unraisablehook, _without_interruptions(sys.unraisablehook)
    former_descriptor = signal.set_wakeup_fd(listener.write_end, warn_on_full_buffer=False)
    try:
        listener.start()
        yield
    finally:
        listener.in_order += 1  # shutting down: nothing may be raised during that
        _listener = None
        sys.unraisablehook = former_hook
        signal.set_wakeup_fd(former_descriptor)
        for number, handler in former_handlers.items():
            signal.signal(number, handler)
        os.write(listener.write_end, b"\0")
        if listener.thread.ident is not None:
            listener.thread.join()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former_profile_handler)
        os.close(listener.read_end)
        os.close(listener.write_end)


def _without_interruptions(hook: Callable[[Any], object]) -> Callable[[Any], object]:
    """A hook for what is raised where the interpreter can only report it (a finalizer, a callback around a fork):
    Interrupted is no mistake to report, and is raised again by the listener."""
    return lambda unraisable: None if isinstance(unraisable.exc_value, Interrupted) else hook(unraisable)


@contextmanager
def graceful(at_once: Callable[[], None] | None = None) -> Iterator[None]:
    """Inside, the first signal raises nothing: the code polls `signal_received` and returns by itself. at_once: called
    before a hard exit, to end what must end with the process."""
    listener = _listener
    if listener is None:
        yield
        return
    listener.in_order += 1
    if at_once:
        listener.at_once.append(at_once)
    try:
        yield
    finally:
        listener.in_order -= 1
        if at_once:
            listener.at_once.remove(at_once)


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, within `graceful`, the first signal raises Interrupted all the same: for code that may wait for long."""
    listener = _listener
    if listener is None:
        yield
        return
    depth, listener.in_order = listener.in_order, 0
    try:
        if listener.first is not None:
            raise Interrupted
        yield
    finally:
        listener.in_order = depth


def signal_received() -> bool:
    """Whether a signal was received. The main thread may know it before the listener does."""
    return _listener is not None and (_listener.first is not None or _listener.raised)


def _reset_after_fork() -> None:
    """In a forked process: removes the parent's handlers, for its signals do not concern the parent."""
    global _listener
    if _listener is not None:
        _listener = None
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)


os.register_at_fork(after_in_child=_reset_after_fork)
