"""The outlets of an archive, how they were crawled, and how much it holds of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from archive.storage.damaged_rows import readable_values


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


def papers(db: Database) -> list[FollowedOutlet]:
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


def crawl_history(db: Database, paper: FollowedOutlet) -> CrawlHistory:
    """How an outlet was crawled, by its runs that succeeded, failed in part or still run."""
    rows = db.query(
        "SELECT count(*) AS runs, count(DISTINCT substr(started_at, 1, 10)) AS days, min(started_at) AS first,"
        " max(started_at) AS last FROM runs WHERE outlet_id = ? AND kind <> 'cleanse'"
        " AND outcome IN ('ok', 'partly-failed', 'running') AND started_at BETWEEN '1990' AND '2200'",
        [paper.id],
    )
    summaries = readable_values(rows, "runs", lambda row: CrawlHistory(**row))
    return next(summaries, CrawlHistory(0, 0, None, None))


def sizes(db: Database) -> Sizes:
    """How much the archive holds, without withdrawn articles."""
    row = next(
        iter(
            db.query(
                "SELECT (SELECT count(*) FROM articles WHERE withdrawn_at IS NULL) AS articles,"
                " (SELECT coalesce(sum(version_count), 0) FROM articles WHERE withdrawn_at IS NULL) AS versions,"
                " (SELECT coalesce(max(id), 0) FROM captures) AS captures,"
                " (SELECT count(*) FROM articles WHERE gone_since IS NOT NULL AND withdrawn_at IS NULL) AS gone,"
                " (SELECT count(*) FROM pictures) AS pictures,"
                " (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size) AS bytes,"
                " (SELECT coalesce(sum(size), 0) FROM pictures) AS picture_bytes"
            )
        )
    )
    return Sizes(**row)
