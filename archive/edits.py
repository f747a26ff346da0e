"""What counts as an edit: a change of headline, lead, body, pictures, captions, credits, byline or published time.

White space, Unicode form, the size in which a picture is served, counters, adverts and sidebars do not count. Section
and tags do not either: papers re-file articles without touching them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from archive import clock
from archive.digests import digest_of_value
from archive.records import Reading
from archive.urls import picture_key


def _plain(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def _paragraphs(text: str) -> list[str]:
    return [plain for line in text.splitlines() if (plain := _plain(line))]


FIELDS: dict[str, Callable[[Reading], Any]] = {
    "headline": lambda reading: _plain(reading.headline),
    "lead": lambda reading: _plain(reading.lead),
    "body": lambda reading: _paragraphs(reading.text),
    "pictures": lambda reading: [picture_key(image.url) for image in reading.images],
    "captions": lambda reading: [_plain(image.caption) for image in reading.images],
    "credits": lambda reading: [_plain(image.credit) for image in reading.images],
    "byline": lambda reading: [_plain(author) for author in reading.authors] or _plain(reading.byline),
    "published_at": lambda reading: clock.claimed(reading.published_at),
}


def reading_digest(reading: Reading) -> str:
    """The digest of everything whose change is an edit; equal for two readings between which nothing was edited."""
    return digest_of_value([of(reading) for of in FIELDS.values()])


def changed_fields(old: Reading, new: Reading) -> tuple[str, ...]:
    """Names of the edited fields, in the order of FIELDS; empty when the digests agree."""
    return tuple(name for name, of in FIELDS.items() if of(old) != of(new))


def resembles(one: Reading, other: Reading) -> bool:
    """Whether two readings can be states of one article: the same headline with a paragraph or the published time in
    common, or two paragraphs that are half of the shorter one. A headline alone is not enough: columns repeat it."""
    ours, theirs = set(_paragraphs(one.text)), set(_paragraphs(other.text))
    shared = len(ours & theirs)
    if _plain(one.headline) and _plain(one.headline) == _plain(other.headline):
        dated = one.published_at is not None and one.published_at == other.published_at
        return bool(shared) or dated or not (ours or theirs)
    return shared >= 2 and 2 * shared >= min(len(ours), len(theirs))
