"""The rows that a history amounts to: what is written down, and what `verify` compares with what was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archive.history import Article, History, Version
from archive.model import clock
from archive.model.records import Reading

Place = tuple[int, int]
"""A version in a history: its article's number, and its place among that one's versions."""


@dataclass(slots=True)
class Plan:
    """Which rows of the archive become which. old: versions by id; versions, articles: place in the history -> id."""

    old: dict[int, dict[str, Any]]
    told: dict[Place, Version]
    shown: dict[int, Place]  # capture -> the version it shows
    versions: dict[Place, int] = field(default_factory=dict)
    articles: dict[int, int] = field(default_factory=dict)


def article_row(article: Article, plan: Plan) -> dict[str, Any]:
    """An article's row: what its page says now, where it lives, and since when it is gone."""
    places = [place for place in plan.told if place[0] == article.number]
    current = max(places)
    shown = article.page.said if isinstance(article.page.said, Reading) else article.latest.reading
    stone = article.tombstones[-1] if article.is_gone else None
    return {
        "headline": shown.headline, "byline": shown.byline, "section": shown.section,
        "published_at": clock.claimed(shown.published_at), "url": article.url, "url_key": article.speaker,
        "version_count": len(places), "first_seen_at": clock.stamp(article.first),
        "changed_at": clock.stamp(plan.told[current].at), "last_seen_at": clock.stamp(article.seen),
        "gone_since": clock.stamp(stone.gone_at) if stone else None, "gone_reason": stone.reason if stone else None,
        "current_version_id": plan.versions.get(current),
        "moved_to_id": plan.articles.get(-1 if article.moved_to is None else article.moved_to),
    }  # fmt: skip


def address_rows(history: History, plan: Plan) -> dict[str, tuple[int | None, str, str]]:
    """By address: the article it stands for, since when, and how it leads there."""
    return {
        key: (plan.articles.get(one.article), clock.stamp(one.since), one.kind)
        for key, one in history.addresses.items()
    }


def tombstone_rows(article: Article) -> list[tuple[str, str, str | None]]:
    """An article's disappearances: when it was found gone, how, and when it returned."""
    return [
        (clock.stamp(one.gone_at), one.reason, clock.stamp(one.returned_at) if one.returned_at else None)
        for one in article.tombstones
    ]
