"""List entries for edits: headline diff, quotes and pictures of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.diff import EditSummary, Piece, words
from archive.diff.summary import PictureChange, Quote
from archive.queries.edit_changes import gists
from archive.queries.recent import Edit
from archive.storage.connection import Database

_QUOTES, _PICTURES = 2, 2


@dataclass(frozen=True, slots=True)
class EditEntry:
    """A list entry of an edit. headline: pieces from old to new; parts: names of the changed parts; quotes, pictures:
    as many as the list has room for; more: how many are left out."""

    edit: Edit
    headline: tuple[Piece, ...]
    parts: tuple[str, ...]
    gist: EditSummary
    quotes: Sequence[Quote]
    pictures: Sequence[PictureChange]
    more: int


def edit_entries_of(db: Database, edits: Iterable[Edit], quotes: int = _QUOTES) -> list[EditEntry]:
    """The list entries of edits. quotes: the most quotes of each."""
    found = list(edits)
    gist_of = gists(db, ((edit.old_version_id, edit.new_version_id) for edit in found))
    return [_entry(edit, gist_of.get(edit.new_version_id, EditSummary()), quotes) for edit in found]


def _entry(edit: Edit, gist: EditSummary, quotes: int) -> EditEntry:
    parts = tuple(part.strip() for part in edit.changed.split(","))
    headline = words(edit.old_headline, edit.new_headline) if "headline" in parts else ()
    more = len(gist.below[quotes:]) + len(gist.pictures[_PICTURES:])
    return EditEntry(
        edit, headline or (Piece("equal", edit.new_headline),), parts, gist, gist.below[:quotes],
        gist.pictures[:_PICTURES], more,
    )  # fmt: skip
