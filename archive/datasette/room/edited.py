"""An edit as a line of a list: its headline with what changed in it, and what else did."""

from __future__ import annotations

from dataclasses import dataclass

from archive.diff import Piece, words
from archive.store.lately import Edit


@dataclass(frozen=True, slots=True)
class Told:
    """An edit, the pieces of its headline from old to new, and the names of the parts that changed."""

    edit: Edit
    headline: tuple[Piece, ...]
    parts: tuple[str, ...]


def told_of(edit: Edit) -> Told:
    """The edit, told."""
    parts = tuple(part.strip() for part in edit.changed.split(","))
    headline = words(edit.old_headline, edit.new_headline) if "headline" in parts else ()
    return Told(edit, headline or (Piece("equal", edit.new_headline),), parts)
