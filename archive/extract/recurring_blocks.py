"""What an outlet's articles have in common belongs to none of them: menus, adverts, standing notices, app boxes.

A single page cannot tell a standing notice from a paragraph; an archive can, because the notice stands under many
different articles. The set of what recurs is learned from readings, kept in the archive under its digest, and only ever
grows, so that a capture read again with the same set gives the same reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from archive.model.digests import digest_of_value
from archive.model.records import Block, Image, Reading
from archive.model.urls import first_picture_key

# A paragraph that stands in this many articles, and in this share of those looked at, belongs to none of them. Formulas
# of real articles (a weather report's first sentence, "according to police") stay far below.
_LEAST_ARTICLES = 5
_LEAST_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """marks: digests of paragraphs and keys of pictures. The empty set is the outlet we know nothing of yet."""

    marks: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """The set's name: the digest of its sorted marks."""
        return digest_of_value(sorted(self.marks))


def learn(readings: Iterable[Reading], known: Boilerplate | None = None) -> Boilerplate:
    """What recurs in readings of different articles, one reading an article, joined with what was known before."""
    sample = list(readings)
    found = Counter(mark for reading in sample for mark in _marks(reading))
    least = max(_LEAST_ARTICLES, _LEAST_SHARE * len(sample))
    recurring = frozenset(mark for mark, articles in found.items() if articles >= least)
    return Boilerplate(recurring | (known.marks if known else frozenset()))


def without(reading: Reading, boilerplate: Boilerplate) -> Reading:
    """The reading without the furniture: its blocks, pictures and text. Headline and metadata stay as they are. What a
    smaller set was taken out of gives the same as the whole page."""
    if not boilerplate.marks & _marks(reading):
        return reading
    kept = [image for image in reading.images if _picture_mark(image) not in boilerplate.marks]
    places = {index: kept.index(image) for index, image in enumerate(reading.images) if image in kept}
    blocks = tuple(
        replace(block, image=places[block.image]) if block.image is not None else block
        for block in reading.blocks
        if _stays(block, places, boilerplate)
    )
    text = "\n\n".join(block.text for block in blocks if block.kind != "image")
    flags = tuple(dict.fromkeys((*reading.flags, "furniture-removed")))
    return replace(reading, blocks=blocks, images=tuple(kept), text=text, flags=flags)


def _stays(block: Block, places: dict[int, int], boilerplate: Boilerplate) -> bool:
    if block.image is not None:
        return block.image in places
    return _text_mark(block.text) not in boilerplate.marks


def _marks(reading: Reading) -> set[str]:
    """Each mark once, however often it stands in the article."""
    texts = {_text_mark(block.text) for block in reading.blocks if block.kind != "image" and block.text}
    return texts | {_picture_mark(image) for image in reading.images}


def _text_mark(text: str) -> str:
    return "text " + digest_of_value(" ".join(text.split()))


def _picture_mark(image: Image) -> str:
    return "picture " + first_picture_key(image.url)
