"""Measures extraction of an outlet's kept pages: which fields are missing where. For authors of extraction rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.extract import read_page
from archive.model.clock import parse
from archive.model.records import Reading, Unreadable
from archive.storage.captures import capture_writer, kept_captures
from archive.storage.connection import Database

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
