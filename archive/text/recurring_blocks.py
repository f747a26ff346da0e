"""Learns and removes blocks that recur across an outlet's articles: menus, adverts, standing notices, app boxes.

Such blocks are boilerplate, not text of any of the articles. A single page does not show which blocks recur; an
archive does. The set is learned from readings, stored in the archive under its digest, and only ever grows, so that
extracting a capture again with the same set gives the same reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from archive.model.digests import digest_of_value
from archive.model.records import Block, Image, Reading
from archive.model.urls import first_picture_key

# A block in this many articles, and in this share of the sample, is boilerplate. Formulas of real articles (a weather
# report's first sentence, "according to police") stay far below.
_MIN_ARTICLES = 5
_MIN_SHARE = 0.04
# An editor adds a sentence to a few articles about one thing; a site adds one to each that has some part in its layout.
# By how many articles were looked at: how often a block must come or leave at least, and in what share of them.
_ADDED = ((20, 5, 0.25), (5, 3, 0.4), (0, 2, 0.5))
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
    article_counts = Counter(mark for reading in sample for mark in _recurring_marks(reading))
    threshold = max(_MIN_ARTICLES, _MIN_SHARE * len(sample))
    recurring = frozenset(mark for mark, count in article_counts.items() if count >= threshold)
    return Boilerplate(recurring | (known.marks if known else frozenset()))


def learn_from_changes(
    states: Mapping[str, Sequence[Reading]], looked_at: Callable[[set[str]], int], known: Boilerplate
) -> Boilerplate:
    """Learns what came into several articles, or left them, at once, and adds it to the known marks. states: the last
    readings of each edited article, oldest first; looked_at: how many articles were looked at since the first of some
    was edited."""
    changes = {article: _changes_of(readings) - Counter(known.marks) for article, readings in states.items()}
    changed: dict[str, set[str]] = {}
    for article, marks in changes.items():
        for mark in marks:
            changed.setdefault(mark, set()).add(article)
    learned = {
        mark
        for mark, articles in changed.items()
        if len(articles) > 1 and _is_the_sites(sum(changes[one][mark] for one in articles), looked_at(articles))
    }
    return Boilerplate(known.marks | learned)


def _changes_of(readings: Sequence[Reading]) -> Counter[str]:
    """How often each mark that may be the site's came or left."""
    marks = [_recurring_marks(reading) for reading in readings]
    return Counter(mark for before, after in pairwise(marks) for mark in before ^ after)


def _is_the_sites(count: int, looked_at: int) -> bool:
    fewest, share = next((fewest, share) for least, fewest, share in _ADDED if looked_at >= least)
    return count >= max(fewest, share * looked_at)


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


def _recurring_marks(reading: Reading) -> set[str]:
    """The marks that may be the site's: an editor's note of a correction stands in several articles too."""
    notes = (reading.correction or "").splitlines()
    return _marks(reading) - {_text_mark(note) for note in notes}


def _text_mark(text: str) -> str:
    return "text " + digest_of_value(" ".join(text.split()))


def _picture_mark(image: Image) -> str:
    return "picture " + first_picture_key(image.url)
