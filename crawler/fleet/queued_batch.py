"""A batch that workers on any machine crawl: enqueues the outlets, waits, and collects the results."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from redis import Redis

from archive.runtime import signals
from crawler.fleet.batch import BaseBatch, CrawlResult
from crawler.fleet.job_queue import QueuedJobs
from crawler.fleet.job_spec import Task

_POLL_INTERVAL = 0.5  # seconds between two polls


class QueuedBatch(BaseBatch):
    """A batch of queued jobs. Workers run the jobs even where this process is gone; a signal cancels the jobs that no
    worker has begun, and lets the others end by themselves."""

    def __init__(self, connection: Redis, tasks: Sequence[Task], overrides: Mapping[str, Any]):
        super().__init__()
        self._connection, self._tasks, self._overrides = connection, tasks, overrides
        self._orders: QueuedJobs | None = None

    @property
    def under_way(self) -> int:
        """The number of jobs that have not ended: only the workers know which they have begun."""
        return self._orders.open if self._orders else 0

    def run(self, watch: Callable[[BaseBatch], None] = lambda _: None) -> list[CrawlResult]:
        """Has workers crawl all outlets; returns the results in the order of their ends."""
        with signals.graceful():
            self._orders = QueuedJobs(self._connection, self._tasks, self._overrides)
            while self._orders.open and not self.stopped:
                self.heed()
                self.done += self._orders.ended()
                watch(self)
                time.sleep(_POLL_INTERVAL if self._orders.open else 0)
            if self.stopped:
                self.left = self._orders.call_off()
        return self.done
