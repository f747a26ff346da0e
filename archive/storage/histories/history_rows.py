"""Builds the rows of a derived history: to be stored, and for `verify` to compare with the stored ones; the
size of each edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archive.history import Article, History, Version
from archive.model import clock
from archive.model.records import Reading

Place = tuple[int, int]
"""A version in a history: its article's number, and its index among that article's versions."""


@dataclass(slots=True)
class Plan:
    """Maps a derived history to stored rows. old: stored versions by id; derived: derived versions; versions, articles:
    place in the history -> id."""

    old: dict[int, dict[str, Any]]
    derived: dict[Place, Version]
    shown: dict[int, Place]  # capture -> the version it shows
    versions: dict[Place, int] = field(default_factory=dict)
    articles: dict[int, int] = field(default_factory=dict)


def article_row(article: Article, plan: Plan) -> dict[str, Any]:
    """An article's row: its current page, its address, and since when it is gone."""
    places = [place for place in plan.derived if place[0] == article.number]
    current = max(places)
    shown = article.page.said if isinstance(article.page.said, Reading) else article.latest.reading
    tombstone = article.tombstones[-1] if article.is_gone else None
    return {
        "headline": shown.headline, "byline": shown.byline, "section": shown.section,
        "published_at": clock.claimed(shown.published_at), "url": article.url, "url_key": article.primary,
        "version_count": len(places), "first_seen_at": clock.stamp(article.first),
        "changed_at": clock.stamp(plan.derived[current].at), "last_seen_at": clock.stamp(article.seen),
        "gone_since": clock.stamp(tombstone.gone_at) if tombstone else None,
        "gone_reason": tombstone.reason if tombstone else None,
        "current_version_id": plan.versions.get(current),
        "moved_to_id": plan.articles.get(-1 if article.moved_to is None else article.moved_to),
    }  # fmt: skip


def address_rows(history: History, plan: Plan) -> dict[str, tuple[int | None, str, str]]:
    """By address (url_key): article id, since when, and kind of alias."""
    return {
        key: (plan.articles.get(address.article), clock.stamp(address.since), address.kind)
        for key, address in history.addresses.items()
    }


def tombstone_rows(article: Article) -> list[tuple[str, str, str | None]]:
    """An article's disappearances: when it was found gone, how, and when it returned."""
    return [
        (
            clock.stamp(tombstone.gone_at),
            tombstone.reason,
            clock.stamp(tombstone.returned_at) if tombstone.returned_at else None,
        )
        for tombstone in article.tombstones
    ]
