"""Writes rows of `outlets` and `runs`: registers an outlet, starts and finishes a run; finds which of two runs had a
wrong clock, and by how much.

Runs of one outlet follow one another. Where a run begins before an earlier one had ended by its clock, one of the two
clocks was wrong. The newspaper decides: its answers carry its own time (`Date`, RFC 9110 section 6.6.1). If the earlier
run agreed with it, the present clock is behind, as is any clock before the date this program was written; if not, or if
nothing is known, the clock of the earlier run was ahead.
`runs.clock_ahead` holds by how many seconds at least; subtracting it puts what a run saw in its place in time. The
captures keep the time that they were given when they came.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from archive.frontier.change_rate_store import change_rates_of, fade_change_rates
from archive.frontier.url_queue import bring_back
from archive.model import clock, validation
from archive.model.errors import BadValue
from archive.model.records import Outlet, Run, RunKind, header_of
from archive.storage.codecs import has_doubled
from archive.storage.connection import transaction, update
from archive.storage.integrity.seals import seal_finished
from archive.storage.sqlite_file import checkpoint
from archive.storage.stored_bodies import learn_dictionary


def start_run(
    db: Database, outlet: Outlet, software: Mapping[str, str], moment: datetime, *, kind: RunKind = "crawl", source: str
    | None = None,
) -> Run:  # fmt: skip
    """Starts a run. Marks runs of the outlet that never ended as interrupted: the caller holds the outlet's lock, so
    none of them can still be alive. source: where the captures come from, for a run that is no crawl."""
    with transaction(db):
        outlet_id = register(db, outlet)
        db.execute(
            "UPDATE runs SET outcome = 'interrupted', reason = 'did not end by itself'"
            " WHERE outlet_id = ? AND outcome = 'running'",
            [outlet_id],
        )
        seal_finished(db, moment)
        bring_back(db, outlet_id, moment)
        cursor = db.execute(
            "INSERT INTO runs (outlet_id, started_at, software, kind, source) VALUES (?, ?, ?, ?, ?)",
            [outlet_id, clock.stamp(moment), json.dumps(dict(software)), kind, source],
        )
        run = Run(int(cursor.lastrowid or 0), outlet_id, outlet)
        fade_change_rates(db, run, moment)
        return replace(run, change_rates=change_rates_of(db, outlet_id))


def register(db: Database, outlet: Outlet) -> int:
    """Inserts or updates an outlet, and returns its row id. Call inside a transaction."""
    row = db.execute(
        "INSERT INTO outlets (name, title, home_url, timezone) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET title = excluded.title, home_url = excluded.home_url,"
        " timezone = excluded.timezone RETURNING id",
        [outlet.name, outlet.title, outlet.home_url, outlet.timezone],
    ).fetchone()
    return int(row[0])


def article_count(db: Database, run: Run) -> int:
    """How many articles of the run's outlet the archive holds."""
    return int(db.execute("SELECT count(*) FROM articles WHERE outlet_id = ?", [run.outlet_id]).fetchone()[0])


def is_import_cut_short(db: Database, outlet_id: int) -> bool:
    """Whether an outlet's last run is an import that did not come to its end."""
    row = db.execute(
        "SELECT kind = 'import' AND outcome IN ('running', 'interrupted') FROM runs WHERE outlet_id = ?"
        " ORDER BY id DESC LIMIT 1",
        [outlet_id],
    ).fetchone()
    return bool(row and row[0])


def finish_run(
    db: Database, run: Run, *, outcome: str, reason: str | None, stats: Mapping[str, Any], moment: datetime, warnings:
    Sequence[str] = (), health: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Finishes a run with its outcome, its counts, its warnings, and the measures of archive.monitor.health; seals it,
    and checkpoints the write-ahead log."""
    with transaction(db):
        update(db, "runs", run.id, {
            "finished_at": clock.stamp(moment), "outcome": outcome, "reason": reason, "stats": _json(dict(stats)),
            "warnings": _json(list(warnings)), "health": _json(dict(health or {})),
        })  # fmt: skip
        seal_finished(db, moment)
        if has_doubled(db, run):
            learn_dictionary(db, run.outlet_id, moment)
    checkpoint(db)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


_TOLERANCE = timedelta(hours=1)
_GAP = timedelta(seconds=1)
_MAX_OFFSET = timedelta(days=7)
"""How far our clock may differ from the newspaper's: caches send the time at which they were filled, and a machine
without a battery-backed clock resumes at the time when it was switched off."""

_FUTURE_RUNS = (
    "SELECT id, started_at, coalesce(clock_ahead, 0) FROM runs WHERE outlet_id = ? AND kind = 'crawl'"
    " AND started_at > ? ORDER BY id"
)
_END_OF_RUN = (
    "SELECT max(at) FROM (SELECT started_at AS at FROM runs WHERE id = ?1"
    " UNION ALL SELECT max(captured_at) FROM captures WHERE run_id = ?1"
    " UNION ALL SELECT max(captured_at) FROM picture_captures WHERE run_id = ?1)"
)
_RESPONSE_HEADERS = (
    "SELECT captured_at, response FROM captures JOIN headers ON headers.capture_id = captures.id"
    " WHERE run_id = ? ORDER BY captures.id DESC LIMIT 20"
)
_MARK_UNSETTLED = """
INSERT INTO unsettled (outlet_id, url_key)
SELECT DISTINCT outlet_id, url_key FROM captures WHERE run_id = ?1
UNION SELECT DISTINCT outlet_id, url_key FROM picture_captures JOIN version_images USING (image_id)
  JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id
  WHERE run_id = ?1 AND withdrawn_at IS NULL
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Wrong clocks found, at the time `at`. ahead: when the last of the earlier runs with a clock that was ahead began,
    by that clock; behind: by how much the present clock is behind."""

    at: datetime
    ahead: datetime | None
    behind: timedelta | None


@dataclass(frozen=True, slots=True)
class _FutureRun:
    """An earlier run that began in the future. began, ended: by its own clock."""

    id: int
    began: datetime
    ended: datetime


def correct_clocks(db: Database, outlet: Outlet) -> Clocks:
    """Call before a run begins. Corrects the times of earlier runs that began in the future by their clocks, and marks
    their articles for rebuilding (archive.pipeline.filing); or puts the clock of this process forward."""
    with transaction(db):
        row = db.execute("SELECT id FROM outlets WHERE name = ?", [outlet.name]).fetchone()
        clocks = _corrected(db, row[0] if row else 0, clock.now())
    if clocks.behind:
        clock.put_forward(clocks.behind)
    return clocks


def _corrected(db: Database, outlet_id: int, moment: datetime) -> Clocks:
    future = list(_future_runs(db, outlet_id, moment + _TOLERANCE))
    trusted = [run for run in future if moment < clock.WRITTEN or _agrees_with_server(db, run.id)]
    behind = max(run.ended for run in trusted) + _GAP - moment if trusted else timedelta()
    ahead = [run for run in future if run not in trusted and run.ended > moment + behind]
    for run in ahead:
        seconds = int((run.ended + _GAP - moment - behind).total_seconds())
        db.execute("UPDATE runs SET clock_ahead = ? WHERE id = ?", [seconds, run.id])
        db.execute(_MARK_UNSETTLED, [run.id])
    return Clocks(moment, max((run.began for run in ahead), default=None), behind or None)


def _future_runs(db: Database, outlet_id: int, moment: datetime) -> Iterator[_FutureRun]:
    for run_id, began, ahead in db.execute(_FUTURE_RUNS, [outlet_id, clock.stamp(moment)]).fetchall():
        times = clock.read(began), clock.read(db.execute(_END_OF_RUN, [run_id]).fetchone()[0])
        if times[0] and times[1] and times[0] - timedelta(seconds=ahead) > moment:  # `luubao verify` reports the others
            yield _FutureRun(run_id, times[0], times[1])


def _agrees_with_server(db: Database, run_id: int) -> bool:
    """Whether a run's clock agreed with the newspaper's own."""
    offset = _offset_in(db, run_id)
    return offset is not None and abs(offset) <= _MAX_OFFSET


def usual_offset(db: Database, outlet_id: int, run_id: int) -> timedelta | None:
    """By how much our clock was ahead of the newspaper's in the last run, before this one, that has captures; None
    where nothing is known."""
    row = db.execute(
        "SELECT max(id) FROM runs WHERE outlet_id = ? AND id < ? AND kind = 'crawl' AND EXISTS"
        " (SELECT 1 FROM captures WHERE run_id = runs.id)", [outlet_id, run_id],
    ).fetchone()  # fmt: skip
    return _offset_in(db, row[0])


def _offset_in(db: Database, run_id: int | None) -> timedelta | None:
    """By how much a run's clock was ahead of the newspaper's own at its last captures; None where nothing is known."""
    for stored, response in db.execute(_RESPONSE_HEADERS, [run_id]).fetchall():
        captured_at, server_time = clock.read(stored), _date_header(response)
        if captured_at and server_time:
            return captured_at - server_time
    return None


def _date_header(response: str) -> datetime | None:
    """The newspaper's own time, from the `Date` header; None where there is none or it is invalid."""
    try:
        return clock.http_date(header_of(validation.json_pairs(response), "date"))
    except BadValue:
        return None
