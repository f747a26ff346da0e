"""What one extractor has read, and what waits for it: the questions of whoever reads kept captures again.

There is no table of progress. A capture waits for an extractor as long as `readings` holds no row of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlite_utils import Database

from archive.edits import changed_fields, reading_digest
from archive.records import Reading, Run, Unreadable
from archive.store.identity import Source
from archive.store.readable import readable
from archive.store.sources import COLUMNS, source_from
from archive.store.texts import from_row

Outcome = Literal["told", "confirmed", "unreadable", "unplaced", "new", "edited", "unchanged", "apart", "done"]
"""What a capture that was read again came to. Its version is shown in the new words (`told`) or had them already
(`confirmed`); it had no version, and opens an article (`new`) or a version (`edited`), shows one that is there
(`unchanged`), or is older than its article's versions, or another print (`apart`). `done`: somebody else was faster, or
the article is withdrawn. `unplaced`: not yet decided."""


_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A capture that an extractor has not read. version_id: the version another extractor saw in it."""

    source: Source
    encoding: str | None
    version_id: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """Times of capture, from and up to but not including, as clock.stamp writes them; they are compared as text."""

    since: str = ""
    until: str = "~"

    def covers(self, moment: str) -> bool:
        """Whether a capture of this time is meant."""
        return self.since <= moment < self.until


@dataclass(frozen=True, slots=True)
class Refiled:
    """What became of a capture that was read again. former_kind: what the former extractor saw in it, None when none
    had read it. before: the words the version was shown in, where it is shown in others now. differs: it shows another
    state than the version's newest capture, which the former extractor could not see."""

    outcome: Outcome
    former_kind: str | None = None
    version_id: int | None = None
    before: Reading | None = None
    differs: bool = False


class Ledger:
    """An archive, from the side of one extractor."""

    readings: ClassVar[str] = "readings"
    texts: ClassVar[str] = "texts"

    def __init__(self, db: Database, extractor: str):
        self.db, self.extractor = db, extractor
        self._id: int | None = None

    @property
    def extractor_id(self) -> int:
        """Its row; -1 as long as it has none."""
        if self._id is None:
            self._id = self._one("SELECT id FROM extractors WHERE name = ?", self.extractor)
        return -1 if self._id is None else self._id

    def count(self, run: Run, span: Span) -> int:
        """How many captures wait."""
        return int(self._one(f"SELECT count(*) FROM {self._waiting}", *self._meant(run, span, 0)))

    def waiting(self, run: Run, span: Span, after: int, limit: int, last: int = _LARGEST) -> list[Waiting]:
        """Captures of the run's outlet that brought a page and wait, oldest first, numbered above `after` and up to
        `last`."""
        query = f"SELECT {COLUMNS}, {self._version} AS version_id FROM {self._waiting} ORDER BY id LIMIT ?"
        rows = self.db.query(query, [*self._meant(run, span, after, last), limit])
        return list(readable(rows, "captures", lambda row: _waiting(run, row)))

    def leader(self, run: Run, waiting: Waiting, span: Span) -> Waiting | None:
        """The newest capture of the same version, where it waits too: read first, it gives the version the words
        against which the others are held."""
        version_id = waiting.version_id
        if version_id is None or self.told(version_id):
            return None
        newest = self.newest_capture(version_id)
        if newest is None or newest == waiting.source.capture_id:
            return None
        return next(iter(self.waiting(run, span, newest - 1, 1, last=newest)), None)

    def waits(self, capture_id: int) -> bool:
        """Whether this extractor has yet to read the capture."""
        found = self._one(
            f"SELECT 1 FROM {self.readings} WHERE capture_id = ? AND extractor_id = ?", capture_id, self.extractor_id
        )
        return found is None

    def newest_capture(self, version_id: int) -> int | None:
        """The newest capture that was read as this version and that this extractor has not found unreadable."""
        found = self._one(
            f"SELECT capture_id FROM {self.readings} AS seen JOIN captures ON captures.id = capture_id"
            " WHERE version_id = ? AND body_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
            f" {self.readings} AS refused WHERE refused.capture_id = seen.capture_id AND refused.extractor_id = ?"
            " AND refused.version_id IS NULL) ORDER BY captured_at DESC, capture_id DESC LIMIT 1",
            version_id,
            self.extractor_id,
        )
        return None if found is None else int(found)

    def told(self, version_id: int) -> str | None:
        """The digest of the words in which this extractor tells a version, if it does."""
        found = self._one(
            f"SELECT digest FROM {self.texts} WHERE version_id = ? AND extractor_id = ?", version_id, self.extractor_id
        )
        return None if found is None else str(found)

    def untold(self, article_id: int) -> list[int]:
        """Versions of an article whose shown text is another extractor's, oldest first."""
        return self._column(
            "SELECT versions.id FROM versions JOIN active_texts ON active_texts.version_id = versions.id"
            " JOIN texts ON texts.id = active_texts.text_id"
            " WHERE versions.article_id = ? AND texts.extractor_id <> ? ORDER BY versions.number",
            article_id,
            self.extractor_id,
        )

    def half_told(self, run: Run, after: int, limit: int) -> list[int]:
        """Versions that this extractor has read, or once told, and that are shown in the words of another: what is left
        where reading was interrupted, and where an extractor that was given up is taken up again."""
        return self._column(
            "SELECT versions.id FROM versions JOIN articles ON articles.id = versions.article_id"
            " JOIN active_texts ON active_texts.version_id = versions.id JOIN texts ON texts.id = active_texts.text_id"
            " WHERE versions.id > ? AND articles.outlet_id = ? AND texts.extractor_id <> ? AND EXISTS (SELECT 1"
            " FROM readings WHERE readings.version_id = versions.id AND readings.extractor_id = ?)"
            " ORDER BY versions.id LIMIT ?",
            after, run.outlet_id, self.extractor_id, self.extractor_id, limit,
        )  # fmt: skip

    def consider(self, source: Source, reading: Reading | Unreadable) -> Refiled:
        """What a new reading of a capture comes to, as far as that can be said without placing it."""
        waits, version_id = self.waits(source.capture_id), self._version_of(source.capture_id)
        former = self._former_kind(source.capture_id)
        if version_id is None or isinstance(reading, Unreadable):
            outcome: Outcome = "unreadable" if isinstance(reading, Unreadable) else "unplaced"
            return Refiled(outcome if waits else "done", former, version_id)
        if self.told(version_id) is None and self.newest_capture(version_id) == source.capture_id:
            before = self.shown(version_id)
            return Refiled("told" if before else "done", former, version_id, before)
        if not waits:
            return Refiled("done", former, version_id)
        return Refiled("confirmed", former, version_id, differs=self._differs(version_id, reading))

    def shown(self, version_id: int) -> Reading | None:
        """The words in which a version is shown now; None where they were withdrawn."""
        rows = self.db.query(
            "SELECT texts.*, extractors.name AS extractor FROM active_texts JOIN texts ON texts.id = text_id"
            " JOIN extractors ON extractors.id = texts.extractor_id WHERE active_texts.version_id = ?",
            [version_id],
        )
        return next(readable(rows, "texts", lambda row: from_row(row, row["extractor"])), None)

    def words_of(self, version_id: int) -> Reading | None:
        """The words in which this extractor tells a version, if the archive has them."""
        rows = self.db.query(
            "SELECT * FROM texts WHERE version_id = ? AND extractor_id = ?", [version_id, self.extractor_id]
        )
        return next(readable(rows, "texts", lambda row: from_row(row, self.extractor)), None)

    def _differs(self, version_id: int, reading: Reading) -> bool:
        digest = self.told(version_id)
        if digest is None or digest == reading_digest(reading):
            return False
        words = self.words_of(version_id)  # a digest may have been made under an older rule of what an edit is
        return words is None or bool(changed_fields(words, reading))

    def _version_of(self, capture_id: int) -> int | None:
        found = self._one(f"SELECT {self._version} FROM captures WHERE id = ?", capture_id)
        return None if found is None else int(found)

    def _former_kind(self, capture_id: int) -> str | None:
        found = self._one(
            "SELECT kind FROM readings WHERE capture_id = ? AND extractor_id <> ? ORDER BY extractor_id DESC LIMIT 1",
            capture_id,
            self.extractor_id,
        )
        return None if found is None else str(found)

    @property
    def _version(self) -> str:
        return (
            f"(SELECT version_id FROM {self.readings} WHERE capture_id = captures.id AND version_id IS NOT NULL"
            " ORDER BY extractor_id DESC LIMIT 1)"
        )

    @property
    def _waiting(self) -> str:
        """By row number: the index by address would have all captures of the outlet sorted for every answer."""
        return (
            "captures NOT INDEXED WHERE id > ? AND id <= ? AND outlet_id = ? AND captured_at >= ? AND captured_at < ?"
            f" AND NOT EXISTS (SELECT 1 FROM {self.readings} AS done"
            " WHERE done.capture_id = captures.id AND done.extractor_id = ?) AND (outcome = 'fresh' OR (body_id IS NOT"
            " NULL AND EXISTS (SELECT 1 FROM readings AS own WHERE own.capture_id = captures.id)))"
            " AND (outlet_id, url_key) NOT IN (SELECT outlet_id, url_key FROM unsettled)"
        )

    def _meant(self, run: Run, span: Span, after: int, last: int = _LARGEST) -> list[Any]:
        return [after, last, run.outlet_id, span.since, span.until, self.extractor_id]

    def _one(self, query: str, *values: Any) -> Any:
        row = self.db.execute(query, values).fetchone()
        return row[0] if row else None

    def _column(self, query: str, *values: Any) -> list[int]:
        return [int(row[0]) for row in self.db.execute(query, values).fetchall()]


def _waiting(run: Run, row: dict[str, Any]) -> Waiting:
    return Waiting(source_from(run, row), row["encoding"], row["version_id"])
