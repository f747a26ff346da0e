"""The data model of a diff: changes, made of pieces of equal, removed and added text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operation = Literal["equal", "removed", "added"]

ChangeKind = Literal["unchanged", "edited", "added", "removed", "moved", "split", "merged", "replaced"]
"""`moved`: to another position, perhaps also edited. `split`, `merged`: a paragraph became several, or several became
one. `replaced`: another picture took the place of one. compare() never returns `unchanged`."""

Form = Literal["paragraph", "subhead", "quote", "list", "table"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is equal, removed or added. An added or removed paragraph break is the text `\\n`."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two readings differ.

    part: headline, lead, byline, published, body (a paragraph), picture, caption or credit.
    pieces: equal and removed pieces together are the old text, equal and added pieces the new one, both tidy (see
    archive/text/equivalence.py). Where only the spelling of equal words differs, an equal piece has the new spelling.
    old, new: positions before and after, counted from 1, among the paragraphs of the body or among the pictures; empty
    where the part is absent, and for parts that occur once. form: the kind of paragraph.
    picture: the URL of the picture, for pictures, captions and credits.
    """

    part: str
    pieces: tuple[Piece, ...]
    kind: ChangeKind = "edited"
    old: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    form: Form | None = None
    picture: str | None = None

    @property
    def before(self) -> str:
        """The old text."""
        return "".join(piece.text for piece in self.pieces if piece.operation != "added")

    @property
    def after(self) -> str:
        """The new text."""
        return "".join(piece.text for piece in self.pieces if piece.operation != "removed")
