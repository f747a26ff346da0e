"""Describes changes in English, and sums an edit up as quotes: old and new words within their sentence.

Lists, feeds, the terminal and exports all show an edit from this one value, so that they agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from archive.diff.compare import REPLACED_PICTURE, compare, meaning_of, names_in, size
from archive.diff.wording import Change, ChangeKind, Piece
from archive.model.records import Image, Reading
from archive.text.equivalence import tokens

_NUMBERED = {"body": "paragraph", "picture": "picture", "caption": "caption of picture", "credit": "credit of picture"}
_NAMES = {"published": "published time"}
ORDER = ("headline", "lead", "byline", "published", "body", "picture", "caption", "credit")
"""Parts in reading order."""


def title(change: Change) -> str:
    """The part, its position and the kind of change: `headline`, `paragraph 3`, `paragraph 2 (was 5), moved`."""
    label = _position(change)
    if change.form and change.form != "paragraph":
        label += f", {change.form}"
    return label if change.kind in ("edited", "unchanged") else f"{label}, {change.kind}"


def title_of_picture(changes: Sequence[Change]) -> str:
    """A picture and the changes of it, its caption and its credit: `picture 2, replaced, caption edited`."""
    picture, *texts = changes
    changed = (change for change in texts if change.kind not in ("unchanged", picture.kind))
    return ", ".join([title(picture), *(f"{change.part} {change.kind}" for change in changed)])


def together(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Groups changes: a picture with its caption and credit, every other change alone."""
    places = groupby(
        enumerate(changes), lambda numbered: (numbered[1].old, numbered[1].new) if numbered[1].picture else numbered[0]
    )
    return ([change for _, change in group] for _, group in places)


def unmarked(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces for display: where a paragraph break replaced a space, or a space a break, the break is marked as a
    change and the space is not."""
    for n, piece in enumerate(pieces):
        around = [*pieces[max(n - 1, 0) : n], *pieces[n + 1 : n + 2]]
        joint = piece.text == " " and any(near.text == "\n" and near.operation != "equal" for near in around)
        yield Piece("equal", " ") if joint else piece


def line(pieces: Sequence[Piece]) -> str:
    """Pieces as plain text: `vốn [-412-]{+421+} tỷ đồng`. A paragraph break shows as ¶."""
    return "".join(_LINE[piece.operation].format(piece.text.replace("\n", "¶ ")) for piece in pieces)


_LINE = {"equal": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


def _position(change: Change) -> str:
    positions, old_positions = change.new or change.old, change.old
    name = _NUMBERED.get(change.part)
    if name is None or not positions:
        return _NAMES.get(change.part, change.part)
    label = f"{name}{'s' * (len(positions) > 1)} {_range(positions)}"
    return label if not old_positions or old_positions == positions else f"{label} (was {_range(old_positions)})"


def _range(positions: Sequence[int]) -> str:
    return str(positions[0]) if len(positions) == 1 else f"{positions[0]}-{positions[-1]}"


def summary(changes: Sequence[Change]) -> str:
    """One sentence for all changes: `headline edited; 2 paragraphs edited, 1 moved; 14 words removed, 3 added`."""
    parts: dict[str, Counter[str]] = {}
    for change in changes:
        parts.setdefault(change.part, Counter())[change.kind] += 1
    clauses = [_kind_counts(part, parts[part]) for part in sorted(parts, key=ORDER.index)]
    removed, added = size(changes)
    if removed or added:
        clauses.append(f"{_plural(removed, 'word')} removed, {added} added")
    return "; ".join(clauses) or "nothing changed"


def _kind_counts(part: str, kinds: Counter[str]) -> str:
    if part not in _NUMBERED:
        return f"{_NAMES.get(part, part)} {next(iter(kinds))}"
    noun = _NUMBERED[part].partition(" of ")[0]
    first, *others = kinds.items()
    return ", ".join([f"{_plural(first[1], noun)} {first[0]}", *(f"{count} {kind}" for kind, count in others)])


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


ELLIPSIS = "…"
_LEADING, _BETWEEN, _TRAILING, _CHANGED = 90, 120, 70, 160  # characters of each part of a quote
_MOST_NAMED = 5
"""At most this many numbers or names of one sentence are listed."""
# The end of a sentence; not after an abbreviation in capitals, such as TP. or PGS.
_SENTENCE_END = re.compile(r"(?<![A-ZĐ]{2})[.!?…][\"”’»)]*\s+(?=[\"“‘«(]?[\dA-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ])|\n")
_PICTURE_TEXTS = ("caption", "credit")


@dataclass(frozen=True, slots=True)
class Quote:
    """One change in its sentence, shortened to a line or two. part, kind: see Change; place: position of the paragraph
    or picture, the new one, or else the old; weight: as in archive/diff/compare.py."""

    part: str
    kind: ChangeKind
    place: int | None
    pieces: tuple[Piece, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Replacement:
    """A removed number or name and the one that replaced it; either may be empty."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PictureChange:
    """A picture that was replaced, added or removed: the old and the new image, None where there is none."""

    kind: ChangeKind
    old: Image | None
    new: Image | None


@dataclass(frozen=True, slots=True)
class EditSummary:
    """The summary of an edit. quotes: the most important first; numbers, names: those that differ; pictures: those
    added, removed or replaced; language: of the words, None where the page declares none."""

    quotes: tuple[Quote, ...] = ()
    numbers: tuple[Replacement, ...] = ()
    names: tuple[Replacement, ...] = ()
    pictures: tuple[PictureChange, ...] = ()
    language: str | None = None

    @property
    def weight(self) -> float:
        """How much the meaning changed, for sorting."""
        return sum(quote.weight for quote in self.quotes) + REPLACED_PICTURE * len(self.pictures)

    @property
    def headline(self) -> Quote | None:
        """The change of the headline, if any."""
        return next((quote for quote in self.quotes if quote.part == "headline"), None)

    @property
    def below(self) -> tuple[Quote, ...]:
        """All quotes but the headline's, for lists that show the headline by themselves."""
        return tuple(quote for quote in self.quotes if quote.part != "headline")


def summarize_edit(old: Reading, new: Reading) -> EditSummary:
    """Summarizes the edit from the old reading to the new one."""
    changes = compare(old, new)
    sentences = [sentence for change in _with_words(changes) for sentence in _by_sentence(change)]
    weighted = [(meaning_of([sentence]).weight, sentence) for sentence in sentences]
    ordered = sorted(weighted, key=lambda pair: -pair[0])  # stable: in reading order among equals
    return EditSummary(
        tuple(_quote(sentence, weight) for weight, sentence in ordered),
        tuple(_swaps(sentences, _figures)),
        tuple(_swaps(sentences, names_in)),
        tuple(_pairs(changes, old, new)),
        new.language,
    )


def _with_words(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes that get quotes. An added or removed picture covers its own caption and credit."""
    picture_kind: ChangeKind | None = None
    for change in changes:
        if change.part == "picture":
            picture_kind = change.kind if change.kind in ("added", "removed") else None
        elif change.part not in _PICTURE_TEXTS or picture_kind is None or change.kind != picture_kind:
            yield change


def _by_sentence(change: Change) -> Iterator[Change]:
    """Splits a change of several sentences into one change for each whole sentence."""
    if change.part == "published":
        yield change
        return
    pending: list[Piece] = []
    for piece in unmarked(change.pieces):
        ends = [match.end() for match in _SENTENCE_END.finditer(piece.text)] if piece.operation == "equal" else []
        if not ends:
            pending.append(piece)
            continue
        beginning, rest = piece.text[: ends[0]], piece.text[ends[-1] :]
        if _any_changed(pending):
            yield replace(change, pieces=tuple(_nonempty([*pending, Piece("equal", beginning.rstrip())])))
        pending = [Piece("equal", rest)] if rest else []
    # a paragraph only moved, split or merged is quoted from its beginning
    if _any_changed(pending) or not _any_changed(change.pieces):
        yield replace(change, pieces=tuple(_nonempty(pending if _any_changed(pending) else change.pieces)))


def _any_changed(pieces: Sequence[Piece]) -> bool:
    return any(piece.operation != "equal" for piece in pieces)


def _nonempty(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.text]


def _quote(change: Change, weight: float) -> Quote:
    place = (change.new or change.old or (None,))[0]
    pieces = change.pieces if change.part == "published" else tuple(_shortened(change.pieces))
    return Quote(change.part, change.kind, place, pieces, weight)


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The changed pieces, with shortened context around them."""
    last = len(pieces) - 1
    for n, piece in enumerate(pieces):
        text = piece.text if piece.operation != "equal" else piece.text.replace("\n", " ")
        if piece.operation != "equal" or last == 0:
            shown = text if len(text) <= _CHANGED else f"{head(text, _CHANGED)} {ELLIPSIS}"
        elif n == 0:
            shown = text if len(text) <= _LEADING else f"{ELLIPSIS} {tail(text, _LEADING)}"
        elif n == last:
            shown = text if len(text) <= _TRAILING else f"{head(text, _TRAILING)} {ELLIPSIS}"
        else:
            half = _BETWEEN // 2
            shown = text if len(text) <= _BETWEEN else f"{head(text, half)} {ELLIPSIS} {tail(text, half)}"
        yield Piece(piece.operation, shown)


def head(text: str, width: int) -> str:
    """The first words of a text, at most `width` characters."""
    return text[:width].rpartition(" ")[0] or text[:width]


def tail(text: str, width: int) -> str:
    """The last words."""
    return text[-width:].partition(" ")[2] or text[-width:]


def _figures(text: str) -> Iterator[str]:
    """The numbers of a text as they are printed, with the sign of a percentage."""
    tokenized = tokens(text)
    for key, start, end in zip(tokenized.keys, tokenized.starts, tokenized.ends, strict=True):
        if any(letter.isdigit() for letter in key):
            yield tokenized.text[start:end] + "%" * (tokenized.text[end : end + 1] == "%")


def _swaps(sentences: Sequence[Change], find: Callable[[str], Iterator[str]]) -> Iterator[Replacement]:
    """Items only in the old texts against items only in the new ones: paired one to one where a sentence has as many of
    both. An item removed from one sentence and added to another was moved, and does not count."""
    texts = [sentence for sentence in sentences if sentence.part != "published"]
    counts = [(Counter(find(sentence.before)), Counter(find(sentence.after))) for sentence in texts]
    before, after = Counter[str](), Counter[str]()
    for old, new in counts:
        before.update(old)
        after.update(new)
    all_removed, all_added = before - after, after - before
    for old, new in counts:
        removed, added = _consume(old - new, all_removed), _consume(new - old, all_added)
        if len(removed) == len(added):
            yield from (Replacement(*pair) for pair in zip(removed, added, strict=True))
        elif removed or added:
            yield Replacement(", ".join(removed[:_MOST_NAMED]), ", ".join(added[:_MOST_NAMED]))


def _consume(counts: Counter[str], remaining: Counter[str]) -> list[str]:
    """Takes the found items, in order, out of the remaining ones; returns those that were there."""
    taken = []
    for item in counts.elements():
        if remaining[item] > 0:
            remaining[item] -= 1
            taken.append(item)
    return taken


def _pairs(changes: Iterable[Change], old: Reading, new: Reading) -> Iterator[PictureChange]:
    for change in changes:
        if change.part == "picture" and change.kind != "moved":
            old_image = old.images[change.old[0] - 1] if change.old else None
            new_image = new.images[change.new[0] - 1] if change.new else None
            yield PictureChange(change.kind, old_image, new_image)
