"""An edit in lines that can be quoted: the words before and after in their sentence, the most important first.

Lists, feeds, the terminal and exports all tell an edit by this one value, so that they say the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from archive.diff.changes import Change, ChangeKind, Piece
from archive.diff.compare import compare
from archive.diff.descriptions import unmarked
from archive.diff.significance import REPLACED_PICTURE, meaning_of, names_in
from archive.model.records import Image, Reading
from archive.text.equivalence import tokens

ELLIPSIS = "…"
_BEFORE, _BETWEEN, _AFTER, _CHANGED = 90, 120, 70, 160  # characters of a quote's stretches
_MOST = 5
"""So many numbers or names of one sentence are named."""
# Where a sentence ends; not behind an abbreviation in capitals, such as TP. or PGS.
_END = re.compile(r"(?<![A-ZĐ]{2})[.!?…][\"”’»)]*\s+(?=[\"“‘«(]?[\dA-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ])|\n")
_OF_PICTURES = ("caption", "credit")


@dataclass(frozen=True, slots=True)
class Quote:
    """One change in its sentence, cut so that it fits a line or two. part, kind: see Change; place: of the paragraph or
    picture, where it stands now, or stood; weight: as archive/diff/significance.py has it."""

    part: str
    kind: ChangeKind
    place: int | None
    pieces: tuple[Piece, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Swap:
    """What of one kind went and what came in its place; either may be empty."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture that was replaced, added or removed: what stood and what stands, None where nothing did or does."""

    kind: ChangeKind
    old: Image | None
    new: Image | None


@dataclass(frozen=True, slots=True)
class Gist:
    """An edit, told. quotes: the most important first; numbers, names: those that differ, named; pictures: those that
    came, went or were replaced; language: of the words, None where the page does not say."""

    quotes: tuple[Quote, ...] = ()
    numbers: tuple[Swap, ...] = ()
    names: tuple[Swap, ...] = ()
    pictures: tuple[Pair, ...] = ()
    language: str | None = None

    @property
    def weight(self) -> float:
        """How much it changed in meaning, for putting gists in order."""
        return sum(one.weight for one in self.quotes) + REPLACED_PICTURE * len(self.pictures)

    @property
    def headline(self) -> Quote | None:
        """What became of the headline."""
        return next((one for one in self.quotes if one.part == "headline"), None)

    @property
    def below(self) -> tuple[Quote, ...]:
        """All but the headline, for lists that have it as their own."""
        return tuple(one for one in self.quotes if one.part != "headline")


def gist(old: Reading, new: Reading) -> Gist:
    """What the second of two readings changed in the first."""
    changes = compare(old, new)
    sentences = [one for change in _worded(changes) for one in _sentences(change)]
    weighed = [(meaning_of([one]).weight, one) for one in sentences]
    ordered = sorted(weighed, key=lambda pair: -pair[0])  # stable: in reading order among equals
    return Gist(
        tuple(_quote(one, weight) for weight, one in ordered),
        tuple(_swaps(sentences, _figures)),
        tuple(_swaps(sentences, names_in)),
        tuple(_pairs(changes, old, new)),
        new.language,
    )


def _worded(changes: Iterable[Change]) -> Iterator[Change]:
    """Those that are told in words. Captions and credits of a picture that came or went are told with it."""
    whole: ChangeKind | None = None
    for change in changes:
        if change.part == "picture":
            whole = change.kind if change.kind in ("added", "removed") else None
        elif change.part not in _OF_PICTURES or whole is None or change.kind != whole:
            yield change


def _sentences(change: Change) -> Iterator[Change]:
    """A change of several sentences as one of each, whole sentences all."""
    if change.part == "published":
        yield change
        return
    held: list[Piece] = []
    for piece in unmarked(change.pieces):
        ends = [found.end() for found in _END.finditer(piece.text)] if piece.operation == "equal" else []
        if not ends:
            held.append(piece)
            continue
        head, tail = piece.text[: ends[0]], piece.text[ends[-1] :]
        if _changes(held):
            yield replace(change, pieces=tuple(_kept([*held, Piece("equal", head.rstrip())])))
        held = [Piece("equal", tail)] if tail else []
    if _changes(held) or not _changes(change.pieces):  # what was only moved, split or merged is told by its beginning
        yield replace(change, pieces=tuple(_kept(held if _changes(held) else change.pieces)))


def _changes(pieces: Sequence[Piece]) -> bool:
    return any(piece.operation != "equal" for piece in pieces)


def _kept(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.text]


def _quote(change: Change, weight: float) -> Quote:
    place = (change.new or change.old or (None,))[0]
    pieces = change.pieces if change.part == "published" else tuple(_cut(change.pieces))
    return Quote(change.part, change.kind, place, pieces, weight)


def _cut(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """As much of a sentence as shows where in it something changed."""
    last = len(pieces) - 1
    for n, piece in enumerate(pieces):
        text = piece.text if piece.operation != "equal" else piece.text.replace("\n", " ")
        if piece.operation != "equal" or last == 0:
            shown = text if len(text) <= _CHANGED else f"{_head(text, _CHANGED)} {ELLIPSIS}"
        elif n == 0:
            shown = text if len(text) <= _BEFORE else f"{ELLIPSIS} {_tail(text, _BEFORE)}"
        elif n == last:
            shown = text if len(text) <= _AFTER else f"{_head(text, _AFTER)} {ELLIPSIS}"
        else:
            half = _BETWEEN // 2
            shown = text if len(text) <= _BETWEEN else f"{_head(text, half)} {ELLIPSIS} {_tail(text, half)}"
        yield Piece(piece.operation, shown)


def _head(text: str, width: int) -> str:
    return text[:width].rpartition(" ")[0] or text[:width]


def _tail(text: str, width: int) -> str:
    return text[-width:].partition(" ")[2] or text[-width:]


def _figures(text: str) -> Iterator[str]:
    """The numbers of a text as they are printed, with the sign of a percentage."""
    found = tokens(text)
    for key, start, end in zip(found.keys, found.starts, found.ends, strict=True):
        if any(letter.isdigit() for letter in key):
            yield found.text[start:end] + "%" * (found.text[end : end + 1] == "%")


def _swaps(sentences: Sequence[Change], find: Callable[[str], Iterator[str]]) -> Iterator[Swap]:
    """What stands only in the old texts, and what only in the new: of each sentence one for one where they are as many.
    What went in one sentence and came in another was moved."""
    told = [(Counter(find(one.before)), Counter(find(one.after))) for one in sentences if one.part != "published"]
    before, after = Counter[str](), Counter[str]()
    for old, new in told:
        before.update(old)
        after.update(new)
    gone, come = before - after, after - before
    for old, new in told:
        went, came = _taken(old - new, gone), _taken(new - old, come)
        if len(went) == len(came):
            yield from (Swap(*one) for one in zip(went, came, strict=True))
        elif went or came:
            yield Swap(", ".join(went[:_MOST]), ", ".join(came[:_MOST]))


def _taken(found: Counter[str], left: Counter[str]) -> list[str]:
    """Of what was found, in order, as much as is left; it is less then."""
    taken = []
    for one in found.elements():
        if left[one] > 0:
            left[one] -= 1
            taken.append(one)
    return taken


def _pairs(changes: Iterable[Change], old: Reading, new: Reading) -> Iterator[Pair]:
    for change in changes:
        if change.part == "picture" and change.kind != "moved":
            was = old.images[change.old[0] - 1] if change.old else None
            stands = new.images[change.new[0] - 1] if change.new else None
            yield Pair(change.kind, was, stands)
