"""Source, the capture of a reading; and the lookup of the article at a URL key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.model.records import Run


@dataclass(frozen=True, slots=True)
class Source:
    """The capture a reading was made from. `via`: keys of the URLs that redirected here."""

    capture_id: int
    run: Run
    url_key: str
    url: str
    captured_at: datetime
    via: tuple[str, ...] = ()


def article_at(db: Database, outlet_id: int, key: str) -> int | None:
    """The article that has this URL key as an alias; None when there is none."""
    row = db.execute("SELECT article_id FROM aliases WHERE outlet_id = ? AND url_key = ?", [outlet_id, key]).fetchone()
    return int(row[0]) if row else None
