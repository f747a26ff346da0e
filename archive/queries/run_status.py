"""What `luubao status` and the verdict on a run ask: runs as they ended, and what waits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.storage.connection import snapshot, transaction
from archive.storage.damaged_rows import readable
from archive.storage.histories.doubts import waiting_doubts


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run. outcome: as runs.outcome; reason: its sentence, if any; warnings: what was not as usual; stats: its
    counts; health: its measures, as archive.monitor.health writes them."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    reason: str | None
    warnings: tuple[str, ...]
    stats: Mapping[str, int]
    health: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Addresses of an outlet that are due: never asked for; known, and to be looked at again; and lists, seeds among
    them."""

    never_asked: int
    known: int
    lists: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Of the articles that are there, how many were looked at in the last day, week and month."""

    there: int = 0
    day: int = 0
    week: int = 0
    month: int = 0


NOT_SEEN = Seen()


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """An outlet as the archive has it. runs: the latest, oldest first. doubted: addresses that last showed what is not
    believed."""

    name: str
    title: str
    timezone: str
    articles: int
    edited: int
    gone: int
    waiting: Waiting
    runs: tuple[RunFacts, ...]
    doubted: int = 0
    seen: Seen = NOT_SEEN


def outlet_names(db: Database) -> list[str]:
    """Names of all outlets that were ever crawled."""
    return [row[0] for row in db.execute("SELECT name FROM outlets ORDER BY name").fetchall()]


def runs_of(db: Database, outlet_id: int, since: datetime) -> list[RunFacts]:
    """An outlet's runs that began at that time or later, oldest first; those whose clock was ahead in their place."""
    rows = db.query(
        "SELECT id, started_at, finished_at, outcome, reason, warnings, stats, health, clock_ahead FROM runs"
        " WHERE outlet_id = ? AND started_at >= ? AND kind <> 'cleanse' ORDER BY started_at, id",
        [outlet_id, clock.stamp(since)],
    )
    return sorted(readable(rows, "runs", _facts), key=lambda run: (run.started_at, run.id))


def _facts(row: Mapping[str, Any]) -> RunFacts:
    ahead = timedelta(seconds=row["clock_ahead"] or 0)
    return RunFacts(
        row["id"],
        clock.parse(row["started_at"]) - ahead,
        clock.parse(row["finished_at"]) - ahead if row["finished_at"] else None,
        row["outcome"],
        row["reason"],
        tuple(json.loads(row["warnings"] or "[]")),
        json.loads(row["stats"]),
        json.loads(row["health"] or "{}"),
    )


def outlet_facts(db: Database, since: datetime, at: datetime) -> list[OutletFacts]:
    """Every outlet with what it holds, its runs since that time, and what is due by `at`; all of one moment."""
    with snapshot(db):
        return list(_each(db, since, at))


def _each(db: Database, since: datetime, at: datetime) -> Iterator[OutletFacts]:
    rows = db.query(
        "SELECT outlets.id, name, title, timezone, count(articles.id) AS articles,"
        " count(articles.id) FILTER (WHERE version_count > 1) AS edited,"
        " count(gone_since) AS gone FROM outlets LEFT JOIN articles ON articles.outlet_id = outlets.id"
        " GROUP BY outlets.id ORDER BY name"
    )
    for row in readable(list(rows), "outlets", dict):
        outlet_id = row.pop("id")
        runs, doubted = tuple(runs_of(db, outlet_id, since)), waiting_doubts(db, outlet_id)
        waiting, seen = _waiting(db, outlet_id, at), _seen(db, outlet_id, at)
        yield OutletFacts(**row, waiting=waiting, runs=runs, doubted=doubted, seen=seen)


def _seen(db: Database, outlet_id: int, at: datetime) -> Seen:
    spans = (timedelta(days=days) for days in (1, 7, 30))
    row = db.execute(
        "SELECT count(*), count(*) FILTER (WHERE last_seen_at > ?2), count(*) FILTER (WHERE last_seen_at > ?3),"
        " count(*) FILTER (WHERE last_seen_at > ?4) FROM articles WHERE outlet_id = ?1 AND gone_since IS NULL"
        " AND withdrawn_at IS NULL",
        [outlet_id, *(clock.stamp(at - span) for span in spans)],
    ).fetchone()
    return Seen(*row)


def _waiting(db: Database, outlet_id: int, at: datetime) -> Waiting:
    never, known, lists = db.execute(
        "SELECT count(*) FILTER (WHERE rank = 1), count(*) FILTER (WHERE rank = 3),"
        " count(*) FILTER (WHERE rank IN (0, 2)) FROM frontier WHERE outlet_id = ? AND due_at <= ?",
        [outlet_id, clock.stamp(at)],
    ).fetchone()
    return Waiting(never, known, lists)


def warned_before(db: Database, run_id: int, sentence: str, span: timedelta) -> bool:
    """Whether a run of the same outlet that began so long before that one, or later, carries the same warning."""
    outlet_id, started = db.execute("SELECT outlet_id, started_at FROM runs WHERE id = ?", [run_id]).fetchone()
    earlier = runs_of(db, outlet_id, clock.parse(started) - span)
    return any(sentence in run.warnings for run in earlier if run.id < run_id)


def warn(db: Database, run_id: int, warnings: Sequence[str]) -> None:
    """Adds warnings to a run that is recorded already. Raises ArchiveUnusable."""
    with transaction(db):
        (former,) = db.execute("SELECT warnings FROM runs WHERE id = ?", [run_id]).fetchone()
        told = [*json.loads(former or "[]"), *warnings]
        db.execute("UPDATE runs SET warnings = ? WHERE id = ?", [json.dumps(told, ensure_ascii=False), run_id])
