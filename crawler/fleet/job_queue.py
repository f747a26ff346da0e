"""The job queue that workers on several machines take outlets from: RQ on Redis. One job is one outlet's crawl.
A batch of crawls through it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from archive.model.errors import Misconfigured
from archive.model.urls import host_only
from archive.runtime import signals
from crawler.fleet.batch import BaseBatch, CrawlResult
from crawler.fleet.crawl_subprocess import Task, failed
from crawler.run.run_command import RunReport

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
                self.heed()
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
