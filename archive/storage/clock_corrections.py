"""Clocks that were wrong: which of two runs went by one, and by how much.

Runs of one outlet follow one another. Where one begins before another one had ended by its clock, one of the two clocks
was wrong. The newspaper is the witness: its answers carry its own time (`Date`, RFC 9110 section 6.6.1). If the former
run agreed with it, the clock of the present one is behind, as it is before this program was written; if not, or if
nothing is known, the former one was ahead.
`runs.clock_ahead` says by how many seconds at least. What a run saw is in its place in time then; the captures keep the
time that was written down when they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from archive.model import clock, validation
from archive.model.records import Outlet
from archive.storage.connection import transaction

SEEN_AT = (
    "iif(clock_ahead IS NULL, captured_at,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', captured_at, '-' || clock_ahead || ' seconds'))"
)
"""When a capture was made, over `captures` or `picture_captures` joined with their `runs`."""
_SLACK = timedelta(hours=1)
_AFTER = timedelta(seconds=1)
_AGREE = timedelta(days=7)
"""Caches answer with the time at which they were filled, and a machine without a clock of its own goes on from when it
was switched off."""

_RUNS = (
    "SELECT id, started_at, coalesce(clock_ahead, 0) FROM runs WHERE outlet_id = ? AND kind = 'crawl'"
    " AND started_at > ? ORDER BY id"
)
_ENDED = (
    "SELECT max(at) FROM (SELECT started_at AS at FROM runs WHERE id = ?1"
    " UNION ALL SELECT max(captured_at) FROM captures WHERE run_id = ?1"
    " UNION ALL SELECT max(captured_at) FROM picture_captures WHERE run_id = ?1)"
)
_WITNESSES = (
    "SELECT captured_at, response FROM captures JOIN headers ON headers.capture_id = captures.id"
    " WHERE run_id = ? ORDER BY captures.id DESC LIMIT 20"
)
_UNSETTLE = """
INSERT INTO unsettled (outlet_id, url_key)
SELECT DISTINCT outlet_id, url_key FROM captures WHERE run_id = ?1
UNION SELECT DISTINCT outlet_id, url_key FROM picture_captures JOIN version_images USING (image_id)
  JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id
  WHERE run_id = ?1 AND withdrawn_at IS NULL
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What was found wrong at a moment. ahead: when the last of the earlier runs with a clock that was ahead began, by
    that clock; behind: by how much the present clock is behind."""

    at: datetime
    ahead: datetime | None
    behind: timedelta | None


@dataclass(frozen=True, slots=True)
class _Later:
    """An earlier run that began later. began, ended: by its own clock."""

    id: int
    began: datetime
    ended: datetime


def put_clocks_right(db: Database, outlet: Outlet) -> Clocks:
    """Before a run begins: puts earlier runs that by their clocks are still to come in their place in time, so that
    what they saw is told anew (archive.pipeline.filing); or puts the clock of this process forward."""
    with transaction(db):
        row = db.execute("SELECT id FROM outlets WHERE name = ?", [outlet.name]).fetchone()
        found = _compared(db, row[0] if row else 0, clock.now())
    if found.behind:
        clock.put_forward(found.behind)
    return found


def _compared(db: Database, outlet_id: int, at: datetime) -> Clocks:
    later = list(_later(db, outlet_id, at + _SLACK))
    right = [run for run in later if at < clock.WRITTEN or _agrees(db, run.id)]
    behind = max(run.ended for run in right) + _AFTER - at if right else timedelta()
    ahead = [run for run in later if run not in right and run.ended > at + behind]
    for run in ahead:
        seconds = int((run.ended + _AFTER - at - behind).total_seconds())
        db.execute("UPDATE runs SET clock_ahead = ? WHERE id = ?", [seconds, run.id])
        db.execute(_UNSETTLE, [run.id])
    return Clocks(at, max((run.began for run in ahead), default=None), behind or None)


def _later(db: Database, outlet_id: int, at: datetime) -> Iterator[_Later]:
    for run_id, began, ahead in db.execute(_RUNS, [outlet_id, clock.stamp(at)]).fetchall():
        times = clock.read(began), clock.read(db.execute(_ENDED, [run_id]).fetchone()[0])
        if times[0] and times[1] and times[0] - timedelta(seconds=ahead) > at:  # `luubao verify` names the others
            yield _Later(run_id, times[0], times[1])


def _agrees(db: Database, run_id: int) -> bool:
    """Whether a run's clock agreed with the newspaper's own."""
    for stamped, response in db.execute(_WITNESSES, [run_id]).fetchall():
        captured_at, said = clock.read(stamped), _date_in(response)
        if captured_at and said:
            return abs(captured_at - said) <= _AGREE
    return False


def usual_offset(db: Database, outlet_id: int, run_id: int) -> timedelta | None:
    """By how much our clock was ahead of the newspaper's in the last run before this one that it answered; None where
    nothing is known."""
    row = db.execute(
        "SELECT max(id) FROM runs WHERE outlet_id = ? AND id < ? AND kind = 'crawl' AND EXISTS"
        " (SELECT 1 FROM captures WHERE run_id = runs.id)", [outlet_id, run_id],
    ).fetchone()  # fmt: skip
    for stamped, response in db.execute(_WITNESSES, [row[0]]).fetchall() if row else ():
        captured_at, said = clock.read(stamped), _date_in(response)
        if captured_at and said:
            return captured_at - said
    return None


def _date_in(response: str) -> datetime | None:
    """The newspaper's own time; None where it names none that can be."""
    from email.utils import parsedate_to_datetime  # which most commands do without

    try:
        dates = [value for name, value in validation.json_pairs(response) if name.lower() == "date"]
        return parsedate_to_datetime(dates[0]).astimezone(UTC) if dates else None
    except (ValueError, OverflowError):  # a witness that says nothing
        return None
