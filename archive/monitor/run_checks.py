"""Checks a run against its outlet's history in the archive, and reports each finding once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, tzinfo

from archive.model.records import Run
from archive.model.time_zones import zone_of
from archive.monitor import news_flow, page_shares
from archive.monitor.health import LONGEST, Finding, Health, PastRun
from archive.queries.outlets_followed import REPEAT_AFTER, runs_of, warn, warned_recently
from archive.storage.connection import Database


def check_run(db: Database, run: Run, health: Health, outcome: str, *, since: date | None = None) -> list[Finding]:
    """Findings for a run that is about to end with that outcome, collapses first. Stores their keys in health.flags,
    and in health.told those that no run of the last day has reported. since: the first day whose runs form the
    baseline."""
    earlier = history(db, run, health)
    findings = compare(PastRun(health, outcome), earlier, zone=zone_of(run.outlet.timezone), since=since)
    reported = {key for past in earlier if past.at > health.at - REPEAT_AFTER for key in past.health.told}
    health.flags = tuple(finding.key for finding in findings)
    health.told = tuple(key for key in health.flags if key not in reported)
    return [replace(finding, known=finding.key in reported) for finding in findings]


def compare(
    now: PastRun, before: Sequence[PastRun], *, zone: tzinfo | None = None, since: date | None = None
) -> list[Finding]:
    """The anomalies of a run, collapses first. before: the outlet's earlier finished runs, oldest first; the last may
    have begun in the same second. since: the first day, in `zone`, whose runs form the baseline."""
    past = [run for run in before if run.at <= now.at and (since is None or run.at.astimezone(zone).date() >= since)]
    newest_first = [run.health for run in reversed(past)]
    findings = [
        *page_shares.shares(now.health, newest_first),
        *news_flow.rates([*past, now]),
        *page_shares.layouts(now.health, newest_first),
        *news_flow.seeds([*past, now]),
    ]
    return sorted(findings, key=lambda finding: not finding.collapse)


def add_warning(db: Database, run_id: int, sentence: str) -> bool:
    """Adds a warning to a recorded run. Returns whether a run of the day before has the same warning. Raises
    ArchiveUnusable."""
    earlier = warned_recently(db, run_id, sentence)
    warn(db, run_id, sentence)
    return earlier


def history(db: Database, run: Run, health: Health) -> list[PastRun]:
    """The outlet's earlier finished runs, oldest first, as far back as the baseline reaches."""
    earlier = runs_of(db, run.outlet_id, health.at - LONGEST)
    return [
        PastRun(Health.from_json(facts.started_at, facts.health), facts.outcome)
        for facts in earlier
        if facts.id != run.id and facts.outcome != "running"
    ]
