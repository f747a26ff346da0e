"""Validates a reading: an invalid claim of the page is dropped, and the text it was read from stays beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archive.model import validation
from archive.model.errors import BadValue
from archive.model.records import Reading


def valid_reading(reading: Reading) -> Reading:
    """The reading, without times outside the calendar and without an invalid language tag."""
    published, modified = _claim(reading.published_at), _claim(reading.modified_at)
    language = _language(reading.language)
    if (published, modified, language) == (reading.published_at, reading.modified_at, reading.language):
        return reading
    return replace(reading, published_at=published, modified_at=modified, language=language)


def _claim(value: datetime | None) -> datetime | None:
    try:
        return None if value is None else validation.claimed_moment(value)
    except BadValue:
        return None


def _language(value: str | None) -> str | None:
    try:
        return None if value is None else validation.language(value)
    except BadValue:
        return None
