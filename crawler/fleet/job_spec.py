"""The task of one crawl: outlet, archive and settings, as plain data that can be sent to another process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive import Outlet, same_site
from archive.runtime.file_lock import lock_file

HOST_LOCK_SUFFIX = ".hosts"
"""The suffix of the folder with the lock files by which parallel crawls take turns at a host."""


@dataclass(frozen=True, slots=True)
class Task:
    """One outlet's crawl. hosts: those it requests pages from, without `www.`. overrides: Scrapy settings of the
    command line. host_lock: the folder by which parallel crawls take turns at a host, see
    crawler.politeness.host_lock."""

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


def longest_waiting_first(tasks: Iterable[Task]) -> list[Task]:
    """Sorts tasks by their last crawl, oldest first; tasks never crawled come before all."""
    return sorted(tasks, key=lambda task: (_last_crawl_start(task), task.outlet))


def _last_crawl_start(task: Task) -> float:
    """When the outlet's lock was last taken, which every crawl does at its start."""
    try:
        return lock_file(task.database, task.outlet).stat().st_mtime
    except OSError:
        return 0.0
