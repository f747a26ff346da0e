"""The queue that workers on several machines take outlets from: RQ on a Redis server. One job is one outlet's crawl."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from archive.model.clock import now
from archive.model.errors import Misconfigured
from archive.model.urls import host_only
from crawler.fleet.batch import Done
from crawler.fleet.job_spec import Task
from crawler.run.run_command import Told, told
from crawler.run.run_summary import Ended
from crawler.run.run_verdict import Verdict

NAME = "luubao"
ANY_NUMBER = 1_000_000
"""Of times that an outlet is put back: it is done in the end, whatever happens to workers."""
_UNDER_WAY = (JobStatus.QUEUED, JobStatus.STARTED, JobStatus.SCHEDULED, JobStatus.DEFERRED)
_KEPT = 24 * 60 * 60  # seconds for which a result waits for whoever ordered it


def connect(address: str) -> Redis:
    """The Redis server. Raises Misconfigured where none answers there."""
    try:
        connection = Redis.from_url(address, socket_connect_timeout=10, health_check_interval=15)
        connection.ping()
    except (RedisError, ValueError) as error:  # what cannot be read as an address is quoted, password and all
        why = error if isinstance(error, RedisError) else "that is no address of one"
        raise Misconfigured(
            f"no Redis server answers at {host_only(address)}: {why}. See `queue` in luubao.toml"
        ) from error
    return connection


def crawl_queue(connection: Redis) -> Queue:
    """The queue. What lies in it is JSON: nothing that a server could have executed."""
    return Queue(NAME, connection=connection, serializer=JSONSerializer, default_timeout=-1)


class Orders:
    """Outlets ordered, each once: one that waits or is under way already is not ordered again, and its end is told to
    both who ordered it."""

    def __init__(self, connection: Redis, tasks: Sequence[Task], overrides: Mapping[str, Any]):
        self._queue = crawl_queue(connection)
        self._begun = time.monotonic()
        self._jobs = {task.outlet: self._order(task, overrides) for task in tasks}

    def _order(self, task: Task, overrides: Mapping[str, Any]) -> Job:
        job = self._queue.fetch_job(f"crawl-{task.outlet}")
        if job and job.get_status() in _UNDER_WAY:
            return job
        return self._queue.enqueue_call(
            "crawler.fleet.job_runner.crawl_outlet",
            (task.outlet, list(task.hosts), dict(overrides)),
            job_id=f"crawl-{task.outlet}",
            description=f"crawl {task.outlet}",
            timeout=-1,
            result_ttl=_KEPT,
            failure_ttl=_KEPT,
            retry=Retry(max=ANY_NUMBER),
        )

    @property
    def open(self) -> int:
        """How many are not done."""
        return len(self._jobs)

    def ended(self) -> Iterable[Done]:
        """Those that have ended since the last time."""
        for name, job in list(self._jobs.items()):
            status = job.get_status()
            if status in _UNDER_WAY:
                continue
            del self._jobs[name]
            yield Done(self._told(name, job, status), time.monotonic() - self._begun, None)

    def _told(self, name: str, job: Job, status: JobStatus | None) -> Told:
        result = job.return_value(refresh=True) if status == JobStatus.FINISHED else None
        if result:
            return Told(result["summary"], tuple(result["lines"]), tuple(result["counted"]))
        latest = job.latest_result()
        why = (latest.exc_string or "").strip().splitlines()[-1:] if latest else []
        verdict = Verdict("failed", f"The worker could not crawl it: {why[0] if why else 'its job was removed'}")
        return told(Ended(name, verdict, now()), Path())

    def call_off(self) -> int:
        """Takes back what no worker has begun; returns how many that were."""
        waiting = [job for job in self._jobs.values() if job.get_status() == JobStatus.QUEUED]
        for job in waiting:
            job.cancel()
            job.delete()
        return len(waiting)
