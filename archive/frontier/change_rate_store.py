"""Stores an outlet's learned change rates, chooses a run's rechecks by them, and measures how often it is
crawled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from archive.frontier import schedule
from archive.frontier.schedule import RECHECK_FLOOR, RecheckMode, State
from archive.model import clock
from archive.model.change_rate import BUCKETS, DAY, Bucket, ChangeRates, Tally
from archive.model.records import Run
from archive.storage.connection import transaction

_HALF_LIFE = timedelta(days=180)
_LASTMOD_CLAIMS = "promised"
_BUCKETS = {bucket.name: bucket for bucket in BUCKETS}
_MONTH = timedelta(days=30)
_MAX_SIGNED = 50


def learn_check(
    db: Database, run: Run, change_rates: ChangeRates, state: State, changed: bool, moment: datetime
) -> None:
    """Adds what a recheck teaches; `state` is as it was before it. Call inside the transaction that keeps its
    result."""
    for bucket, tally in schedule.lessons(change_rates, state, changed, moment):
        _add(db, run, bucket.name if bucket else _LASTMOD_CLAIMS, tally)


def learn_sign(db: Database, run: Run, sign: str, changed: bool) -> None:
    """Adds what a recheck triggered by a free sign teaches. Call inside the transaction that keeps its result."""
    _add(db, run, sign, Tally(1, float(changed), 0))


def note_turn(db: Database, run: Run, sign: str) -> None:
    """Counts that much of a list changed at once, which is no sign. Call inside a transaction."""
    _add(db, run, sign.replace("sign", "turn"), Tally(1, 0, 0))


def _add(db: Database, run: Run, bucket: str, tally: Tally) -> None:
    db.execute(
        "INSERT INTO habits (outlet_id, bucket, looks, changes, days) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (outlet_id, bucket) DO UPDATE SET looks = looks + excluded.looks,"
        " changes = changes + excluded.changes, days = days + excluded.days",
        [run.outlet_id, bucket, tally.looks, tally.changes, tally.days],
    )


def change_rates_of(db: Database, outlet_id: int) -> ChangeRates:
    """An outlet's stored change rates. Buckets of an earlier division into ages are left out."""
    rows = db.execute("SELECT bucket, looks, changes, days FROM habits WHERE outlet_id = ?", [outlet_id]).fetchall()
    known: dict[str, Tally] = {name: Tally(*numbers) for name, *numbers in rows}
    tallies: dict[Bucket, Tally] = {_BUCKETS[name]: tally for name, tally in known.items() if name in _BUCKETS}
    (since,) = db.execute("SELECT min(started_at) FROM runs WHERE outlet_id = ?", [outlet_id]).fetchone()
    signs = {name: tally for name, tally in known.items() if name.startswith("sign:")}
    return ChangeRates(tallies, known.get(_LASTMOD_CLAIMS, Tally()), clock.read(since), signs)


def fade_change_rates(db: Database, run: Run, moment: datetime) -> None:
    """Decays what was learned, by half in half a year, because a newsroom may change its ways. Call once at a run's
    start, inside a transaction."""
    row = db.execute(
        "SELECT started_at FROM runs WHERE outlet_id = ? AND id < ? AND kind <> 'cleanse' ORDER BY id DESC LIMIT 1",
        [run.outlet_id, run.id],
    ).fetchone()
    previous_start = clock.read(row[0]) if row else None
    if previous_start is None:
        return
    share = 0.5 ** (max(timedelta(), moment - previous_start) / _HALF_LIFE)
    db.execute(
        "UPDATE habits SET looks = looks * :share, changes = changes * :share, days = days * :share"
        " WHERE outlet_id = :outlet",
        {"share": share, "outlet": run.outlet_id},
    )


def rechecks(
    db: Database, run: Run, moment: datetime, asked: int | None = None, recheck_mode: RecheckMode = "due",
    floor: timedelta = RECHECK_FLOOR, used: int = 0,
) -> list[str]:  # fmt: skip
    """Takes the known articles, and other pages that are no lists, that this run rechecks, in this order:

    1. those that must be seen now so that each is seen twice a year;
    2. of all that are due, those with the most edits expected beyond what made them due;
    3. of those not due yet, those that gain most, until the run has reached its target (schedule.recheck_target).

    Takes none within `floor` of its last recheck, or before its `not_before`. used: pictures that the run requests
    again; they count towards the target.
    """
    parameters: dict[str, object] = {
        "outlet": run.outlet_id, "run": run.id, "now": clock.stamp(moment), "again": clock.stamp(moment - floor),
        "last_deadline": clock.stamp(moment - schedule.MAX_DUE_INTERVAL),
    }  # fmt: skip
    runs_per_day, unchecked = runs_a_day(db, run, moment), dict(db.execute(_UNCHECKED, parameters).fetchall())
    max_rechecks, max_overdue = schedule.budget(unchecked, runs_per_day, asked)
    parameters |= {"most": max_rechecks, "overdue": max_overdue}
    overdue = f"{_DUE} AND checked_at <= :last_deadline ORDER BY checked_at LIMIT :overdue"
    others = f"{_DUE} ORDER BY worth * (julianday(:now) - julianday(due_at)) DESC, due_at LIMIT :most"
    rows = [row for query in (overdue, others) for row in db.execute(query, parameters).fetchall()]
    chosen = list(dict.fromkeys(rows))[:max_rechecks]
    remaining = max(0, schedule.recheck_target(recheck_mode, runs_per_day, asked) - used - len(chosen))
    parameters |= {"left": remaining, "enough": schedule.WORTH_A_LOOK, "unseen": schedule.UNSEEN_DAYS}
    return _taken(db, run, chosen + db.execute(_EARLY, parameters).fetchall())


_UNCHECKED = (
    "SELECT cast(julianday(:now) - julianday(checked_at) AS INTEGER) AS days, count(*) FROM frontier"
    " WHERE outlet_id = :outlet AND rank = 3 AND due_at <= :now AND checked_at <= :last_deadline GROUP BY days"
)
_KNOWN = "SELECT url_key, url FROM frontier WHERE outlet_id = :outlet AND rank = 3 AND run_id IS NOT :run"
_INTERVAL_OVER = "(checked_at IS NULL OR checked_at <= :again OR checked_at > :now)"  # a clock may have been ahead
_DUE = f"{_KNOWN} AND due_at <= :now AND {_INTERVAL_OVER}"
# What gains most, in edits expected and in ending the doubt whether an article is still there: until it is due the
# edits expected grow evenly to `enough`; `unseen` days without a look weigh as much as a certain edit.
_EARLY = f"""
{_KNOWN} AND due_at > :now AND kind = 'article' AND {_INTERVAL_OVER} AND coalesce(not_before, '') <= :now
ORDER BY :enough * (julianday(:now) - julianday(checked_at)) / (julianday(due_at) - julianday(checked_at))
  + (julianday(:now) - julianday(checked_at)) * (julianday(:now) - julianday(checked_at)) / (:unseen * :unseen) DESC,
  url_key LIMIT :left
"""


def take_signalled(db: Database, run: Run, moment: datetime) -> list[str]:
    """Takes the articles that free signs have made due since `rechecks` was called."""
    now, again = clock.stamp(moment), clock.stamp(moment - RECHECK_FLOOR)
    parameters = {"outlet": run.outlet_id, "run": run.id, "now": now, "again": again}
    return _taken(db, run, db.execute(f"{_DUE} AND sign IS NOT NULL LIMIT {_MAX_SIGNED}", parameters).fetchall())


def _taken(db: Database, run: Run, chosen: Sequence[tuple[str, str]]) -> list[str]:
    with transaction(db):
        db.conn.executemany(
            "UPDATE frontier SET run_id = ? WHERE outlet_id = ? AND url_key = ?",
            [(run.id, run.outlet_id, key) for key, _ in chosen],
        )
    return [url for _, url in chosen]


def runs_a_day(db: Database, run: Run, moment: datetime) -> float:
    """Crawls a day in the last thirty days, this run included; on an outlet's first day, crawls so far."""
    begin = moment - _MONTH
    first, runs = db.execute(
        "SELECT min(started_at), count(*) FROM runs WHERE outlet_id = ? AND kind <> 'cleanse' AND started_at >= ?",
        [run.outlet_id, clock.stamp(begin)],
    ).fetchone()
    first_start = clock.read(first)
    if first_start is None:
        return 1.0
    (has_older_runs,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM runs WHERE outlet_id = ? AND started_at < ?)", [run.outlet_id, clock.stamp(begin)]
    ).fetchone()
    days = _MONTH / DAY if has_older_runs else max(1.0, (moment - first_start) / DAY)
    return float(runs) / days
