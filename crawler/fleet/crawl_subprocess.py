"""Runs one outlet's crawl in a subprocess, forked from a server process that has imported everything."""

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
from archive.runtime import signals
from crawler.fleet.job_spec import Task
from crawler.run.run_verdict import Verdict

if TYPE_CHECKING:
    from crawler.run.run_command import RunReport

_FORKSERVER = get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Child:
    """A running crawl. connection: the pipe over which it sends its result, once."""

    task: Task
    process: Any  # a ForkServerProcess, which typeshed does not name
    connection: Connection

    def stop(self) -> None:
        """Has the crawl end cleanly (SIGTERM)."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Ends the crawl at once (SIGKILL); its readers die with it."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)

    def result(self) -> RunReport:
        """The result of a crawl that has ended; a failure with the exit code where it sent none."""
        from crawler.run.run_command import report_of
        from crawler.run.run_verdict import EndedRun

        try:
            result: RunReport = self.connection.recv()
            return result
        except (EOFError, OSError):
            self.process.join()
            ended = EndedRun(self.task.outlet, Verdict("failed", _ending_sentence(self.process.exitcode)), now())
            return report_of(ended, self.task.database, ping_url=self.task.ping_url)
        finally:
            self.connection.close()
            self.process.join()


def _ending_sentence(code: int) -> str:
    ending = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
    return f"The process that crawled it {ending}; the next run goes on from there"


def warm_up() -> None:
    """Sets what the fork server imports before it forks crawls."""
    _FORKSERVER.set_forkserver_preload(["crawler.fleet.preload"])


def start(task: Task) -> Child:
    """Starts a crawl in a subprocess."""
    ours, theirs = _FORKSERVER.Pipe()
    process = _FORKSERVER.Process(target=_child_main, args=(task, theirs), name=f"luubao crawl {task.outlet}")
    process.start()
    theirs.close()
    return Child(task, process, ours)


def _child_main(task: Task, connection: Connection) -> None:  # pragma: no cover - runs in the other process
    os.setsid()  # a terminal's Ctrl-C reaches the parent alone, which passes it on as SIGTERM
    with workers.spare(connection):  # before anything is open that a fork of this process must not inherit
        with _stopping_with_parent(connection):
            result = crawl_and_report(task)
        connection.send(result)


def crawl_and_report(task: Task) -> RunReport:
    """Crawls, and returns the result. Only once in a process."""
    from crawler.config import settings_in_force
    from crawler.outlets import own_spiders
    from crawler.run.run_command import report_of, run

    settings = settings_in_force.load(task.overrides.get("LUUBAO_CONFIG"))
    own_spiders.set_configuration(lambda: settings)
    overrides, alerts = {**task.overrides, **_parallel_overrides(task)}, settings.alerts()
    ended = run(task.outlet, task.database, base_url=None, overrides=overrides, alerts=alerts)
    with signals.handle_signals(), signals.graceful():
        return report_of(ended, task.database, ping_url=task.ping_url, alerts=alerts)


def _parallel_overrides(task: Task) -> dict[str, Any]:
    """The settings that differ for a crawl that runs in parallel with others."""
    return {
        "LUUBAO_HOST_LOCKS": task.host_lock,
        "LUUBAO_PROGRESS": False,
        "LUUBAO_READERS": 1,
        "LOG_FORMAT": f"%(asctime)s {task.outlet} [%(name)s] %(levelname)s: %(message)s",
    }


@contextmanager
def _stopping_with_parent(connection: Connection) -> Iterator[None]:
    """Sends this process SIGTERM when its parent dies, so that the crawl ends cleanly."""
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
