"""Deriving again what people read, to compare it with what the tables say: the second half of `luubao verify`.

What an archive believes is a pure function of its captures and of what was read in them (archive.history). Here it is
asked again with the readings that are kept or, where pages are read again, with those of the same reader; nothing is
written. One address after the other, with what belongs to it, so that no more of the archive than that is in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from archive.extract.recurring_blocks import Boilerplate
from archive.model import validation
from archive.model.records import Run, Unreadable
from archive.pipeline.filing import Answer, Settling, extractor_of
from archive.storage.captures import address_walk, kept_captures
from archive.storage.connection import Database, snapshot
from archive.storage.damaged_rows import NOT_READABLE
from archive.storage.histories.related_urls import Past, RelatedUrls, first_of, past_of, related_urls_of
from archive.storage.integrity.derived_columns import differences
from archive.storage.integrity.problems import Left, Problem
from archive.storage.readings.boilerplate_sets import known_boilerplate
from archive.storage.readings.reading_rows import Kept, kept_readings
from archive.storage.readings.unread_captures import Waiting, waiting_of


class FormerReader(Exception):
    """Raised when a page must be read again by a reader that is no more."""


Reread = Callable[[Run, Sequence["Again"]], None]
"""Reads the pages that each of these wants read, and gives them what was read."""
_TOGETHER = 40  # addresses whose pages are read at once


def derived_again(
    db: Database, left: Left, step: Callable[[], None] = lambda: None, reread: Reread | None = None
) -> Iterator[Problem]:
    """Rows that differ from what their captures amount to. step: is called for every address. reread: has all pages
    read again; without, what is kept of their words is taken."""
    for run in kept_captures.outlets_of(db):
        readers = Readers(db, run.outlet_id)
        later: set[str] = set()  # addresses that were compared with an earlier one
        keys = address_walk.addresses(db, run.outlet_id)
        while batch := list(islice(keys, _TOGETHER)):
            waiting = {key: Again(db, run, readers) for key in batch if key not in later}
            if reread:
                for key, again in waiting.items():
                    again.look_for(key)
                reread(run, list(waiting.values()))
            for key in batch:
                step()
                if key not in later:
                    found, seen = _compared(waiting[key], key, left)
                    later |= {one for one in seen if one > key}
                    yield from found
                later.discard(key)


def _compared(again: Again, key: str, left: Left) -> tuple[list[Problem], set[str]]:
    """What differs at an address and all that belongs to it, and which addresses these are."""
    try:
        with snapshot(again.db):
            return again.differences(key, left)
    except FormerReader:
        left.former += 1
    except NOT_READABLE as error:
        where, why = f"{again.run.outlet.name} {key}", validation.shown(str(error))
        return [Problem(where, f"what its captures amount to cannot be told: {why}")], set()
    return [], set()


class Readers:
    """The readers of an outlet's pages whose work can be done again: this one, with any set of blocks it ever knew."""

    def __init__(self, db: Database, outlet_id: int):
        self.db, self.outlet_id = db, outlet_id
        self.known: dict[str, Boilerplate] = {}

    def boilerplate(self, name: str) -> Boilerplate | None:
        """What a reader of that name leaves out; None where it is another program."""
        if not self.known:
            sets = (Boilerplate(), *known_boilerplate(self.db, self.outlet_id))
            self.known = {extractor_of(one): one for one in sets}
        return self.known.get(name)


class Again(Settling):
    """As Settling, with the reader by which these addresses are told.

    known_readers: the readers that can read again; wanted: pages to be read again, each with what its reader leaves
    out; readers: captures that were left to another reader, by captures.id.
    """

    def __init__(self, db: Database, run: Run, known_readers: Readers):
        super().__init__(db, run, Boilerplate(), {}, "", None, rehearsed=True)
        self.known_readers, self.reader = known_readers, (0, "")
        self.wanted: list[tuple[Waiting, Boilerplate]] = []
        self.readers: dict[int, int] = {}
        self.has_read = False  # so that words were not taken from where they are compared with

    def look_for(self, key: str) -> None:
        """Finds the pages that belong to an address, where its reader is this one."""
        try:
            kin = related_urls_of(self.db, self.run.outlet_id, [key])
            pasts = past_of(self.db, self.run.outlet_id, kin)
            first = set(dict(first_of(pasts)).values())
            self._kept(first, kin)
        except NOT_READABLE:  # it is named when it is compared
            return
        for past in (past for past in pasts if past.id in first):
            name = self.reader[1]
            if not address_walk.has_read(self.db, self.reader[0], past.id) and (refused := self._refused(past)):
                name = refused.extractor
            if (boilerplate := self.known_readers.boilerplate(name)) is not None:
                self.wanted.append((waiting_of(past, self.run), boilerplate))

    def differences(self, key: str, left: Left) -> tuple[list[Problem], set[str]]:
        """What differs, and the addresses that were looked at."""
        belief, keys = self.believe({key})
        pages = [past.id for past in belief.said.pasts]
        if address_walk.is_waiting(self.db, self.run.outlet_id, keys, pages):
            left.waiting += len(keys)
            return [], keys
        if address_walk.is_told_by_former_rules(self.db, pages):
            left.former += len(keys)
            return [], keys
        belief = replace(belief, extractor=self.reader[0])
        return list(differences(self.db, belief, self.readers, words=self.has_read or bool(self.known))), keys

    def _kept(self, captures: Iterable[int], kin: RelatedUrls) -> Kept:
        pages = list(captures)
        self.reader = address_walk.reader_of(self.db, kin.articles, pages)
        return kept_readings(self.db, pages, kin.articles, self.reader[1])

    def _reading(self, past: Past, kept: Kept) -> Answer | None:
        if past.id not in self.made:
            found = self.known.get(past.id) or kept.reading(past.id) or self._refused(past)
            self.made[past.id] = found or self._read(past)
        return self.made[past.id]

    def _refused(self, past: Past) -> Unreadable | None:
        """A page that nobody needed to read again: it is no article's."""
        found = address_walk.refused_by(self.db, past.id)
        if found is None:
            return None
        self.readers[past.id] = found[0]
        return found[1]

    def _read(self, past: Past) -> Answer | None:
        boilerplate = self.known_readers.boilerplate(self.reader[1])
        if boilerplate is None and self._body(past.id) is not None:
            raise FormerReader
        self.boilerplate, self.has_read = boilerplate or Boilerplate(), True
        return super()._read(past)
