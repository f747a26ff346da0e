"""What a worker does with an outlet it was given: takes the lease, crawls, tells.

Whatever ends the crawl before its time puts the outlet back into the queue: a signal to the worker, a dead process, a
lease that another has. A crawl that has lost its lease tells nothing at all: the outlet is another worker's now.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Retry

from archive import workers
from archive.model.clock import now
from archive.model.errors import LuubaoError, Misconfigured
from crawler.config.settings_in_force import Configuration
from crawler.fleet import archive_transfer
from crawler.fleet.crawl_subprocess import crawled
from crawler.fleet.job_queue import ANY_NUMBER
from crawler.fleet.job_spec import TURNS, Task
from crawler.fleet.lease import Lease
from crawler.politeness.host_backoff import longest_exchange
from crawler.run.run_command import Told, told
from crawler.run.run_summary import Ended
from crawler.run.run_verdict import Exit, Verdict

_PAUSE = 0.25  # seconds between two looks for a lease that another has
_LATER = 1.0
_ROOM = 1.3  # so many times the longest request: two renewals may fail


@dataclass(frozen=True, slots=True)
class Place:
    """A worker's machine. connection: to the Redis server; folder: where its archives lie; overrides: what its command
    line says."""

    settings: Configuration
    connection: Redis
    folder: Path
    overrides: Mapping[str, Any]

    @property
    def lease(self) -> float:
        """Seconds that a lease lasts."""
        return float(str(self.settings.value("lease")))

    def reserve(self, outlet: str | None = None) -> float:
        """Seconds before its end in which nothing is begun."""
        return longest_exchange(float(str(self.settings.value("timeout", outlet))))

    def check(self) -> None:
        """Raises Misconfigured where a lease is too short for a request."""
        longest = max(self.reserve(outlet) for outlet in (None, *self.settings.outlets))
        if self.lease < longest * _ROOM:
            raise Misconfigured(
                f"a lease of {self.lease:.0f} seconds is too short where a request may take up to {longest:.0f}:"
                f" set `lease` in luubao.toml to {ceil(longest * _ROOM)} or more, or `timeout` to less"
            )


here: list[Place] = []
"""Where this worker is: one, set before it forks."""


def crawl_outlet(outlet: str, hosts: list[str], ordered: dict[str, Any]) -> Any:
    """A job's work, in a process of its own. ordered: what whoever ordered it said, which goes before what is said
    here."""
    place = here[0]
    workers.die_with(os.getppid(), signal.SIGTERM)  # in order, and its outlet goes back into the queue
    with workers.spare():
        lease = _take(place, outlet, hosts)
        if lease is None:
            return Retry(max=ANY_NUMBER)
        with lease.kept():
            made = _crawl(place, _task(place, outlet, hosts, ordered, lease))
        if lease.lost:
            os._exit(0)
    if made.exit in (Exit.INTERRUPTED, Exit.LOCKED):
        time.sleep(_LATER)
        return Retry(max=ANY_NUMBER)
    return _plain(made)


def _crawl(place: Place, task: Task) -> Told:
    """Crawls into an archive that is fetched before, and put away after, where there is a store."""
    store = place.settings.value("store")
    if store is None:
        return crawled(task)
    try:
        archive_transfer.fetch(task.database, str(store))
    except LuubaoError as error:
        return told(Ended(task.outlet, Verdict("failed", str(error)), now()), task.database, ping_url=task.ping_url)
    made = crawled(task)
    try:
        if task.database.exists() and not task.overrides["LUUBAO_PERMIT"].lost:
            archive_transfer.put(task.database, str(store))
    except LuubaoError as error:
        made = replace(made, lines=(*made.lines, f"{task.outlet}: crawled, and not put into the store: {error}"))
    return made


def _take(place: Place, outlet: str, hosts: list[str]) -> Lease | None:
    """The lease, waited for as long as one can outlive its holder."""
    until = time.monotonic() + place.lease
    while time.monotonic() < until:
        who = f"{os.uname().nodename}:{os.getpid()}"
        lease = Lease.take(place.connection, hosts, seconds=place.lease, reserve=place.reserve(outlet), who=who)
        if lease:
            return lease
        time.sleep(_PAUSE)
    return None


def _task(place: Place, outlet: str, hosts: list[str], ordered: dict[str, Any], lease: Lease) -> Task:
    ping_url = place.settings.value("ping_url", outlet)
    return Task(
        outlet,
        place.folder / f"{outlet}.db",
        tuple(hosts),
        {**place.overrides, **_ordered(ordered), "LUUBAO_PERMIT": lease},
        str(ping_url) if ping_url else None,
        str(place.folder / TURNS),
    )


def _ordered(overrides: dict[str, Any]) -> dict[str, Any]:
    """What whoever ordered it said, with a day made a day again."""
    since = overrides.get("LUUBAO_SINCE")
    return overrides | ({"LUUBAO_SINCE": date.fromisoformat(since)} if since else {})


def _plain(made: Told) -> dict[str, Any]:
    return {"summary": dict(made.summary), "lines": list(made.lines), "counted": list(made.counted)}
