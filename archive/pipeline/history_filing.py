"""Files histories: the entry points for a page, for several URLs, and for what a run left to be filed. Derives the
history of a URL, and of all that belongs to it, again, and compares it with what is stored: the stored readings, or new
ones by the same extractor, are filed as if for the first time, and nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, partial

from archive.console import log_of
from archive.history import UrlCapture, derive, in_time
from archive.model import clock
from archive.model.errors import ArchiveDamaged, BadValue, LuubaoError, pass_over
from archive.model.records import Reading, Run, Unreadable
from archive.pipeline.filing import Answer, FiledHistories, Filing, Readings, extractor_of
from archive.runtime import signals
from archive.storage import connection, reading_rows, version_texts
from archive.storage.captures.capture_writer import clear_rebuild_marks, mark_for_rebuild, pending_urls
from archive.storage.captures.kept_captures import Source
from archive.storage.connection import Database
from archive.storage.histories import history_readings, related_urls, unchanged_check
from archive.storage.histories.doubts import Upheaval, judge_changes, recheck_doubted, upheavals
from archive.storage.histories.history_readings import DerivedHistory
from archive.storage.histories.history_writer import Counts, write_history
from archive.storage.histories.related_urls import (
    RelatedUrls,
    StoredCapture,
    captures_of,
    first_of,
    hosts_of,
    related_urls_of,
)
from archive.storage.integrity import Problem, Unchecked
from archive.storage.integrity.column_validation import ROW_ERRORS
from archive.storage.integrity.derived_columns import differences, readings_of
from archive.storage.list_placements import place_teasers
from archive.storage.picture_history import fetches_of, mark_stand_ins
from archive.storage.reading_rows import StoredReadings, kept_readings
from archive.storage.unread_captures import Waiting, waiting_of
from archive.storage.version_texts import known_boilerplate
from archive.text.recurring_blocks import Boilerplate

log = log_of(__name__)

_BATCH = 20  # articles a commit
_MAX_PASSES = 4  # times that one URL is filed again at the end of a run


def file_urls(
    db: Database, run: Run, keys: Iterable[str], boilerplate: Boilerplate, known: Readings, *, reason: str,
    quiet_run: int | None = None,
) -> FiledHistories:  # fmt: skip
    """Files all that belongs to these URLs, in one transaction. known: readings that exist already. quiet_run: a run
    under way, whose own version numbers nobody can have cited."""
    with connection.transaction(db):
        return Filing(db, run, boilerplate, known, reason, quiet_run).file_pending(set(keys))


def file_alone(db: Database, source: Source, reading: Reading, boilerplate: Boilerplate) -> FiledHistories | None:
    """As file_urls, for a page that stands alone; None where it does not. Call inside a transaction."""
    if reading.extractor != extractor_of(boilerplate) or not unchanged_check.is_alone(db, source, reading):
        return None
    run, key = source.run, source.url_key
    capture = UrlCapture(
        source.capture_id, key, source.url, source.captured_at, "page", reading, requested_url=source.url
    )
    related, past = RelatedUrls({key}), StoredCapture(capture, "fresh", None, None, None, run.id)
    pictures = fetches_of(db, [image.url for image in reading.images])
    history = derive(in_time([capture], pictures), run.outlet)
    extractor_id = reading_rows.extractor_id(db, reading.extractor, source.captured_at)
    readings = {capture.id: reading}
    derivation = DerivedHistory(
        run.outlet_id, related, history, [past], readings, {}, extractor_id, clock.now(), run.id, ""
    )
    counts, plan = write_history(db, derivation)
    return FiledHistories(frozenset({key}), counts, plan, history, frozenset())


def file_or_report(
    db: Database, run: Run, keys: Sequence[str], boilerplate: Boilerplate, known: Readings, *, reason: str,
    quiet_run: int | None = None,
) -> FiledHistories | None:  # fmt: skip
    """As file_urls; None where a stored fact is damaged: then what belongs together with it stays unchanged and is
    reported, and the others are filed."""
    try:
        return file_urls(db, run, keys, boilerplate, known, reason=reason, quiet_run=quiet_run)
    except Exception as error:  # any damage to the stored data
        elsewhere = isinstance(error, LuubaoError) and not isinstance(error, ArchiveDamaged | BadValue)
        if elsewhere or signals.signal_received():  # no worker can be started, or the archive cannot be written
            raise
        log.debug("%s could not be put in order of time", keys[0], exc_info=True)
        pass_over(keys[0], f"could not be put in order of time: {type(error).__name__}: {error}")
        return None


def rehearse_filing(
    db: Database, run: Run, keys: Iterable[str], boilerplate: Boilerplate, known: Readings
) -> FiledHistories:
    """What filing these URLs would result in, by the same functions; writes nothing."""
    return Filing(db, run, boilerplate, known, "", None, rehearsed=True).file_pending(set(keys))


def file_waiting(db: Database, run: Run, known: Readings | None = None, *, quiet: bool = False) -> Counts:
    """Files all URLs of the run's outlet that wait because captures came late, some in a commit."""
    boilerplate, counts, passes = version_texts.boilerplate_of(db, run.outlet_id), Counts(), Counter[str]()
    while keys := pending_urls(db, run.outlet_id, _BATCH):
        with connection.transaction(db):
            done: frozenset[str] = frozenset()
            for key in keys:
                passes[key] += 1
                if passes[key] > _MAX_PASSES:  # pages with one text queue one another: stop
                    clear_rebuild_marks(db, run.outlet_id, {key})
                elif key not in done:
                    filed = file_or_report(
                        db, run, [key], boilerplate, known or {}, reason="a capture came late",
                        quiet_run=run.id if quiet else None,
                    )  # fmt: skip
                    if filed is None:
                        clear_rebuild_marks(db, run.outlet_id, {key})
                    done |= filed.keys | {key} if filed else {key}
                    counts.add(filed.counts if filed else Counts())
    return counts


def pages_to_read(db: Database, run: Run, key: str, boilerplate: Boilerplate) -> tuple[frozenset[str], list[Waiting]]:
    """The URLs that belong together with one, and those of their pages that the present extractor has not read."""
    related = related_urls_of(db, run.outlet_id, [key])
    pasts = captures_of(db, run.outlet_id, related)
    first = dict(first_of(pasts))
    kept = reading_rows.kept_readings(db, first.values(), related.articles, extractor_of(boilerplate))
    pages = [waiting_of(past, run) for past in pasts if first.get(past.id) == past.id and kept.reading(past.id) is None]
    return frozenset(related.keys | {key}), pages


def judge_run(db: Database, run: Run, known: Readings | None = None, *, whole: bool = False) -> Counts:
    """Ends a run: judges it as a whole, and takes back what was accepted too soon. whole: judges all of the outlet's
    captures, because what came is of many times."""
    mark_stand_ins(db, run, whole=whole)
    counts = file_waiting(db, run, known, quiet=True)
    for _ in range(_MAX_PASSES):  # after a change is taken back, fewer may have changed
        with connection.transaction(db):
            keys = judge_changes(db, run, whole=whole)
            for key in keys:
                mark_for_rebuild(db, run.outlet_id, key)
        if not keys:
            break
        counts.add(file_waiting(db, run, known, quiet=True))
    with connection.transaction(db):
        for key in version_texts.learn_from_edits(db, run, clock.now(), whole=whole):
            mark_for_rebuild(db, run.outlet_id, key)
    counts.add(file_waiting(db, run, quiet=True))
    if not whole:
        with connection.transaction(db):
            recheck_doubted(db, run)
    place_teasers(db, run.outlet_id)
    return counts


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
        return related_urls.is_compared_elsewhere(self.db, self.run.outlet_id, key)

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
            if not history_readings.has_read(self.db, self.reader[0], past.id) and (refused := self._refused(past)):
                name = refused.extractor
            if (boilerplate := self.known_extractors.boilerplate(name)) is not None:
                self.wanted.append((waiting_of(past, self.run), boilerplate))

    def differences(self, key: str, skipped: Unchecked) -> tuple[list[Problem], set[str]]:
        """The differences, and the keys of the URLs that were compared."""
        derivation, keys = self.derivation_of({key})
        pasts = derivation.pasts
        stored = readings_of(self.db, [past.id for past in pasts])
        is_unread = any(past.outcome == "fresh" and not stored[past.id] for past in pasts)
        if is_unread or any(related_urls.is_pending(self.db, self.run.outlet_id, key) for key in keys):
            skipped["waiting"] += len(keys)
            return [], keys
        if history_readings.are_by_former_rules(self.db, (row for rows in stored.values() for row in rows.values())):
            skipped["former"] += len(keys)
            return [], keys
        derivation = replace(derivation, extractor=self.reader[0])
        words = self.has_read or bool(self.known)
        return list(differences(self.db, derivation, stored, self.readers, words=words)), keys

    def _kept_readings(self, captures: Iterable[int], related: RelatedUrls) -> StoredReadings:
        pages = list(captures)
        self.reader = history_readings.reader_of(self.db, related.articles, pages)
        return kept_readings(self.db, pages, related.articles, self.reader[1])

    def _reading(self, past: StoredCapture, kept: StoredReadings) -> Answer | None:
        if past.id not in self.answers:
            reading = self.known.get(past.id) or kept.reading(past.id) or self._refused(past)
            self.answers[past.id] = reading or self._read(past)
        return self.answers[past.id]

    def _refused(self, past: StoredCapture) -> Unreadable | None:
        """The refusal of a page that was not reread: it is no article's."""
        refusal = history_readings.refused_by(self.db, past.id)
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
