"""luubao's commands in processes that are begun at once and can be killed at any moment.

A process that has imported everything waits, and forks one for each command: what is under test begins with its first
statement, and not with a second of imports. Each is a real process, with its own files, limits and user.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

ROOT = Path(__file__).parent.parent

# dies_at: the process kills itself before its n-th SQL statement. It says at its end how many it made, and which of them
# ended a transaction.
_HANGS = 3_000.0  # seconds; pytest gives a test less, and a benchmark as much as it says
_PARENT = """
import encodings.idna, encodings.utf_8_sig, ftplib, json, multiprocessing.popen_spawn_posix, os, resource, runpy, signal, sqlite3, sys, types
import archive.workers, crawler.cli, crawler.fleet.preload
from tests.preload import import_ours
import_ours()  # another user may have no right to import what is not imported by now

def counting(dies_at, told):
    made, ends, connect = 0, [], sqlite3.connect
    def note(statement):
        nonlocal made
        made += 1
        if statement == "COMMIT":
            ends.append(made)
        if made == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
    def connected(*args, **options):
        connection = connect(*args, **options)
        connection.set_trace_callback(note)
        return connection
    sqlite3.connect = connected
    return lambda: told.write_text(json.dumps([made, ends]))

def python(words):
    # does what the interpreter would do with these words
    sys.argv = words[2:] if words[0] in ("-m", "-c") else words
    if words[:2] == ["-m", "crawler"]:
        sys.argv.insert(0, "luubao")
        crawler.cli.main()
    elif words[0] == "-m":
        sys.argv.insert(0, words[1])
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "-c":
        sys.argv.insert(0, "-c")
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(words[1], vars(main))
    else:
        runpy.run_path(words[0], run_name="__main__")

def become(order):
    os.setsid()
    for number, name in enumerate(("/dev/null", order["out"], order["err"])):
        file = os.open(name, os.O_RDWR | os.O_CREAT, 0o666)
        os.dup2(file, number)
    from pathlib import Path
    tell = counting(order["dies_at"], Path(order["out"] + ".statements"))
    if order["largest_file"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"],) * 2)
    if order["user"] is not None:
        os.setgroups([]); os.setgid(order["user"]); os.setuid(order["user"])
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    code = 70
    try:
        with archive.workers.spare():  # a reader that shares our memory
            python(order["python"])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else bool(end.code)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # undone, whatever it was, and raised again
        import traceback
        traceback.print_exc()
    finally:
        if order["largest_file"] is None and order["user"] is None:
            tell()
        sys.stdout.flush(); sys.stderr.flush()
        os._exit(code)

children = set()
for line in sys.stdin:
    order = json.loads(line)
    if "wait" in order:
        pid, status = os.waitpid(order["wait"], os.WNOHANG)
        print(json.dumps(os.waitstatus_to_exitcode(status) if pid else None), flush=True)
        continue
    pid = os.fork()
    if pid == 0:
        become(order)
    print(pid, flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """code: negative for the signal that killed it. statements: how many SQL statements it made; ends: which of them, from
    1, were to end a transaction. Neither is known when it was killed."""

    code: int
    out: str
    err: str
    statements: int
    ends: tuple[int, ...]

    def moments(self, chance: random.Random, times: int) -> list[int]:
        """So many statements, or all there are, to die before: half of them such that end a transaction, or follow one,
        for what was forgotten lies between two transactions."""
        gaps = sorted({moment for end in self.ends for moment in (end, end + 1) if moment <= self.statements})
        chosen = set(chance.sample(gaps, min(times // 2, len(gaps))))
        others = [moment for moment in range(1, self.statements + 1) if moment not in chosen]
        return [*chosen, *chance.sample(others, min(times - len(chosen), len(others)))]


@dataclass
class KillableCommand:
    """A command under way; much of what a subprocess.Popen can do."""

    pid: int
    out: Path
    err: Path
    ask: Callable[[dict[str, Any]], Any]
    code: int | None = None

    def poll(self) -> int | None:
        """Its exit code; None while it lives."""
        if self.code is None:
            self.code = self.ask({"wait": self.pid})
        return self.code

    def ended(self) -> bool:
        return self.poll() is not None

    def send_signal(self, number: int) -> None:
        if not self.ended():
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> Ended:
        """kill -9, if it still lives."""
        self.send_signal(signal.SIGKILL)
        return self.end()

    def wait(self, seconds: float = _HANGS) -> int:
        return self.end(seconds).code

    def end(self, seconds: float = _HANGS) -> Ended:
        """Waits for its end. Raises AssertionError when it hangs."""
        until = time.monotonic() + seconds
        while not self.ended():
            _until_it_ends(self.pid, max(0, until - time.monotonic()))
            if time.monotonic() > until and not self.ended():
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"it did not end: {self.err.read_text()}")
        assert self.code is not None
        counted = Path(f"{self.out}.statements")
        statements, ends = json.loads(counted.read_text()) if self.code >= 0 and counted.exists() else (0, [])
        return Ended(self.code, self.out.read_text(), self.err.read_text(), statements, tuple(ends))

    def until(self, happens: Callable[[], bool], seconds: float = _HANGS) -> bool:
        """Waits for what it makes happen; False when it ends without. Raises AssertionError when it hangs."""
        until = time.monotonic() + seconds
        while not happens():
            if self.ended():
                return happens()
            assert time.monotonic() < until, f"it hangs: {self.err.read_text()}"
            time.sleep(0.005)
        return True


def _until_it_ends(pid: int, seconds: float) -> None:
    """Waits for a process that is not ours to wait for; where there are no pidfds, a moment."""
    if not hasattr(os, "pidfd_open"):
        return time.sleep(0.005)
    with suppress(ProcessLookupError):
        file = os.pidfd_open(pid)
        try:
            poll = select.poll()
            poll.register(file, select.POLLIN)
            poll.poll(seconds * 1000)
        finally:
            os.close(file)


@dataclass
class Parent:
    """Whoever forks them."""

    process: subprocess.Popen[str]
    folder: Path
    begun: int = 0
    all: list[KillableCommand] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def start(self, *arguments: str | Path, **how: Any) -> KillableCommand:
        """Begins `luubao ARGUMENTS`."""
        return self.python("-m", "crawler", *arguments, **how)

    def run(self, *arguments: str | Path, **how: Any) -> Ended:
        """A command to its end."""
        return self.start(*arguments, **how).end()

    def python(
        self,
        *words: str | Path,
        dies_at: int | None = None,
        largest_file: int | None = None,
        user: int | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> KillableCommand:
        """Begins `python WORDS`. dies_at: it kills itself before so many SQL statements. largest_file: bytes to
        which any of its files may grow. user: whose rights it has. env: ours by default."""
        with self.lock:
            self.begun += 1
            out, err = (self.folder / f"{self.begun}.{name}" for name in ("out", "err"))
        for file in (out, err):
            file.touch()
            file.chmod(0o666)
        order = {"python": [str(word) for word in words], "out": str(out), "err": str(err), "folder": str(cwd),
                 "dies_at": dies_at, "largest_file": largest_file, "user": user,
                 "environment": dict(os.environ if env is None else env)}  # fmt: skip
        killable = KillableCommand(self._ask(order), out, err, self._ask)
        self.all.append(killable)
        return killable

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self.process.stdin and self.process.stdout
        with self.lock:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())


@contextmanager
def forking() -> Iterator[Parent]:
    """The process that forks; what it still has under way at the end is killed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        TemporaryDirectory(prefix="mortal-") as folder,
        subprocess.Popen(
            [sys.executable, "-c", _PARENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        ) as process,
    ):
        Path(folder).chmod(0o755)
        parent = Parent(process, Path(folder))
        try:
            yield parent
        finally:
            for killable in parent.all:
                killable.send_signal(signal.SIGKILL)
            assert process.stdin
            process.stdin.close()


@cache
def parent_of_all() -> Parent:
    """One that every test of this process may use; it ends with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(forking())


def begin(command: list[str], **how: Any) -> KillableCommand:
    """As subprocess.Popen, for a command that begins with sys.executable: at once, for all is imported already."""
    assert command[0] == sys.executable
    return parent_of_all().python(*command[1:], **how)


def run(command: list[str], **how: Any) -> CompletedProcess[str]:
    """As subprocess.run with capture_output and text, likewise."""
    ended = begin(command, **how).end()
    return CompletedProcess(command, ended.code, ended.out, ended.err)
