"""Readings that were made elsewhere, on their way to being filed: set down beside the archive, by capture.

They lie in a temporary table, which SQLite keeps in a file of its own and takes away with the connection, so that
millions of them need no memory. Files bring them in any order; they are filed in that of the captures.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.model.urls import url_key
from archive.storage.bodies import codecs
from archive.storage.readings.unread_captures import Ledger

_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS brought (
  capture_id INTEGER PRIMARY KEY, outlet_id INTEGER NOT NULL, reading BLOB NOT NULL
)
"""
_OUT_OF_SIGHT = ("withheld", "destroyed")

Placed = Literal["waits", "here", "unknown", "otherwise", "withdrawn"]
"""Of a reading: its capture waits for it; this extractor has read it already; there is no such capture; it was read
under another address or charset than the archive names; or its bytes were withdrawn."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a capture is known by. captured_at: as clock.stamp writes it; digest: of its body. final_url, encoding: what
    its reader was told besides."""

    requested_url: str
    captured_at: str
    status: int
    digest: str
    final_url: str
    encoding: str | None


class Brought(Ledger):
    """The ledger of captures of which a reading was brought. Others are none of its business."""

    def __init__(self, db: Database, extractor: str, outlet_id: int):
        super().__init__(db, extractor)
        self.outlet_id = outlet_id
        db.conn.execute(_TABLE)

    def bring(self, named: Named, reading: dict[str, Any]) -> Placed:
        """Sets a reading down, a value of plain JSON, for each capture that is so named. A second one of the same
        capture changes nothing. Call inside a transaction.

        Raises ValueError when what was asked for is no address.
        """
        found = self.db.execute(_CAPTURES, [
            self.outlet_id, url_key(named.requested_url), named.captured_at, named.requested_url, named.status,
            named.digest,
        ]).fetchall()  # fmt: skip
        if not found:
            return "unknown"
        placed: Placed = "here"
        for capture_id, final_url, encoding, codec in found:
            if codec in _OUT_OF_SIGHT:
                placed = "withdrawn"
            elif final_url != named.final_url or _folded(encoding) != _folded(named.encoding):
                placed = "otherwise"
            elif self.waits(capture_id):
                placed = "waits"
                self._set_down(capture_id, reading)
        return placed

    def reading(self, capture_id: int) -> dict[str, Any] | None:
        """What was set down for a capture, as long as its bytes are not withdrawn."""
        row = self.db.execute(
            "SELECT reading FROM brought JOIN captures ON captures.id = capture_id JOIN bodies ON bodies.id = body_id"
            " WHERE capture_id = ? AND codec NOT IN (?, ?)", [capture_id, *_OUT_OF_SIGHT],
        ).fetchone()  # fmt: skip
        return None if row is None else json.loads(codecs.decompress(row[0]))

    def _set_down(self, capture_id: int, reading: dict[str, Any]) -> None:
        packed = codecs.compress(json.dumps(reading, ensure_ascii=False).encode())
        self.db.execute(
            "INSERT INTO brought VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [capture_id, self.outlet_id, packed]
        )

    @property
    def _waiting(self) -> str:
        return f"{super()._waiting} AND id IN (SELECT capture_id FROM brought)"


_CAPTURES = (
    "SELECT captures.id, final_url, encoding, codec FROM captures JOIN bodies ON bodies.id = body_id"
    " WHERE outlet_id = ? AND url_key = ? AND captured_at = ? AND requested_url = ? AND status = ? AND digest = ?"
)


def _folded(encoding: str | None) -> str:
    return (encoding or "").lower()
