"""`luubao crawl --all`: a round over many outlets, as a command runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from archive.console.output import is_watched
from archive.model.errors import LuubaoError
from crawler.cli.setting_options import MisconfiguredFailure, require_scale
from crawler.config.setting_types import Value
from crawler.config.settings_in_force import Configuration
from crawler.fleet import batch_report
from crawler.fleet.batch import Batch, Stoppable
from crawler.fleet.job_spec import TURNS, Task, hosts_of, longest_waiting_first, share_a_host
from crawler.fleet.machine_budget import Budget
from crawler.outlets.catalogue import catalogue, survey, unknown
from crawler.run.run_verdict import Exit


def crawl_many(
    settings: Configuration,
    names: Sequence[str],
    place: Path,
    overrides: Mapping[str, Any],
    given: Mapping[str, Value],
    *,
    own_archives: bool,
    as_json: bool,
) -> Exit:
    """Crawls the outlets of those names, or, where none are named, all that are followed. place: the archive, or with
    own_archives the folder that gets one for each. given: what the command line says of the budget."""
    try:
        tasks = tasks_for(settings, names, place, overrides, own_archives=own_archives)
    except LuubaoError as error:
        raise MisconfiguredFailure(str(error)) from error
    settings = settings.with_command_line(given)
    watched = is_watched()
    queue = settings.value("queue")
    went = _ordered(str(queue), tasks, overrides) if queue else _side_by_side(settings, tasks)
    done = went.run(batch_report.progress if watched else lambda _: None)
    return batch_report.tell(done, went.left, stopped=went.stopped, as_json=as_json, watched=watched)


def _side_by_side(settings: Configuration, tasks: Sequence[Task]) -> Stoppable:
    return Batch(longest_waiting_first(tasks), Budget.of(settings))


def _ordered(queue: str, tasks: Sequence[Task], overrides: Mapping[str, Any]) -> Stoppable:
    try:
        require_scale()
        from crawler.fleet.job_queue import connect
        from crawler.fleet.queued_batch import QueuedBatch

        return QueuedBatch(connect(queue), leased(tasks), portable(overrides))
    except LuubaoError as error:
        raise MisconfiguredFailure(str(error)) from error


def tasks_for(
    settings: Configuration, names: Sequence[str], place: Path, overrides: Mapping[str, Any], *, own_archives: bool
) -> list[Task]:
    """A task for each, also for those that cannot be used, whose crawl says why; without names, for all newspapers that
    are followed, not the demo's. Raises UnknownOutlet, and Misconfigured where there is nothing to crawl."""
    found = survey()
    every = sorted({*found.outlets, *found.wrong} - {"demo"})
    chosen = list(dict.fromkeys(names)) or [name for name in every if settings.value("followed", name)]
    for name in chosen:
        if name not in found.outlets and name not in found.wrong:
            raise unknown(name, found)
    host_lock = place / TURNS if own_archives else place.with_name(f"{place.name}{TURNS}")
    return [
        Task(
            name,
            place / f"{name}.db" if own_archives else place,
            hosts_of(found.outlets[name].outlet) if name in found.outlets else (),
            dict(overrides),
            _text(settings.value("ping_url", name)),
            str(host_lock),
        )
        for name in chosen
    ]


def leased(tasks: Sequence[Task]) -> list[Task]:
    """The same, each with the hosts of all outlets that share one with it: a lease on them keeps those away too."""
    known = [Task(one.name, Path(), hosts_of(one.outlet)) for one in catalogue()]
    return [
        replace(
            task, hosts=tuple(sorted({host for other in known if share_a_host(task, other) for host in other.hosts}))
        )
        for task in tasks
    ]


def portable(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """What of a command line holds on any machine, as JSON has it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in overrides.items()
        if name not in ("LUUBAO_CONFIG", "LOG_LEVEL")
    }


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
