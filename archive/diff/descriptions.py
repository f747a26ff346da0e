"""Changes in words: where each is, and all of them in a sentence. The same on a terminal and on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from archive.diff.changes import Change, Piece
from archive.diff.compare import size

_NUMBERED = {"body": "paragraph", "picture": "picture", "caption": "caption of picture", "credit": "credit of picture"}
_NAMES = {"published": "published time"}
ORDER = ("headline", "lead", "byline", "published", "body", "picture", "caption", "credit")
"""Parts in the order in which a reader meets them."""


def title(change: Change) -> str:
    """Which part it is and what became of it: `headline`, `paragraph 3`, `paragraph 2 (was 5), moved`."""
    told = _place(change)
    if change.form and change.form != "paragraph":
        told += f", {change.form}"
    return told if change.kind in ("edited", "unchanged") else f"{told}, {change.kind}"


def title_of_picture(changes: Sequence[Change]) -> str:
    """A picture and what became of it, its caption and its credit: `picture 2, replaced, caption edited`."""
    picture, *texts = changes
    told = [title(picture), *(f"{one.part} {one.kind}" for one in texts if one.kind not in ("unchanged", picture.kind))]
    return ", ".join(told)


def together(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """A picture with its caption and credit, all else alone."""
    places = groupby(enumerate(changes), lambda one: (one[1].old, one[1].new) if one[1].picture else one[0])
    return ([change for _, change in group] for _, group in places)


def unmarked(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces as they are shown: where a paragraph's end took the place of a space, or a space its place, the end is
    marked and the space is not."""
    for n, piece in enumerate(pieces):
        around = [*pieces[max(n - 1, 0) : n], *pieces[n + 1 : n + 2]]
        joint = piece.text == " " and any(other.text == "\n" and other.operation != "equal" for other in around)
        yield Piece("equal", " ") if joint else piece


def line(pieces: Sequence[Piece]) -> str:
    """A quote as plain text: `vốn [-412-]{+421+} tỷ đồng`. A paragraph's end shows as ¶."""
    return "".join(_LINE[piece.operation].format(piece.text.replace("\n", "¶ ")) for piece in pieces)


_LINE = {"equal": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


def _place(change: Change) -> str:
    here, before = change.new or change.old, change.old
    name = _NUMBERED.get(change.part)
    if name is None or not here:
        return _NAMES.get(change.part, change.part)
    told = f"{name}{'s' * (len(here) > 1)} {_span(here)}"
    return told if not before or before == here else f"{told} (was {_span(before)})"


def _span(places: Sequence[int]) -> str:
    return str(places[0]) if len(places) == 1 else f"{places[0]}-{places[-1]}"


def summary(changes: Sequence[Change]) -> str:
    """All changes in a sentence: `headline edited; 2 paragraphs edited, 1 moved; 14 words removed, 3 added`."""
    parts: dict[str, Counter[str]] = {}
    for change in changes:
        parts.setdefault(change.part, Counter())[change.kind] += 1
    told = [_counted(part, parts[part]) for part in sorted(parts, key=ORDER.index)]
    removed, added = size(changes)
    if removed or added:
        told.append(f"{_many(removed, 'word')} removed, {added} added")
    return "; ".join(told) or "nothing changed"


def _counted(part: str, kinds: Counter[str]) -> str:
    if part not in _NUMBERED:
        return f"{_NAMES.get(part, part)} {next(iter(kinds))}"
    noun = _NUMBERED[part].partition(" of ")[0]
    first, *others = kinds.items()
    return ", ".join([f"{_many(first[1], noun)} {first[0]}", *(f"{count} {kind}" for kind, count in others)])


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
