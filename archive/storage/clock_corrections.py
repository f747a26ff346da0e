"""Corrects wrong clocks: finds which of two runs had a wrong clock, and by how much.

Runs of one outlet follow one another. Where a run begins before an earlier one had ended by its clock, one of the two
clocks was wrong. The newspaper decides: its answers carry its own time (`Date`, RFC 9110 section 6.6.1). If the earlier
run agreed with it, the present clock is behind, as is any clock before the date this program was written; if not, or if
nothing is known, the clock of the earlier run was ahead.
`runs.clock_ahead` holds by how many seconds at least; subtracting it puts what a run saw in its place in time. The
captures keep the time that they were given when they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from archive.model import clock, validation
from archive.model.errors import BadValue
from archive.model.records import Outlet, header_of
from archive.storage.connection import transaction

CORRECTED_TIME = (
    "iif(clock_ahead IS NULL, captured_at,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', captured_at, '-' || clock_ahead || ' seconds'))"
)
"""SQL for the corrected time of a capture, over `captures` or `picture_captures` joined with their `runs`."""
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
