"""A round whose outlets are crawled by workers, on whatever machines those are: order, wait, tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from redis import Redis

from archive.runtime import signals
from crawler.fleet.batch import Done, Stoppable
from crawler.fleet.job_queue import Orders
from crawler.fleet.job_spec import Task

_GLANCE = 0.5  # seconds between two looks


class QueuedBatch(Stoppable):
    """See above. What is ordered is done even where this process is gone; a signal calls off what no worker has begun,
    and leaves the rest to end by itself."""

    def __init__(self, connection: Redis, tasks: Sequence[Task], overrides: Mapping[str, Any]):
        super().__init__()
        self._connection, self._tasks, self._overrides = connection, tasks, overrides
        self._orders: Orders | None = None

    @property
    def under_way(self) -> int:
        """How many are not done: nobody but the workers knows which they have begun."""
        return self._orders.open if self._orders else 0

    def run(self, watch: Callable[[Stoppable], None] = lambda _: None) -> list[Done]:
        """Has them all crawled; returns how they ended, in that order."""
        with signals.in_order():
            self._orders = Orders(self._connection, self._tasks, self._overrides)
            while self._orders.open and not self.stopped:
                self.heed()
                self.done += self._orders.ended()
                watch(self)
                time.sleep(_GLANCE if self._orders.open else 0)
            if self.stopped:
                self.left = self._orders.call_off()
        return self.done
