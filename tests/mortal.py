"""luubao's commands in processes that are begun at once and can be killed at any moment.

A process that has imported everything waits, and forks one for each command: what is under test begins with its first
statement, and not with a second of imports. Each is a real process, with its own files, limits and user.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent

# dies_at: the process kills itself before its n-th SQL statement. It says at its end how many it made, and which of them
# ended a transaction.
_PARENT = """
import encodings.idna, encodings.utf_8_sig, ftplib, json, multiprocessing.popen_spawn_posix, os, resource, signal, sqlite3, sys
import crawler.cli, crawler.crawl
from tests.preload import import_ours
import_ours()
crawler.crawl.outlets()  # another user may have no right to import what is not imported by now

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
    sys.argv = ["luubao", *order["arguments"]]
    code = 70
    try:
        crawler.cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else bool(end.code)
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
class Mortal:
    """A command under way."""

    pid: int
    out: Path
    err: Path
    ask: Callable[[dict[str, Any]], Any]
    code: int | None = None

    def ended(self) -> bool:
        if self.code is None:
            self.code = self.ask({"wait": self.pid})
        return self.code is not None

    def kill(self) -> Ended:
        """kill -9, if it still lives."""
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
        return self.end()

    def end(self, seconds: float = 60) -> Ended:
        """Waits for its end. Raises AssertionError when it takes too long."""
        until = time.monotonic() + seconds
        while not self.ended():
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"it did not end: {self.err.read_text()}")
            time.sleep(0.002)
        assert self.code is not None
        counted = Path(f"{self.out}.statements")
        statements, ends = json.loads(counted.read_text()) if counted.exists() else (0, [])
        return Ended(self.code, self.out.read_text(), self.err.read_text(), statements, tuple(ends))


@dataclass
class Parent:
    """Whoever forks them."""

    process: subprocess.Popen[str]
    folder: Path
    begun: int = 0
    all: list[Mortal] = field(default_factory=list)

    def start(
        self,
        *arguments: str | Path,
        dies_at: int | None = None,
        largest_file: int | None = None,
        user: int | None = None,
    ) -> Mortal:
        """Begins `luubao ARGUMENTS`. dies_at: it kills itself before so many SQL statements. largest_file: bytes to
        which any of its files may grow. user: whose rights it has."""
        self.begun += 1
        out, err = (self.folder / f"{self.begun}.{name}" for name in ("out", "err"))
        for file in (out, err):
            file.touch()
            file.chmod(0o666)
        order = {"arguments": [str(one) for one in arguments], "out": str(out), "err": str(err), "folder": str(self.folder),
                 "dies_at": dies_at, "largest_file": largest_file, "user": user}  # fmt: skip
        mortal = Mortal(self._ask(order), out, err, self._ask)
        self.all.append(mortal)
        return mortal

    def run(self, *arguments: str | Path, **how: Any) -> Ended:
        """A command to its end."""
        return self.start(*arguments, **how).end()

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self.process.stdin and self.process.stdout
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
            for mortal in parent.all:
                mortal.kill()
            assert process.stdin
            process.stdin.close()
