"""Writes rows of `outlets` and `runs`: registers an outlet, starts and finishes a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.frontier.change_rate_store import change_rates_of, fade_change_rates
from archive.frontier.url_queue import bring_back
from archive.model import clock
from archive.model.records import Outlet, Run, RunKind
from archive.storage.codecs import has_doubled
from archive.storage.connection import checkpoint, transaction
from archive.storage.integrity.seals import seal_finished
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
        db.execute(
            "UPDATE runs SET finished_at = ?, outcome = ?, reason = ?, stats = ?, warnings = ?, health = ?"
            " WHERE id = ?",
            [
                clock.stamp(moment),
                outcome,
                reason,
                *map(_json, (dict(stats), list(warnings), dict(health or {}))),
                run.id,
            ],
        )
        seal_finished(db, moment)
        if has_doubled(db, run):
            learn_dictionary(db, run.outlet_id, moment)
    checkpoint(db)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
