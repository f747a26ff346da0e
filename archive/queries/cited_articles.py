"""What became of an article since a day: the same, edited, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlite_utils import Database

from archive.diff import EditSummary, summarize_edit
from archive.model.errors import UnknownArticle, Withdrawn
from archive.model.time_zones import zone_of
from archive.queries.days import moments
from archive.queries.edit_changes import readings_of
from archive.queries.lookup import Article, find_article

Fate = Literal["same", "edited", "gone", "unknown", "withdrawn"]


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """What became of a cited URL. fate: `edited` and `gone` since the access day, or since the first version where
    there is none; `unknown`: not in the archive. then, now: version numbers; earlier: whether the access day lies
    before the first version, so that nothing is known of what it said; summary: of the edit from `then` to `now`."""

    url: str
    accessed: date | None
    fate: Fate
    article: Article | None = None
    then: int = 1
    now: int = 1
    earlier: bool = False
    summary: EditSummary | None = None


def cited_article(db: Database, url: str, accessed: date | None) -> CitedArticle:
    """What became of the article at a URL since a day in the outlet's time zone; the version at its end counts."""
    try:
        article = find_article(db, url)
    except UnknownArticle:
        return CitedArticle(url, accessed, "unknown")
    except Withdrawn:
        return CitedArticle(url, accessed, "withdrawn")
    until = moments(accessed, accessed, zone_of(article.timezone))[1] if accessed else ""
    rows = db.execute(
        "SELECT id, number, first_seen_at < ? FROM versions WHERE article_id = ? ORDER BY number", [until, article.id]
    ).fetchall()
    then, now = next((row for row in reversed(rows) if row[2]), rows[0]), rows[-1]
    readings = readings_of(db, {then[0], now[0]}) if then != now else {}
    summary = summarize_edit(readings[then[0]], readings[now[0]]) if len(readings) == 2 else None
    fate: Fate = "gone" if article.gone_since else "edited" if then != now else "same"
    earlier = accessed is not None and not rows[0][2]
    return CitedArticle(url, accessed, fate, article, int(then[1]), int(now[1]), earlier, summary)
