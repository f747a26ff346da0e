"""The outlets of an archive, their runs, and what `luubao status` and the checks after a run ask."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.storage.connection import snapshot, transaction
from archive.storage.histories.doubts import waiting_doubts
from archive.storage.integrity.column_validation import readable_values
from archive.storage.version_texts import CONFIDENCE, UNCERTAIN

PLAUSIBLE = "started_at BETWEEN '1990' AND '2200'"
"""SQL for runs that began when our clock can have said so (archive.model.validation)."""
CRAWLED = f"outcome IN ('ok', 'partly-failed', 'running') AND kind <> 'cleanse' AND {PLAUSIBLE}"
"""SQL for runs that crawled their outlet; a running one has done so until now."""


@dataclass(frozen=True, slots=True)
class FollowedOutlet:
    """A row of `outlets`. timezone: IANA name."""

    id: int
    name: str
    title: str
    home_url: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """Counts of articles and captures. last_capture_at: time of the last capture, UTC; None in an empty archive."""

    articles: int
    edited: int
    gone: int
    captures: int
    last_capture_at: str | None


def outlets(db: Database) -> list[FollowedOutlet]:
    """All outlets, in the order in which they were added."""
    rows = db.query("SELECT id, name, title, home_url, timezone FROM outlets ORDER BY id")
    return list(readable_values(rows, "outlets", lambda row: FollowedOutlet(**row)))


def holdings(db: Database) -> Holdings:
    """Counts, without withdrawn articles. The largest capture id is their number: no capture is ever removed."""
    rows = db.query(
        "SELECT (SELECT count(*) FROM articles) - (SELECT count(*) FROM articles WHERE withdrawn_at IS NOT NULL)"
        " AS articles, (SELECT count(*) FROM articles WHERE version_count > 1)"
        " - (SELECT count(*) FROM articles WHERE withdrawn_at IS NOT NULL AND +version_count > 1) AS edited,"
        " (SELECT count(*) FROM articles WHERE gone_since IS NOT NULL AND withdrawn_at IS NULL) AS gone,"
        " coalesce((SELECT max(id) FROM captures), 0) AS captures,"
        " (SELECT captured_at FROM captures ORDER BY id DESC LIMIT 1) AS last_capture_at"
    )
    return Holdings(**next(iter(rows)))


def sections(db: Database, outlet: str | None = None) -> list[str]:
    """Sections of the articles, those with the most articles first."""
    rows = db.execute(
        "SELECT section FROM months WHERE section <> '' AND (:outlet IS NULL OR outlet_id ="
        " (SELECT id FROM outlets WHERE name = :outlet)) GROUP BY section ORDER BY sum(articles) DESC, section",
        {"outlet": outlet},
    )
    return [str(row[0]) for row in rows.fetchall()]


def photographers(db: Database, limit: int) -> list[tuple[str, int]]:
    """Credits with their numbers of pictures, the most frequent first."""
    rows = db.execute("SELECT credit, pictures FROM credits ORDER BY pictures DESC, credit LIMIT ?", [limit])
    return [(str(credit), int(pictures)) for credit, pictures in rows.fetchall()]


@dataclass(frozen=True, slots=True)
class CrawlHistory:
    """How an outlet was crawled. first, last: start of its first and of its last run; runs: how many; days: on how many
    days (UTC)."""

    runs: int
    days: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is; bytes: size of the archive's file; picture_bytes: of the pictures it lists."""

    articles: int
    versions: int
    captures: int
    gone: int
    pictures: int
    bytes: int
    picture_bytes: int


def crawl_history(db: Database, outlet: FollowedOutlet) -> CrawlHistory:
    """How an outlet was crawled, by its runs that succeeded, failed in part or still run."""
    rows = db.query(
        "SELECT count(*) AS runs, count(DISTINCT substr(started_at, 1, 10)) AS days, min(started_at) AS first,"
        f" max(started_at) AS last FROM runs WHERE outlet_id = ? AND {CRAWLED}",
        [outlet.id],
    )
    summaries = readable_values(rows, "runs", lambda row: CrawlHistory(**row))
    return next(summaries, CrawlHistory(0, 0, None, None))


def sizes(db: Database) -> Sizes:
    """How much the archive holds, without withdrawn articles."""
    rows = db.query(
        "SELECT (SELECT count(*) FROM articles WHERE withdrawn_at IS NULL) AS articles,"
        " (SELECT coalesce(sum(version_count), 0) FROM articles WHERE withdrawn_at IS NULL) AS versions,"
        " (SELECT coalesce(max(id), 0) FROM captures) AS captures,"
        " (SELECT count(*) FROM articles WHERE gone_since IS NOT NULL AND withdrawn_at IS NULL) AS gone,"
        " (SELECT count(*) FROM pictures) AS pictures,"
        " (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size) AS bytes,"
        " (SELECT coalesce(sum(size), 0) FROM pictures) AS picture_bytes"
    )
    return Sizes(**next(iter(rows)))


_NEWEST = 2_000  # articles of an outlet whose confidence is counted: the texts of all take seconds to read


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run. outcome: as runs.outcome; reason: its sentence, if any; warnings: unusual findings; stats: its counts;
    health: its measures, as archive.monitor.health writes them."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    reason: str | None
    warnings: tuple[str, ...]
    stats: Mapping[str, int]
    health: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many URLs of an outlet are due: never requested; known, due for a revisit; lists, including seeds."""

    never_asked: int
    known: int
    lists: int


@dataclass(frozen=True, slots=True)
class RevisitCounts:
    """How many articles are online, and how many of them were captured in the last day, week and month."""

    there: int = 0
    day: int = 0
    week: int = 0
    month: int = 0


@dataclass(frozen=True, slots=True)
class CertaintyCounts:
    """How many of the newest articles have a confidence, and how many of them one below a half."""

    measured: int = 0
    uncertain: int = 0


NO_REVISITS = RevisitCounts()
NO_CERTAINTY = CertaintyCounts()


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """An outlet's counts and runs. runs: the latest, oldest first. doubted: URLs whose last reading is in doubt. signs:
    by kind, how many rechecks free change signals have triggered, and how many of these found a change."""

    name: str
    title: str
    timezone: str
    articles: int
    edited: int
    gone: int
    waiting: DueCounts
    runs: tuple[RunFacts, ...]
    doubted: int = 0
    seen: RevisitCounts = NO_REVISITS
    signs: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    certain: CertaintyCounts = NO_CERTAINTY


def outlet_names(db: Database) -> list[str]:
    return [row[0] for row in db.execute("SELECT name FROM outlets ORDER BY name").fetchall()]


def runs_of(db: Database, outlet_id: int, since: datetime) -> list[RunFacts]:
    """An outlet's runs that began at that time or later, oldest first, corrected for a clock that was ahead."""
    rows = db.query(
        "SELECT id, started_at, finished_at, outcome, reason, warnings, stats, health, clock_ahead FROM runs"
        " WHERE outlet_id = ? AND started_at >= ? AND kind <> 'cleanse' ORDER BY started_at, id",
        [outlet_id, clock.stamp(since)],
    )
    return sorted(readable_values(rows, "runs", _run_facts), key=lambda run: (run.started_at, run.id))


def _run_facts(row: Mapping[str, Any]) -> RunFacts:
    ahead = timedelta(seconds=row["clock_ahead"] or 0)
    return RunFacts(
        row["id"], clock.parse(row["started_at"]) - ahead,
        clock.parse(row["finished_at"]) - ahead if row["finished_at"] else None, row["outcome"], row["reason"],
        tuple(json.loads(row["warnings"] or "[]")), json.loads(row["stats"]), json.loads(row["health"] or "{}"),
    )  # fmt: skip


def outlet_facts(db: Database, since: datetime, now: datetime) -> list[OutletFacts]:
    """Every outlet with its counts, its runs since that time, and the URLs due by `now`; all from one snapshot."""
    with snapshot(db):
        return list(_outlets(db, since, now))


def _outlets(db: Database, since: datetime, now: datetime) -> Iterator[OutletFacts]:
    rows = db.query(
        "SELECT outlets.id, name, title, timezone, count(articles.id) AS articles,"
        " count(articles.id) FILTER (WHERE version_count > 1) AS edited,"
        " count(gone_since) AS gone FROM outlets LEFT JOIN articles ON articles.outlet_id = outlets.id"
        " GROUP BY outlets.id ORDER BY name"
    )
    for row in readable_values(list(rows), "outlets", dict):
        outlet_id = row.pop("id")
        runs, doubted = tuple(runs_of(db, outlet_id, since)), waiting_doubts(db, outlet_id)
        waiting, seen = _due(db, outlet_id, now), _recently_seen(db, outlet_id, now)
        signs, certain = _signs(db, outlet_id), _certainty(db, outlet_id)
        yield OutletFacts(**row, waiting=waiting, runs=runs, doubted=doubted, seen=seen, signs=signs, certain=certain)


def _certainty(db: Database, outlet_id: int) -> CertaintyCounts:
    row = db.execute(
        f"SELECT count(confidence), count(*) FILTER (WHERE confidence < ?) FROM (SELECT {CONFIDENCE} AS confidence FROM"
        " (SELECT current_version_id FROM articles WHERE outlet_id = ? AND withdrawn_at IS NULL"
        " ORDER BY id DESC LIMIT ?)"
        " JOIN active_texts ON active_texts.version_id = current_version_id JOIN texts ON texts.id = text_id)",
        [UNCERTAIN, outlet_id, _NEWEST],
    ).fetchone()
    return CertaintyCounts(*row)


def _recently_seen(db: Database, outlet_id: int, now: datetime) -> RevisitCounts:
    spans = (timedelta(days=days) for days in (1, 7, 30))
    row = db.execute(
        "SELECT count(*), count(*) FILTER (WHERE last_seen_at > ?2), count(*) FILTER (WHERE last_seen_at > ?3),"
        " count(*) FILTER (WHERE last_seen_at > ?4) FROM articles WHERE outlet_id = ?1 AND gone_since IS NULL"
        " AND withdrawn_at IS NULL",
        [outlet_id, *(clock.stamp(now - span) for span in spans)],
    ).fetchone()
    return RevisitCounts(*row)


def _signs(db: Database, outlet_id: int) -> dict[str, tuple[float, float]]:
    rows = db.execute(
        "SELECT bucket, looks, changes FROM habits WHERE outlet_id = ? AND (bucket = 'promised' OR bucket LIKE '%: %')",
        [outlet_id],
    )
    return {kind: (looks, changes) for kind, looks, changes in rows.fetchall()}


def _due(db: Database, outlet_id: int, now: datetime) -> DueCounts:
    never_asked, known, lists = db.execute(
        "SELECT count(*) FILTER (WHERE rank = 1), count(*) FILTER (WHERE rank = 3),"
        " count(*) FILTER (WHERE rank IN (0, 2)) FROM frontier WHERE outlet_id = ? AND due_at <= ?",
        [outlet_id, clock.stamp(now)],
    ).fetchone()
    return DueCounts(never_asked, known, lists)


REPEAT_AFTER = timedelta(hours=20)
"""When a warning is news again: a daily crawl may begin some minutes early, and should report it every day."""


def warned_recently(db: Database, run_id: int, sentence: str) -> bool:
    """Whether a run of the same outlet in the day before has the same warning."""
    outlet_id, started = db.execute("SELECT outlet_id, started_at FROM runs WHERE id = ?", [run_id]).fetchone()
    earlier = runs_of(db, outlet_id, clock.parse(started) - REPEAT_AFTER)
    return any(sentence in run.warnings for run in earlier if run.id < run_id)


def warn(db: Database, run_id: int, sentence: str) -> None:
    """Adds a warning to a recorded run. Raises ArchiveUnusable."""
    with transaction(db):
        (stored,) = db.execute("SELECT warnings FROM runs WHERE id = ?", [run_id]).fetchone()
        warnings = [*json.loads(stored or "[]"), sentence]
        db.execute("UPDATE runs SET warnings = ? WHERE id = ?", [json.dumps(warnings, ensure_ascii=False), run_id])
