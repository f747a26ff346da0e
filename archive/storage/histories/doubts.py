"""What is not believed, and what of an outlet's captures says so: whether nearly all articles changed at once.

Runs have other numbers in every archive, and a run that imports brings captures of many years. So it goes by time:
changes with no more than a pause between them are one upheaval, when at nearly all known articles that were looked at
meanwhile something changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlite_utils import Database

from archive.model import clock
from archive.model.records import Run
from archive.storage.clock_corrections import SEEN_AT

_FEWEST = 10  # known articles that were looked at
_SHARE = 0.8
_PAUSE = timedelta(minutes=20)
_LAST = 2**63 - 1

_CHANGED = f"""
SELECT {SEEN_AT}, url_key FROM captures JOIN runs ON runs.id = run_id JOIN readings ON capture_id = captures.id
  WHERE readings.words IS NOT NULL AND captures.outlet_id = ?1
UNION SELECT {SEEN_AT}, url_key FROM captures JOIN runs ON runs.id = run_id JOIN readings ON capture_id = captures.id
  WHERE readings.doubt IS NOT NULL AND captures.outlet_id = ?1
UNION SELECT {SEEN_AT}, url_key FROM captures JOIN runs ON runs.id = run_id
  WHERE captures.outcome = 'gone' AND captures.outlet_id = ?1
UNION SELECT gone_at, url_key FROM tombstones JOIN articles ON articles.id = tombstones.article_id
  WHERE outlet_id = ?1 AND withdrawn_at IS NULL
ORDER BY 1, 2
"""
_CHANGED_IN = """
SELECT count(*) FROM captures WHERE run_id = ? AND (outcome = 'gone' OR EXISTS (SELECT 1 FROM readings
  WHERE readings.capture_id = captures.id AND (words IS NOT NULL OR doubt IS NOT NULL OR kind IN ('soft-404', 'home'))))
"""
_KNOWN = """
articles.outlet_id = :outlet AND withdrawn_at IS NULL AND first_seen_at < :began AND NOT EXISTS (
  SELECT 1 FROM tombstones WHERE tombstones.article_id = articles.id AND gone_at < :began
  AND (returned_at IS NULL OR returned_at >= :began))
"""
_AT = f"""
SELECT articles.id FROM aliases JOIN articles ON articles.id = aliases.article_id
WHERE aliases.outlet_id = :outlet AND aliases.url_key = :key AND {_KNOWN}
"""
_LOOKED = f"""
SELECT count(*) FROM (SELECT id FROM articles WHERE {_KNOWN} AND id BETWEEN :first AND :last AND EXISTS (
  SELECT 1 FROM aliases CROSS JOIN captures INDEXED BY captures_time USING (outlet_id, url_key)
  WHERE aliases.article_id = articles.id AND captured_at BETWEEN :began AND :ended AND outcome <> 'error')
  ORDER BY id DESC LIMIT :most)
"""


@dataclass(slots=True)
class _Changes:
    """Changes one after the other. began, ended: times as clock.stamp writes them."""

    began: str
    ended: str
    keys: set[str] = field(default_factory=set)


def judge_changes(db: Database, run: Run, *, whole: bool) -> set[str]:
    """Notes when nearly all known articles changed or disappeared at once: that is an outage, or a new layout; what it
    is, the next look says. Returns the addresses of what is believed otherwise now. whole: of all that the outlet's
    captures tell, and not only where the run brought enough. Call inside a transaction."""
    if not whole and db.execute(_CHANGED_IN, [run.id]).fetchone()[0] < _FEWEST * _SHARE:
        return set()
    had = {(began, ended) for began, ended in at_once(db, run.outlet_id)}
    found = {(one.began, one.ended): one.keys for one in _changes(db, run.outlet_id)}
    now = {span for span in found if _is_upheaval(db, run.outlet_id, _Changes(*span, found[span]))}
    for began, _ in had - now:
        db.execute("DELETE FROM at_once WHERE outlet_id = ? AND began_at = ?", [run.outlet_id, began])
    for began, ended in sorted(now - had):
        db.execute(
            "INSERT INTO at_once (outlet_id, began_at, ended_at) VALUES (?, ?, ?)", [run.outlet_id, began, ended]
        )
    other = had ^ now
    return {
        key for (first, last), keys in found.items() for key in keys
        if any(began <= last and first <= ended for began, ended in other)
    }  # fmt: skip


def _changes(db: Database, outlet_id: int) -> Iterator[_Changes]:
    last, until = _Changes("", ""), None
    for at, key in db.execute(_CHANGED, [outlet_id]).fetchall():
        moment = clock.read(at)
        if moment is None:  # `luubao verify` names it
            continue
        if until is None or moment > until:
            if until is not None:
                yield last
            last = _Changes(at, at)
        last.ended, until = at, moment + _PAUSE
        last.keys.add(key)
    if until is not None:
        yield last


def _is_upheaval(db: Database, outlet_id: int, changes: _Changes) -> bool:
    if len(changes.keys) < _FEWEST * _SHARE:
        return False
    span: dict[str, object] = {"outlet": outlet_id, "began": changes.began, "ended": changes.ended}
    articles = {row[0] for key in changes.keys for row in db.execute(_AT, {**span, "key": key}).fetchall()}
    most = int(len(articles) / _SHARE) + 1
    if most < _FEWEST:
        return False
    looked = _looked(db, span, most, 0, max(articles))  # these were as new then; younger ones are seldom older
    looked += _looked(db, span, most, max(articles) + 1, _LAST) if looked < most else 0
    return looked >= _FEWEST and len(articles) >= _SHARE * looked


def _looked(db: Database, span: dict[str, object], most: int, first: int, last: int) -> int:
    """How many known articles of these numbers were looked at, counted no further than needed."""
    row = db.execute(_LOOKED, {**span, "most": most, "first": first, "last": last}).fetchone()
    return int(row[0])


def at_once(db: Database, outlet_id: int) -> list[tuple[str, str]]:
    """When nearly all articles of an outlet changed at once: from and to, as clock.stamp writes times."""
    rows = db.execute("SELECT began_at, ended_at FROM at_once WHERE outlet_id = ?", [outlet_id])
    return [(str(began), str(ended)) for began, ended in rows.fetchall()]


def doubts_of(db: Database, run: Run) -> list[tuple[str, int]]:
    """What of a run's pages was not believed and why, most first."""
    rows = db.execute(
        "SELECT doubt, count(DISTINCT capture_id) FROM readings JOIN captures ON captures.id = readings.capture_id"
        " WHERE run_id = ? AND doubt IS NOT NULL GROUP BY doubt ORDER BY 2 DESC, 1",
        [run.id],
    )
    return [(str(why), int(count)) for why, count in rows.fetchall()]


def opened_by(db: Database, run: Run) -> tuple[int, int]:
    """How many first versions a run's pages opened, and how many later ones."""
    row = db.execute(
        "SELECT count(*) FILTER (WHERE number = 1), count(*) FILTER (WHERE number > 1)"
        " FROM versions JOIN captures ON captures.id = capture_id WHERE run_id = ? AND words_of IS NULL",
        [run.id],
    ).fetchone()
    return int(row[0]), int(row[1])


def waiting_doubts(db: Database, outlet_id: int) -> int:
    """How many addresses of an outlet last showed what is not believed."""
    row = db.execute(
        "SELECT count(*) FROM (SELECT captures.url_key, max(captures.captured_at) AS at FROM readings"
        " JOIN captures ON captures.id = readings.capture_id WHERE doubt IS NOT NULL AND outlet_id = ?1"
        " GROUP BY captures.url_key) AS last WHERE NOT EXISTS (SELECT 1 FROM captures WHERE outlet_id = ?1"
        " AND captures.url_key = last.url_key AND captured_at > last.at AND outcome NOT IN ('error'))",
        [outlet_id],
    ).fetchone()
    return int(row[0])
