"""`luubao crawl --all`: runs a batch of crawls of many outlets, on this machine or through the job queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from archive.console.output import is_watched
from crawler.cli.setting_options import misconfigured, require_scale
from crawler.config.setting_types import Value
from crawler.config.settings_in_force import Configuration
from crawler.fleet.batch import BaseBatch, Batch, Budget, print_batch, progress
from crawler.fleet.crawl_subprocess import HOST_LOCK_SUFFIX, Task, hosts_of, longest_waiting_first, share_a_host
from crawler.outlets.catalogue import catalogue, load_catalogue, unknown
from crawler.run.run_verdict import Exit


def crawl_many(
    settings: Configuration, names: Sequence[str], place: Path, overrides: Mapping[str, Any],
    given: Mapping[str, Value], *, own_archives: bool, as_json: bool,
) -> Exit:  # fmt: skip
    """Crawls the outlets of those names, or, without names, all that are followed. place: the archive, or with
    own_archives the folder with one archive for each outlet. given: the budget options of the command line."""
    with misconfigured():
        tasks = tasks_for(settings, names, place, overrides, own_archives=own_archives)
    settings = settings.with_command_line(given)
    watched, queue = is_watched(), settings.value("queue")
    batch: BaseBatch = (
        _queued_batch(str(queue), tasks, overrides)
        if queue
        else Batch(longest_waiting_first(tasks), Budget.of(settings))
    )
    finished = batch.run(progress if watched else lambda _: None)
    return print_batch(finished, batch.left, stopped=batch.stopped, as_json=as_json, watched=watched)


@misconfigured()
def _queued_batch(queue: str, tasks: Sequence[Task], overrides: Mapping[str, Any]) -> BaseBatch:
    require_scale()
    from crawler.fleet.rq_worker import QueuedBatch, connect

    return QueuedBatch(connect(queue), with_shared_hosts(tasks), json_overrides(overrides))


def tasks_for(
    settings: Configuration, names: Sequence[str], place: Path, overrides: Mapping[str, Any], *, own_archives: bool
) -> list[Task]:
    """A task for each outlet of those names, also for misconfigured ones, whose crawl reports why; without names, for
    all followed outlets that the user describes or has settings for; where there are none, for those that come with
    luubao, but the demo. Raises UnknownOutlet, and Misconfigured where there is nothing to crawl."""
    known_outlets = load_catalogue()
    all_names = sorted({*known_outlets.outlets, *known_outlets.wrong} - {"demo"})
    own_names = [name for name in all_names if name not in known_outlets.built_in or name in settings.outlets]
    all_names = own_names or all_names
    chosen = list(dict.fromkeys(names)) or [name for name in all_names if settings.value("followed", name)]
    for name in chosen:
        if name not in known_outlets.outlets and name not in known_outlets.wrong:
            raise unknown(name, known_outlets)
    host_lock = place / HOST_LOCK_SUFFIX if own_archives else place.with_name(f"{place.name}{HOST_LOCK_SUFFIX}")
    return [
        Task(
            name,
            place / f"{name}.db" if own_archives else place,
            hosts_of(known_outlets.outlets[name].outlet) if name in known_outlets.outlets else (),
            dict(overrides),
            str(settings.value("ping_url", name) or "") or None,
            str(host_lock),
        )
        for name in chosen
    ]


def with_shared_hosts(tasks: Sequence[Task]) -> list[Task]:
    """The tasks, each with the hosts of all outlets that share a host with it, so that its lease locks those out
    too."""
    all_tasks = [Task(outlet.name, Path(), hosts_of(outlet.outlet)) for outlet in catalogue()]
    return [
        replace(
            task,
            hosts=tuple(sorted({host for other in all_tasks if share_a_host(task, other) for host in other.hosts})),
        )
        for task in tasks
    ]


def json_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides that apply on any machine, as values that JSON can hold."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in overrides.items()
        if name not in ("LUUBAO_CONFIG", "LOG_LEVEL")
    }
