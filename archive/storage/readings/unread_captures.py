"""What one extractor has read, and what waits for it: the questions of whoever reads kept captures again.

There is no table of progress. A capture waits for an extractor as long as `readings` holds no row of the two; an
article waits as long as it is told in the words of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.model.records import Reading, Run
from archive.storage.captures.capture_source import Source
from archive.storage.damaged_rows import readable
from archive.storage.histories.related_urls import Past
from archive.storage.readings.version_texts import from_row


@dataclass(frozen=True, slots=True)
class Waiting:
    """A capture to be read, with the charset its HTTP header named."""

    source: Source
    encoding: str | None


def waiting_of(past: Past, run: Run) -> Waiting:
    """A capture, to be read."""
    return Waiting(Source(past.id, run, past.key, past.look.url, past.look.at), past.encoding)


@dataclass(frozen=True, slots=True)
class Span:
    """Times of capture, from and up to but not including, as clock.stamp writes them; they are compared as text."""

    since: str = ""
    until: str = "~"


class Ledger:
    """An archive, from the side of one extractor."""

    def __init__(self, db: Database, extractor: str):
        self.db, self.extractor = db, extractor

    @property
    def _id(self) -> int:
        """Its row; -1 as long as it has none."""
        row = self.db.execute("SELECT id FROM extractors WHERE name = ?", [self.extractor]).fetchone()
        return int(row[0]) if row else -1

    def count(self, run: Run, span: Span) -> int:
        """How many captures wait."""
        query = f"SELECT count(*) FROM {self._waiting}"
        return int(self.db.execute(query, self._meant(run, span)).fetchone()[0])

    def keys(self, run: Run, span: Span) -> list[str]:
        """Addresses whose captures wait, or whose articles are told in the words of another, in order of time."""
        query = f"SELECT url_key, min(id) FROM {self._waiting} GROUP BY url_key ORDER BY 2"
        found = [row[0] for row in self.db.execute(query, self._meant(run, span)).fetchall()]
        if span == Span():
            rows = self.db.execute(
                "SELECT DISTINCT articles.url_key FROM articles JOIN versions ON versions.article_id = articles.id"
                " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = text_id"
                " WHERE articles.outlet_id = ? AND withdrawn_at IS NULL AND texts.extractor_id <> ?"
                " AND EXISTS (SELECT 1 FROM readings WHERE readings.version_id = versions.id"
                " AND readings.extractor_id = ?) ORDER BY articles.id",
                [run.outlet_id, self._id, self._id],
            )
            found += [row[0] for row in rows.fetchall()]
        return list(dict.fromkeys(found))

    def waits(self, capture_id: int) -> bool:
        """Whether this extractor has not read a capture."""
        row = self.db.execute(
            "SELECT 1 FROM readings WHERE capture_id = ? AND extractor_id = ?", [capture_id, self._id]
        ).fetchone()
        return row is None

    def former_kind(self, capture_id: int) -> str | None:
        """What another extractor took a capture for; None when none had read it."""
        row = self.db.execute(
            "SELECT kind FROM readings WHERE capture_id = ? AND extractor_id <> ? ORDER BY extractor_id DESC LIMIT 1",
            [capture_id, self._id],
        ).fetchone()
        return str(row[0]) if row else None

    def shown(self, version_id: int) -> Reading | None:
        """The words in which a version is shown now; None where they were withdrawn."""
        rows = self.db.query(
            "SELECT texts.*, extractors.name AS extractor FROM active_texts JOIN texts ON texts.id = text_id"
            " JOIN extractors ON extractors.id = texts.extractor_id WHERE active_texts.version_id = ?",
            [version_id],
        )
        return next(readable(rows, "texts", lambda row: from_row(row, row["extractor"])), None)

    @property
    def _waiting(self) -> str:
        """By row number: the index by address would have all captures of the outlet sorted for every answer."""
        return (
            "captures NOT INDEXED WHERE outlet_id = ? AND captured_at >= ? AND captured_at < ?"
            " AND NOT EXISTS (SELECT 1 FROM readings AS done"
            " WHERE done.capture_id = captures.id AND done.extractor_id = ?) AND (outcome = 'fresh' OR (body_id IS NOT"
            " NULL AND EXISTS (SELECT 1 FROM readings AS own WHERE own.capture_id = captures.id)))"
            " AND (outlet_id, url_key) NOT IN (SELECT outlet_id, url_key FROM unsettled)"
        )

    def _meant(self, run: Run, span: Span) -> list[Any]:
        return [run.outlet_id, span.since, span.until, self._id]
