"""The whole path of a page, told once: keep, then read, then file."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive import clock, store
from archive.errors import LuubaoError
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
    """Keeps a capture, and, if it brought something new, reads and files it.

    Raises ArchiveUnusable when the archive cannot be written.
    """
    kept = store.keep(db, run, capture)
    via = dict.fromkeys((*map(url_key, capture.via), *store.redirecting_here(db, run, capture.final_url)))
    source = Source(kept.capture_id, run, kept.url_key, capture.final_url, capture.captured_at, tuple(via))
    if kept.outcome == "fresh":
        return _read_and_file(db, source, capture.body or b"", capture.encoding)
    moved = bool(via) and kept.outcome in ("revisit", "not-modified") and store.note_move(db, source)
    return Ingested(kept.outcome, buried=kept.buried or moved)


def read_pending(db: Database, run: Run) -> int:
    """Reads and files what an earlier run kept but did not come to read. Returns how many captures that were."""
    pending = store.unread(db, run)
    for source, encoding in pending:
        body = store.kept_body(db, source.capture_id)
        _read_and_file(db, source, body or b"", encoding)
    return len(pending)


def _read_and_file(db: Database, source: Source, body: bytes, encoding: str | None) -> Ingested:
    """The boundary behind which bytes are safe. Whatever goes wrong in reading them is one capture that could not be
    read, recorded as such; the crawl goes on, and a mended reader, which has another name, can read it again."""
    try:
        reading = _read(db, source, body, encoding)
        filed = store.file(db, source, reading)
    except LuubaoError:  # the archive itself cannot be written: nothing is to be gained by going on
        raise
    except Exception as error:  # any at all: see above
        log.exception("capture %s of %s could not be read", source.capture_id, source.url)
        reading = Unreadable("gave-up", f"{type(error).__name__}: {error}", extractor_name())
        filed = store.file(db, source, reading)
    return Ingested("fresh", filed, reading, filed.buried)


def _read(db: Database, source: Source, body: bytes, encoding: str | None) -> Reading | Unreadable:
    furniture = store.furniture_of(db, source.run.outlet_id)
    reading = read(source, body, encoding, furniture)
    if isinstance(reading, Reading):
        _bring_up_to_date(db, source, reading, furniture)
    return reading


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
    if not furniture.marks:
        return page
    stripped = without(page, furniture) if isinstance(page, Reading) else page
    return replace(stripped, extractor=f"{page.extractor}, furniture {furniture.digest[:19]}")


def _bring_up_to_date(db: Database, source: Source, reading: Reading, furniture: Furniture) -> None:
    """Has the article's versions read by the extractor of this reading, so that they can be compared: what only the
    extractor sees differently is no edit. A page the extractor cannot read keeps the words it had."""
    latest = store.latest_version(db, source, reading)
    if latest is None:
        return
    for version_id in store.untold(db, latest.article_id, reading.extractor):
        former, encoding = store.source_of(db, source.run, store.last_capture_of(db, version_id))
        again = read(former, store.kept_body(db, former.capture_id) or b"", encoding, furniture)
        if isinstance(again, Reading):
            store.retell(db, version_id, former.capture_id, again, clock.now())
