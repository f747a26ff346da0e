"""The whole path of a page, told once: keep, then read, then file."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive import store
from archive.errors import LuubaoError
from archive.extract import extractor_name, read_page
from archive.furniture import Furniture, without
from archive.records import Capture, CaptureOutcome, Filed, Kept, Reading, Run, Unreadable
from archive.store.identity import Source
from archive.urls import url_key

log = logging.getLogger(__name__)

ReadAgain = Callable[[Source, str | None], Reading | Unreadable | None]
"""Reads a kept capture, given with the charset its HTTP header named; None where its bytes are not here."""
ReadAnew = tuple[Source, Reading | Unreadable, store.Refiled]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an exchange brought, and, where it brought a page to read, what became of the reading."""

    outcome: CaptureOutcome
    filed: Filed | None = None
    reading: Reading | Unreadable | None = None
    buried: bool = False


def ingest(db: Database, run: Run, capture: Capture) -> Ingested:
    """Keeps a capture, and, if it brought something new, reads and files it.

    Raises ArchiveUnusable when the archive cannot be written.
    """
    kept = store.keep(db, run, capture)
    source = arrival(db, run, capture, kept)
    if kept.outcome == "fresh":
        return read_and_file(db, source, capture.body or b"", capture.encoding)
    return confirm(db, kept, source)


def arrival(db: Database, run: Run, capture: Capture, kept: Kept) -> Source:
    """A capture that was kept, with all addresses that are known to lead to it."""
    via = dict.fromkeys((*map(url_key, capture.via), *store.redirecting_here(db, run, capture.final_url)))
    return Source(kept.capture_id, run, kept.url_key, capture.final_url, capture.captured_at, tuple(via))


def confirm(db: Database, kept: Kept, source: Source) -> Ingested:
    """What a capture that brought nothing to read comes to."""
    known = kept.outcome in ("revisit", "not-modified")
    moved = bool(source.via) and known and store.note_move(db, source)
    return Ingested(kept.outcome, buried=kept.buried or moved)


def read_and_file(db: Database, source: Source, body: bytes, encoding: str | None) -> Ingested:
    """The boundary behind which bytes are safe. Whatever goes wrong in reading them is one capture that could not be
    read, recorded as such; the crawl goes on, and a mended reader, which has another name, can read it again."""
    furniture = store.furniture_of(db, source.run.outlet_id)
    reading: Reading | Unreadable
    try:
        reading = read(source, body, encoding, furniture)
        if isinstance(reading, Reading):
            bring_up_to_date(db, source, reading, furniture)
        filed = store.file(db, source, reading)
    except LuubaoError:  # the archive itself cannot be written: nothing is to be gained by going on
        raise
    except Exception as error:  # any at all: see above
        log.exception("capture %s of %s could not be read", source.capture_id, source.url)
        reading = gave_up(error, furniture)
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
    stripped = without(page, furniture) if isinstance(page, Reading) else page
    return replace(stripped, extractor=extractor_of(furniture))


def read_safely(source: Source, body: bytes, encoding: str | None, furniture: Furniture) -> Reading | Unreadable:
    """As `read`; a mistake of our own is a page that could not be read."""
    try:
        return read(source, body, encoding, furniture)
    except Exception as error:  # any at all: see above
        log.exception("%s could not be read", source.url)
        return gave_up(error, furniture)


def extractor_of(furniture: Furniture) -> str:
    """The name under which readings are filed that were made without these blocks."""
    return f"{extractor_name()}, furniture {furniture.digest[:19]}" if furniture.marks else extractor_name()


def gave_up(error: Exception, furniture: Furniture) -> Unreadable:
    """What a page is for the extractor that cannot read it for a mistake of its own."""
    return Unreadable("gave-up", f"{type(error).__name__}: {error}", extractor_of(furniture))


def bring_up_to_date(db: Database, source: Source, reading: Reading, furniture: Furniture) -> None:
    """Has the article's versions read by the extractor of this reading, so that they can be compared: what only the
    extractor sees differently is no edit."""
    latest = store.latest_version(db, source, reading)
    if latest is None:
        return

    def read_again(former: Source, encoding: str | None) -> Reading | Unreadable | None:
        body = store.kept_body(db, former.capture_id)
        return None if body is None else read(former, body, encoding, furniture)

    ledger = store.Recording(db, reading.extractor)
    for version_id in ledger.untold(latest.article_id):
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
