"""Reads kept pages, and measures which fields are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from archive.console import log_of
from archive.extract import extractor_name, read_page
from archive.extract.reader import valid_reading
from archive.model.change_rate import ChangeRates
from archive.model.clock import parse
from archive.model.records import Reading, Unreadable
from archive.runtime import isolated
from archive.storage.captures import capture_writer, kept_captures
from archive.storage.captures.kept_captures import Source
from archive.storage.connection import Database
from archive.text.equivalence import IdentityMemo
from archive.text.recurring_blocks import Boilerplate, without
from archive.workers import Lost

log = log_of(__name__)


def try_to_read(source: Source, body: bytes, encoding: str | None, boilerplate: Boilerplate) -> Reading | Unreadable:
    """Reads a page, in a worker process where the command has one (archive/runtime/isolated.py). Any error in reading
    costs one capture, which is recorded as unreadable; the crawl goes on, and a fixed extractor, which has another
    name, can reread it. Only MemoryError is raised: it says nothing of the page, for what came before may have filled
    the process."""
    reading = isolated.run(read_here, without_rates(source), body, encoding, boilerplate)
    return Unreadable("gave-up", reading.reason, extractor_of(boilerplate)) if isinstance(reading, Lost) else reading


def without_rates(source: Source) -> Source:
    """Without the change rates, which are large: a worker process does not need them."""
    return replace(source, run=replace(source.run, change_rates=ChangeRates()))


def read_here(source: Source, body: bytes, encoding: str | None, boilerplate: Boilerplate) -> Reading | Unreadable:
    """As `try_to_read`, in this process, which is a worker."""
    try:
        return read(source, body, encoding, boilerplate)
    except MemoryError:
        raise
    except Exception as error:  # any other error: see above
        log.exception("capture %s of %s could not be read", source.capture_id, source.url)
        return gave_up(error, boilerplate)


def read(source: Source, body: bytes, encoding: str | None, boilerplate: Boilerplate) -> Reading | Unreadable:
    """The reading of a page, without the outlet's boilerplate; the boilerplate is part of the extractor's name."""
    outlet = source.run.outlet
    page = read_page(
        body, source.url, captured_at=source.captured_at, outlet=outlet.name, encoding=encoding,
        timezone=outlet.timezone,
    )  # fmt: skip
    stripped = without(valid_reading(page), boilerplate) if isinstance(page, Reading) else page
    return replace(stripped, extractor=extractor_of(boilerplate))


def extractor_of(boilerplate: Boilerplate) -> str:
    """The extractor's name on readings made without these blocks."""
    return f"{extractor_name()}, furniture {_digest_of(boilerplate)[:19]}" if boilerplate.marks else extractor_name()


_digest_of = IdentityMemo[Boilerplate, str](lambda boilerplate: boilerplate.digest)


def gave_up(error: Exception, boilerplate: Boilerplate) -> Unreadable:
    """The refusal of a page on which the extractor raised an error."""
    return Unreadable("gave-up", f"{type(error).__name__}: {error}", extractor_of(boilerplate))


COVERAGE_FIELDS: dict[str, Callable[[Reading], object]] = {
    "headline": lambda reading: reading.headline,
    "lead": lambda reading: reading.lead,
    "text": lambda reading: reading.text,
    "authors": lambda reading: reading.authors,
    "published_at": lambda reading: reading.published_at,
    "section": lambda reading: reading.section,
    "captions": lambda reading: not reading.images or any(image.caption for image in reading.images),
}


@dataclass(frozen=True, slots=True)
class PageCoverage:
    """One kept page: the rules that read it, the fields that came out empty, or why it could not be read at all."""

    url: str
    rules: str
    missing: tuple[str, ...]
    refusal: str | None = None


def coverage(db: Database, outlet: str) -> Iterator[PageCoverage]:
    """Rereads the newest version of every article of the outlet with the present rules; changes nothing.

    Raises UnknownOutlet when the archive has no such outlet.
    """
    for page in kept_captures.pages_of(db, outlet):
        body = capture_writer.kept_body(db, page.capture_id) or b""
        captured_at = parse(page.captured_at)
        reading = read_page(
            body, page.url, captured_at=captured_at, outlet=outlet, encoding=page.encoding, timezone=page.timezone
        )
        yield _covered(page.article_url, reading)


def _covered(url: str, reading: Reading | Unreadable) -> PageCoverage:
    if isinstance(reading, Unreadable):
        return PageCoverage(url, "", tuple(COVERAGE_FIELDS), reading.reason)
    rules = ", ".join(value for name, value in reading.origins if name == "rules")
    return PageCoverage(url, rules, tuple(name for name, value_of in COVERAGE_FIELDS.items() if not value_of(reading)))
