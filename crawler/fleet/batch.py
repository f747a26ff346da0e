"""A round: outlets side by side, as many as the budget allows, never two of one host."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from archive.runtime import signals
from crawler.fleet import crawl_subprocess as child
from crawler.fleet.crawl_subprocess import Child
from crawler.fleet.job_spec import Task, share_a_host
from crawler.fleet.machine_budget import FIRST_GUESS, MEGABYTE, Budget, memory_of
from crawler.run.run_command import Told

_GLANCE = 0.5  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Done:
    """An outlet of a round. told: what its crawl said; seconds: how long it took; memory: the most bytes it was seen to
    use, None where nobody can say."""

    told: Told
    seconds: float
    memory: int | None


@dataclass
class _Running:
    child: Child
    since: float = field(default_factory=time.monotonic)
    memory: int | None = None


class Stoppable:
    """A round that ends when a signal comes. done: how outlets ended, in that order; left: how many have not begun;
    stopped: whether a signal came."""

    def __init__(self) -> None:
        self.done: list[Done] = []
        self.left = 0
        self.stopped = False

    @property
    def under_way(self) -> int:
        """How many have begun and not ended."""
        return 0

    def run(self, watch: Callable[[Stoppable], None] = lambda _: None) -> list[Done]:
        """Has all outlets crawled; returns how they ended, in that order. watch: is called after every change."""
        raise NotImplementedError

    def stop(self) -> None:
        """A signal came."""
        self.stopped = True

    def heed(self) -> None:
        """Stops, once, where a signal has come."""
        if signals.came() and not self.stopped:
            self.stop()


class Batch(Stoppable):
    """See above. Stopped, what waits is not begun, and what is under way ends cleanly."""

    def __init__(self, tasks: Sequence[Task], budget: Budget):
        super().__init__()
        self.waiting = list(tasks)
        self.running: list[_Running] = []
        self._budget = budget
        self._typical = FIRST_GUESS
        self._looked = 0.0

    @property
    def under_way(self) -> int:
        """How many have begun and not ended."""
        return len(self.running)

    def run(self, watch: Callable[[Stoppable], None] = lambda _: None) -> list[Done]:
        """Crawls them all; returns how they ended, in that order. watch: is called after every change."""
        self._budget.confine()
        child.warm_up()
        with signals.in_order(at_once=self._kill):
            while self.running or (self.waiting and not self.stopped):
                self.heed()
                self._start()
                self.left = len(self.waiting)
                watch(self)
                self._gather()
        return self.done

    def stop(self) -> None:
        """Ends all that is under way, in order."""
        super().stop()
        for one in self.running:
            one.child.stop()

    def _kill(self) -> None:
        for one in list(self.running):
            one.child.kill()

    def _start(self) -> None:
        while not self.stopped and (task := self._next()):
            self.waiting.remove(task)
            self.running.append(_Running(child.start(task)))

    def _next(self) -> Task | None:
        """The first that may begin now."""
        if self.running and (len(self.running) >= self._budget.at_once or not self._has_room()):
            return None
        busy = [one.child.task for one in self.running]
        return next((task for task in self.waiting if not any(share_a_host(task, other) for other in busy)), None)

    def _has_room(self) -> bool:
        """Whether one more fits, as far as can be told: those that have just begun will grow."""
        self._look()
        used = sum(max(one.memory or 0, self._typical) for one in self.running)
        return used + self._typical <= self._budget.memory

    def _look(self) -> None:
        if time.monotonic() - self._looked < _GLANCE:
            return
        for one in self.running:
            if (seen := memory_of(one.child.process.pid)) is not None:
                one.memory = max(one.memory or 0, seen)
        self._looked = time.monotonic()

    def _gather(self) -> None:
        """Waits for one to end, and takes down what it says."""
        ready = wait([one.child.connection for one in self.running], timeout=_GLANCE)
        self._look()
        for one in [one for one in self.running if one.child.connection in ready]:
            told = one.child.result()
            self.running.remove(one)
            self._learn(one)
            self.done.append(Done(told, time.monotonic() - one.since, one.memory))

    def _learn(self, one: _Running) -> None:
        """What a crawl is taken to need is between what was thought and the most that one was seen to use."""
        if one.memory:
            self._typical = max(one.memory, (self._typical + one.memory) // 2, MEGABYTE)
