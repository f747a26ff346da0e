"""Filing what was read again: what the newspaper published, and when it changed it, stays as it is; the words in which
it is told get better.

Number, first-seen time and digest of a version are never touched. A page that no extractor could read before is filed
as a crawl would have done, as long as nothing of its article is newer; what is older is attached, never put in between.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import get_args

from archive import clock
from archive.edits import changed_fields
from archive.records import FilingOutcome, ReadableKind, Reading, Unreadable
from archive.store.connection import transaction
from archive.store.file import extractor_id, file, record_reading, retell
from archive.store.identity import LatestVersion, Source, latest_version
from archive.store.keep import bury, gone_reason, mark_seen
from archive.store.ledger import Ledger, Refiled

_READABLE = frozenset(get_args(ReadableKind))


class Recording(Ledger):
    """A ledger that is written."""

    def refile(self, source: Source, reading: Reading | Unreadable) -> Refiled:
        """Files what this extractor read in a kept capture, in one transaction."""
        with transaction(self.db):
            found = self.consider(source, reading)
            if found.outcome == "done":
                return found
            extractor = extractor_id(self.db, reading.extractor, clock.now())
            if isinstance(reading, Unreadable):
                self._refuse(source, reading, found, extractor)
            elif found.outcome == "unplaced":
                return self._place(source, reading, found, extractor)
            else:
                self._record(source, reading, extractor, found.version_id)
                if found.outcome == "told" and found.version_id is not None:
                    retell(self.db, found.version_id, source.capture_id, reading, clock.now())
        return found

    def take_up(self, version_id: int) -> bool:
        """Shows a version in the words this extractor once told it in; False when it never did."""
        words = self.words_of(version_id)
        if words is None:
            return False
        capture_id = self._one(
            "SELECT capture_id FROM texts WHERE version_id = ? AND extractor_id = ?", version_id, self.extractor_id
        )
        retell(self.db, version_id, capture_id, words, clock.now())
        return True

    def _refuse(self, source: Source, refusal: Unreadable, found: Refiled, extractor: int) -> None:
        """Its version, if it had one, keeps the words it had. That a page says its article is gone is news only where
        the address has said nothing since."""
        if refusal.reason != found.former_kind and not self.said_since(source, source.url_key):
            file(self.db, self._alone(source), refusal)
        else:
            record_reading(self.db, source, extractor, refusal.reason, refusal.detail or None, None)

    def _record(self, source: Source, reading: Reading, extractor: int, version_id: int | None) -> None:
        rules = dict(reading.origins).get("rules")
        record_reading(self.db, source, extractor, reading.kind, None, version_id, rules)

    def _place(self, source: Source, reading: Reading, found: Refiled, extractor: int) -> Refiled:
        latest = latest_version(self.db, source, reading)
        if self.opens(source, latest, found.former_kind):
            filed_as = self._file(source, reading, latest)
            return replace(found, outcome=filed_as)
        version_id = self._same(latest.article_id, source, reading) if latest else None
        self._record(source, reading, extractor, version_id)
        return replace(found, outcome="unchanged" if version_id else "apart", version_id=version_id)

    def opens(self, source: Source, latest: LatestVersion | None, former_kind: str | None) -> bool:
        """Whether a capture without a version may open one: nothing of its article is newer. One that could be read,
        and was held to be another print, must lie at an address that has shown the article before."""
        print_before = former_kind in _READABLE
        if latest is None:
            return not print_before
        newest = self._one(
            "SELECT max(captured_at) FROM readings JOIN versions ON versions.id = readings.version_id"
            " JOIN captures ON captures.id = readings.capture_id WHERE versions.article_id = ?",
            latest.article_id,
        )
        return newest <= clock.stamp(source.captured_at) and (not print_before or self._shown_here(source, latest))

    def _shown_here(self, source: Source, latest: LatestVersion) -> bool:
        found = self._one(
            "SELECT 1 FROM readings JOIN captures ON captures.id = readings.capture_id"
            " WHERE readings.version_id = ? AND captures.url_key = ? LIMIT 1",
            latest.id,
            source.url_key,
        )
        return found is not None

    def _same(self, article_id: int, source: Source, reading: Reading) -> int | None:
        """The version of an article that says the same, in the words of this extractor: the one before the capture if
        there are several."""
        versions = self._column(
            "SELECT id FROM versions WHERE article_id = ? ORDER BY capture_id > ?, abs(capture_id - ?)",
            article_id,
            source.capture_id,
            source.capture_id,
        )
        for version_id in versions:
            words = self.words_of(version_id)
            if words is not None and not changed_fields(words, reading):
                return version_id
        return None

    def _file(self, source: Source, reading: Reading, latest: LatestVersion | None) -> FilingOutcome:
        """As a crawl would have filed it then, and then what has been known of its address since."""
        seen_at, gone_since = self._state(latest)
        gone_later = gone_since is not None and gone_since > clock.stamp(source.captured_at)
        filed = file(self.db, self._alone(source), reading, seen=not gone_later)
        assert filed.article_id is not None
        if not gone_later:
            self._catch_up(source)
        self.db.execute(
            "UPDATE articles SET last_seen_at = max(last_seen_at, ?, CASE url_key WHEN ? THEN ? ELSE '' END)"
            " WHERE id = ?",
            [seen_at, source.url_key, clock.stamp(source.captured_at), filed.article_id],
        )
        return filed.outcome

    def _state(self, latest: LatestVersion | None) -> tuple[str, str | None]:
        if latest is None:
            return "", None
        row = self.db.execute("SELECT last_seen_at, gone_since FROM articles WHERE id = ?", [latest.article_id])
        seen_at, gone_since = row.fetchone()
        return seen_at, gone_since

    def _catch_up(self, source: Source) -> None:
        """The address was asked again after this capture, when nobody knew that an article lives there."""
        later = self.db.execute(
            "SELECT outcome, revisit_of, status, final_url, captured_at FROM captures"
            " WHERE outlet_id = ? AND url_key = ? AND id > ? ORDER BY id",
            [source.run.outlet_id, source.url_key, source.capture_id],
        )
        for outcome, root, status, final_url, captured_at in later.fetchall():
            self._follow(source, outcome, root, gone_reason(status, final_url), clock.parse(captured_at))

    def _follow(self, source: Source, outcome: str, root: int | None, reason: str, at: datetime) -> None:
        if outcome == "gone":
            bury(self.db, source.run.outlet_id, source.url_key, at, reason)
        elif root == source.capture_id:
            mark_seen(self.db, source.run.outlet_id, source.url_key, at)

    def said_since(self, source: Source, key: str) -> bool:
        """Whether an address has answered with something else after this capture."""
        found = self._one(
            "SELECT 1 FROM captures WHERE outlet_id = ? AND url_key = ? AND id > ? AND outcome <> 'error'"
            " AND revisit_of IS NOT ? LIMIT 1",
            source.run.outlet_id,
            key,
            source.capture_id,
            source.capture_id,
        )
        return found is not None

    def _alone(self, source: Source) -> Source:
        """The capture without the addresses that led to it then and have said something else since."""
        return replace(source, via=tuple(key for key in source.via if not self.said_since(source, key)))
