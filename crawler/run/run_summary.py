"""The summary of a run, which `luubao crawl --json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archive.model import clock
from crawler.run.run_verdict import Verdict

FIELDS = {
    "outlet": "the outlet's name",
    "run": "number of the run in the archive: `runs.id`; null where none began",
    "started_at": "when it began, UTC, ISO 8601; null where none began",
    "finished_at": "when it ended",
    "outcome": "`ok`, `nothing-found`, `partly-failed`, `failed`, `interrupted`; where none began, `locked`,"
    " `misconfigured`, `failed`, or `ok` outside the paper's hours",
    "exit": "the exit code",
    "reason": "one sentence when all was not well, or when the paper's hours or a limit (`max_minutes`, `max_waiting`"
    " ...) kept it from going on; else null",
    "warnings": "sentences about what is not as usual, also those that were told before",
    "counts": "how often what happened: `captures` (answers), `new`, `edited`, `unchanged`, `disappeared`, `failed`,"
    " `pictures` ...",
    "health": "the measures that runs are compared by, as in `runs.health`: `shares` (how many of how many),"
    " `sections`, `kinds`, `body_from`, `containers`, `seeds`",
    "alerts": "how many messages were `sent`, and how many are `waiting` for the next run; null where there are no"
    " alerts, or no run ended by itself",
    "pinged": "whether `ping_url` was told: true, false, or null where none is set or nothing was to be told",
}
"""The fields in order, with their meanings."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run that ended, or never began (then run and started_at are None)."""

    outlet: str
    verdict: Verdict
    finished_at: datetime
    run: int | None = None
    started_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    health: Mapping[str, Any] = field(default_factory=dict)


def summary(ended: EndedRun, *, pinged: bool | None, alerts: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The summary: the fields with their values."""
    verdict = ended.verdict
    values = (
        ended.outlet,
        ended.run,
        clock.stamp(ended.started_at) if ended.started_at else None,
        clock.stamp(ended.finished_at),
        verdict.outcome,
        int(verdict.exit),
        verdict.reason,
        list(verdict.warnings),
        dict(ended.counts),
        dict(ended.health),
        alerts,
        pinged,
    )
    return dict(zip(FIELDS, values, strict=True))
