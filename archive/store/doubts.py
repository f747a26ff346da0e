"""What is not believed, and what of a run's captures says so: whether nearly all articles changed at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from archive.records import Run

_FEWEST = 10  # known articles that a run looked at
_SHARE = 0.8

_LOOKED = """
SELECT count(DISTINCT aliases.article_id) FROM captures JOIN aliases USING (outlet_id, url_key)
JOIN articles ON articles.id = aliases.article_id JOIN captures AS first ON first.id = (
  SELECT capture_id FROM versions WHERE article_id = articles.id AND number = 1)
WHERE captures.run_id = ? AND captures.outcome <> 'error' AND first.run_id <> captures.run_id
  AND articles.withdrawn_at IS NULL
"""
_CHANGED = """
SELECT DISTINCT captures.url_key, aliases.article_id FROM captures JOIN aliases USING (outlet_id, url_key)
JOIN articles ON articles.id = aliases.article_id
LEFT JOIN readings ON readings.capture_id = captures.id
WHERE captures.run_id = ?1 AND articles.withdrawn_at IS NULL AND (readings.doubt IS NOT NULL
  OR EXISTS (SELECT 1 FROM versions WHERE versions.capture_id = captures.id AND number > 1 AND words_of IS NULL)
  OR EXISTS (SELECT 1 FROM tombstones WHERE tombstones.article_id = articles.id AND gone_at = captures.captured_at))
"""


def changed_at_once(db: Database, run: Run) -> list[str]:
    """The addresses at which a run found nearly all known articles it looked at changed or gone; none where it did not.
    That is an outage, or a new layout: what it is, the next look says."""
    (looked,) = db.execute(_LOOKED, [run.id]).fetchone()
    if looked < _FEWEST:
        return []
    rows = db.execute(_CHANGED, [run.id]).fetchall()
    return [key for key, _ in rows] if len({article for _, article in rows}) >= _SHARE * looked else []


def note_at_once(db: Database, run: Run) -> None:
    """Writes down that nearly all articles changed in a run. Call inside a transaction."""
    db.execute("INSERT INTO at_once (run_id) VALUES (?) ON CONFLICT DO NOTHING", [run.id])


def at_once(db: Database, runs: Iterable[int]) -> frozenset[int]:
    """Of these runs, those in which nearly all articles changed."""
    found = {row[0] for row in db.execute("SELECT run_id FROM at_once").fetchall()}
    return frozenset(found & set(runs))


def doubts_of(db: Database, run: Run) -> list[tuple[str, int]]:
    """What of a run's pages was not believed and why, most first."""
    rows = db.execute(
        "SELECT doubt, count(DISTINCT capture_id) FROM readings JOIN captures ON captures.id = readings.capture_id"
        " WHERE run_id = ? AND doubt IS NOT NULL GROUP BY doubt ORDER BY 2 DESC, 1",
        [run.id],
    )
    return [(str(why), int(count)) for why, count in rows.fetchall()]


def edits_of(db: Database, run: Run) -> int:
    """How many versions a run's pages opened of articles known before."""
    row = db.execute(
        "SELECT count(*) FROM versions JOIN captures ON captures.id = capture_id"
        " WHERE run_id = ? AND number > 1 AND words_of IS NULL",
        [run.id],
    ).fetchone()
    return int(row[0])


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
