"""`luubao crawl --all`: a round over many outlets, as a command runs it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from archive.errors import LuubaoError
from crawler import own_spiders
from crawler.configuration import Configuration
from crawler.crawl import followed, spider_class
from crawler.crawl_cli import TURNS
from crawler.kinds import Value
from crawler.many import report
from crawler.many.budget import Budget
from crawler.many.round import Round
from crawler.many.tasks import Task, hosts_of, longest_waiting_first
from crawler.options import MisconfiguredFailure
from crawler.verdict import Exit


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
    said = {name: value for name, value in given.items() if value is not None}
    budget = Budget.of(replace(settings, environment={**settings.environment, **said}))
    watched = sys.stderr.isatty()
    went = Round(longest_waiting_first(tasks), budget, report.progress if watched else lambda _: None)
    done = went.run()
    return report.tell(done, len(went.waiting), stopped=went.stopped, as_json=as_json, watched=watched)


def tasks_for(
    settings: Configuration, names: Sequence[str], place: Path, overrides: Mapping[str, Any], *, own_archives: bool
) -> list[Task]:
    """Raises UnknownOutlet, and Misconfigured where there is nothing to crawl."""
    spiders = [spider_class(name) for name in dict.fromkeys(names)] or [
        spider for spider in followed() if settings.value("followed", spider.name)
    ]
    turns = place / TURNS if own_archives else place.with_name(f"{place.name}{TURNS}")
    own = own_spiders.folder()
    return [
        Task(
            spider.name,
            place / f"{spider.name}.db" if own_archives else place,
            hosts_of(spider.described()),
            dict(overrides),
            _text(settings.value("ping_url", spider.name)),
            own,
            str(turns),
        )
        for spider in spiders
    ]


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
