"""The outlets of an archive, and how much it holds of them."""

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
