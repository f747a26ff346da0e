"""The whole path of a page, told once: keep, then read, then file."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive import clock, store
from archive.extract import extractor_name, read_page
from archive.furniture import Furniture, without
from archive.records import Capture, CaptureOutcome, Filed, Reading, Run, Unreadable
from archive.store.identity import Source
from archive.urls import url_key

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an exchange brought, and, where it brought a page to read, what became of the reading."""

    outcome: CaptureOutcome
    filed: Filed | None = None
    reading: Reading | Unreadable | None = None
    buried: bool = False


def ingest(db: Database, run: Run, capture: Capture) -> Ingested:
    """Keeps a capture, and, if it brought something new, reads and files it."""
    kept = store.keep(db, run, capture)
    source = Source(
        kept.capture_id, run, kept.url_key, capture.final_url, capture.captured_at, tuple(map(url_key, capture.via))
    )
    if kept.outcome == "fresh":
        return _read_and_file(db, source, capture.body or b"", capture.encoding)
    if capture.via and kept.outcome in ("revisit", "not-modified"):
        store.note_move(db, source)
    return Ingested(kept.outcome, buried=kept.buried)


def read_pending(db: Database, run: Run) -> int:
    """Reads and files what an earlier run kept but did not come to read. Returns how many captures that were."""
    pending = store.unread(db, run)
    for source, encoding in pending:
        body = store.kept_body(db, source.capture_id)
        _read_and_file(db, source, body or b"", encoding)
    return len(pending)


def _read_and_file(db: Database, source: Source, body: bytes, encoding: str | None) -> Ingested:
    furniture = store.furniture_of(db, source.run.outlet_id)
    reading = read(source, body, encoding, furniture)
    if isinstance(reading, Reading):
        _bring_up_to_date(db, source, reading, furniture)
    filed = store.file(db, source, reading)
    return Ingested("fresh", filed, reading, filed.buried)


def read(source: Source, body: bytes, encoding: str | None, furniture: Furniture) -> Reading | Unreadable:
    """What a kept page says, without what its outlet's pages share; the set is part of the extractor's name."""
    page = _read_page(source, body, encoding)
    if not furniture.marks:
        return page
    stripped = without(page, furniture) if isinstance(page, Reading) else page
    return replace(stripped, extractor=f"{page.extractor}, furniture {furniture.digest[:19]}")


def _read_page(source: Source, body: bytes, encoding: str | None) -> Reading | Unreadable:
    """The reader promises never to raise. Should it break that promise, the capture stays kept and is called unread,
    the crawl goes on, and a mended reader, which has another name, can read it again."""
    outlet = source.run.outlet
    try:
        return read_page(
            body,
            source.url,
            captured_at=source.captured_at,
            outlet=outlet.name,
            encoding=encoding,
            timezone=outlet.timezone,
        )
    except Exception as error:  # the boundary described above
        log.exception("capture %s of %s could not be read", source.capture_id, source.url)
        return Unreadable("gave-up", f"{type(error).__name__}: {error}", extractor_name())


def _bring_up_to_date(db: Database, source: Source, reading: Reading, furniture: Furniture) -> None:
    """Has the article's latest version read by the extractor of this reading, so that the two can be compared: what
    only the extractor sees differently is no edit."""
    latest = store.latest_version(db, source, reading)
    if latest is None or latest.reading.extractor == reading.extractor:
        return
    former, encoding = store.source_of(db, source.run, store.last_capture_of(db, latest.id))
    again = read(former, store.kept_body(db, former.capture_id) or b"", encoding, furniture)
    if isinstance(again, Reading):
        store.retell(db, latest.id, former.capture_id, again, clock.now())
    else:  # this extractor cannot read the old page: no ground for calling what it sees now an edit
        store.retell(db, latest.id, source.capture_id, reading, clock.now())
