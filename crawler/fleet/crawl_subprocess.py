"""One outlet's crawl in a process of its own, forked from one that has imported everything already."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import TYPE_CHECKING, Any

from archive import workers
from archive.model.clock import now
from crawler.fleet.job_spec import Task
from crawler.run.run_verdict import Verdict

if TYPE_CHECKING:
    from crawler.run.run_command import Told

_FORKSERVER = get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Child:
    """A crawl under way. connection: over it comes, once, what is to be told of it."""

    task: Task
    process: Any  # a ForkServerProcess, which typeshed does not name
    connection: Connection

    def stop(self) -> None:
        """Has it end in order."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once; its readers die with it."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)

    def result(self) -> Told:
        """What it told, when it has ended; where it told nothing, what became of it."""
        from crawler.run.run_command import told
        from crawler.run.run_summary import Ended

        try:
            made: Told = self.connection.recv()
            return made
        except (EOFError, OSError):
            self.process.join()
            ended = Ended(self.task.outlet, Verdict("failed", _ending(self.process.exitcode)), now())
            return told(ended, self.task.database, ping_url=self.task.ping_url)
        finally:
            self.connection.close()
            self.process.join()


def _ending(code: int) -> str:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
    return f"The process that crawled it {how}; the next run goes on from there"


def warm_up() -> None:
    """Starts the process that the others are forked from."""
    _FORKSERVER.set_forkserver_preload(["crawler.fleet.preload"])


def start(task: Task) -> Child:
    """Begins a crawl."""
    ours, theirs = _FORKSERVER.Pipe()
    process = _FORKSERVER.Process(target=_live, args=(task, theirs), name=f"luubao crawl {task.outlet}")
    process.start()
    theirs.close()
    return Child(task, process, ours)


def _live(task: Task, connection: Connection) -> None:  # pragma: no cover - runs in the other process
    os.setsid()  # a terminal's Ctrl-C reaches our parent, who tells us what it means
    with workers.spare(connection):  # before anything is open that a copy of this process should not have
        with _ending_with_the_parent(connection):
            told = crawled(task)
        connection.send(told)


def crawled(task: Task) -> Told:
    """Crawls, and makes what is to be told of it. Once in a process."""
    from crawler.config import settings_in_force
    from crawler.outlets import own_spiders
    from crawler.run.run_command import run, told

    own_spiders.look_in(lambda: settings_in_force.load(task.overrides.get("LUUBAO_CONFIG")))
    ended = run(task.outlet, task.database, base_url=None, overrides={**task.overrides, **_side_by_side(task)})
    return told(ended, task.database, ping_url=task.ping_url)


def _side_by_side(task: Task) -> dict[str, Any]:
    """What a crawl does differently that is not alone."""
    return {
        "LUUBAO_TURNS": task.host_lock,
        "LUUBAO_PROGRESS": False,
        "LUUBAO_READERS": 1,
        "LOG_FORMAT": f"%(asctime)s {task.outlet} [%(name)s] %(levelname)s: %(message)s",
    }


@contextmanager
def _ending_with_the_parent(connection: Connection) -> Iterator[None]:
    """Where whoever started the crawl is gone, it ends as if it had been told to."""
    ended = False

    def watch() -> None:
        with suppress(EOFError, OSError):
            connection.recv()
        if not ended:
            os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="parent", daemon=True).start()
    try:
        yield
    finally:
        ended = True
