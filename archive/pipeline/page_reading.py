"""Reading a kept page: pure, but for the boundary behind which a mistake of ours costs one capture."""

from __future__ import annotations

from dataclasses import replace

from archive.console.logs import log_of
from archive.extract import extractor_name, read_page
from archive.extract.recurring_blocks import Boilerplate, without
from archive.model.change_rate import Habits
from archive.model.reading_validation import gated_reading
from archive.model.records import Reading, Unreadable
from archive.runtime import isolated
from archive.storage.captures.capture_source import Source
from archive.workers import Lost

log = log_of(__name__)


def try_to_read(source: Source, body: bytes, encoding: str | None, boilerplate: Boilerplate) -> Reading | Unreadable:
    """The boundary behind which bytes are safe. Whatever goes wrong in reading them is one capture that could not be
    read, recorded as such; the crawl goes on, and a mended reader, which has another name, can read it again. Read in
    a worker, where the command has one (archive/runtime/isolated.py)."""
    slim = replace(source, run=replace(source.run, habits=Habits()))  # which is large, and no reader's business
    reading = isolated.run(read_here, slim, body, encoding, boilerplate)
    return Unreadable("gave-up", reading.reason, extractor_of(boilerplate)) if isinstance(reading, Lost) else reading


def read_here(source: Source, body: bytes, encoding: str | None, boilerplate: Boilerplate) -> Reading | Unreadable:
    """As `try_to_read`, in this process, which is a worker."""
    try:
        return read(source, body, encoding, boilerplate)
    except Exception as error:  # any at all: see above
        log.exception("capture %s of %s could not be read", source.capture_id, source.url)
        return gave_up(error, boilerplate)


def read(source: Source, body: bytes, encoding: str | None, boilerplate: Boilerplate) -> Reading | Unreadable:
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
    stripped = without(gated_reading(page), boilerplate) if isinstance(page, Reading) else page
    return replace(stripped, extractor=extractor_of(boilerplate))


def extractor_of(boilerplate: Boilerplate) -> str:
    """The name under which readings are filed that were made without these blocks."""
    return f"{extractor_name()}, furniture {boilerplate.digest[:19]}" if boilerplate.marks else extractor_name()


def gave_up(error: Exception, boilerplate: Boilerplate) -> Unreadable:
    """What a page is for the extractor that cannot read it for a mistake of its own."""
    why = "needed more memory than there is" if isinstance(error, MemoryError) else f"{type(error).__name__}: {error}"
    return Unreadable("gave-up", why, extractor_of(boilerplate))
