"""Builds the rows of a derived history: to be stored, and for `verify` to compare with the stored ones; the
size of each edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.diff.significance import edit_weight
from archive.history import Article, History, Version
from archive.model import clock
from archive.model.records import Reading
from archive.storage.readings.version_texts import from_row

Place = tuple[int, int]
"""A version in a history: its article's number, and its index among that article's versions."""


@dataclass(slots=True)
class Plan:
    """Maps a derived history to stored rows. old: stored versions by id; told: derived versions; versions, articles:
    place in the history -> id."""

    old: dict[int, dict[str, Any]]
    told: dict[Place, Version]
    shown: dict[int, Place]  # capture -> the version it shows
    versions: dict[Place, int] = field(default_factory=dict)
    articles: dict[int, int] = field(default_factory=dict)


def article_row(article: Article, plan: Plan) -> dict[str, Any]:
    """An article's row: its current page, its address, and since when it is gone."""
    places = [place for place in plan.told if place[0] == article.number]
    current = max(places)
    shown = article.page.said if isinstance(article.page.said, Reading) else article.latest.reading
    tombstone = article.tombstones[-1] if article.is_gone else None
    return {
        "headline": shown.headline, "byline": shown.byline, "section": shown.section,
        "published_at": clock.claimed(shown.published_at), "url": article.url, "url_key": article.speaker,
        "version_count": len(places), "first_seen_at": clock.stamp(article.first),
        "changed_at": clock.stamp(plan.told[current].at), "last_seen_at": clock.stamp(article.seen),
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


_ACTIVE_TEXT = (
    "SELECT texts.* FROM versions JOIN active_texts ON active_texts.version_id = versions.id"
    " JOIN texts ON texts.id = active_texts.text_id WHERE versions.article_id = ? AND versions.number = ?"
)


def measure(db: Database, version_id: int) -> None:
    """Stores how much a version differs from the one before it, and the next one from it, if the same extractor read
    both. Call inside a transaction, whenever a version's text changes."""
    article_id, number = db.execute("SELECT article_id, number FROM versions WHERE id = ?", [version_id]).fetchone()
    before, present, after = (
        _active_text(db, article_id, version_number) for version_number in (number - 1, number, number + 1)
    )
    _store_size(db, before, present)
    _store_size(db, present, after)


def note_size(db: Database, version_id: int, old: Reading, new: Reading) -> None:
    """Stores how much a version differs from the reading before it. Call inside a transaction."""
    size = edit_weight(old, new)
    db.execute(
        "UPDATE versions SET words_removed = ?, words_added = ?, numbers_changed = ?, names_changed = ?, weight = ?"
        " WHERE id = ?",
        [size.words_removed, size.words_added, size.numbers, size.names, size.weight, version_id],
    )


def uncounted(db: Database) -> list[int]:
    """Edits whose changed numbers and names were never counted: those from before migration step 6."""
    rows = db.execute("SELECT id FROM versions WHERE number > 1 AND weight IS NOT NULL AND numbers_changed IS NULL")
    return [int(row[0]) for row in rows.fetchall()]


def _active_text(db: Database, article_id: int, number: int) -> dict[str, Any] | None:
    return next(iter(db.query(_ACTIVE_TEXT, [article_id, number])), None)


def _store_size(db: Database, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    if old and new and old["extractor_id"] == new["extractor_id"]:
        note_size(db, new["version_id"], from_row(old), from_row(new))
