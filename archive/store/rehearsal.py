"""Reading again without writing: what would be filed is noted in temporary tables, which lie outside the archive's file
and are gone with the connection."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from sqlite_utils import Database

from archive.edits import reading_digest
from archive.records import Reading, Unreadable
from archive.store.identity import LatestVersion, Source, latest_version, speaks_for
from archive.store.ledger import Outcome, Refiled
from archive.store.refile import Recording

_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS noted_readings (
  capture_id, extractor_id, kind, version_id, PRIMARY KEY (capture_id, extractor_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS temp.noted_readings_version ON noted_readings(version_id, capture_id);
CREATE TEMP TABLE IF NOT EXISTS noted_texts (
  version_id, extractor_id, digest, PRIMARY KEY (version_id, extractor_id)
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS noted_articles (
  outlet_id, url_key, digest, PRIMARY KEY (outlet_id, url_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS temp.noted_articles_digest ON noted_articles(outlet_id, digest);
CREATE TEMP VIEW IF NOT EXISTS rehearsed_readings AS
SELECT capture_id, extractor_id, kind, version_id FROM main.readings
UNION ALL SELECT capture_id, extractor_id, kind, version_id FROM noted_readings;
CREATE TEMP VIEW IF NOT EXISTS rehearsed_texts AS
SELECT version_id, extractor_id, digest FROM main.texts
UNION ALL SELECT version_id, extractor_id, digest FROM noted_texts;
"""


class Rehearsal(Recording):
    """A ledger that is not written. What it says of pages that had no version goes by address and text alone: whether
    the articles they would open would also meet by a redirect or a declared address is not tried."""

    readings: ClassVar[str] = "rehearsed_readings"
    texts: ClassVar[str] = "rehearsed_texts"

    def __init__(self, db: Database, extractor: str):
        super().__init__(db, extractor)
        self._id = self.extractor_id  # as it is now: what a crawl writes meanwhile is not part of the rehearsal
        db.executescript(_TABLES)

    def refile(self, source: Source, reading: Reading | Unreadable) -> Refiled:
        """What this extractor read in a kept capture would come to."""
        found = self.consider(source, reading)
        if found.outcome == "unplaced" and isinstance(reading, Reading):
            found = self._rehearse(source, reading, found)
        if found.outcome != "done":
            self._note(source, reading, found)
        return found

    def take_up(self, version_id: int) -> bool:
        """Whether this extractor has once told the version."""
        return self.words_of(version_id) is not None

    def untold(self, article_id: int) -> list[int]:
        """Versions of an article that this extractor has not told, oldest first."""
        return [version_id for version_id in super().untold(article_id) if self.told(version_id) is None]

    def _note(self, source: Source, reading: Reading | Unreadable, found: Refiled) -> None:
        if isinstance(reading, Unreadable):
            kind, version_id = str(reading.reason), None
        else:
            kind, version_id = str(reading.kind), found.version_id
        self.db.execute(
            "INSERT INTO noted_readings VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [source.capture_id, self.extractor_id, kind, version_id],
        )
        if found.outcome == "told" and isinstance(reading, Reading):
            self.db.execute(
                "INSERT INTO noted_texts VALUES (?, ?, ?)", [version_id, self.extractor_id, reading_digest(reading)]
            )
        self.db.conn.commit()

    def _rehearse(self, source: Source, reading: Reading, found: Refiled) -> Refiled:
        latest = latest_version(self.db, source, reading)
        digest = reading_digest(reading)
        if not self.opens(source, latest, found.former_kind):
            version_id = self._told_so(latest.article_id, digest) if latest else None
            return replace(found, outcome="unchanged" if version_id else "apart", version_id=version_id)
        key = latest.url_key if latest else source.url_key
        return replace(found, outcome=self._opened(source, latest, key, digest))

    def _opened(self, source: Source, latest: LatestVersion | None, key: str, digest: str) -> Outcome:
        known = self._one(
            "SELECT digest FROM noted_articles WHERE outlet_id = ? AND (url_key = ? OR digest = ?)",
            source.run.outlet_id,
            key,
            digest,
        ) or (latest and self.told(latest.id))
        if known == digest:
            return "unchanged"
        if latest and not speaks_for(source, latest):
            return "unchanged"
        self.db.execute("INSERT OR REPLACE INTO noted_articles VALUES (?, ?, ?)", [source.run.outlet_id, key, digest])
        return "edited" if known else "new"

    def _told_so(self, article_id: int, digest: str) -> int | None:
        versions = self._column("SELECT id FROM versions WHERE article_id = ?", article_id)
        return next((version_id for version_id in versions if self.told(version_id) == digest), None)
