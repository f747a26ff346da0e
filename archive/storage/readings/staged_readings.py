"""Stages readings from elsewhere in a temporary table, by capture, until they are filed.

SQLite keeps temporary tables in a file of their own and drops them with the connection, so that millions of readings
need no memory. Files bring them in any order; they are filed in the order of the captures.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.model.urls import url_key
from archive.storage.bodies import codecs
from archive.storage.readings.unread_captures import ExtractorProgress

_STAGING_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS brought (
  capture_id INTEGER PRIMARY KEY, outlet_id INTEGER NOT NULL, reading BLOB NOT NULL
)
"""
_WITHDRAWN_CODECS = ("withheld", "destroyed")

StagingResult = Literal["waits", "here", "unknown", "otherwise", "withdrawn"]
"""The result for a reading: staged, as its capture waits for it; this extractor has read the capture already; there is
no such capture; it was read under another URL or charset than the archive has; or its bytes were withdrawn."""


@dataclass(frozen=True, slots=True)
class CaptureIdentity:
    """What identifies a capture. captured_at: as clock.stamp writes it; digest: of its body. final_url, encoding:
    further input of its extractor."""

    requested_url: str
    captured_at: str
    status: int
    digest: str
    final_url: str
    encoding: str | None


class StagedReadings(ExtractorProgress):
    """The ledger of captures with a staged reading. Ignores all others."""

    def __init__(self, db: Database, extractor: str, outlet_id: int):
        super().__init__(db, extractor)
        self.outlet_id = outlet_id
        db.conn.execute(_STAGING_TABLE)

    def bring(self, named: CaptureIdentity, reading: dict[str, Any]) -> StagingResult:
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
            "SELECT reading FROM brought JOIN captures ON captures.id = capture_id JOIN bodies ON bodies.id = body_id"
            " WHERE capture_id = ? AND codec NOT IN (?, ?)", [capture_id, *_WITHDRAWN_CODECS],
        ).fetchone()  # fmt: skip
        return None if row is None else json.loads(codecs.decompress(row[0]))

    def _stage(self, capture_id: int, reading: dict[str, Any]) -> None:
        packed = codecs.compress(json.dumps(reading, ensure_ascii=False).encode())
        self.db.execute(
            "INSERT INTO brought VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [capture_id, self.outlet_id, packed]
        )

    @property
    def _waiting_captures(self) -> str:
        return f"{super()._waiting_captures} AND id IN (SELECT capture_id FROM brought)"


_MATCHING_CAPTURES = (
    "SELECT captures.id, final_url, encoding, codec FROM captures JOIN bodies ON bodies.id = body_id"
    " WHERE outlet_id = ? AND url_key = ? AND captured_at = ? AND requested_url = ? AND status = ? AND digest = ?"
)


def _lower(encoding: str | None) -> str:
    return (encoding or "").lower()
