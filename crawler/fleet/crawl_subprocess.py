"""The task of one outlet's crawl, as plain data, and the subprocess that runs it, forked from a server process that has
imported everything."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive import Outlet, same_site, workers
from archive.model.clock import now
from archive.runtime import signals
from archive.runtime.atomic_files import lock_file
from crawler.config.catalogue import catalogue, load_catalogue, unknown
from crawler.config.settings_in_force import Configuration

if TYPE_CHECKING:
    from crawler.run.run_command import RunReport

_FORKSERVER = get_context("forkserver")
HOST_LOCK_SUFFIX = ".hosts"
"""The suffix of the folder with the lock files by which parallel crawls take turns at a host."""


@dataclass(frozen=True, slots=True)
class Task:
    """One outlet's crawl. hosts: those it requests pages from, without `www.`. overrides: Scrapy settings of the
    command line. host_lock: the folder by which parallel crawls take turns at a host, see
    crawler.politeness.host_politeness."""

    outlet: str
    database: Path
    hosts: tuple[str, ...]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    ping_url: str | None = None
    host_lock: str | None = None


def hosts_of(outlet: Outlet) -> tuple[str, ...]:
    """The hosts of an outlet, including the host of its home page."""
    home = (urlsplit(outlet.home_url).hostname or "").removeprefix("www.")
    return tuple(dict.fromkeys((home, *outlet.hosts)))


def share_a_host(task: Task, other: Task) -> bool:
    """Whether two outlets request the same host, or one a subdomain of the other's."""
    return any(
        same_site(f"http://{host}/", owner.hosts)
        for asking, owner in ((task, other), (other, task))
        for host in asking.hosts
    )


def tasks_for(
    settings: Configuration, names: Sequence[str], place: Path, overrides: Mapping[str, Any], *, own_archives: bool
) -> list[Task]:
    """A task for each outlet of those names, also for misconfigured ones, whose crawl reports why; without names, for
    all followed outlets that the user describes or has settings for; where there are none, for those that come with
    luubao, but the demo. Raises UnknownOutlet, and Misconfigured where there is nothing to crawl."""
    known_outlets = load_catalogue()
    all_names = sorted({*known_outlets.outlets, *known_outlets.wrong} - {"demo"})
    own_names = [name for name in all_names if name not in known_outlets.built_in or name in settings.outlets]
    all_names = own_names or all_names
    chosen = list(dict.fromkeys(names)) or [name for name in all_names if settings.value("followed", name)]
    for name in chosen:
        if name not in known_outlets.outlets and name not in known_outlets.wrong:
            raise unknown(name, known_outlets)
    host_lock = place / HOST_LOCK_SUFFIX if own_archives else place.with_name(f"{place.name}{HOST_LOCK_SUFFIX}")
    return [
        Task(
            name,
            place / f"{name}.db" if own_archives else place,
            hosts_of(known_outlets.outlets[name].outlet) if name in known_outlets.outlets else (),
            dict(overrides),
            str(settings.value("ping_url", name) or "") or None,
            str(host_lock),
        )
        for name in chosen
    ]


def with_shared_hosts(tasks: Sequence[Task]) -> list[Task]:
    """The tasks, each with the hosts of all outlets that share a host with it, so that its lease locks those out
    too."""
    all_tasks = [Task(outlet.name, Path(), hosts_of(outlet.outlet)) for outlet in catalogue()]
    return [
        replace(
            task,
            hosts=tuple(sorted({host for other in all_tasks if share_a_host(task, other) for host in other.hosts})),
        )
        for task in tasks
    ]


def json_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides that apply on any machine, as values that JSON can hold."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in overrides.items()
        if name not in ("LUUBAO_CONFIG", "LOG_LEVEL")
    }


def longest_waiting_first(tasks: Iterable[Task]) -> list[Task]:
    """Sorts tasks by their last crawl, oldest first; tasks never crawled come before all."""
    return sorted(tasks, key=lambda task: (_last_crawl_start(task), task.outlet))


def _last_crawl_start(task: Task) -> float:
    """When the outlet's lock was last taken, which every crawl does at its start."""
    try:
        return lock_file(task.database, task.outlet).stat().st_mtime
    except OSError:
        return 0.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running crawl. connection: the pipe over which it sends its result, once."""

    task: Task
    process: Any  # a ForkServerProcess, which typeshed does not name
    connection: Connection

    def send(self, number: signal.Signals) -> None:
        """Sends a signal: at SIGTERM the crawl ends cleanly, at SIGKILL at once, and its readers die with it."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    def result(self) -> RunReport:
        """The result of a crawl that has ended; a failure with the exit code where it sent none."""
        try:
            result: RunReport = self.connection.recv()
            return result
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode
            ending = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
            return failed(self.task, f"The process that crawled it {ending}; the next run continues from there")
        finally:
            self.connection.close()
            self.process.join()


def failed(task: Task, reason: str) -> RunReport:
    """The report of a crawl that failed outside its run."""
    from crawler.run.run_command import report_of
    from crawler.run.run_verdict import EndedRun, Verdict

    return report_of(EndedRun(task.outlet, Verdict("failed", reason), now()), task.database, ping_url=task.ping_url)


def preload_server() -> None:
    """Sets what the fork server imports before it forks crawls."""
    _FORKSERVER.set_forkserver_preload(["crawler.fleet.preload"])


def start(task: Task) -> Child:
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
    from crawler.config import catalogue, settings_in_force
    from crawler.run.run_command import report_of, run

    settings = settings_in_force.load(task.overrides.get("LUUBAO_CONFIG"))
    catalogue.set_configuration(lambda: settings)
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
