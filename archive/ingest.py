"""The whole path of a page, told once: keep, then read, then file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from archive import clock, store
from archive.extract import read_page
from archive.records import Capture, CaptureOutcome, Filed, Reading, Run, Unreadable
from archive.store.identity import LatestVersion, Source
from archive.urls import url_key


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
    reading = _read(source, body, encoding)
    if isinstance(reading, Reading):
        _bring_up_to_date(db, source, reading)
    filed = store.file(db, source, reading)
    return Ingested("fresh", filed, reading, filed.buried)


def _read(source: Source, body: bytes, encoding: str | None) -> Reading | Unreadable:
    return read_page(body, source.url, captured_at=source.captured_at, outlet=source.run.outlet.name, encoding=encoding)


def _bring_up_to_date(db: Database, source: Source, reading: Reading) -> None:
    """Has the article's latest version read by the extractor of this reading, so that the two can be compared: what
    only the extractor sees differently is no edit."""
    latest = store.latest_version(db, source, reading)
    if latest is None or latest.reading.extractor == reading.extractor:
        return
    capture_id, again = _reread(db, source, latest)
    if not isinstance(again, Reading):  # the new extractor cannot read the old page: no ground for calling it an edit
        capture_id, again = source.capture_id, reading
    store.retell(db, latest.id, capture_id, again, clock.now())


def _reread(db: Database, source: Source, latest: LatestVersion) -> tuple[int, Reading | Unreadable]:
    former, encoding = store.source_of(db, source.run, store.last_capture_of(db, latest.id))
    return former.capture_id, _read(former, store.kept_body(db, former.capture_id) or b"", encoding)
