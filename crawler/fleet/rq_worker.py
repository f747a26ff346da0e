"""RQ's worker, adapted to crawls: it notices within a lease's duration that another worker died, and ends cleanly."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from multiprocessing import parent_process
from typing import Any

from redis import Redis
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool

from archive.workers import die_with
from crawler.fleet.job_queue import NAME, crawl_queue
from crawler.fleet.job_runner import here


class CrawlWorker(Worker):
    """Forks a process for each outlet, from this one, which has imported everything."""

    def __init__(self, *given: Any, **named: Any):
        if parent_process() is not None:  # one worker of a pool
            die_with(os.getppid(), signal.SIGTERM)
        seconds = int(here[0].lease)
        super().__init__(
            *given,
            **{
                **named,
                "job_monitoring_interval": max(1, seconds // 4),
                "maintenance_interval": max(1, seconds // 3),
                "worker_ttl": 15 + max(1, seconds // 3),  # RQ checks 15 seconds before this time has passed
            },
        )

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Seconds without a heartbeat of the worker after which a job goes back into the queue. RQ adds a minute."""
        return max(2, int(here[0].lease))

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
