"""Learns and removes blocks that recur across an outlet's articles: menus, adverts, standing notices, app boxes.

Such blocks are boilerplate, not text of any of the articles. A single page does not show which blocks recur; an
archive does. The set is learned from readings, stored in the archive under its digest, and only ever grows, so that
extracting a capture again with the same set gives the same reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from archive.model.digests import digest_of_value
from archive.model.records import Block, Image, Reading
from archive.model.urls import first_picture_key

# A block in this many articles, and in this share of the sample, is boilerplate. Formulas of real articles (a weather
# report's first sentence, "according to police") stay far below.
_MIN_ARTICLES = 5
_MIN_SHARE = 0.04
# An editor adds a sentence to a few articles about one thing; a site adds one to each that has some part in its layout.
_MIN_SHARE_ADDED = 0.25
_MAX_SHARE_ADDED = 0.8
PICTURE_REMOVED = "furniture-picture-removed"
"""The flag of a reading in which a placeholder stood where a picture may have stood before."""


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """marks: digests of paragraphs and keys of pictures. The empty set: nothing learned yet."""

    marks: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """The set's name: the digest of its sorted marks."""
        return digest_of_value(sorted(self.marks))


def learn(readings: Iterable[Reading], known: Boilerplate | None = None) -> Boilerplate:
    """Learns the marks that recur in readings of different articles, one reading per article; adds the known ones."""
    sample = list(readings)
    article_counts = Counter(mark for reading in sample for mark in _marks(reading))
    threshold = max(_MIN_ARTICLES, _MIN_SHARE * len(sample))
    recurring = frozenset(mark for mark, count in article_counts.items() if count >= threshold)
    return Boilerplate(recurring | (known.marks if known else frozenset()))


def learn_added(changes: Iterable[tuple[Reading, Reading]], looked_at: int, known: Boilerplate) -> Boilerplate:
    """Learns what came into several articles at once, and adds it to the known marks. changes: readings of each edited
    article before and after; looked_at: how many articles could have been edited. What comes into nearly all is a new
    layout, and is not learned."""
    counts = Counter(mark for former, reading in changes for mark in _marks(reading) - _marks(former))
    fewest, most = max(_MIN_ARTICLES, _MIN_SHARE_ADDED * looked_at), _MAX_SHARE_ADDED * looked_at
    return Boilerplate(known.marks | {mark for mark, count in counts.items() if fewest <= count < most})


def without(reading: Reading, boilerplate: Boilerplate) -> Reading:
    """Removes the boilerplate from a reading: from its blocks, pictures and text, not from headline and metadata. The
    result is the same if a smaller set was removed before."""
    if not boilerplate.marks & _marks(reading):
        return reading
    kept = [image for image in reading.images if _picture_mark(image) not in boilerplate.marks]
    new_indexes = {index: kept.index(image) for index, image in enumerate(reading.images) if image in kept}
    blocks = tuple(
        replace(block, image=new_indexes[block.image]) if block.image is not None else block
        for block in reading.blocks
        if _is_kept(block, new_indexes, boilerplate)
    )
    text = "\n\n".join(block.text for block in blocks if block.kind != "image")
    pictures = (PICTURE_REMOVED,) if len(kept) < len(reading.images) else ()
    flags = tuple(dict.fromkeys((*reading.flags, "furniture-removed", *pictures)))
    return replace(reading, blocks=blocks, images=tuple(kept), text=text, flags=flags)


def _is_kept(block: Block, new_indexes: dict[int, int], boilerplate: Boilerplate) -> bool:
    if block.image is not None:
        return block.image in new_indexes
    return _text_mark(block.text) not in boilerplate.marks


def _marks(reading: Reading) -> set[str]:
    """The distinct marks of a reading."""
    texts = {_text_mark(block.text) for block in reading.blocks if block.kind != "image" and block.text}
    return texts | {_picture_mark(image) for image in reading.images}


def _text_mark(text: str) -> str:
    return "text " + digest_of_value(" ".join(text.split()))


def _picture_mark(image: Image) -> str:
    return "picture " + first_picture_key(image.url)
