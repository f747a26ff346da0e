"""Validates a reading: an invalid claim of the page is dropped, and the text it was read from stays beside it."""

from __future__ import annotations

from dataclasses import replace

from archive.model.records import Reading
from archive.model.validation import claimed_moment, or_none
from archive.model.validation import language as valid_language


def valid_reading(reading: Reading) -> Reading:
    """The reading, without times outside the calendar and without an invalid language tag."""
    published, modified = (or_none(claimed_moment, moment) for moment in (reading.published_at, reading.modified_at))
    language = or_none(valid_language, reading.language)
    if (published, modified, language) == (reading.published_at, reading.modified_at, reading.language):
        return reading
    return replace(reading, published_at=published, modified_at=modified, language=language)
