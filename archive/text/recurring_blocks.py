"""Learns and removes blocks that recur across an outlet's articles: menus, adverts, standing notices, app boxes.

Such blocks are boilerplate, not text of any of the articles. A single page does not show which blocks recur; an
archive does. The set is learned from readings, stored in the archive under its digest, and only ever grows, so that
extracting a capture again with the same set gives the same reading.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from archive.model.digests import digest_of_value
from archive.model.records import Block, Image, Reading
from archive.model.urls import first_picture_key

# A block in this many articles, and in this share of the sample, is boilerplate. Formulas of real articles (a weather
# report's first sentence, "according to police") stay far below.
_MIN_ARTICLES = 5
_MIN_SHARE = 0.04
# An editor adds a sentence to a few articles about one thing; a site adds one to each that has some part in its layout.
_MANY, _FEWEST, _FEWEST_ALONE = 20, 3, 2
_MIN_SHARE_ADDED, _MIN_SHARE_OF_FEWEST = 0.25, 0.5
_PAUSE = timedelta(hours=12)
_FEWEST_WORDS = 2
_NUMBER = re.compile(r"\d[\d.,]*")
_PICTURE = "picture "  # before a picture's mark
PICTURE_REMOVED = "furniture-picture-removed"
"""The flag of a reading in which a placeholder stood where a picture may have stood before."""


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """marks: digests of paragraphs, some of them without their numbers, and keys of pictures. The empty set: nothing
    learned yet."""

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
    states: Mapping[str, Sequence[tuple[datetime, Reading]]], looked_at: Callable[[datetime, datetime], int],
    known: Boilerplate,
) -> Boilerplate:  # fmt: skip
    """Learns what came into several articles, left them or counted on in them at once, and adds it to the known marks.
    states: the last readings of each edited article and when they were first seen, oldest first; looked_at: how many
    articles were looked at from a moment to another."""
    changes = defaultdict[tuple[str, bool], list[tuple[datetime, bool]]](list)
    for readings in states.values():
        for (_, before), (moment, after) in pairwise(readings):
            former, marks = _recurring_marks(before), _recurring_marks(after)
            counting = {*_counters(before, former - marks)} & {*_counters(after, marks - former)}
            former, marks = _without_counters(before, former, counting), _without_counters(after, marks, counting)
            for mark in counting - known.marks:
                changes[mark, True].append((moment, former <= marks or marks <= former))
            for mark in (former ^ marks) - known.marks:
                is_placeholder = mark in marks and mark.startswith(_PICTURE)
                changes[mark, mark in marks].append((moment, is_placeholder or former <= marks or marks <= former))
    groups = defaultdict[str, list[_Group]](list)
    for (mark, _), moments in changes.items():
        groups[mark] += _at_once(sorted(moments))
    learned = {mark for mark, times in groups.items() if times and _is_the_sites(times, looked_at)}
    return Boilerplate(known.marks | learned)


_Group = list[tuple[datetime, bool]]
"""Changes at once, one an article: when, and whether nothing made room there for something else, but for a picture that
stands in the place of several."""


def _counters(reading: Reading, marks: set[str]) -> dict[str, str]:
    """The counters among a reading's paragraphs that have these marks, each with the mark it has now."""
    found = ((_counter_mark(text), _text_mark(text)) for text in _numbered(reading))
    return {counter: mark for counter, mark in found if mark in marks}


def _without_counters(reading: Reading, marks: set[str], counting: set[str]) -> set[str]:
    return marks - {mark for counter, mark in _counters(reading, marks).items() if counter in counting}


def _at_once(changes: _Group) -> list[_Group]:
    """Of changes in order of time, those that several articles had with no long pause between them."""
    groups: list[_Group] = []
    for moment, alone in changes:
        if not groups or moment - groups[-1][-1][0] > _PAUSE:
            groups.append([])
        groups[-1].append((moment, alone))
    return [group for group in groups if len(group) >= _FEWEST]


def _is_the_sites(groups: list[_Group], looked_at: Callable[[datetime, datetime], int]) -> bool:
    """Whether so many articles changed at once that the site did it: what comes and goes counts twice. Where a few are
    all, what makes room for something else is an article's own."""
    articles = max(looked_at(group[0][0], group[-1][0]) for group in groups)
    if articles < _MANY:
        groups = [group for group in groups if sum(alone for _, alone in group) >= _FEWEST_ALONE]
    changed = sum(map(len, groups))
    share = _MIN_SHARE_ADDED if changed > _FEWEST else _MIN_SHARE_OF_FEWEST
    return changed >= max(_FEWEST, share * articles)


def without(reading: Reading, boilerplate: Boilerplate) -> Reading:
    """Removes the boilerplate from a reading: from its blocks, pictures and text, not from headline and metadata. The
    result is the same if a smaller set was removed before."""
    counters = {text for text in _numbered(reading) if _counter_mark(text) in boilerplate.marks}
    if not counters and not boilerplate.marks & _marks(reading):
        return reading
    kept = [image for image in reading.images if _picture_mark(image) not in boilerplate.marks]
    new_indexes = {index: kept.index(image) for index, image in enumerate(reading.images) if image in kept}
    blocks = tuple(
        replace(block, image=new_indexes[block.image]) if block.image is not None else block
        for block in reading.blocks
        if _is_kept(block, new_indexes, boilerplate) and block.text not in counters
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


def _numbered(reading: Reading) -> Iterator[str]:
    """The paragraphs that hold a number and words: a number alone may stand in any table."""
    texts = (block.text for block in reading.blocks if block.kind != "image" and _NUMBER.search(block.text))
    return (text for text in texts if sum(word.isalpha() for word in text.split()) >= _FEWEST_WORDS)


def _recurring_marks(reading: Reading) -> set[str]:
    """The marks that may be the site's: not a note of a correction, which stands in several articles too."""
    notes = (reading.correction or "").splitlines()
    return _marks(reading) - set(map(_text_mark, notes))


def _text_mark(text: str) -> str:
    return "text " + digest_of_value(" ".join(text.split()))


def _counter_mark(text: str) -> str:
    """The mark of a paragraph whatever its numbers are: it may be one that counts."""
    return "counter " + digest_of_value(_NUMBER.sub("0", " ".join(text.split())))


def _picture_mark(image: Image) -> str:
    return _PICTURE + first_picture_key(image.url)
