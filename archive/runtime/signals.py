"""What SIGINT and SIGTERM mean, for every command.

The first ends the command in order; a second one, or half a minute, ends the process whatever hangs: its workers are
killed, the kernel releases its locks, and what was not committed was never there. Signals within a second are one:
`timeout` sends two, to the process and to its group.

A thread hears them, over a descriptor that the interpreter's own handler writes to, and not the main thread, which may
be in an SQLite statement for minutes: such a statement is interrupted. What holds the interpreter itself (a loop in C)
for half a minute of processor time is ended by the kernel.
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
"""Seconds between the first signal and the end of the process, whatever hangs."""
_ONE = 1.0  # seconds in which signals are taken for one
_AGAIN = 8.0  # seconds, after which Interrupted is raised again: it may have been swallowed on its way
_PULSE = 5.0  # seconds between two proofs that the interpreter is alive
_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """Raised in the main thread by the first signal, where nothing else was agreed on (see `in_order`)."""


class InterruptibleConnection(sqlite3.Connection):
    """A connection whose statement under way ends with the command."""

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        _connections.add(self)


_connections: WeakSet[InterruptibleConnection] = WeakSet()


def _kill_workers() -> None:
    """A command that has none has not imported them either."""
    if workers := sys.modules.get("archive.workers.start"):
        workers.kill_all()


class _Heeding:
    """What has come so far, and what is to be done about it."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.raised = False
        self.again: float | None = None  # when to raise it again
        self.own = 0  # signals that were of our own making, and not yet heard
        self.in_order = 0
        self.at_once: list[Callable[[], None]] = [_kill_workers]
        self.hearing, self.telling = os.pipe()
        os.set_blocking(self.telling, False)
        self.thread = threading.Thread(target=self._listen, name="signals", daemon=True)

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([self.hearing], [], [], self._wait())
            said = os.read(self.hearing, 64) if ready else b""
            if b"\0" in said:
                return
            for number in said:
                if number in _NUMBERS:
                    self._hear()
            if self.first is not None and time.monotonic() >= self.first + GRACE:
                self.end()
            if self.again is not None and time.monotonic() >= self.again:
                self._raise_again()
            signal.setitimer(signal.ITIMER_PROF, GRACE)

    def _wait(self) -> float:
        """Seconds until something is to be done."""
        if self.first is None:
            return _PULSE
        until = min(self.first + GRACE, self.again or self.first + GRACE)
        return max(0.0, min(_PULSE, until - time.monotonic()))

    def _raise_again(self) -> None:
        self.again, self.raised, self.own = None, False, self.own + 1
        self._interrupt()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)  # of which we hear as of any other

    def _hear(self) -> None:
        if self.own:
            self.own -= 1
        elif self.first is None:
            self.first = time.monotonic()
            if not self.in_order:
                self.again = self.first + _AGAIN
                self._interrupt()
        elif time.monotonic() - self.first >= _ONE:
            self.end()

    @staticmethod
    def _interrupt() -> None:
        for connection in list(_connections):
            with suppress(sqlite3.Error):
                connection.interrupt()

    def end(self) -> None:
        """Ends the process now."""
        for act in self.at_once:
            with suppress(Exception):  # the end comes in any case
                act()
        os.write(2, b"Stopped at once by a signal; the next run goes on from what is kept\n")
        os._exit(EXIT_INTERRUPTED)

    def note(self, *_: object) -> None:
        """Called by the interpreter, in the main thread, as soon as that is free."""
        if not self.in_order and not self.raised:
            self.raised = True
            if not _is_breaking_off(sys.exc_info()[1]):
                raise Interrupted


def _is_breaking_off(error: BaseException | None) -> bool:
    """Whether an interrupted statement is being undone already: nothing is to be raised amid that."""
    while error is not None:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return True
        error = error.__context__
    return False


_heeding: _Heeding | None = None


@contextmanager
def heeded() -> Iterator[None]:
    """Signals mean what is said above, as long as the context lasts. In another thread than the main one, where nobody
    can ask for signals, and inside of itself it changes nothing."""
    global _heeding  # signals are the process's
    if _heeding is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    _heeding = heeding = _Heeding()
    before = {number: signal.signal(number, heeding.note) for number in _NUMBERS}
    profile = signal.signal(signal.SIGPROF, signal.SIG_DFL)
    former = signal.set_wakeup_fd(heeding.telling, warn_on_full_buffer=False)
    try:
        heeding.thread.start()  # a signal may come while it does
        yield
    finally:
        heeding.in_order += 1  # it ends: nothing is to be raised amid that
        _heeding = None
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.write(heeding.telling, b"\0")
        if heeding.thread.ident is not None:
            heeding.thread.join()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, profile)
        os.close(heeding.hearing)
        os.close(heeding.telling)


@contextmanager
def in_order(at_once: Callable[[], None] | None = None) -> Iterator[None]:
    """Inside, the first signal raises nothing: whoever is at work asks `came` and ends by itself. at_once: what the end
    of the process must end too."""
    heeding = _heeding
    if heeding is None:
        yield
        return
    heeding.in_order += 1
    if at_once:
        heeding.at_once.append(at_once)
    try:
        yield
    finally:
        heeding.in_order -= 1
        if at_once:
            heeding.at_once.remove(at_once)


@contextmanager
def breaking_off() -> Iterator[None]:
    """Inside, within `in_order`, the first signal raises Interrupted all the same: around what may wait for long."""
    heeding = _heeding
    if heeding is None:
        yield
        return
    before, heeding.in_order = heeding.in_order, 0
    try:
        if heeding.first is not None:
            raise Interrupted
        yield
    finally:
        heeding.in_order = before


def came() -> bool:
    """Whether a signal has come."""
    return _heeding is not None and _heeding.first is not None


def _forget() -> None:
    """A forked process is another: what reaches it is not its parent's business."""
    global _heeding
    if _heeding is not None:
        _heeding = None
        signal.set_wakeup_fd(-1)
        for number in _NUMBERS:
            signal.signal(number, signal.SIG_DFL)


os.register_at_fork(after_in_child=_forget)
