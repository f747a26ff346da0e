"""Derives histories again and compares them with the stored tables: the second half of `luubao verify`.

Histories are a pure function of captures and their readings (archive.history). This derives them from the stored
readings or, where pages are reread, from new readings by the same extractor; it writes nothing. It goes URL by URL,
with all that belongs to each, so that no more of the archive than that is in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from archive.model import validation
from archive.model.records import Run, Unreadable
from archive.pipeline.filing import Answer, Filing, extractor_of
from archive.storage.captures import address_walk, kept_captures
from archive.storage.connection import Database, snapshot
from archive.storage.damaged_rows import ROW_ERRORS
from archive.storage.histories.related_urls import RelatedUrls, StoredCapture, captures_of, first_of, related_urls_of
from archive.storage.integrity.derived_columns import differences
from archive.storage.integrity.problems import Problem, Unchecked
from archive.storage.readings.boilerplate_sets import known_boilerplate
from archive.storage.readings.reading_rows import StoredReadings, kept_readings
from archive.storage.readings.unread_captures import Waiting, waiting_of
from archive.text.recurring_blocks import Boilerplate


class FormerExtractor(Exception):
    """Raised when a page must be reread by an extractor that no longer exists."""


Reread = Callable[[Run, Sequence["RederivedUrl"]], None]
"""Rereads the pages that each of these wants, and gives it the readings."""
_BATCH = 40  # URLs whose pages are read at once


def derived_again(
    db: Database, skipped: Unchecked, step: Callable[[], None] = lambda: None, reread: Reread | None = None
) -> Iterator[Problem]:
    """Yields rows that differ from what their captures amount to. step: called for every URL. reread: rereads all
    pages; without it, the stored readings are used."""
    for run in kept_captures.outlets_of(db):
        readers = Readers(db, run.outlet_id)
        compared_earlier: set[str] = set()  # URLs compared together with an earlier one
        keys = address_walk.addresses(db, run.outlet_id)
        while batch := list(islice(keys, _BATCH)):
            waiting = {key: RederivedUrl(db, run, readers) for key in batch if key not in compared_earlier}
            if reread:
                for key, again in waiting.items():
                    again.look_for(key)
                reread(run, list(waiting.values()))
            for key in batch:
                step()
                if key not in compared_earlier:
                    problems, compared_keys = _compared(waiting[key], key, skipped)
                    compared_earlier |= {other for other in compared_keys if other > key}
                    yield from problems
                compared_earlier.discard(key)


def _compared(again: RederivedUrl, key: str, skipped: Unchecked) -> tuple[list[Problem], set[str]]:
    """The differences at a URL and all that belongs to it, and the keys of these URLs."""
    try:
        with snapshot(again.db):
            return again.differences(key, skipped)
    except FormerExtractor:
        skipped.former += 1
    except ROW_ERRORS as error:
        where, why = f"{again.run.outlet.name} {key}", validation.shown(str(error))
        return [Problem(where, f"what its captures amount to cannot be told: {why}")], set()
    return [], set()


class Readers:
    """The extractors of an outlet's pages that can be run again: the present one, with any boilerplate it ever had."""

    def __init__(self, db: Database, outlet_id: int):
        self.db, self.outlet_id = db, outlet_id
        self.known: dict[str, Boilerplate] = {}

    def boilerplate(self, name: str) -> Boilerplate | None:
        """The boilerplate that an extractor of that name removes; None where it is another program."""
        if not self.known:
            sets = (Boilerplate(), *known_boilerplate(self.db, self.outlet_id))
            self.known = {extractor_of(blocks): blocks for blocks in sets}
        return self.known.get(name)


class RederivedUrl(Filing):
    """As Settling, with the extractor by which these URLs were filed.

    known_readers: the extractors that can be run again; wanted: pages to be reread, each with the boilerplate its
    extractor removes; readers: captures whose stored reading is another extractor's, by captures.id.
    """

    def __init__(self, db: Database, run: Run, known_readers: Readers):
        super().__init__(db, run, Boilerplate(), {}, "", None, rehearsed=True)
        self.known_readers, self.reader = known_readers, (0, "")
        self.wanted: list[tuple[Waiting, Boilerplate]] = []
        self.readers: dict[int, int] = {}
        self.has_read = False  # then words are compared too: they were not taken from the tables

    def look_for(self, key: str) -> None:
        """Collects the pages that belong to a URL, where their extractor can be run again."""
        try:
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
            if (boilerplate := self.known_readers.boilerplate(name)) is not None:
                self.wanted.append((waiting_of(past, self.run), boilerplate))

    def differences(self, key: str, skipped: Unchecked) -> tuple[list[Problem], set[str]]:
        """The differences, and the keys of the URLs that were compared."""
        belief, keys = self.believe({key})
        pages = [past.id for past in belief.said.pasts]
        if address_walk.is_waiting(self.db, self.run.outlet_id, keys, pages):
            skipped.waiting += len(keys)
            return [], keys
        if address_walk.is_told_by_former_rules(self.db, pages):
            skipped.former += len(keys)
            return [], keys
        belief = replace(belief, extractor=self.reader[0])
        return list(differences(self.db, belief, self.readers, words=self.has_read or bool(self.known))), keys

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
        boilerplate = self.known_readers.boilerplate(self.reader[1])
        if boilerplate is None and self._body(past.id) is not None:
            raise FormerExtractor
        self.boilerplate, self.has_read = boilerplate or Boilerplate(), True
        return super()._read(past)
