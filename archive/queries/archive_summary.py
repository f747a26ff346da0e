"""Summary of an archive: how long and how often each outlet was crawled, and how much is stored."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from archive.queries.outlets_followed import FollowedOutlet
from archive.storage.damaged_rows import readable_values


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
