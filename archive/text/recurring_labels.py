"""Finds and removes labels: what a site puts at once before or behind the headlines, bylines, captions or paragraphs of
many articles, such as "(Video)" or "| Politics"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

from archive.model.records import Reading

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
