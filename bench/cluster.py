"""A Spark cluster on this machine: a master and workers, each a process of its own, as `spark-submit` meets them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.spark import ROOT, environment, home


@dataclass
class Cluster:
    """workers: their processes. url: of the master."""

    url: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def submit(self, *arguments: str) -> subprocess.Popen[str]:
        """Hands the job to spark-submit, in client mode: an executor for each worker, of one core."""
        script = ROOT / "archive" / "scale" / "reread.py"
        command = [
            str(self._bin("spark-submit")), "--master", self.url, "--executor-cores", "1", "--executor-memory", "512m",
            str(script), *arguments,
        ]  # fmt: skip
        return subprocess.Popen(
            command, env=environment(), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def executors(self) -> list[int]:
        """The process ids of those who give tasks to Python, oldest first."""
        found = [pid for worker in self.workers for pid in descendants(worker.pid)]
        return [pid for pid in sorted(found) if b"CoarseGrainedExecutorBackend" in command_line(pid)]

    @staticmethod
    def _bin(name: str) -> Path:
        found = home()
        assert found
        return found / "bin" / name


def command_line(pid: int) -> bytes:
    """What a process was started as; nothing when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    parents = ((one, re.search(r"PPid:\s+(\d+)", _read(one / "status"))) for one in Path("/proc").glob("[0-9]*"))
    return [int(one.name) for one, parent in parents if parent and int(parent[1]) == pid]


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that these started."""
    return [one for child in children(pid) for one in (child, *descendants(child))]


def _read(path: Path) -> str:
    with suppress(OSError):
        return path.read_text()
    return ""


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A master and workers of one core each. On leaving, all of their processes are gone."""
    port = _free_port()
    made = Cluster(f"spark://127.0.0.1:{port}", folder)
    master = ("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(_free_port()))
    with ExitStack() as stack:
        stack.enter_context(_running(folder, *master))
        wait_for(lambda: _answers(port), 60, "the master does not answer")
        for number in range(workers):
            own = folder / f"worker-{number}"
            own.mkdir(parents=True)
            worker = ("worker.Worker", made.url, "--cores", "1", "--memory", "1g", "--work-dir", str(own),
                      "--webui-port", str(_free_port()), "--host", "127.0.0.1")  # fmt: skip
            made.workers.append(stack.enter_context(_running(folder, *worker)))
        yield made


@contextmanager
def _running(folder: Path, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Cluster._bin("spark-class")), f"org.apache.spark.deploy.{name}", *arguments]
    with (folder / f"{name}-{time.monotonic_ns()}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment(), stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(happens: Callable[[], object], seconds: float, otherwise: str) -> None:
    """Waits until something happens."""
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, otherwise
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
