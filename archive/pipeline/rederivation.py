"""Derives the history of a URL, and of all that belongs to it, again, and compares it with what is stored: the stored
readings, or new ones by the same extractor, are filed as if for the first time, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial

from archive.model.records import Run, Unreadable
from archive.pipeline.filing import Answer, Filing, extractor_of
from archive.storage.captures import address_walk
from archive.storage.connection import Database
from archive.storage.histories.doubts import Upheaval, upheavals
from archive.storage.histories.related_urls import (
    RelatedUrls,
    StoredCapture,
    captures_of,
    first_of,
    hosts_of,
    related_urls_of,
)
from archive.storage.integrity import Problem, Unchecked
from archive.storage.integrity.derived_columns import differences, readings_of
from archive.storage.reading_rows import StoredReadings, kept_readings
from archive.storage.sqlite_errors import ROW_ERRORS
from archive.storage.unread_captures import Waiting, waiting_of
from archive.storage.version_texts import known_boilerplate
from archive.text.recurring_blocks import Boilerplate


class FormerExtractor(Exception):
    """Raised when a page must be reread by an extractor that no longer exists."""


class Extractors:
    """The extractors of an outlet's pages that can be run again: the present one, with any boilerplate it ever had; and
    what is looked up for each URL and is the same for all of an outlet."""

    def __init__(self, db: Database, run: Run):
        self.db, self.run = db, run
        self.known: dict[str, Boilerplate] = {}
        self.forget_lookups()

    def forget_lookups(self) -> None:
        """Looks up again what a crawl may have changed meanwhile."""
        self.upheavals = cache(partial(upheavals, self.db, self.run.outlet_id))
        self.hosts = cache(partial(hosts_of, self.db, self.run.outlet_id))

    def boilerplate(self, name: str) -> Boilerplate | None:
        """The boilerplate that an extractor of that name removes; None where it is another program."""
        if not self.known:
            sets = (Boilerplate(), *known_boilerplate(self.db, self.run.outlet_id))
            self.known = {extractor_of(blocks): blocks for blocks in sets}
        return self.known.get(name)


class RederivedUrl(Filing):
    """As Filing, with the extractor by which these URLs were filed.

    known_extractors: the extractors that can be run again; wanted: pages to be reread, each with the boilerplate its
    extractor removes; readers: captures whose stored reading is another extractor's, by captures.id.
    """

    def __init__(self, known_extractors: Extractors):
        super().__init__(known_extractors.db, known_extractors.run, Boilerplate(), {}, "", None, rehearsed=True)
        self.known_extractors, self.reader = known_extractors, (0, "")
        self.wanted: list[tuple[Waiting, Boilerplate]] = []
        self.readers: dict[int, int] = {}
        self.has_read = False  # then words are compared too: they were not taken from the tables

    def _upheavals(self) -> list[Upheaval]:
        return self.known_extractors.upheavals()

    def _hosts(self) -> list[str]:
        return self.known_extractors.hosts()

    def is_compared_elsewhere(self, key: str) -> bool:
        """Whether a URL is compared with its article's."""
        return address_walk.is_compared_elsewhere(self.db, self.run.outlet_id, key)

    def look_for(self, key: str) -> None:
        """Collects the pages that belong to a URL, where their extractor can be run again."""
        try:
            if self.is_compared_elsewhere(key):
                return
            related = related_urls_of(self.db, self.run.outlet_id, [key])
            pasts = captures_of(self.db, self.run.outlet_id, related)
            first = set(dict(first_of(pasts)).values())
            self._kept_readings(first, related)
        except ROW_ERRORS:  # reported when it is compared
            return
        for past in (past for past in pasts if past.id in first):
            name = self.reader[1]
            if not address_walk.has_read(self.db, self.reader[0], past.id) and (refused := self._refused(past)):
                name = refused.extractor
            if (boilerplate := self.known_extractors.boilerplate(name)) is not None:
                self.wanted.append((waiting_of(past, self.run), boilerplate))

    def differences(self, key: str, skipped: Unchecked) -> tuple[list[Problem], set[str]]:
        """The differences, and the keys of the URLs that were compared."""
        derivation, keys = self.derivation_of({key})
        pasts = derivation.pasts
        stored = readings_of(self.db, [past.id for past in pasts])
        is_unread = any(past.outcome == "fresh" and not stored[past.id] for past in pasts)
        if is_unread or address_walk.is_waiting(self.db, self.run.outlet_id, keys):
            skipped.waiting += len(keys)
            return [], keys
        if address_walk.are_by_former_rules(self.db, (row for rows in stored.values() for row in rows.values())):
            skipped.former += len(keys)
            return [], keys
        derivation = replace(derivation, extractor=self.reader[0])
        words = self.has_read or bool(self.known)
        return list(differences(self.db, derivation, stored, self.readers, words=words)), keys

    def _kept_readings(self, captures: Iterable[int], related: RelatedUrls) -> StoredReadings:
        pages = list(captures)
        self.reader = address_walk.reader_of(self.db, related.articles, pages)
        return kept_readings(self.db, pages, related.articles, self.reader[1])

    def _reading(self, past: StoredCapture, kept: StoredReadings) -> Answer | None:
        if past.id not in self.made:
            reading = self.known.get(past.id) or kept.reading(past.id) or self._refused(past)
            self.made[past.id] = reading or self._read(past)
        return self.made[past.id]

    def _refused(self, past: StoredCapture) -> Unreadable | None:
        """The refusal of a page that was not reread: it is no article's."""
        refusal = address_walk.refused_by(self.db, past.id)
        if refusal is None:
            return None
        self.readers[past.id] = refusal[0]
        return refusal[1]

    def _read(self, past: StoredCapture) -> Answer | None:
        boilerplate = self.known_extractors.boilerplate(self.reader[1])
        if boilerplate is None and self._body(past.id) is not None:
            raise FormerExtractor
        self.boilerplate, self.has_read = boilerplate or Boilerplate(), True
        return super()._read(past)
