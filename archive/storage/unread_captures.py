"""Finds the captures that an extractor has not read yet, and stages readings from elsewhere until they are filed.

There is no table of progress. A capture waits for an extractor as long as `readings` has no row for the two; an article
waits as long as its versions show texts of another extractor.

SQLite keeps temporary tables in a file of their own and drops them with the connection, so that millions of readings
need no memory. Files bring them in any order; they are filed in the order of the captures.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.model.records import Reading, Run
from archive.model.urls import url_key
from archive.storage import codecs
from archive.storage.captures.kept_captures import Source
from archive.storage.histories.history_readings import has_read
from archive.storage.histories.related_urls import StoredCapture
from archive.storage.integrity.column_validation import readable_values
from archive.storage.version_texts import CONFIDENCE, UNCERTAIN, from_row


@dataclass(frozen=True, slots=True)
class Waiting:
    """A capture to be read, with the charset its HTTP header named."""

    source: Source
    encoding: str | None


def waiting_of(past: StoredCapture, run: Run) -> Waiting:
    """A capture to be read, from a stored one."""
    return Waiting(Source(past.id, run, past.key, past.capture.url, past.capture.time), past.encoding)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A span of capture times, without its end, as clock.stamp writes them; compared as text."""

    since: str = ""
    until: str = "~"


class ExtractorProgress:
    """What one extractor has read in an archive, and what it has not."""

    def __init__(self, db: Database, extractor: str):
        self.db, self.extractor = db, extractor

    @property
    def _extractor_id(self) -> int:
        """The row id of the extractor; -1 as long as it has none."""
        row = self.db.execute("SELECT id FROM extractors WHERE name = ?", [self.extractor]).fetchone()
        return int(row[0]) if row else -1

    def count(self, run: Run, span: TimeSpan) -> int:
        """How many captures of a run's outlet wait."""
        query = f"SELECT count(*) FROM {self._waiting_captures}"
        return int(self.db.execute(query, self._parameters(run, span)).fetchone()[0])

    def keys(self, run: Run, span: TimeSpan) -> list[str]:
        """URL keys whose captures wait, or whose articles show texts of another extractor: those first whose shown
        reading is likely wrong, the others in order of time."""
        query = f"SELECT url_key, min(id) FROM {self._waiting_captures} GROUP BY url_key ORDER BY 2"
        keys = [row[0] for row in self.db.execute(query, self._parameters(run, span)).fetchall()]
        if span == TimeSpan():
            rows = self.db.execute(
                "SELECT DISTINCT articles.url_key FROM articles JOIN versions ON versions.article_id = articles.id"
                " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = text_id"
                " WHERE articles.outlet_id = ? AND withdrawn_at IS NULL AND texts.extractor_id <> ?"
                " AND EXISTS (SELECT 1 FROM readings WHERE readings.version_id = versions.id"
                " AND readings.extractor_id = ?) ORDER BY articles.id",
                [run.outlet_id, self._extractor_id, self._extractor_id],
            )
            keys += [row[0] for row in rows.fetchall()]
        waiting = set(keys)
        return list(dict.fromkeys([*(key for key in self._uncertain(run) if key in waiting), *keys]))

    def _uncertain(self, run: Run) -> list[str]:
        """URL keys of the articles whose shown reading is likelier wrong than right, the least certain first."""
        query = (
            f"SELECT url_key, {CONFIDENCE} AS confidence FROM articles JOIN active_texts"
            " ON active_texts.version_id = articles.current_version_id JOIN texts ON texts.id = text_id"
            " WHERE outlet_id = ? AND withdrawn_at IS NULL AND confidence < ? ORDER BY confidence, articles.id"
        )
        return [row[0] for row in self.db.execute(query, [run.outlet_id, UNCERTAIN]).fetchall()]

    def waits(self, capture_id: int) -> bool:
        """Whether this extractor has not read a capture."""
        return not has_read(self.db, self._extractor_id, capture_id)

    def former_kind(self, capture_id: int) -> str | None:
        """The kind that the latest other extractor gave a capture; None when none has read it."""
        row = self.db.execute(
            "SELECT kind FROM readings WHERE capture_id = ? AND extractor_id <> ? ORDER BY extractor_id DESC LIMIT 1",
            [capture_id, self._extractor_id],
        ).fetchone()
        return str(row[0]) if row else None

    def shown(self, version_id: int) -> Reading | None:
        """The active text of a version, as a Reading; None where it was withdrawn."""
        rows = self.db.query(
            "SELECT texts.*, extractors.name AS extractor FROM active_texts JOIN texts ON texts.id = text_id"
            " JOIN extractors ON extractors.id = texts.extractor_id WHERE active_texts.version_id = ?",
            [version_id],
        )
        return next(readable_values(rows, "texts", lambda row: from_row(row, row["extractor"])), None)

    @property
    def _waiting_captures(self) -> str:
        """SQL for the captures that wait, scanned by row id: with the index by url_key, SQLite would sort all captures
        of the outlet for every query."""
        return (
            "captures NOT INDEXED WHERE outlet_id = ? AND captured_at >= ? AND captured_at < ?"
            " AND NOT EXISTS (SELECT 1 FROM readings AS done"
            " WHERE done.capture_id = captures.id AND done.extractor_id = ?) AND (outcome = 'fresh' OR (body_id IS NOT"
            " NULL AND EXISTS (SELECT 1 FROM readings AS own WHERE own.capture_id = captures.id)))"
            " AND (outlet_id, url_key) NOT IN (SELECT outlet_id, url_key FROM unsettled)"
        )

    def _parameters(self, run: Run, span: TimeSpan) -> list[Any]:
        return [run.outlet_id, span.since, span.until, self._extractor_id]


_STAGING_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS staged (
  capture_id INTEGER PRIMARY KEY, outlet_id INTEGER NOT NULL, reading BLOB NOT NULL
)
"""
_WITHDRAWN_CODECS = ("withheld", "destroyed")

StagingResult = Literal["waits", "here", "unknown", "otherwise", "withdrawn"]
"""The result for a reading: staged, as its capture waits for it; this extractor has read the capture already; there is
no such capture; it was read under another URL or charset than the archive has; or its bytes were withdrawn."""


@dataclass(frozen=True, slots=True)
class CaptureKey:
    """The capture of a reading. captured_at: as clock.stamp writes it; digest: of its body; final_url, encoding,
    timezone: further input of its extractor; warc, offset: the record that held it, if it was read there."""

    outlet: str
    requested_url: str
    captured_at: str
    status: int
    digest: str
    final_url: str
    encoding: str | None
    timezone: str
    warc: str = ""
    offset: int = 0


class StagedReadings(ExtractorProgress):
    """The ledger of captures with a staged reading. Ignores all others."""

    def __init__(self, db: Database, extractor: str, outlet_id: int):
        super().__init__(db, extractor)
        self.outlet_id = outlet_id
        db.conn.execute(_STAGING_TABLE)

    def stage(self, named: CaptureKey, reading: dict[str, Any]) -> StagingResult:
        """Stages a reading, a value of plain JSON, for each capture that `named` identifies. Ignores a second reading
        of a capture. Call inside a transaction.

        Raises ValueError when the requested URL is no URL.
        """
        rows = self.db.execute(_MATCHING_CAPTURES, [
            self.outlet_id, url_key(named.requested_url), named.captured_at, named.requested_url, named.status,
            named.digest,
        ]).fetchall()  # fmt: skip
        if not rows:
            return "unknown"
        placed: StagingResult = "here"
        for capture_id, final_url, encoding, codec in rows:
            if codec in _WITHDRAWN_CODECS:
                placed = "withdrawn"
            elif final_url != named.final_url or _lower(encoding) != _lower(named.encoding):
                placed = "otherwise"
            elif self.waits(capture_id):
                placed = "waits"
                self._stage(capture_id, reading)
        return placed

    def reading(self, capture_id: int) -> dict[str, Any] | None:
        """The staged reading of a capture; None where there is none or its bytes are withdrawn."""
        row = self.db.execute(
            "SELECT reading FROM staged JOIN captures ON captures.id = capture_id JOIN bodies ON bodies.id = body_id"
            " WHERE capture_id = ? AND codec NOT IN (?, ?)", [capture_id, *_WITHDRAWN_CODECS],
        ).fetchone()  # fmt: skip
        return None if row is None else json.loads(codecs.decompress(row[0]))

    def _stage(self, capture_id: int, reading: dict[str, Any]) -> None:
        packed = codecs.compress(json.dumps(reading, ensure_ascii=False).encode())
        self.db.execute(
            "INSERT INTO staged VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [capture_id, self.outlet_id, packed]
        )

    @property
    def _waiting_captures(self) -> str:
        return f"{super()._waiting_captures} AND id IN (SELECT capture_id FROM staged)"


_MATCHING_CAPTURES = (
    "SELECT captures.id, final_url, encoding, codec FROM captures JOIN bodies ON bodies.id = body_id"
    " WHERE outlet_id = ? AND url_key = ? AND captured_at = ? AND requested_url = ? AND status = ? AND digest = ?"
)


def _lower(encoding: str | None) -> str:
    return (encoding or "").lower()
