"""What is to be crawled: an outlet, where to, and how; plain data, which crosses from process to process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive import Outlet, same_site
from archive.runtime.file_lock import lock_file

TURNS = ".hosts"
"""Ends the name of the folder by whose files crawls side by side agree on whose turn a host is."""


@dataclass(frozen=True, slots=True)
class Task:
    """One outlet's crawl. hosts: those it asks for pages, without `www.`. overrides: Scrapy settings of the command
    line. turns: where crawls side by side agree on whose turn a host is, see crawler.politeness.host_lock."""

    outlet: str
    database: Path
    hosts: tuple[str, ...]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    ping_url: str | None = None
    host_lock: str | None = None


def hosts_of(outlet: Outlet) -> tuple[str, ...]:
    """The hosts that belong to an outlet, that of its home page among them."""
    home = (urlsplit(outlet.home_url).hostname or "").removeprefix("www.")
    return tuple(dict.fromkeys((home, *outlet.hosts)))


def share_a_host(one: Task, other: Task) -> bool:
    """Whether two outlets ask the same host, or one that lies below the other's."""
    return any(
        same_site(f"http://{host}/", theirs.hosts)
        for mine, theirs in ((one, other), (other, one))
        for host in mine.hosts
    )


def longest_waiting_first(tasks: Iterable[Task]) -> list[Task]:
    """In the order of when they were last crawled into their archives, those that never were first."""
    return sorted(tasks, key=lambda task: (_last_begun(task), task.outlet))


def _last_begun(task: Task) -> float:
    """When its lock was last taken, which every crawl does at its beginning."""
    try:
        return lock_file(task.database, task.outlet).stat().st_mtime
    except OSError:
        return 0.0
