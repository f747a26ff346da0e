"""What counts as an edit: a change of headline, lead, body, pictures, captions, credits, byline or published time.

White space, Unicode form and what else belongs to printing (archive/text/equivalence.py) do not count, nor do the size,
format and machine a picture is served in (`picture_key`), counters, adverts and sidebars. Section and tags do not
either: papers re-file articles without touching them. A paragraph broken in two, or two drawn together, is an edit:
readers see it, and an editor did it. So is another order of authors or pictures. The published time is a moment: 08:15
in Hanoi is 01:15 in Greenwich. A caption belongs to its picture, and goes and comes with it: `captions` and `credits`
have changed where a picture that stayed has another one.

Edits are found by comparing readings, never by comparing digests. `reading_digest` is the first rule of this module,
kept as it was when archives began: the digests stored in them can be computed again for ever, and one text has one
digest, whenever it was stored. It tells apart a little more than an edit (a curly quotation mark) and, in pictures, a
little less; it serves to find the same text at another address.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any

from archive.model import clock
from archive.model.digests import digest_of_value
from archive.model.records import Image, Reading
from archive.model.urls import first_picture_key, picture_key
from archive.text.equivalence import lines, plain

Place = tuple[str, int]
"""A picture's identity within an article: its key, and which of those with that key it is."""


def byline_of(reading: Reading) -> str:
    """Who wrote it: the authors, or the byline as printed where they could not be told apart."""
    return ", ".join(reading.authors) or reading.byline or ""


def moment_of(reading: Reading) -> str | None:
    """The published time as a moment, to the second."""
    moment = reading.published_at
    if moment is None or moment.tzinfo is None:
        return clock.claimed(moment)
    return clock.claimed(moment.astimezone(UTC).replace(microsecond=0))


def places(images: Sequence[Image]) -> list[Place]:
    """The identities of pictures, in order."""
    seen: Counter[str] = Counter()
    found = []
    for image in images:
        key = picture_key(image.url)
        seen[key] += 1
        found.append((key, seen[key]))
    return found


def _texts(part: str) -> Callable[[Reading], dict[Place, str]]:
    return lambda reading: {
        place: plain(getattr(image, part)) for place, image in zip(places(reading.images), reading.images, strict=True)
    }


FIELDS: dict[str, Callable[[Reading], Any]] = {
    "headline": lambda reading: plain(reading.headline),
    "lead": lambda reading: plain(reading.lead),
    "body": lambda reading: [plain(line) for line in lines(reading.text)],
    "pictures": lambda reading: places(reading.images),
    "captions": _texts("caption"),
    "credits": _texts("credit"),
    "byline": lambda reading: plain(byline_of(reading)),
    "published_at": moment_of,
}


_OF_PICTURES = ("pictures", "captions", "credits")


def changed_fields(old: Reading, new: Reading) -> tuple[str, ...]:
    """Names of the edited fields, in the order of FIELDS; empty when the newspaper changed nothing."""
    same = _OF_PICTURES if old.images == new.images else ()
    return tuple(name for name in FIELDS if name not in same and _differ(name, old, new))


def _differ(name: str, old: Reading, new: Reading) -> bool:
    if name == "body":
        return _bodies_differ(old.text, new.text)
    had, has = FIELDS[name](old), FIELDS[name](new)
    if isinstance(had, dict):  # texts of pictures: of those that are in both
        return any(text != has[place] for place, text in had.items() if place in has)
    return bool(had != has)


def _bodies_differ(old: str, new: str) -> bool:
    """As FIELDS["body"] tells them apart, looking closer only at lines that are not the same."""
    had, has = ([], []) if old == new else (lines(old), lines(new))
    return len(had) != len(has) or any(
        one != other and plain(one) != plain(other) for one, other in zip(had, has, strict=True)
    )


def resembles(one: Reading, other: Reading) -> bool:
    """Whether two readings can be states of one article: the same headline with a paragraph or the published time in
    common, or two paragraphs that are half of the shorter one. A headline alone is not enough: columns repeat it."""
    ours, theirs = set(FIELDS["body"](one)), set(FIELDS["body"](other))
    shared = len(ours & theirs)
    if plain(one.headline) and plain(one.headline) == plain(other.headline):
        dates = one.published_at, other.published_at
        return bool(shared) or (dates[0] == dates[1] if all(dates) else not (ours or theirs))
    return shared >= 2 and 2 * shared >= min(len(ours), len(theirs))


def reading_digest(reading: Reading) -> str:
    """The digest of what a reading says, by the rule that holds for all archives; see above."""
    return _digest(reading, clock.claimed(reading.published_at))


@lru_cache(maxsize=8)  # filing asks for it four times
def _digest(reading: Reading, published: str | None) -> str:
    """published: as printed, for readings are equal when they name one moment in two zones, and digests are not."""
    images = reading.images
    paragraphs = unicodedata.normalize("NFC", reading.text).splitlines()
    return digest_of_value(
        [
            _folded(reading.headline),
            _folded(reading.lead),
            [line for part in paragraphs if (line := " ".join(part.split()))],
            [first_picture_key(image.url) for image in images],
            [_folded(image.caption) for image in images],
            [_folded(image.credit) for image in images],
            [_folded(author) for author in reading.authors] or _folded(reading.byline),
            published,
        ]
    )


def _folded(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split())
