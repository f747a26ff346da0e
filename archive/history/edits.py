"""What counts as an edit, and the names of states: two readings have one name when no rule tells them apart.

White space, Unicode form and other typography (archive/text/equivalence.py) do not count, nor do the size, format and
host a picture is served in (`picture_key`), counters, adverts, sidebars and other boilerplate, which readings leave out
(archive/text/recurring_blocks.py). Section and tags do not either: outlets re-file articles without touching them.
Splitting or joining paragraphs is an edit: readers see it, and an editor did it. So is another order of authors or
pictures. The published time is compared as a moment: 08:15 in Hanoi is 01:15 in Greenwich. A caption belongs to its
picture, and goes and comes with it: `captions` and `credits` have changed where a picture that stayed has another one.

A reading that only prints the same in another layout (`said_fields`) has another name and is no edit either: its
URL goes on with that print.

Edits are found by comparing readings, never by comparing digests. `reading_digest` is the first version of these rules,
kept unchanged: the digests stored in archives can be computed again for ever, and one text has one digest, whenever it
was stored. It distinguishes a little more than edits (a curly quotation mark) and, in pictures, a little less; it
serves to find the same text at another URL.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from archive.model import clock
from archive.model.digests import digest_of_value
from archive.model.records import Image, Outlet, Reading
from archive.model.urls import first_picture_key, picture_key
from archive.text.equivalence import REMEMBERED, IdentityMemo, has_single_spaces, lines, plain, plain_lines
from archive.text.folding import key_of
from archive.text.recurring_blocks import WALL_REMOVED

PictureRef = tuple[str, int]
"""A picture's identity within an article: its key, and its ordinal among pictures with that key."""


def byline_of(reading: Reading) -> str:
    """The authors, or the byline as printed where they could not be separated."""
    return ", ".join(reading.authors) or reading.byline or ""


def moment_of(reading: Reading) -> str | None:
    """The published time as a moment, to the second."""
    moment = reading.published_at
    if moment is None or moment.tzinfo is None:
        return clock.claimed(moment)
    return clock.claimed(moment.astimezone(UTC).replace(microsecond=0))


def picture_refs(images: Sequence[Image]) -> list[PictureRef]:
    """The identities of pictures, in order."""
    return list(_picture_refs(tuple(image.url for image in images)))


@lru_cache(maxsize=REMEMBERED)
def _picture_refs(urls: tuple[str, ...]) -> tuple[PictureRef, ...]:
    counts: Counter[str] = Counter()
    identities = []
    for key in map(picture_key, urls):
        counts[key] += 1
        identities.append((key, counts[key]))
    return tuple(identities)


@lru_cache(maxsize=REMEMBERED)
def _paragraphs(text: str) -> tuple[str, ...]:
    return plain_lines(text)


@lru_cache(maxsize=REMEMBERED)
def lines_of(text: str) -> tuple[str, ...]:
    """The tidy paragraphs of a body."""
    return tuple(lines(text))


def is_walled(before: Reading, reading: Reading) -> bool:
    """Whether an offer to subscribe, or the like, stands in the place of text that was shown before."""
    return (
        not _WALLS.isdisjoint(reading.flags)
        and _WALLS.isdisjoint(before.flags)
        and len(reading.text) < len(before.text)
    )


def begins_one(line: str, lines: Sequence[str]) -> bool:
    """Whether a line is the beginning of another one: a teaser ends amid a sentence."""
    beginning = line.rstrip(" .…[]")
    return bool(beginning) and any(other.startswith(beginning) for other in lines)


def _texts(part: str) -> Callable[[Reading], dict[PictureRef, str]]:
    return lambda reading: {
        ref: plain(getattr(image, part))
        for ref, image in zip(picture_refs(reading.images), reading.images, strict=True)
    }


EDIT_FIELDS: dict[str, Callable[[Reading], Any]] = {
    "headline": lambda reading: plain(reading.headline),
    "lead": lambda reading: plain(reading.lead),
    "body": lambda reading: list(_paragraphs(reading.text)),
    "pictures": lambda reading: picture_refs(reading.images),
    "captions": _texts("caption"),
    "credits": _texts("credit"),
    "byline": lambda reading: plain(byline_of(reading)),
    "published_at": moment_of,
}


PARTS = {name: EDIT_FIELDS[name] for name in ("lead", "pictures", "byline", "published_at")}
"""What a broken template, or a variant, leaves out."""
_WALLS = frozenset({"paywalled", WALL_REMOVED})  # flags of a reading
_PICTURE_FIELDS = ("pictures", "captions", "credits")


def changed_fields(old: Reading, new: Reading) -> tuple[str, ...]:
    """Names of the edited fields, in the order of EDIT_FIELDS; empty when the newspaper changed nothing."""
    same = _PICTURE_FIELDS if old.images == new.images else ()
    return tuple(name for name in EDIT_FIELDS if name not in same and _differ(name, old, new))


def _differ(name: str, old: Reading, new: Reading) -> bool:
    if name == "body":
        return _bodies_differ(old.text, new.text)
    old_value, new_value = EDIT_FIELDS[name](old), EDIT_FIELDS[name](new)
    if isinstance(old_value, dict):  # captions or credits: only of pictures in both readings
        return any(text != new_value[ref] for ref, text in old_value.items() if ref in new_value)
    return bool(old_value != new_value)


def _bodies_differ(old: str, new: str) -> bool:
    """As EDIT_FIELDS["body"] compares them; normalises only lines that differ."""
    old_lines, new_lines = ((), ()) if old == new else (lines_of(old), lines_of(new))
    return len(old_lines) != len(new_lines) or any(
        old_line != new_line and plain(old_line) != plain(new_line)
        for old_line, new_line in zip(old_lines, new_lines, strict=True)
    )


def said_fields(old: Reading, new: Reading, outlet: Outlet) -> tuple[str, ...]:
    """The edited fields without those that say the same in another layout: a headline beside the site's name or in
    capitals, a lead printed as the text's first paragraph or above it, a byline in capitals, a time to the minute or
    the day, or in figures where none was read ("today")."""
    return tuple(name for name in changed_fields(old, new) if name not in _SAME or not _SAME[name](old, new, outlet))


_SAME: dict[str, Callable[[Reading, Reading, Outlet], bool]] = {
    "headline": lambda old, new, outlet: _is_same_headline(
        *(_without_name(reading.headline, outlet) for reading in (old, new))
    ),
    "lead": lambda old, new, _: keeps_lead(old, new) and keeps_lead(new, old),
    "body": lambda old, new, _: _whole_text(old) == _whole_text(new),
    "byline": lambda old, new, _: _names(old) == _names(new),
    "published_at": lambda old, new, _: _may_be_one_time(old.published_at, new.published_at),
}
_SEPARATOR = re.compile(r"\s[|\-–—·•»›:/]+\s|\s?[|｜]\s?")  # in a text with single spaces
_SHORTEST_NAME, _LONGEST_ADDITION = 3, 8  # letters, as in "Online"


def _is_same_headline(old: str, new: str) -> bool:
    return old == new or (any(map(str.isupper, (old, new))) and old.casefold() == new.casefold())


def _without_name(headline: str | None, outlet: Outlet) -> str:
    """A headline without the site's name behind or before it."""
    text = plain(headline)
    marks = list(_SEPARATOR.finditer(text))
    parts = ((text[: mark.start()], text[mark.end() :]) for mark in (*marks[-1:], *marks[:1]))
    bare = (part for pair in parts for part, other in (pair, pair[::-1]) if part and _is_name(other, outlet))
    return next(bare, text)


@lru_cache(maxsize=REMEMBERED)
def _is_name(text: str, outlet: Outlet) -> bool:
    key, host = key_of(text), outlet.home_url.partition("://")[2].partition("/")[0].removeprefix("www.")
    return len(key) >= _SHORTEST_NAME and any(
        key in name or (len(name) >= _SHORTEST_NAME and name in key and len(key) <= len(name) + _LONGEST_ADDITION)
        for name in (key_of(outlet.title), key_of(outlet.title).removeprefix("bao"), key_of(host))
    )


def is_redated(old: Reading, new: Reading) -> bool:
    """Whether two readings differ in their time alone."""
    return changed_fields(old, new) == ("published_at",)


def keeps_lead(old: Reading, new: Reading) -> bool:
    """Whether a reading says the lead of an earlier one, be it as a paragraph."""
    lead = plain(old.lead)
    return not lead or lead == plain(new.lead) or lead in _paragraphs(new.text)


def _whole_text(reading: Reading) -> list[str]:
    lead, paragraphs = plain(reading.lead), _paragraphs(reading.text)
    return [lead, *paragraphs] if lead and paragraphs[:1] != (lead,) else list(paragraphs)


def _names(reading: Reading) -> str:
    return plain(byline_of(reading)).casefold()


def _may_be_one_time(first: datetime | None, second: datetime | None) -> bool:
    """Whether a second time may be the first one: it is of the same minute, here or in Greenwich, which systems mistake
    for one another; or of the same day, where one of them is a day without a time; or none was known."""
    if first is None:
        return True
    if second is None or first.tzinfo is None or second.tzinfo is None:
        return False
    apart = abs(first.replace(second=0, microsecond=0) - second.replace(second=0, microsecond=0))
    if apart in (timedelta(), *(abs(time.utcoffset() or timedelta()) for time in (first, second))):
        return True
    days = [time for time in (first, second) if is_day(time)]
    return any(first.astimezone(day.tzinfo).date() == second.astimezone(day.tzinfo).date() for day in days)


def is_day(time: datetime) -> bool:
    """Whether a claimed time is a day without a time."""
    return (time.hour, time.minute, time.second) == (0, 0, 0)


def prints_alike(first: Reading, second: Reading) -> bool:
    """Whether two readings that differ by no edit also print the same: an article's row and its URLs follow what its
    page prints now, so a reading that differs in this is kept as it is."""
    return state_of(first) == state_of(second) and _print_of(first) == _print_of(second)


def _print_of(reading: Reading) -> tuple[object, ...]:
    published = clock.claimed(reading.published_at)
    urls = [image.url for image in reading.images]
    return urls, reading.headline, reading.byline, reading.section, published, reading.canonical_url


def resembles(first: Reading, second: Reading) -> bool:
    """Whether two readings can be states of one article: the same headline with a paragraph or the published time in
    common, or two common paragraphs that are half of the shorter one. A headline alone is not enough: columns repeat
    it."""
    if not plain(first.headline) or plain(first.headline) != plain(second.headline):
        return shares_text(first, second)
    pair = (first, second)
    lines, dates = [set(_paragraphs(reading.text)) for reading in pair], [reading.published_at for reading in pair]
    return bool(lines[0] & lines[1]) or (dates[0] == dates[1] if all(dates) else not any(lines))


def shares_text(first: Reading, second: Reading) -> bool:
    """Whether two readings have paragraphs in common: two, and half of the shorter one."""
    lines, others = set(_paragraphs(first.text)), set(_paragraphs(second.text))
    return len(lines & others) >= max(2, min(len(lines), len(others)) / 2)


@IdentityMemo
def reading_digest(reading: Reading) -> str:
    """The digest of a reading's content, by the rule that holds for all archives; see above."""
    return _digest(reading, clock.claimed(reading.published_at))


@lru_cache(maxsize=REMEMBERED)
def _digest(reading: Reading, published: str | None) -> str:
    """published: as printed, because readings are equal when they name one moment in two zones, and digests are not."""
    images = reading.images
    return digest_of_value(
        [
            _normal_spaces(reading.headline),
            _normal_spaces(reading.lead),
            _lines_with_normal_spaces(unicodedata.normalize("NFC", reading.text)),
            [first_picture_key(image.url) for image in images],
            [_normal_spaces(image.caption) for image in images],
            [_normal_spaces(image.credit) for image in images],
            [_normal_spaces(author) for author in reading.authors] or _normal_spaces(reading.byline),
            published,
        ]
    )


def _lines_with_normal_spaces(text: str) -> list[str]:
    """The lines that are not blank."""
    if has_single_spaces(text):
        return [line for part in text.split("\n") if (line := part.strip())]
    return [line for part in text.splitlines() if (line := " ".join(part.split()))]


def _normal_spaces(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split())


_NAME_LENGTH = len("sha256:") + 32
"""128 bits: enough to tell the states of one outlet apart, in half the space."""


@IdentityMemo
def state_of(reading: Reading) -> str:
    """The state's name: two readings have one name exactly when `changed_fields` finds nothing."""
    return _state(reading, str(reading.published_at))


@IdentityMemo
def words_of(reading: Reading) -> str:
    """The name of headline and body alone: what an error page shows at every URL, whatever its pictures."""
    return digest_of_value([EDIT_FIELDS["headline"](reading), EDIT_FIELDS["body"](reading)])[:_NAME_LENGTH]


@IdentityMemo
def headline_of(reading: Reading) -> str:
    """The name of the headline."""
    return digest_of_value(EDIT_FIELDS["headline"](reading))[:_NAME_LENGTH]


@lru_cache(maxsize=REMEMBERED)  # readings are equal, and hashed alike, where they name one moment in two zones
def _state(reading: Reading, published: str) -> str:
    values = [EDIT_FIELDS[name](reading) for name in EDIT_FIELDS]
    return digest_of_value([_plain(value) for value in values])[:_NAME_LENGTH]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return [[list(ref), text] for ref, text in sorted(value.items())]
    return [list(item) if isinstance(item, tuple) else item for item in value] if isinstance(value, list) else value
