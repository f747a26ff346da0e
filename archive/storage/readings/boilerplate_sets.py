"""Stores the learned boilerplate sets of an outlet (recurring blocks), and learns new ones from its latest readings."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlite_utils import Database

from archive.model import clock
from archive.model.errors import BadValue
from archive.model.notices import pass_over
from archive.model.records import Reading, Run
from archive.model.validation import json_lines
from archive.storage.connection import transaction
from archive.storage.damaged_rows import readable_values
from archive.storage.readings.version_texts import from_row
from archive.text.recurring_blocks import Boilerplate, learn

_MIN_ARTICLES = 20
_SAMPLE_SIZE = 200
# With a new set, every version is read again when its article is next compared, so sets are learned rarely: when the
# outlet has twice the articles it had, or after a week.
_GROWTH = 2
_MAX_AGE = timedelta(days=7)


def boilerplate_of(db: Database, outlet_id: int) -> Boilerplate:
    """The newest boilerplate set of an outlet; the empty one when none was learned."""
    row = db.execute(
        "SELECT recurring FROM furniture WHERE outlet_id = ? ORDER BY id DESC LIMIT 1", [outlet_id]
    ).fetchone()
    return _parsed_set(row[0]) if row else Boilerplate()


def known_boilerplate(db: Database, outlet_id: int) -> list[Boilerplate]:
    """All boilerplate sets of an outlet, oldest first."""
    rows = db.execute("SELECT recurring FROM furniture WHERE outlet_id = ? ORDER BY id", [outlet_id]).fetchall()
    return [_parsed_set(row[0]) for row in rows]


def _parsed_set(stored: str) -> Boilerplate:
    """Parses a stored set; the empty one, with a notice, where it cannot be read."""
    try:
        return Boilerplate(frozenset(json_lines(stored)))
    except BadValue as error:
        pass_over("furniture", error)
        return Boilerplate()


def learn_boilerplate(db: Database, run: Run, at: datetime) -> Boilerplate | None:
    """Learns from the outlet's latest articles, when due; stores and returns the set where it differs, None
    otherwise."""
    (count,) = db.execute("SELECT count(*) FROM articles WHERE outlet_id = ?", [run.outlet_id]).fetchone()
    if not _is_due(db, run, count, at):
        return None
    present = boilerplate_of(db, run.outlet_id)
    learned = learn(_latest_readings(db, run), present)
    if learned == present:
        return None
    return put_boilerplate(db, run, learned, at, count)


def put_boilerplate(db: Database, run: Run, learned: Boilerplate, at: datetime, count: int = 0) -> Boilerplate:
    """Stores a set that was learned, here or by another archive. count: how many articles the outlet has."""
    with transaction(db):
        db.execute(
            "INSERT INTO furniture (outlet_id, digest, learned_at, article_count, recurring) VALUES (?, ?, ?, ?, ?)",
            [run.outlet_id, learned.digest, clock.stamp(at), count, json.dumps(sorted(learned.marks))],
        )
    return learned


def _is_due(db: Database, run: Run, count: int, at: datetime) -> bool:
    row = db.execute(
        "SELECT learned_at, article_count FROM furniture WHERE outlet_id = ? ORDER BY id DESC LIMIT 1", [run.outlet_id]
    ).fetchone()
    if row is None:
        return count >= _MIN_ARTICLES
    learned_at = clock.read(row[0])
    return learned_at is None or count >= _GROWTH * row[1] or at - learned_at >= _MAX_AGE


def _latest_readings(db: Database, run: Run) -> list[Reading]:
    rows = db.query(
        "SELECT texts.* FROM articles JOIN active_texts ON active_texts.version_id = articles.current_version_id"
        " JOIN texts ON texts.id = active_texts.text_id WHERE articles.outlet_id = ? ORDER BY articles.id DESC LIMIT ?",
        [run.outlet_id, _SAMPLE_SIZE],
    )
    return list(readable_values(rows, "texts", from_row))
