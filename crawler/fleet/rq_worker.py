"""The job queue of RQ on Redis from which workers on several machines take outlets: a batch of crawls through it, RQ's
worker, adapted to crawls, and the job it runs, one outlet's crawl: takes the lease on the outlet, crawls, returns the
result.

A crawl that ends early goes back into the queue: after a signal to the worker, a dead process, or where another worker
holds the lease. A crawl that has lost its lease reports nothing: the outlet is another worker's now.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from multiprocessing import parent_process
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry, Worker
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool

from archive import workers
from archive.exchange import sync
from archive.exchange.object_store import ObjectStore
from archive.model.errors import ArchiveMissing, Diverged, LuubaoError, Misconfigured
from archive.model.paths import folder_beside
from archive.model.urls import host_only
from archive.pipeline.merging import merge
from archive.runtime import signals
from archive.runtime.atomic_files import temporary_folder
from archive.workers import die_with
from crawler.config.settings_in_force import Configuration
from crawler.fleet.batch import BaseBatch, CrawlResult
from crawler.fleet.crawl_subprocess import HOST_LOCK_SUFFIX, Task, crawl_and_report, failed
from crawler.fleet.lease import Lease
from crawler.politeness.host_backoff import longest_exchange
from crawler.run.run_command import RunReport
from crawler.run.run_verdict import Exit

NAME = "luubao"
ANY_NUMBER = 1_000_000
"""The limit of retries of a job: practically none, so that an outlet is crawled in the end whatever happens to
workers."""
_UNDER_WAY = (JobStatus.QUEUED, JobStatus.STARTED, JobStatus.SCHEDULED, JobStatus.DEFERRED)
_RESULT_TTL = 24 * 60 * 60  # seconds for which Redis keeps a result


def connect(address: str) -> Redis:
    """Connects to the Redis server. Raises Misconfigured where none answers."""
    try:
        connection = Redis.from_url(address, socket_connect_timeout=10, health_check_interval=15)
        connection.ping()
    except (RedisError, ValueError) as error:  # a ValueError quotes the address with its password
        why = error if isinstance(error, RedisError) else "that is no address of one"
        silent = f"no Redis server answers at {host_only(address)}: {why}"
        raise Misconfigured(f"{silent}. See `queue` in luubao.toml") from error
    return connection


def crawl_queue(connection: Redis) -> Queue:
    """The job queue. Its jobs are JSON, not pickles: the Redis server cannot make a worker execute code."""
    return Queue(NAME, connection=connection, serializer=JSONSerializer, default_timeout=-1)


_POLL_INTERVAL = 0.5  # seconds between two polls


class QueuedBatch(BaseBatch):
    """A batch of queued jobs. Joins the job of an outlet that is queued or running already, so that all who ordered it
    get the result. Workers run the jobs even where this process is gone; a signal cancels the jobs that no worker has
    begun, and lets the others end by themselves."""

    def __init__(self, connection: Redis, tasks: Sequence[Task], overrides: Mapping[str, Any]):
        super().__init__()
        self._queue, self._tasks, self._overrides = crawl_queue(connection), tasks, overrides
        self._jobs: dict[str, Job] = {}

    @property
    def under_way(self) -> int:
        """The number of jobs that have not ended: only the workers know which they have begun."""
        return len(self._jobs)

    def run(self, watch: Callable[[BaseBatch], None] = lambda _: None) -> list[CrawlResult]:
        with signals.graceful():
            begun = time.monotonic()
            self._jobs = {task.outlet: self._enqueue(task) for task in self._tasks}
            while self._jobs and not self.stopped:
                self.note_signal()
                self.done += (CrawlResult(report, time.monotonic() - begun, None) for report in self._ended())
                watch(self)
                time.sleep(_POLL_INTERVAL if self._jobs else 0)
            if self.stopped:
                self.left = self._call_off()
        return self.done

    def _enqueue(self, task: Task) -> Job:
        job = self._queue.fetch_job(f"crawl-{task.outlet}")
        if job and job.get_status() in _UNDER_WAY:
            return job
        return self._queue.enqueue_call(
            "crawler.fleet.rq_worker.crawl_outlet", (task.outlet, list(task.hosts), dict(self._overrides)),
            job_id=f"crawl-{task.outlet}", description=f"crawl {task.outlet}", timeout=-1, result_ttl=_RESULT_TTL,
            failure_ttl=_RESULT_TTL, retry=Retry(max=ANY_NUMBER),
        )  # fmt: skip

    def _ended(self) -> Iterable[RunReport]:
        """The reports of jobs that have ended since the last call."""
        for name, job in list(self._jobs.items()):
            if (status := job.get_status()) not in _UNDER_WAY:
                del self._jobs[name]
                yield self._report_of(name, job, status)

    def _report_of(self, name: str, job: Job, status: JobStatus | None) -> RunReport:
        result = job.return_value(refresh=True) if status == JobStatus.FINISHED else None
        if result:
            return RunReport(result["summary"], tuple(result["lines"]), tuple(result["counted"]))
        latest = job.latest_result()
        lines = (latest.exc_string or "").strip().splitlines() if latest else []
        reason = lines[-1] if lines else "its job was removed"
        return failed(Task(name, Path(), ()), f"The worker could not crawl it: {reason}")

    def _call_off(self) -> int:
        """Cancels the jobs that no worker has begun; returns their number."""
        waiting = [job for job in self._jobs.values() if job.get_status() == JobStatus.QUEUED]
        for job in waiting:
            job.cancel()
            job.delete()
        return len(waiting)


_LEASE_POLL = 0.25  # seconds between two attempts to take a lease that another worker holds
_REQUEUE_DELAY = 1.0  # seconds before an interrupted or locked outlet goes back into the queue
_MIN_LEASE_FACTOR = 1.3  # times the longest request: two renewals may fail


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """A worker's machine. connection: to the Redis server; folder: with its archives; overrides: Scrapy settings of its
    command line."""

    settings: Configuration
    connection: Redis
    folder: Path
    overrides: Mapping[str, Any]

    @property
    def lease(self) -> float:
        return float(str(self.settings.value("lease")))

    def reserve(self, outlet: str | None = None) -> float:
        """The seconds before the end of a lease in which no request is begun."""
        return longest_exchange(float(str(self.settings.value("timeout", outlet))))

    def check(self) -> None:
        """Raises Misconfigured where a lease is too short for a request."""
        longest = max(self.reserve(outlet) for outlet in (None, *self.settings.outlets))
        if self.lease < longest * _MIN_LEASE_FACTOR:
            raise Misconfigured(
                f"a lease of {self.lease:.0f} seconds is too short where a request may take up to {longest:.0f}:"
                f" set `lease` in luubao.toml to {ceil(longest * _MIN_LEASE_FACTOR)} or more, or `timeout` to less"
            )


worker_contexts: list[WorkerContext] = []
"""The context of this worker: one, set before it forks."""


def crawl_outlet(outlet: str, hosts: list[str], ordered: dict[str, Any]) -> Any:
    """The job function: crawls an outlet, in a subprocess of the worker. ordered: settings sent with the job, which
    override those of this machine."""
    context = worker_contexts[0]
    workers.die_with(os.getppid(), signal.SIGTERM)  # ends cleanly, and its outlet goes back into the queue
    with workers.spare():
        lease = _wait_for_lease(context, outlet, hosts)
        if lease is None:
            return Retry(max=ANY_NUMBER)
        with lease.kept():
            result = _crawl_with_store(context, _task_for(context, outlet, hosts, ordered, lease))
        if lease.lost:
            os._exit(0)
    if result.exit in (Exit.INTERRUPTED, Exit.LOCKED):
        time.sleep(_REQUEUE_DELAY)
        return Retry(max=ANY_NUMBER)
    return {"summary": dict(result.summary), "lines": list(result.lines), "counted": list(result.counted)}


def _crawl_with_store(context: WorkerContext, task: Task) -> RunReport:
    """Crawls; where there is an object store, downloads the archive before and uploads it after."""
    store = context.settings.value("store")
    if store is None:
        return crawl_and_report(task)
    try:
        fetch(task.database, str(store))
    except LuubaoError as error:
        return failed(task, str(error))
    result = crawl_and_report(task)
    try:
        if task.database.exists() and not task.overrides["LUUBAO_LEASE"].lost:
            put(task.database, str(store))
    except LuubaoError as error:
        result = replace(result, lines=(*result.lines, f"{task.outlet}: crawled, and not put into the store: {error}"))
    return result


def _wait_for_lease(context: WorkerContext, outlet: str, hosts: list[str]) -> Lease | None:
    """Takes the lease; waits at most as long as a lease can outlive its holder. None where another worker holds it."""
    deadline = time.monotonic() + context.lease
    while time.monotonic() < deadline:
        holder = f"{os.uname().nodename}:{os.getpid()}"
        lease = Lease.take(
            context.connection, hosts, seconds=context.lease, reserve=context.reserve(outlet), who=holder
        )
        if lease:
            return lease
        time.sleep(_LEASE_POLL)
    return None


def _task_for(context: WorkerContext, outlet: str, hosts: list[str], ordered: dict[str, Any], lease: Lease) -> Task:
    ping_url = context.settings.value("ping_url", outlet)
    overrides = {**context.overrides, **ordered, "LUUBAO_LEASE": lease}
    if since := ordered.get("LUUBAO_SINCE"):
        overrides["LUUBAO_SINCE"] = date.fromisoformat(since)
    host_lock = str(context.folder / HOST_LOCK_SUFFIX)
    database = context.folder / f"{outlet}.db"
    return Task(outlet, database, tuple(hosts), overrides, str(ping_url) if ping_url else None, host_lock)


def fetch(path: Path, address: str) -> None:
    """Downloads the archive from the store. Merges it with this machine's copy where both have changes: a worker died
    before it uploaded its own. Raises StoreUnusable and ArchiveDamaged."""
    store = ObjectStore(address)
    try:
        sync.pull(path.name, store, path, pictures=None)
    except ArchiveMissing:
        return
    except Diverged:
        _merge_diverged(path, store)


def _merge_diverged(path: Path, store: ObjectStore) -> None:
    with temporary_folder(path) as folder:
        remote = folder / path.name
        sync.pull(path.name, store, remote, pictures=folder_beside(remote))
        state = sync.base(remote)
        merge(path, remote, pictures=folder_beside(path), other_pictures=folder_beside(remote))
    assert state is not None
    sync.accept_merged_state(path, store, state)


def put(path: Path, address: str) -> None:
    """Uploads the archive and its pictures to the store. Raises Diverged and StoreUnusable."""
    pictures = folder_beside(path)
    sync.push(path, ObjectStore(address), pictures=pictures if pictures.is_dir() else None)


class CrawlWorker(Worker):
    """Forks a process for each outlet, from this one, which has imported everything."""

    def __init__(self, *given: Any, **named: Any):
        if parent_process() is not None:  # one worker of a pool
            die_with(os.getppid(), signal.SIGTERM)
        seconds = int(worker_contexts[0].lease)
        third = max(1, seconds // 3)
        intervals = {"job_monitoring_interval": max(1, seconds // 4), "maintenance_interval": third}
        super().__init__(*given, **{**named, **intervals, "worker_ttl": 15 + third})  # RQ checks 15 seconds before it

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Seconds without a heartbeat of the worker after which a job goes back into the queue. RQ adds a minute."""
        return max(2, int(worker_contexts[0].lease))

    def handle_warm_shutdown_request(self) -> None:
        """Has the running crawl end cleanly; its outlet goes back into the queue."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]  # its library publishes no types
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)


def work(connection: Redis, at_once: int, *, verbose: bool) -> None:
    """Works on queued outlets until a signal comes. at_once: the number of workers, each with one outlet at a time."""
    level = "INFO" if verbose else "WARNING"
    if at_once == 1:
        worker = CrawlWorker([crawl_queue(connection)], connection=connection, serializer=JSONSerializer)
        worker.work(logging_level=level)
    else:
        pool = WorkerPool([NAME], connection, at_once, CrawlWorker, JSONSerializer, queue_class=Queue)
        pool.start(logging_level=level)
