"""What a comparison says: changes, made of pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operation = Literal["equal", "removed", "added"]

ChangeKind = Literal["unchanged", "edited", "added", "removed", "moved", "split", "merged", "replaced"]
"""`moved`: it stands elsewhere now, perhaps edited on the way. `split`, `merged`: a paragraph became several, or
several became one. `replaced`: another picture stands in the place of one. compare() never returns `unchanged`."""

Form = Literal["paragraph", "subhead", "quote", "list", "table"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went, or came. A paragraph break that came or went is the text `\\n`."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two readings differ.

    part: headline, lead, byline, published, body (a paragraph), picture, caption or credit.
    pieces: the equal and removed ones together are the old text, the equal and added ones the new, both tidy (see
    archive/text/equivalence.py). Where the two only print the same words differently, an equal piece has the new print.
    old, new: where it stood and stands, counted from 1, among the paragraphs of the body or among the pictures; empty
    where it was or is not there, and for parts there is only one of. form: what kind of paragraph it is.
    picture: the address of the picture, for pictures, captions and credits.
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
