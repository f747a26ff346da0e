"""The one way in which histories are written down: what belongs together is loaded, archive.history says what it
amounts to, and the difference is written, in one transaction.

A crawl's captures, those of imports, backfills and merges, pages read anew, pictures and what a killed run left all
come this way, so that it makes no difference in which order they come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archive.console.logs import log_of
from archive.extract.recurring_blocks import Boilerplate
from archive.history import History, Look, Signs, departures, derive, in_time
from archive.history.responses import declared_key
from archive.history.states import headline_of, words_of
from archive.model import clock
from archive.model.errors import ArchiveDamaged, ArchiveUnusable
from archive.model.notices import pass_over
from archive.model.records import Reading, Run, Unreadable
from archive.runtime import signals
from archive.storage import connection
from archive.storage.captures import capture_writer
from archive.storage.captures.capture_source import Source
from archive.storage.captures.late_captures import settle, unsettle, unsettle_words, unsettled
from archive.storage.connection import Database
from archive.storage.histories import unchanged_check
from archive.storage.histories.domain_moves import moved_keys
from archive.storage.histories.doubts import at_once, judge_changes
from archive.storage.histories.history_readings import Said
from archive.storage.histories.history_rows import Plan
from archive.storage.histories.history_writer import Belief, Counts, count_changes, match, put_belief
from archive.storage.histories.related_urls import Past, RelatedUrls, first_of, past_of, related_urls_of
from archive.storage.pictures.picture_history import fetches_of, unsettle_stand_ins
from archive.storage.readings import boilerplate_sets, reading_rows
from archive.storage.readings.reading_rows import Kept
from archive.storage.readings.unread_captures import Waiting, waiting_of
from archive.storage.withdrawals import withdrawal_lookup
from archive.storage.withdrawals.withdrawal import absorb

log = log_of(__name__)

Answer = Reading | Unreadable
Readings = Mapping[int, Answer]
"""What the present extractor read in captures, by captures.id."""

_BATCH = 20  # articles a commit
_CANNOT = frozenset({"no-article", "empty", "too-large", "gave-up"})
"""What a reader says who finds nothing: no reason to throw away what a former one has found."""
_OFTEN = 4  # times that one address is put in order at the end of a run
_RECENT = 4  # pages of an address with whose ends another is compared
_MANY = 2  # other articles with the same words: more are a page of the site's, and do not belong together


def extractor_of(boilerplate: Boilerplate) -> str:
    """As archive.pipeline.page_reading.extractor_of."""
    from archive.pipeline.page_reading import extractor_of as name_of  # whoever only compares needs no parsers

    return name_of(boilerplate)


@dataclass(frozen=True, slots=True)
class Settled:
    """keys: the addresses that were put in order; plan, history: what they amount to now."""

    keys: frozenset[str]
    counts: Counts
    plan: Plan
    history: History
    known: frozenset[int]


def settle_keys(
    db: Database, run: Run, keys: Iterable[str], boilerplate: Boilerplate, known: Readings, *, reason: str,
    quiet_run: int | None = None,
) -> Settled:  # fmt: skip
    """Puts in order all that belongs to these addresses, in one transaction. known: readings that need not be made
    again. quiet_run: a run under way, of whose own versions nobody can have quoted a number."""
    with connection.transaction(db):
        return Settling(db, run, boilerplate, known, reason, quiet_run).settle(set(keys))


def settle_alone(db: Database, source: Source, reading: Reading, boilerplate: Boilerplate) -> Settled | None:
    """As settle_keys, of a page that stands alone; None where it does not. Call inside a transaction."""
    if reading.extractor != extractor_of(boilerplate) or not unchanged_check.is_alone(db, source, reading):
        return None
    run, key = source.run, source.url_key
    look = Look(source.capture_id, key, source.url, source.captured_at, "page", reading, asked=source.url)
    kin, past = RelatedUrls({key}), Past(look, "fresh", None, None, None, run.id)
    pictures = fetches_of(db, [image.url for image in reading.images])
    history = derive(in_time([look], pictures), run.outlet)
    said = Said([past], {look.id: reading}, {})
    number = reading_rows.extractor_id(db, reading.extractor, source.captured_at)
    counts, plan = put_belief(db, Belief(run.outlet_id, kin, history, said, number, clock.now(), run.id, ""))
    return Settled(frozenset({key}), counts, plan, history, frozenset())


def settle_or_name(
    db: Database, run: Run, keys: Sequence[str], boilerplate: Boilerplate, known: Readings, *, reason: str,
    quiet_run: int | None = None,
) -> Settled | None:  # fmt: skip
    """As settle_keys; None where a fact is damaged: what belongs together with it stays as it was, is named, and keeps
    nobody from the others."""
    try:
        return settle_keys(db, run, keys, boilerplate, known, reason=reason, quiet_run=quiet_run)
    except ArchiveUnusable:
        raise
    except Exception as error:  # whatever is wrong with what the archive holds of it
        if signals.came():
            raise
        log.debug("%s could not be put in order of time", keys[0], exc_info=True)
        pass_over(keys[0], f"could not be put in order of time: {type(error).__name__}: {error}")
        return None


def rehearse_keys(db: Database, run: Run, keys: Iterable[str], boilerplate: Boilerplate, known: Readings) -> Settled:
    """What putting these addresses in order would come to, by the same functions; nothing is written."""
    return Settling(db, run, boilerplate, known, "", None, rehearsed=True).settle(set(keys))


def settle_all(
    db: Database,
    run: Run,
    known: Readings | None = None,
    *,
    quiet: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Counts:
    """Puts in order all articles of the run's outlet of which captures came late, some in a commit."""
    boilerplate, counts, times = boilerplate_sets.boilerplate_of(db, run.outlet_id), Counts(), Counter[str]()
    while keys := unsettled(db, run.outlet_id, _BATCH):
        with connection.transaction(db):
            done: frozenset[str] = frozenset()
            for key in keys:
                times[key] += 1
                if times[key] > _OFTEN:  # pages that show one text call for one another: they have had their say
                    settle(db, run.outlet_id, {key})
                elif key not in done:
                    settled = settle_or_name(
                        db, run, [key], boilerplate, known or {}, reason="a capture came late",
                        quiet_run=run.id if quiet else None,
                    )  # fmt: skip
                    if settled is None:
                        settle(db, run.outlet_id, {key})
                    done |= settled.keys | {key} if settled else {key}
                    counts.add(settled.counts if settled else Counts())
                step()
    return counts


def pages_to_read(db: Database, run: Run, key: str, boilerplate: Boilerplate) -> tuple[frozenset[str], list[Waiting]]:
    """The addresses that belong together with one, and those of their pages that the present extractor has not read."""
    kin = related_urls_of(db, run.outlet_id, [key])
    pasts = past_of(db, run.outlet_id, kin)
    first = dict(first_of(pasts))
    kept = reading_rows.kept_readings(db, first.values(), kin.articles, extractor_of(boilerplate))
    pages = [waiting_of(past, run) for past in pasts if first.get(past.id) == past.id and kept.reading(past.id) is None]
    return frozenset(kin.keys | {key}), pages


def _is_lost(answer: Answer | None) -> bool:
    return answer is None or (isinstance(answer, Unreadable) and answer.reason in _CANNOT)


def settle_run(db: Database, run: Run, known: Readings | None = None, *, whole: bool = False) -> Counts:
    """What is done at the end of a run: it is judged as a whole, and what was believed too soon is taken back. whole:
    judges all that the outlet's captures tell, for what came is of many times."""
    unsettle_stand_ins(db, run, whole=whole)
    counts = settle_all(db, run, known, quiet=True)
    for _ in range(_OFTEN):  # what is taken back may show that less had changed
        with connection.transaction(db):
            keys = judge_changes(db, run, whole=whole)
            for key in keys:
                unsettle(db, run.outlet_id, key)
        if not keys:
            break
        counts.add(settle_all(db, run, known, quiet=True))
    return counts


@dataclass
class Settling:
    """Some addresses, and all that belongs to them."""

    db: Database
    run: Run
    boilerplate: Boilerplate
    known: Readings
    reason: str
    quiet_run: int | None
    rehearsed: bool = False
    made: dict[int, Answer | None] = field(default_factory=dict)

    def settle(self, keys: set[str]) -> Settled:
        """Puts them in order, or says what that would come to."""
        belief, keys = self.believe(keys)
        if self.rehearsed:
            plan = match(self.db, belief)
            counts = count_changes(belief, plan)
        else:
            counts, plan = put_belief(self.db, belief)
            settle(self.db, self.run.outlet_id, keys)
        return Settled(frozenset(keys), counts, plan, belief.history, frozenset(belief.kin.articles))

    def believe(self, keys: set[str]) -> tuple[Belief, set[str]]:
        """What these addresses, and all that belongs to them, amount to; and which addresses these are."""
        while True:
            kin = related_urls_of(self.db, self.run.outlet_id, keys)
            pasts = past_of(self.db, self.run.outlet_id, kin)
            first = dict(first_of(pasts))
            kept = self._kept(first.values(), kin)
            fresh = [past for past in pasts if first.get(past.id) == past.id]
            readings = {past.id: self._reading(past, kept) for past in fresh}
            if not self.rehearsed and self._absorb(fresh, readings):
                continue
            more = self._related(fresh, readings, kin)
            if not more:
                break
            keys = kin.keys | more
        refused = {number: one for number, one in readings.items() if isinstance(one, Unreadable)}
        readings = self._remembered(readings)
        history = self._derive(pasts, first, readings, kin)
        number = (
            0 if self.rehearsed else reading_rows.extractor_id(self.db, extractor_of(self.boilerplate), clock.now())
        )
        said = Said(pasts, readings, refused)
        belief = Belief(self.run.outlet_id, kin, history, said, number, clock.now(), self.quiet_run, self.reason)
        return belief, kin.keys | keys

    def _kept(self, captures: Iterable[int], kin: RelatedUrls) -> Kept:
        return reading_rows.kept_readings(self.db, captures, kin.articles, extractor_of(self.boilerplate))

    def _derive(
        self, pasts: list[Past], first: Mapping[int, int], readings: Mapping[int, Answer | None], kin: RelatedUrls
    ) -> History:
        """Once by what these addresses say; and, where a page would change a known article, again with what others
        say of it."""
        bad = at_once(self.db, self.run.outlet_id)
        looks = [
            replace(past.look, said=readings.get(first.get(past.id, 0)), signs=_signs_of(past.look, bad))
            for past in pasts
        ]
        urls = [image.url for one in readings.values() if isinstance(one, Reading) for image in one.images]
        pictures = fetches_of(self.db, urls)
        history = derive(in_time(looks, pictures), self.run.outlet)
        fresh = [past for past in pasts if first.get(past.id) == past.id]
        doubted = [one.look for one in history.verdicts if one.doubted and isinstance(one.look.said, Reading)]
        signs = {
            look.id: found
            for look in (*departures(history), *doubted)
            if (found := self._signs(look, kin, fresh)) != look.signs
        }
        if not signs:
            return history
        looks = [replace(look, signs=signs.get(look.id, look.signs)) for look in looks]
        return derive(in_time(looks, pictures), self.run.outlet)

    def _signs(self, look: Look, kin: RelatedUrls, fresh: Sequence[Past]) -> Signs:
        assert isinstance(look.said, Reading)
        words, headline = words_of(look.said), headline_of(look.said)
        outlet_id = self.run.outlet_id
        found = replace(
            look.signs,
            same_words=reading_rows.elsewhere(self.db, outlet_id, "words", words, kin.keys),
            same_headline=reading_rows.elsewhere(self.db, outlet_id, "headline", headline, kin.keys),
            cut=self._is_cut(look, fresh),
        )
        if found.same_words >= _MANY and not self.rehearsed:
            unsettle_words(self.db, outlet_id, words, kin.keys)
        return found

    def _is_cut(self, look: Look, fresh: Sequence[Past]) -> bool:
        """Whether a page lacks its own end, which all that its address brought before had."""
        before = [past.id for past in fresh if past.key == look.key and past.look.place < look.place][-_RECENT:]
        return bool(before) and self._has_end(look.id) is False and all(map(self._has_end, before))

    def _has_end(self, capture_id: int) -> bool | None:
        """None where its bytes are not to be had."""
        body = self._body(capture_id)
        return None if body is None else b"</html" in body.lower()

    def _reading(self, past: Past, kept: Kept) -> Answer | None:
        """What the present extractor reads in a capture; None where neither its bytes nor its words are to be had."""
        if past.id not in self.made:
            brought = self.known.get(past.id)
            if brought is not None and brought.extractor != extractor_of(self.boilerplate):
                brought = None  # what recurs has been learned anew since it was read
            self.made[past.id] = brought or kept.reading(past.id) or self._read(past)
        return self.made[past.id]

    def _remembered(self, readings: dict[int, Answer | None]) -> dict[int, Answer | None]:
        """What former readers made of pages in which the present one finds nothing. What one took for the same state
        still is; only where none of these pages can be read, the words in which it is told are taken as they are."""
        lost = [number for number, answer in readings.items() if _is_lost(answer)]
        if not lost:
            return readings
        told = {reading_rows.version_shown(self.db, n): said for n, said in readings.items() if not _is_lost(said)}
        found = dict(readings)
        for number in lost:
            if words := reading_rows.last_words(self.db, number):
                found[number] = told.get(words[0]) or words[1]
        return found

    def _read(self, past: Past) -> Answer | None:
        body = self._body(past.id)
        if body is None:
            return None
        from archive.pipeline.page_reading import try_to_read  # whoever only compares needs no parsers

        return try_to_read(waiting_of(past, self.run).source, body, past.encoding, self.boilerplate)

    def _body(self, capture_id: int) -> bytes | None:
        try:
            return capture_writer.kept_body(self.db, capture_id)
        except ArchiveDamaged:
            return None

    def _absorb(self, fresh: Iterable[Past], readings: dict[int, Answer | None]) -> bool:
        """The words of a withdrawn article at another address are withdrawn with it. Returns whether there were any."""
        found = False
        for past in fresh:
            reading = readings[past.id]
            if isinstance(reading, Reading):
                hidden = reading_rows.withdrawn_twin(self.db, self.run.outlet_id, reading)
                if hidden is not None:
                    absorb(self.db, hidden, self.run.outlet_id, past.key, past.look.at)
                    self.made[past.id], found = None, True
        return found

    def _related(self, fresh: Iterable[Past], readings: Mapping[int, Answer | None], kin: RelatedUrls) -> set[str]:
        """Addresses outside of kin that a page declares its own, that say the very same, or from which it has moved."""
        outlet_id, found = self.run.outlet_id, set[str]()
        for past in fresh:
            reading = readings[past.id]
            if isinstance(reading, Reading) and past.key in kin.keys:
                named = declared_key(reading, self.run.outlet)
                found |= {key for key in named if reading_rows.has_captures(self.db, outlet_id, key)}
                twins = reading_rows.same_words(self.db, outlet_id, reading)
                found |= moved_keys(self.db, outlet_id, past.key) | (twins if len(twins - kin.keys) <= _MANY else set())
        return {
            key for key in found if key not in kin.keys and not withdrawal_lookup.is_withdrawn(self.db, outlet_id, key)
        }


def _signs_of(look: Look, bad: Sequence[tuple[str, str]]) -> Signs:
    return Signs(at_once=any(began <= clock.stamp(look.at) <= ended for began, ended in bad))
