"""A run against its outlet's history, told once: what the archive remembers, what the run was like, what is unusual."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from archive.model.records import Run
from archive.model.time_zones import zone_of
from archive.monitor.baseline import LONGEST, Finding, Past, compare
from archive.monitor.health import Health
from archive.queries.run_status import runs_of, warn, warned_before
from archive.storage.connection import Database

_A_DAY = timedelta(hours=20)  # a daily crawl begins some minutes sooner or later, and is to tell it every day


def judge_run(db: Database, run: Run, health: Health, outcome: str, *, since: date | None = None) -> list[Finding]:
    """What is not as usual in a run that is about to end with that outcome, collapses first. The health is marked with
    what was found, and with what of it no run of the last day has told. since: the first day whose runs say what is
    usual."""
    before = history(db, run, health)
    found = compare(Past(health, outcome), before, zone=zone_of(run.outlet.timezone), since=since)
    told = {key for past in before if past.at > health.at - _A_DAY for key in past.health.told}
    health.flags = tuple(finding.key for finding in found)
    health.told = tuple(key for key in health.flags if key not in told)
    return [replace(finding, known=finding.key in told) for finding in found]


def told_before(db: Database, run_id: int, sentence: str) -> bool:
    """Whether a run of the day before has told that warning too."""
    return warned_before(db, run_id, sentence, _A_DAY)


def add_warning(db: Database, run_id: int, sentence: str) -> bool:
    """Adds a warning to a run that is recorded already. Returns whether a run of the day before has told it too. Raises
    ArchiveUnusable."""
    earlier = told_before(db, run_id, sentence)
    warn(db, run_id, [sentence])
    return earlier


def history(db: Database, run: Run, health: Health) -> list[Past]:
    """The outlet's earlier runs that ended, oldest first, as far back as matters."""
    earlier = runs_of(db, run.outlet_id, health.at - LONGEST)
    return [
        Past(Health.from_json(one.started_at, one.health), one.outcome)
        for one in earlier
        if one.id != run.id and one.outcome != "running"
    ]
