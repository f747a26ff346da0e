"""An edit as an entry of a list: its headline with what changed in it, and what else did, in words and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.diff import Gist, Piece, words
from archive.diff.summary import Pair, Quote
from archive.queries.edit_changes import gists
from archive.queries.recent import Edit
from archive.storage.connection import Database

_QUOTES, _PICTURES = 2, 2


@dataclass(frozen=True, slots=True)
class Told:
    """An edit, the pieces of its headline from old to new, the names of the parts that changed, and what it changed:
    quotes and pictures, as many as a list has room for, and how many more there are."""

    edit: Edit
    headline: tuple[Piece, ...]
    parts: tuple[str, ...]
    gist: Gist
    quotes: Sequence[Quote]
    pictures: Sequence[Pair]
    more: int


def told_of(db: Database, edits: Iterable[Edit], quotes: int = _QUOTES) -> list[Told]:
    """Edits, told. quotes: how many of each at most."""
    found = list(edits)
    known = gists(db, ((one.old_version_id, one.new_version_id) for one in found))
    return [_told(edit, known.get(edit.new_version_id, Gist()), quotes) for edit in found]


def _told(edit: Edit, gist: Gist, quotes: int) -> Told:
    parts = tuple(part.strip() for part in edit.changed.split(","))
    headline = words(edit.old_headline, edit.new_headline) if "headline" in parts else ()
    rest = len(gist.below[quotes:]) + len(gist.pictures[_PICTURES:])
    return Told(
        edit, headline or (Piece("equal", edit.new_headline),), parts, gist, gist.below[:quotes],
        gist.pictures[:_PICTURES], rest,
    )  # fmt: skip
