"""Telling articles anew, from all of their captures in order of time, after some of these came late.

The captures are gone through in an archive in memory by the very functions that file a crawl's (archive/ingest.py), and
what comes out is written over what was there (archive/store/reconcile.py). So it makes no difference in which order
captures arrive: an article's versions are what a crawl would have made of them, had it brought them one after the
other.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlite_utils import Database

from archive import clock, signals, store
from archive.errors import ArchiveDamaged, ArchiveUnusable
from archive.furniture import Furniture
from archive.ingest import arrived, extractor_of, put_away, try_to_read
from archive.model.notices import pass_over
from archive.records import Reading, Run, Unreadable
from archive.store import relatives
from archive.store.arrivals import settle, unsettled
from archive.store.identity import Source, declared_key
from archive.store.kin import Kin, Past, kin_of, past_of
from archive.store.reconcile import Counts, reconcile
from archive.store.relatives import PastPicture
from archive.store.retold import Retold
from archive.store.scratch import scratch
from archive.urls import url_key

log = logging.getLogger(__name__)

Readings = Mapping[int, Reading | Unreadable]
"""What the present extractor read in captures, by captures.id."""

_BATCH = 20  # articles a commit
_SOON = timedelta(hours=1)
"""A run that meets a redirect asks for its end within this time."""


def rebuild_unsettled(
    db: Database,
    run: Run,
    known: Readings | None = None,
    *,
    quiet: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Counts:
    """Tells all articles of the run's outlet anew of which captures came late, some in a commit. known: readings that
    need not be made again. quiet: numbers that this very run gave need no record, for nobody has quoted them."""
    furniture = store.furniture_of(db, run.outlet_id)
    counts = Counts()
    while keys := unsettled(db, run.outlet_id, _BATCH):
        with store.transaction(db):
            done: set[str] = set()
            for key in keys:
                if key not in done:
                    job = _Rebuilding(db, run, furniture, known or {}, quiet_run=run.id if quiet else None)
                    done |= _rebuilt(job, key)
                    counts.add(job.counts)
                step()
    return counts


def _rebuilt(job: _Rebuilding, key: str) -> set[str]:
    """The addresses that are settled with this one. One article that cannot be told anew keeps nobody from the others:
    it stays as it was."""
    try:
        with store.transaction(job.db):
            return job.rebuild(key)
    except ArchiveUnusable:
        raise
    except Exception as error:  # whatever is wrong with what the archive holds of it
        if signals.came():
            raise
        log.debug("%s could not be put in order of time", key, exc_info=True)
        pass_over(key, f"could not be put in order of time: {type(error).__name__}: {error}")
        job.counts = Counts()
        with store.transaction(job.db):
            settle(job.db, job.run.outlet_id, {key})
        return {key}


def read_pending(db: Database, run: Run) -> int:
    """Finishes what an earlier run began and did not come to end: reads and files what it kept, and puts in order what
    came late. Returns how many captures were read."""
    pending, furniture = store.unread(db, run), store.furniture_of(db, run.outlet_id)
    for source, encoding in pending:
        if signals.came():
            break
        body = store.kept_body(db, source.capture_id)
        put_away(db, source, try_to_read(source, body or b"", encoding, furniture))
    if not signals.came():
        rebuild_unsettled(db, run)
    return len(pending)


@dataclass(slots=True)
class _Rebuilding:
    """One address, and all that belongs to it."""

    db: Database
    run: Run
    furniture: Furniture
    known: Readings
    quiet_run: int | None
    counts: Counts = field(default_factory=Counts)
    made: dict[int, Reading | Unreadable | None] = field(default_factory=dict)

    def rebuild(self, key: str) -> set[str]:
        """Returns the addresses that are settled with it."""
        keys = {key}
        while True:
            kin = kin_of(self.db, self.run.outlet_id, keys)
            pasts = past_of(self.db, self.run.outlet_id, kin)
            fresh = list(_fresh(pasts))
            readings = {past.id: self._reading(past) for past in fresh}
            if self._absorb(fresh, readings):
                continue
            more = self._related(fresh, readings, kin)
            if not more:
                break
            keys = kin.keys | more
        with scratch() as other:
            unread = frozenset(number for number, reading in readings.items() if reading is None)
            self._replay(other, pasts, readings)
            retold = Retold(other, tuple(pasts), unread)
            extractor, now = extractor_of(self.furniture), clock.now()
            with store.transaction(self.db):
                self.counts = reconcile(self.db, self.run.outlet_id, kin, retold, extractor, now, self.quiet_run)
                settle(self.db, self.run.outlet_id, kin.keys | keys)
        return kin.keys | keys

    def _reading(self, past: Past) -> Reading | Unreadable | None:
        """What the present extractor reads in a capture; None where neither its bytes nor its words are to be had."""
        if past.id not in self.made:
            extractor = extractor_of(self.furniture)
            self.made[past.id] = (
                self.known.get(past.id)
                or relatives.kept_reading(self.db, past.id, extractor)
                or self._read(past)
                or relatives.last_words(self.db, past.id, extractor)
            )
        return self.made[past.id]

    def _read(self, past: Past) -> Reading | Unreadable | None:
        try:
            body = store.kept_body(self.db, past.id)
        except ArchiveDamaged:
            return None
        if body is None:
            return None
        one = past.capture
        source = Source(past.id, self.run, past.url_key, one.final_url, one.captured_at)
        return try_to_read(source, body, one.encoding, self.furniture)

    def _absorb(self, fresh: Iterable[Past], readings: dict[int, Reading | Unreadable | None]) -> bool:
        """The words of a withdrawn article at another address are withdrawn with it. Returns whether there were any."""
        found = False
        for past in fresh:
            reading, one = readings[past.id], past.capture
            source = Source(past.id, self.run, past.url_key, one.final_url, one.captured_at)
            if isinstance(reading, Reading) and store.withdrawn_twin(self.db, source, reading):
                store.file(self.db, source, reading)
                self.made[past.id], found = None, True
        return found

    def _related(
        self, fresh: Iterable[Past], readings: Mapping[int, Reading | Unreadable | None], kin: Kin
    ) -> set[str]:
        """Addresses outside of kin that a page declares to be its own, or that say the very same."""
        found: set[str] = set()
        for past in fresh:
            reading = readings[past.id]
            if isinstance(reading, Reading) and past.url_key in kin.keys:
                declared = declared_key(reading, self.run.outlet)
                found |= {key for key in declared if relatives.has_captures(self.db, self.run.outlet_id, key)}
                found |= relatives.same_words(self.db, self.run.outlet_id, reading)
        return {
            key for key in found if key not in kin.keys and not store.is_withdrawn(self.db, self.run.outlet_id, key)
        }

    def _replay(self, other: Database, pasts: list[Past], readings: Mapping[int, Reading | Unreadable | None]) -> None:
        urls = [image.url for one in readings.values() if isinstance(one, Reading) for image in one.images]
        pictures = relatives.pictures_past(self.db, urls)
        for past in pictures:
            relatives.put_picture(other, past)
            relatives.put_image(other, past.capture.image_id, past.url, clock.stamp(past.capture.captured_at))
        follow = _Follow(pasts)
        with store.transaction(other):
            for event in _in_time(pasts, pictures):
                run = replace(self.run, id=event.run_id)
                if isinstance(event, Past):
                    self._file(other, run, event, readings.get(event.id), follow)
                else:
                    store.keep_picture(other, run, event.capture, timedelta())

    def _file(
        self, other: Database, run: Run, past: Past, reading: Reading | Unreadable | None, follow: _Follow
    ) -> None:
        """As archive.ingest does."""
        kept = store.keep_again(other, run, past.capture, past.body_id)
        source = arrived(other, run, past.capture, kept).source
        if kept.outcome == "fresh" and reading is not None:
            store.file(other, source, replace(reading, extractor=extractor_of(self.furniture)))
        if kept.outcome == "redirect" and follow.ends_here(past):
            via = (*past.capture.via, past.capture.requested_url)
            store.note_redirect(other, run, via, past.capture.final_url, past.capture.captured_at)


def _fresh(pasts: Iterable[Past]) -> Iterator[Past]:
    """Captures that, in order of time, bring a page which their address had not just brought."""
    last: dict[str, int] = {}
    for past in pasts:
        if past.body_id is not None and 200 <= past.capture.status < 300:
            if last.get(past.url_key) != past.body_id:
                yield past
            last[past.url_key] = past.body_id


def _in_time(pasts: list[Past], pictures: list[PastPicture]) -> Iterator[Past | PastPicture]:
    """Both in order of time; of one second, pages first: pictures are asked for because of them."""
    waiting = iter(pictures)
    upcoming = next(waiting, None)
    for past in pasts:
        while upcoming and upcoming.capture.captured_at < past.capture.captured_at:
            yield upcoming
            upcoming = next(waiting, None)
        yield past
    while upcoming:
        yield upcoming
        upcoming = next(waiting, None)


class _Follow:
    """What followed a redirect. A crawl goes on to its end, unless that had answered already: then the redirect itself
    is the news that an article has moved."""

    def __init__(self, pasts: Iterable[Past]):
        self.at: dict[str, list[Past]] = {}
        for past in pasts:
            self.at.setdefault(past.url_key, []).append(past)

    def ends_here(self, hop: Past) -> bool:
        """Whether the end of a redirect had answered before, and was not asked again because of it."""
        target = url_key(hop.capture.final_url)
        answers = self.at.get(target, [])
        before = bisect_right([one.place for one in answers], hop.place)
        if target == hop.url_key or not before:
            return False
        own = self.at[hop.url_key]
        until = next((one.place for one in own if one.place > hop.place), None)
        after = [one for one in answers[before:] if until is None or one.place < until]
        return not any(self._because(hop, one) for one in after)

    @staticmethod
    def _because(hop: Past, answer: Past) -> bool:
        asked = hop.url_key in map(url_key, answer.capture.via)
        return asked or answer.capture.captured_at - hop.capture.captured_at <= _SOON
