"""Describes changes in English: the position of each, and a summary of all. The terminal and HTML pages share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from archive.diff.changes import Change, Piece
from archive.diff.compare import size

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
    labels = [
        title(picture),
        *(f"{change.part} {change.kind}" for change in texts if change.kind not in ("unchanged", picture.kind)),
    ]
    return ", ".join(labels)


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
        joint = piece.text == " " and any(
            neighbour.text == "\n" and neighbour.operation != "equal" for neighbour in around
        )
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
