"""Files captures in histories: loads what belongs together, derives its history (archive.history), and writes the
difference, in one transaction. Nothing else writes histories.

Captures of crawls, imports, backfills and merges, reread pages, pictures and what a killed run left are all filed here,
so their order makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archive.history import (
    CaptureVerdict,
    History,
    OutletEvidence,
    UrlCapture,
    compared_captures,
    departures_of,
    derive,
    in_time,
)
from archive.history.edits import headline_of, reading_digest, words_of
from archive.history.facts import declared_key
from archive.history.plausibility import Departures
from archive.model import clock
from archive.model.errors import ArchiveDamaged
from archive.model.records import Reading, Run, Unreadable
from archive.storage import reading_rows
from archive.storage.captures import capture_writer
from archive.storage.captures.capture_writer import clear_rebuild_marks
from archive.storage.connection import Database
from archive.storage.histories.doubts import Upheaval, upheavals
from archive.storage.histories.history_readings import DerivedHistory, Plan
from archive.storage.histories.history_writer import Counts, count_changes, match, write_history
from archive.storage.histories.related_urls import (
    RelatedUrls,
    StoredCapture,
    captures_of,
    extend_related,
    first_of,
    hosts_of,
    moved_keys,
)
from archive.storage.picture_history import fetches_of
from archive.storage.reading_rows import StoredReadings
from archive.storage.unread_captures import waiting_of
from archive.storage.withdrawals import is_withdrawn
from archive.storage.withdrawals.withdrawal import withdraw_recapture
from archive.text.recurring_blocks import Boilerplate

Answer = Reading | Unreadable
Readings = Mapping[int, Answer]
"""What the present extractor read in captures, by captures.id."""

_NO_READING = frozenset({"no-article", "empty", "too-large", "gave-up"})
"""Reasons of an extractor that finds nothing: they do not replace what a former extractor has found."""
_ENDS_COMPARED = 4  # earlier pages of a URL whose ends are compared with a page's
_MAX_TWINS = 2  # other articles with the same words: more are a page of the site itself, and do not belong together


def extractor_of(boilerplate: Boilerplate) -> str:
    """As archive.pipeline.page_reading.extractor_of."""
    from archive.pipeline.page_reading import extractor_of as name_of  # imports the parsers, only if needed

    return name_of(boilerplate)


@dataclass(frozen=True, slots=True)
class FiledHistories:
    """keys: the URLs that were filed; plan, history: the result."""

    keys: frozenset[str]
    counts: Counts
    plan: Plan
    history: History
    known: frozenset[int]


@dataclass
class Filing:
    """Files some URLs, and all that belongs to them."""

    db: Database
    run: Run
    boilerplate: Boilerplate
    known: Readings
    reason: str
    quiet_run: int | None
    rehearsed: bool = False
    answers: dict[int, Answer | None] = field(default_factory=dict)

    def file_pending(self, keys: set[str]) -> FiledHistories:
        """Files them, or says what that would result in."""
        derivation, keys = self.derivation_of(keys)
        if self.rehearsed:
            plan = match(self.db, derivation)
            counts = count_changes(derivation, plan)
        else:
            counts, plan = write_history(self.db, derivation)
            clear_rebuild_marks(self.db, self.run.outlet_id, keys)
        return FiledHistories(frozenset(keys), counts, plan, derivation.history, frozenset(derivation.related.articles))

    def derivation_of(self, keys: set[str]) -> tuple[DerivedHistory, set[str]]:
        """What these URLs, and all that belongs to them, amount to; and the keys of these URLs."""
        while (gathered := self._gathered(keys)) is None:  # words were withdrawn
            pass
        related, pasts, first, readings = gathered
        refused = {capture_id: answer for capture_id, answer in readings.items() if isinstance(answer, Unreadable)}
        readings = self._remembered(readings)
        history = self._derive(pasts, first, readings, related)
        extractor_id = (
            0 if self.rehearsed else reading_rows.extractor_id(self.db, extractor_of(self.boilerplate), clock.now())
        )
        derivation = DerivedHistory(
            self.run.outlet_id, related, history, pasts, readings, refused, extractor_id, clock.now(), self.quiet_run,
            self.reason,
        )  # fmt: skip
        return derivation, related.keys | keys

    def _gathered(
        self, keys: set[str]
    ) -> tuple[RelatedUrls, list[StoredCapture], dict[int, int], dict[int, Answer | None]] | None:
        """All URLs related to these, their captures in order of time, for each the first with the same bytes, and what
        these say; None where words were withdrawn meanwhile. Each URL is looked at once, however many follow."""
        related, known = RelatedUrls(), list[StoredCapture]()
        while keys:
            added = extend_related(self.db, self.run.outlet_id, related, keys)
            pasts = captures_of(self.db, self.run.outlet_id, added)
            known += pasts
            fresh, readings, first = self._read_all(pasts, added)
            if not self.rehearsed and self._absorb(fresh, readings):
                return None
            keys = self._related(fresh, readings, related)
        if related.lists or added.keys != related.keys:
            pasts = captures_of(self.db, self.run.outlet_id, related, known)
            fresh, readings, first = self._read_all(pasts, related)
            if not self.rehearsed and related.lists and self._absorb(fresh, readings):
                return None
        return related, pasts, first, readings

    def _read_all(
        self, pasts: list[StoredCapture], related: RelatedUrls
    ) -> tuple[list[StoredCapture], dict[int, Answer | None], dict[int, int]]:
        """Of captures in order of time, those that brought other bytes than before, what these say, and for each the
        first with the same bytes."""
        first = dict(first_of(pasts))
        kept = self._kept_readings(first.values(), related)
        fresh = [past for past in pasts if first.get(past.id) == past.id]
        return fresh, {past.id: self._reading(past, kept) for past in fresh}, first

    def _kept_readings(self, captures: Iterable[int], related: RelatedUrls) -> StoredReadings:
        return reading_rows.kept_readings(self.db, captures, related.articles, extractor_of(self.boilerplate))

    def _derive(
        self,
        pasts: list[StoredCapture],
        first: Mapping[int, int],
        readings: Mapping[int, Answer | None],
        related: RelatedUrls,
    ) -> History:
        """Derives once from what these URLs say; and, where a page would change a known article, again with what other
        URLs say about it."""
        mass_changes = self._upheavals()
        captures = [
            replace(
                past.capture, reading=readings.get(first.get(past.id, 0)), signs=_signs_of(past.capture, mass_changes)
            )
            for past in pasts
        ]
        urls = [image.url for reading in readings.values() if isinstance(reading, Reading) for image in reading.images]
        pictures = fetches_of(self.db, urls)
        history = derive(in_time(captures, pictures), self.run.outlet)
        before = _pages_before(past for past in pasts if first.get(past.id) == past.id)
        compared, departures = compared_captures(history), departures_of(history)
        pages = [verdict for verdict in history.verdicts if verdict.capture.id in compared]
        judged = ((page.capture, self._signs(departures, page, related, before)) for page in pages)
        signs = {capture.id: found for capture, found in judged if found != capture.signs}
        if not signs:
            return history
        captures = [replace(capture, signs=signs.get(capture.id, capture.signs)) for capture in captures]
        return derive(in_time(captures, pictures), self.run.outlet)

    def _upheavals(self) -> list[Upheaval]:
        return upheavals(self.db, self.run.outlet_id)

    def _hosts(self) -> list[str]:
        return hosts_of(self.db, self.run.outlet_id)

    def _signs(
        self, departures: Departures, verdict: CaptureVerdict, related: RelatedUrls, before: Mapping[int, Sequence[int]]
    ) -> OutletEvidence:
        capture = verdict.capture
        assert isinstance(capture.reading, Reading)
        return replace(
            capture.signs,
            same_words=self._others(departures, verdict, "words", words_of(capture.reading), related),
            same_headline=self._others(departures, verdict, "headline", headline_of(capture.reading), related),
            cut=self._is_cut(capture, before.get(capture.id, ())),
        )

    def _others(
        self, departures: Departures, verdict: CaptureVerdict, column: str, name: str, related: RelatedUrls
    ) -> int:
        """How many other articles changed to what has this name."""
        rows = reading_rows.other_articles(self.db, self.run.outlet_id, column, name, related.keys)
        return len(rows) + len(departures.get(name, set()) - {verdict.article})

    def _is_cut(self, capture: UrlCapture, earlier_pages: Sequence[int]) -> bool:
        """Whether a page lacks its end, `</html`, which half of its URL's last pages had, or more: others may have been
        cut off as well."""
        if not earlier_pages or self._has_end(capture.id) is not False:
            return False
        return 2 * sum(self._has_end(page) is True for page in earlier_pages) >= len(earlier_pages)

    def _has_end(self, capture_id: int) -> bool | None:
        body = self._body(capture_id)
        return None if body is None else b"</html" in body.lower()

    def _reading(self, past: StoredCapture, kept: StoredReadings) -> Answer | None:
        """What the present extractor reads in a capture; None where neither its bytes nor its reading are available."""
        if past.id not in self.answers:
            answer = self.known.get(past.id)
            if answer is not None and answer.extractor != extractor_of(self.boilerplate):
                answer = None  # the boilerplate has changed since it was read
            self.answers[past.id] = answer or kept.reading(past.id) or self._read(past)
        return self.answers[past.id]

    def _remembered(self, readings: dict[int, Answer | None]) -> dict[int, Answer | None]:
        """Uses readings of former extractors for pages in which the present one finds nothing. Pages that a former
        extractor filed as one state stay one state; only where none of these can be read, its stored reading is
        used."""
        missing = [number for number, answer in readings.items() if _lacks_reading(answer)]
        if not missing:
            return readings
        by_version = {
            reading_rows.version_shown(self.db, capture_id): reading
            for capture_id, reading in readings.items()
            if not _lacks_reading(reading)
        }
        completed = dict(readings)
        for number in missing:
            if former := reading_rows.last_words(self.db, number):
                completed[number] = by_version.get(former[0]) or former[1]
        return completed

    def _read(self, past: StoredCapture) -> Answer | None:
        body = self._body(past.id)
        if body is None:
            return None
        from archive.pipeline.page_reading import try_to_read  # imports the parsers, only if needed

        return try_to_read(waiting_of(past, self.run).source, body, past.encoding, self.boilerplate)

    def _body(self, capture_id: int) -> bytes | None:
        try:
            return capture_writer.kept_body(self.db, capture_id)
        except ArchiveDamaged:
            return None

    def _absorb(self, fresh: Iterable[StoredCapture], readings: dict[int, Answer | None]) -> bool:
        """Withdraws the words of a withdrawn article at another URL too. Returns whether there were any."""
        absorbed, twins = False, dict[str, int | None]()
        for past in fresh:
            reading = readings[past.id]
            if isinstance(reading, Reading):
                if (digest := reading_digest(reading)) not in twins:
                    twins[digest] = reading_rows.withdrawn_twin(self.db, self.run.outlet_id, reading)
                withdrawn_id = twins[digest]
                if withdrawn_id is not None:
                    withdraw_recapture(self.db, withdrawn_id, self.run.outlet_id, past.key, past.capture.time)
                    self.answers[past.id], absorbed = None, True
        return absorbed

    def _related(
        self, fresh: Iterable[StoredCapture], readings: Mapping[int, Answer | None], related: RelatedUrls
    ) -> set[str]:
        """URLs not related yet that a page declares as canonical, that have the same words, or from which it has
        moved."""
        outlet_id, keys, hosts = self.run.outlet_id, set[str](), self._hosts()
        pages = [(past.key, readings[past.id]) for past in fresh if past.key in related.keys]
        for key in {key for key, reading in pages if isinstance(reading, Reading)}:
            keys |= moved_keys(self.db, outlet_id, key, hosts)
        for reading in {id(reading): reading for _, reading in pages if isinstance(reading, Reading)}.values():
            declared = declared_key(reading, self.run.outlet)
            keys |= {key for key in declared if reading_rows.has_captures(self.db, outlet_id, key)}
            twins = reading_rows.same_words(self.db, outlet_id, reading)
            twins |= reading_rows.doubted_with_words(self.db, outlet_id, reading)
            keys |= twins if len(twins - related.keys) <= _MAX_TWINS else set()
        return {key for key in keys if key not in related.keys and not is_withdrawn(self.db, outlet_id, key)}


def _pages_before(fresh: Iterable[StoredCapture]) -> dict[int, tuple[int, ...]]:
    """By captures.id: the last few earlier pages of its URL. fresh: captures in order of time."""
    last: dict[str, tuple[int, ...]] = {}
    before: dict[int, tuple[int, ...]] = {}
    for past in fresh:
        before[past.id] = last.get(past.key, ())
        last[past.key] = (*before[past.id], past.id)[-_ENDS_COMPARED:]
    return before


def _signs_of(capture: UrlCapture, mass_changes: Sequence[Upheaval]) -> OutletEvidence:
    stamp = clock.stamp(capture.time)
    kinds = {kind for began, ended, kind in mass_changes if began <= stamp <= ended}
    return OutletEvidence(at_once="changed" in kinds, many_gone="gone" in kinds)


def _lacks_reading(answer: Answer | None) -> bool:
    return answer is None or (isinstance(answer, Unreadable) and answer.reason in _NO_READING)
