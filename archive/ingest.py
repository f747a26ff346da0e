"""The whole path of a page, told once: keep, then read, then file."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive import apart, store
from archive.errors import BadValue, LuubaoError
from archive.extract import extractor_name, read_page
from archive.furniture import Furniture, without
from archive.habits import Habits
from archive.model.readings import gated_reading
from archive.records import Capture, CaptureOutcome, Filed, Kept, Reading, Run, Unreadable
from archive.store.identity import Source
from archive.urls import url_key
from archive.workers import Lost

log = logging.getLogger(__name__)

ReadAgain = Callable[[Source, str | None], Reading | Unreadable | None]
"""Reads a kept capture, given with the charset its HTTP header named; None where its bytes are not here."""
ReadAnew = tuple[Source, Reading | Unreadable, store.Refiled]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A capture that is safely kept. body_id: of the bytes it brought or confirmed; buried: a known article turned out
    to have disappeared."""

    outcome: CaptureOutcome
    source: Source
    body_id: int | None = None
    buried: bool = False


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an exchange brought, and, where it brought a page to read, what became of the reading."""

    outcome: CaptureOutcome
    filed: Filed | None = None
    reading: Reading | Unreadable | None = None
    buried: bool = False


def ingest(db: Database, run: Run, capture: Capture) -> Ingested:
    """Keeps a capture, and, if it brought something new, reads and files it. A crawl does the three steps by
    themselves, for it reads in other processes.

    Raises ArchiveUnusable when the archive cannot be written.
    """
    arrival = take_in(db, run, capture)
    if arrival.outcome != "fresh":
        return Ingested(arrival.outcome, buried=arrival.buried)
    furniture = store.furniture_of(db, run.outlet_id)
    return put_away(db, arrival.source, try_to_read(arrival.source, capture.body or b"", capture.encoding, furniture))


def take_in(db: Database, run: Run, capture: Capture) -> Arrival:
    """Keeps a capture. Only what is `fresh` is to be read."""
    kept = store.keep(db, run, capture)
    return arrived(db, run, capture, kept)


def source_of_arrival(db: Database, run: Run, capture: Capture, kept: Kept) -> Source:
    """A capture that was kept, with all addresses that are known to lead to it."""
    via = dict.fromkeys((*map(url_key, capture.via), *store.redirecting_here(db, run, capture.final_url)))
    return Source(kept.capture_id, run, kept.url_key, capture.final_url, capture.captured_at, tuple(via))


def arrived(db: Database, run: Run, capture: Capture, kept: Kept) -> Arrival:
    """What a kept capture comes to as long as it is not read."""
    source = source_of_arrival(db, run, capture, kept)
    moved = bool(source.via) and kept.outcome in ("revisit", "not-modified") and store.note_move(db, source)
    return Arrival(kept.outcome, source, kept.body_id, kept.buried or moved)


def try_to_read(source: Source, body: bytes, encoding: str | None, furniture: Furniture) -> Reading | Unreadable:
    """The boundary behind which bytes are safe. Whatever goes wrong in reading them is one capture that could not be
    read, recorded as such; the crawl goes on, and a mended reader, which has another name, can read it again. Read in
    a worker, where the command has one (archive/apart.py)."""
    slim = replace(source, run=replace(source.run, habits=Habits()))  # which is large, and no reader's business
    reading = apart.run(read_here, slim, body, encoding, furniture)
    return Unreadable("gave-up", reading.reason, extractor_of(furniture)) if isinstance(reading, Lost) else reading


def read_here(source: Source, body: bytes, encoding: str | None, furniture: Furniture) -> Reading | Unreadable:
    """As `try_to_read`, in this process, which is a worker."""
    try:
        return read(source, body, encoding, furniture)
    except Exception as error:  # any at all: see above
        log.exception("capture %s of %s could not be read", source.capture_id, source.url)
        return gave_up(error, furniture)


def put_away(db: Database, source: Source, reading: Reading | Unreadable) -> Ingested:
    """Files what was read in a kept capture. While it was read, another address may have come to redirect to it."""
    since = store.redirecting_here(db, source.run, source.url)
    source = replace(source, via=tuple(dict.fromkeys((*source.via, *since))))
    try:
        if isinstance(reading, Reading):
            _bring_up_to_date(db, source, reading)
        filed = store.file(db, source, reading)
    except Exception as error:  # one capture that could not be filed: as one that could not be read
        if isinstance(error, LuubaoError) and not isinstance(error, BadValue):
            raise  # the archive itself cannot be written: nothing is to be gained by going on
        log.exception("capture %s of %s could not be filed", source.capture_id, source.url)
        reading = replace(gave_up(error, Furniture()), extractor=reading.extractor)
        filed = store.file(db, source, reading)
    return Ingested("fresh", filed, reading, filed.buried)


def read(source: Source, body: bytes, encoding: str | None, furniture: Furniture) -> Reading | Unreadable:
    """What a kept page says, without what its outlet's pages share; the set is part of the extractor's name."""
    outlet = source.run.outlet
    page = read_page(
        body,
        source.url,
        captured_at=source.captured_at,
        outlet=outlet.name,
        encoding=encoding,
        timezone=outlet.timezone,
    )
    stripped = without(gated_reading(page), furniture) if isinstance(page, Reading) else page
    return replace(stripped, extractor=extractor_of(furniture))


def extractor_of(furniture: Furniture) -> str:
    """The name under which readings are filed that were made without these blocks."""
    return f"{extractor_name()}, furniture {furniture.digest[:19]}" if furniture.marks else extractor_name()


def gave_up(error: Exception, furniture: Furniture) -> Unreadable:
    """What a page is for the extractor that cannot read it for a mistake of its own."""
    why = "needed more memory than there is" if isinstance(error, MemoryError) else f"{type(error).__name__}: {error}"
    return Unreadable("gave-up", why, extractor_of(furniture))


def _bring_up_to_date(db: Database, source: Source, reading: Reading) -> None:
    """Has the article's versions read by the extractor of this reading, so that they can be compared: what only the
    extractor sees differently is no edit."""
    latest = store.latest_version(db, source, reading)
    if latest is None:
        return
    ledger = store.Recording(db, reading.extractor)
    untold = ledger.untold(latest.article_id)
    furniture = store.furniture_of(db, source.run.outlet_id) if untold else Furniture()

    def read_again(former: Source, encoding: str | None) -> Reading | Unreadable | None:
        body = store.kept_body(db, former.capture_id)
        return None if body is None else try_to_read(former, body, encoding, furniture)

    for version_id in untold:
        tell(ledger, source.run, version_id, read_again)


def tell(ledger: store.Recording, run: Run, version_id: int, read_again: ReadAgain) -> list[ReadAnew]:
    """Has a version told in the words of the ledger's extractor: those it once used, or what `read_again` reads in the
    newest of its captures that can be read. A version that has none keeps the words it had. Returns what was read."""
    done: list[ReadAnew] = []
    if ledger.take_up(version_id):
        return done
    while (capture_id := ledger.newest_capture(version_id)) is not None:
        former, encoding = store.source_of(ledger.db, run, capture_id)
        again = read_again(former, encoding)
        if again is None:
            break
        done.append((former, again, ledger.refile(former, again)))
        if isinstance(again, Reading) or done[-1][2].outcome == "done":
            break
    return done
