"""Articles told anew in an archive in memory: what their captures amount to, one after the other in order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.records import Reading
from archive.store.kin import Past
from archive.store.texts import from_row


@dataclass(frozen=True, slots=True)
class State:
    """A version as it would be in order of time. id: its number in the archive in memory; capture_id, article_id:
    likewise the archive's own number of a capture, and the number of an article in the archive in memory."""

    id: int
    article_id: int
    number: int
    capture_id: int
    row: dict[str, Any]
    words_of: int | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class Shown:
    """What a capture was read as. kind: None where nothing was read in it or in what it confirms; own: it was read
    itself."""

    past: Past
    kind: str | None
    detail: str | None
    rules: str | None
    version_id: int | None
    own: bool


@dataclass(frozen=True, slots=True)
class Retold:
    """The archive in memory. pasts: its captures, the first of which has the number 1. unread: numbers, in the archive
    itself, of captures whose bytes are not to be had."""

    db: Database
    pasts: tuple[Past, ...]
    unread: frozenset[int] = frozenset()

    def states(self) -> list[State]:
        """All versions, those first that others share the words of."""
        rows = self.db.query(
            "SELECT versions.*, texts.headline AS text_headline, lead, body, captions, layout, details FROM versions"
            " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = text_id"
            " ORDER BY words_of IS NOT NULL, article_id, number"
        )
        return [self._state(row) for row in rows]

    def _state(self, row: dict[str, Any]) -> State:
        names = ("lead", "body", "captions", "layout", "details")
        words = {name: row.pop(name) for name in names} | {"headline": row.pop("text_headline")}
        capture_id = self.pasts[row["capture_id"] - 1].id
        return State(
            row["id"], row["article_id"], row["number"], capture_id, row, row["words_of"], from_row(words)
        )  # fmt: skip

    def shown(self) -> list[Shown]:
        """What each capture was read as, by itself or through what it confirms."""
        rows = self.db.execute(
            "SELECT captures.id, readings.kind, readings.detail, readings.rules, readings.version_id,"
            " readings.capture_id = captures.id FROM captures"
            " LEFT JOIN readings ON readings.capture_id = coalesce((SELECT capture_id FROM readings AS own"
            " WHERE own.capture_id = captures.id), captures.revisit_of) ORDER BY captures.id"
        )
        return [
            Shown(self.pasts[number - 1], kind, detail, rules, version_id, bool(own))
            for number, kind, detail, rules, version_id, own in rows.fetchall()
        ]

    def images(self, version_id: int) -> list[tuple[Any, ...]]:
        """The pictures of a version: position, address, when it was first seen, caption, credit, caption_raw, alt,
        picture."""
        rows = self.db.execute(
            "SELECT position, images.url, images.first_seen_at, caption, credit, caption_raw, alt, picture_id"
            " FROM version_images JOIN images ON images.id = image_id WHERE version_id = ? ORDER BY position",
            [version_id],
        )
        return list(rows.fetchall())

    def rows(self, table: str) -> Iterable[dict[str, Any]]:
        """All rows of a table."""
        return self.db.query(f"SELECT * FROM {table}")
