"""Learns and removes blocks that recur across an outlet's articles: menus, adverts, standing notices, app boxes; and
labels, which a site puts at once before or behind many headlines, bylines, captions or paragraphs: "(Video)".

Such blocks are boilerplate, not text of any of the articles. A single page does not show which blocks recur; an
archive does. The set is learned from readings, stored in the archive under its digest, and only ever grows, so that
extracting a capture again with the same set gives the same reading. (Boilerplate that a single page shows:
archive/extract/boilerplate.py.)
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise, product

from archive.model.digests import digest_of_value
from archive.model.records import Block, Image, Reading
from archive.model.urls import first_picture_key
from archive.text.equivalence import IdentityMemo

_LABEL = "label "  # before a label's mark: field, place and the label itself
_LONGEST = 40
_OPTIONAL = frozenset({"byline", "caption", "credit"})
_MOST_PAIRS = 10_000  # a text that was rewritten has no labels


def kind_of(mark: str) -> str:
    """What labels are counted by: their field and place, for sections have different ones; any other mark itself."""
    return " ".join(mark.split(" ", 3)[:3]) if is_label(mark) else mark


def is_label(mark: str) -> bool:
    """Whether a mark is a label's."""
    return mark.startswith(_LABEL)


def labels_between(before: Reading, after: Reading) -> Iterator[tuple[str, str, str]]:
    """The marks of labels in which two readings differ, each with the text that has it in the second reading or had it
    in the first: (mark, former text, present text)."""
    for field, pairs in _pairs(before, after):
        for old, new in pairs:
            short, long = sorted((old, new), key=len)
            if mark := _mark(field, short, long):
                yield mark, old, new


def _pairs(before: Reading, after: Reading) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    for (field, old), (_, new) in zip(_fields(before), _fields(after), strict=True):
        if len(old) == len(new):
            yield field, zip(old, new, strict=True)
    gone, came = _texts(before), _texts(after)
    gone, came = [text for text in gone if text not in came], [text for text in came if text not in gone]
    if len(gone) * len(came) <= _MOST_PAIRS:
        yield "text", product(gone, came)


def _fields(reading: Reading) -> list[tuple[str, Sequence[str]]]:
    return [
        ("headline", [reading.headline]), ("byline", [", ".join(reading.authors) or reading.byline or ""]),
        ("caption", [image.caption or "" for image in reading.images]),
        ("credit", [image.credit or "" for image in reading.images]),
    ]  # fmt: skip


def _texts(reading: Reading) -> list[str]:
    return [reading.lead or "", *(block.text for block in reading.blocks if block.kind != "image")]


def _mark(field: str, short: str, long: str) -> str | None:
    """The mark of what a text has more than another one: set apart by a sign, but beside a name; or all of it, where
    it stands beside a picture or names an author."""
    place = "before" if long.endswith(short) else "behind" if long.startswith(short) else None
    if not short and field in _OPTIONAL:
        place = "alone"
    elif not short or place is None:
        return None
    label = (long[len(short) :] if place == "behind" else long[: len(long) - len(short)]).strip()
    edge = label[:1] if place == "behind" else label[-1:]
    is_apart = field == "byline" or place == "alone" or not edge.isalnum()
    return f"{_LABEL}{field} {place} {label}" if label and len(label) <= _LONGEST and is_apart else None


def without_labels(reading: Reading, labels: Sequence[str]) -> Reading:
    """A reading without the labels with these marks."""
    bare = partial(_bare, labels)
    names = ", ".join(reading.authors)
    named = bare("byline", names) or ""
    images = (
        replace(image, caption=bare("caption", image.caption), credit=bare("credit", image.credit))
        for image in reading.images
    )
    return replace(
        reading, headline=bare("headline", reading.headline) or "", lead=bare("text", reading.lead),
        byline=bare("byline", reading.byline),
        authors=reading.authors if named == names else tuple(filter(None, named.split(", "))),
        blocks=tuple(replace(block, text=bare("text", block.text) or "") for block in reading.blocks),
        images=tuple(images),
    )  # fmt: skip


def _bare(labels: Sequence[str], field: str, text: str | None) -> str | None:
    for place, label in (mark.split(" ", 3)[2:] for mark in labels if mark.startswith(f"{_LABEL}{field} ")):
        if text == label:
            text = None if place == "alone" else text
        elif text and place != "alone":
            text = (text.removeprefix(label) if place == "before" else text.removesuffix(label)).strip()
    return text


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
_KEPT_SHARE, _BEGINNING = 0.6, 40  # of a text: an edit that keeps more is no wall; characters of its first line
_PICTURE, _WALL = "picture ", "wall "  # before the mark of a picture, of a paragraph that took the place of a text
PICTURE_REMOVED = "furniture-picture-removed"
"""The flag of a reading in which a placeholder stood where a picture may have stood before."""
WALL_REMOVED = "wall-removed"
"""The flag of a reading in which a paragraph stood that at several articles had taken the place of their text."""


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """marks: digests of paragraphs, some of them without their numbers, keys of pictures, and labels. The empty set:
    nothing learned yet."""

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
    changes = [
        _change(moment, before, after)
        for readings in states.values()
        for (_, before), (moment, after) in pairwise(readings)
    ]
    counts = Counter(mark for change in changes for mark in change.gone | change.came)
    common = {mark for mark, count in counts.items() if count >= _FEWEST and not mark.startswith(_PICTURE)}
    moments = defaultdict[tuple[str, bool], _Group](list)
    for change in changes:
        for mark in (change.gone | change.came) - known.marks - change.lost:
            is_alone = change.is_alone(mark, common)
            if is_alone or not mark.startswith(_WALL):
                moments[kind_of(mark), mark in change.came].append((change.moment, is_alone, mark))
    groups = defaultdict[str, list[_Group]](list)
    for (kind, _), group in moments.items():
        groups[kind] += _at_once(sorted(group))
    learned = (_repeated(times) for times in groups.values() if times and _is_the_sites(times, looked_at))
    return Boilerplate(known.marks.union(*learned))


@dataclass(frozen=True, slots=True)
class _Change:
    """The marks that an edit took from an article, and that it brought. lost: those of a text in the place of
    another one: a wall, or a note that the other one was taken back, until it is back itself."""

    moment: datetime
    gone: frozenset[str]
    came: frozenset[str]
    lost: frozenset[str] = frozenset()

    def is_alone(self, mark: str, common: set[str]) -> bool:
        """Whether nothing made room there for something else, but for what several articles share, and for a picture
        that stands in the place of several. A label leaves its place as it is; a wall takes that of an article's own
        text."""
        if is_label(mark) or (mark.startswith(_PICTURE) and mark in self.came):
            return True
        if mark.startswith(_WALL):
            return not (self.gone if mark in self.came else self.came) <= common
        others, pictures = common - {mark}, mark.startswith("text ") and _PICTURE
        gone, came = (
            {other for other in marks - others if not (pictures and other.startswith(pictures))}
            for marks in (self.gone, self.came)
        )
        return not gone or not came


def _change(moment: datetime, before: Reading, after: Reading) -> _Change:
    former, marks = _recurring_marks(before), _recurring_marks(after)
    gone, came = former - marks, marks - former
    counted, counting = _counters(before, gone), _counters(after, came)
    labels, counts_on = list(labels_between(before, after)), counted.keys() & counting.keys()
    gone -= {*(_text_mark(old) for _, old, _ in labels), *(counted.pop(counter) for counter in counts_on)}
    numbered = {counting.pop(counter) for counter in counts_on}
    came -= {*(_text_mark(new) for _, _, new in labels), *numbered}
    is_exchanged = bool(_texts_of(gone) and _texts_of(came))
    if is_exchanged and (_is_replaced(before, after) or _is_replaced(after, before)):
        gone, came = _walls(gone | counted.keys()), _walls(came | counting.keys())
        lost = frozenset[str]() if _begins_alike(before, after) else _texts_of(came)
        lost |= _texts_of(gone) if len(after.text) < len(before.text) else frozenset()
        return _Change(moment, frozenset(gone), frozenset(came), lost)
    gone |= {mark for mark, old, new in labels if len(old) > len(new)}
    came |= set(counts_on) if _texts_of(marks) - numbered else set()  # alone it stands in the place of a text
    came |= {*(mark for mark, old, new in labels if len(old) < len(new))}
    return _Change(moment, frozenset(gone), frozenset(came))


def _is_replaced(text: Reading, other: Reading) -> bool:
    """Whether another reading has lost most of a text."""
    lines, others = text.text.splitlines(), set(other.text.splitlines())
    return sum(len(line) for line in lines if line in others) < _KEPT_SHARE * sum(map(len, lines))


def _begins_alike(before: Reading, after: Reading) -> bool:
    """Whether a text keeps at least the beginning of its first line: else it may have been taken back for good."""
    first, *_ = *before.text.splitlines(), ""
    return any(first.startswith(line.rstrip(" .…[]")[:_BEGINNING]) for line in after.text.splitlines() if line)


def _texts_of(marks: set[str]) -> frozenset[str]:
    return frozenset(mark for mark in marks if not mark.startswith(_PICTURE))


def _walls(marks: set[str]) -> set[str]:
    return {mark if mark.startswith(_PICTURE) else _WALL + mark for mark in marks}


_Group = list[tuple[datetime, bool, str]]
"""Changes at once, one an article: when, whether nothing else made room there, and the mark."""


def _counters(reading: Reading, marks: set[str]) -> dict[str, str]:
    """The counters among a reading's paragraphs that have these marks, each with the mark it has now."""
    texts = (block.text for block in reading.blocks if block.kind != "image" and _is_numbered(block.text))
    return {_counter_mark(text): mark for text in texts if (mark := _text_mark(text)) in marks}


def _at_once(changes: _Group) -> list[_Group]:
    """Of changes in order of time, those that several articles had with no long pause between them."""
    groups: list[_Group] = []
    for change in changes:
        if not groups or change[0] - groups[-1][-1][0] > _PAUSE:
            groups.append([])
        groups[-1].append(change)
    return [group for group in groups if len(group) >= _FEWEST]


def _is_the_sites(groups: list[_Group], looked_at: Callable[[datetime, datetime], int]) -> bool:
    """Whether so many articles changed at once that the site did it: what comes and goes counts twice. Where a few are
    all, what makes room for something else is an article's own."""
    articles = max(looked_at(group[0][0], group[-1][0]) for group in groups)
    if articles < _MANY:
        groups = [group for group in groups if sum(alone for _, alone, _ in group) >= _FEWEST_ALONE]
    changed = sum(map(len, groups))
    share = _MIN_SHARE_ADDED if changed > _FEWEST else _MIN_SHARE_OF_FEWEST
    return changed >= max(_FEWEST, share * articles)


def _repeated(groups: list[_Group]) -> set[str]:
    """The marks that several of these articles have: of labels, each section may have its own."""
    counts = Counter(mark for group in groups for _, _, mark in group)
    return {mark for mark, count in counts.items() if count >= _FEWEST_ALONE}


def without(reading: Reading, boilerplate: Boilerplate) -> Reading:
    """Removes the boilerplate from a reading: from its blocks, pictures and text; and labels, from its headline too.
    The result is the same if a smaller set was removed before."""
    stripped = _without_blocks(reading, boilerplate.marks)
    labels = _labels_of(boilerplate)
    unlabelled = without_labels(stripped, labels) if labels else stripped
    return stripped if unlabelled == stripped else _without_blocks(unlabelled, boilerplate.marks, changed=True)


@IdentityMemo
def _labels_of(boilerplate: Boilerplate) -> list[str]:
    """The labels' marks, the longest first."""
    return sorted(filter(is_label, boilerplate.marks), key=lambda mark: (-len(mark), mark))


def _without_blocks(reading: Reading, marks: frozenset[str], *, changed: bool = False) -> Reading:
    found = {block.text: _marks_of(block) & marks for block in reading.blocks if block.text}
    kept = [image for image in reading.images if _picture_mark(image) not in marks]
    if not changed and not any(found.values()) and len(kept) == len(reading.images):
        return reading
    new_indexes = {index: kept.index(image) for index, image in enumerate(reading.images) if image in kept}
    blocks = tuple(
        replace(block, image=new_indexes[block.image]) if block.image is not None else block
        for block in reading.blocks
        if (block.image in new_indexes if block.image is not None else not found.get(block.text))
    )
    text = "\n\n".join(block.text for block in blocks if block.kind != "image")
    walls = (WALL_REMOVED,) if any(mark.startswith(_WALL) for of_block in found.values() for mark in of_block) else ()
    pictures = (PICTURE_REMOVED,) if len(kept) < len(reading.images) else ()
    flags = tuple(dict.fromkeys((*reading.flags, "furniture-removed", *pictures, *walls)))
    return replace(reading, blocks=blocks, images=tuple(kept), text=text, flags=flags)


def _marks_of(block: Block) -> set[str]:
    """The marks by which a paragraph may be removed."""
    marks = {_text_mark(block.text), *((_counter_mark(block.text),) if _is_numbered(block.text) else ())}
    return marks | _walls(marks)


def _is_numbered(text: str) -> bool:
    """Whether a paragraph holds a number and words: a number alone may stand in any table."""
    return bool(_NUMBER.search(text)) and sum(word.isalpha() for word in text.split()) >= _FEWEST_WORDS


def _recurring_marks(reading: Reading) -> set[str]:
    """The marks that may be the site's: not a note of a correction, which stands in several articles too."""
    notes = (reading.correction or "").splitlines()
    texts = (block.text for block in reading.blocks if block.kind != "image" and block.text)
    return ({*map(_text_mark, texts)} | {*map(_picture_mark, reading.images)}) - {*map(_text_mark, notes)}


def _text_mark(text: str) -> str:
    return "text " + digest_of_value(" ".join(text.split()))


def _counter_mark(text: str) -> str:
    """The mark of a paragraph whatever its numbers are: it may be one that counts."""
    return "counter " + digest_of_value(_NUMBER.sub("0", " ".join(text.split())))


def _picture_mark(image: Image) -> str:
    return _PICTURE + first_picture_key(image.url)
