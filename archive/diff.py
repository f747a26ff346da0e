"""What changed between two readings of one article: word by word within paragraphs, pictures and captions included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from archive import clock
from archive.records import Image, Reading
from archive.urls import picture_key

Operation = Literal["equal", "removed", "added"]
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
# Paragraphs that share less than this are one taken out and one put in, not one edited.
_SAME_PARAGRAPH = 0.35


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went, or came."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two readings differ. `part`: headline, lead, body, byline, published, picture, caption or
    credit. The equal and removed pieces together are the old text, the equal and added ones the new."""

    part: str
    pieces: tuple[Piece, ...]


def compare(old: Reading, new: Reading) -> tuple[Change, ...]:
    """Every change from old to new, in the order in which a reader meets them."""
    return (
        *_field("headline", old.headline, new.headline),
        *_field("lead", old.lead, new.lead),
        *_field("byline", old.byline, new.byline),
        *_field("published", clock.claimed(old.published_at), clock.claimed(new.published_at)),
        *_paragraphs(_split(old), _split(new)),
        *_pictures(old.images, new.images),
    )


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one run of pieces, split between words."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("equal", "".join(before[i:j])))
            continue
        pieces += [Piece("removed", "".join(before[i:j]))] * (j > i)
        pieces += [Piece("added", "".join(after[k:m]))] * (m > k)
    return tuple(pieces)


def _field(part: str, old: str | None, new: str | None) -> Iterator[Change]:
    if (old or "") != (new or ""):
        yield Change(part, words(old or "", new or ""))


def _split(reading: Reading) -> list[str]:
    return [line.strip() for line in reading.text.splitlines() if line.strip()]


def _paragraphs(old: list[str], new: list[str]) -> Iterator[Change]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _replaced(old[i:j], new[k:m])


def _replaced(old: list[str], new: list[str]) -> Iterator[Change]:
    """Pairs the paragraphs of a changed stretch in order, as long as they are alike."""
    rest = list(new)
    for paragraph in old:
        index = next((n for n, other in enumerate(rest) if _alike(paragraph, other)), None)
        if index is None:
            yield Change("body", (Piece("removed", paragraph),))
            continue
        yield from (Change("body", (Piece("added", other),)) for other in rest[:index])
        yield Change("body", words(paragraph, rest[index]))
        rest = rest[index + 1 :]
    yield from (Change("body", (Piece("added", other),)) for other in rest)


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() >= _SAME_PARAGRAPH


def _pictures(old: tuple[Image, ...], new: tuple[Image, ...]) -> Iterator[Change]:
    """Pictures are matched by address, then, where one was replaced, by place."""
    former = {picture_key(image.url): image for image in old}
    present = {picture_key(image.url): image for image in new}
    gone = [image for key, image in former.items() if key not in present]
    for key, image in present.items():
        before = former.get(key)
        if before is None and gone:
            before = gone.pop(0)
            yield Change("picture", (Piece("removed", before.url), Piece("added", image.url)))
        elif before is None:
            yield Change("picture", (Piece("added", image.url),))
        yield from _field("caption", before.caption if before else None, image.caption)
        yield from _field("credit", before.credit if before else None, image.credit)
    yield from (Change("picture", (Piece("removed", image.url),)) for image in gone)
