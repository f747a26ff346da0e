"""Compares two readings of one article part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.diff import paragraph_matching, picture_matching
from archive.diff.changes import Change, ChangeKind, Form, Piece
from archive.diff.similarity import Paragraph
from archive.diff.wording import words
from archive.history.edits import byline_of, moment_of
from archive.model import clock
from archive.model.records import Reading
from archive.text.equivalence import lines, plain, tidy, word_count


def compare(old: Reading, new: Reading) -> tuple[Change, ...]:
    """Every change from old to new in reading order: headline, lead, byline, published time, paragraphs, pictures with
    their captions and credits. Empty exactly when archive/history/edits.py finds no edit."""
    return tuple(change for change in side_by_side(old, new) if change.kind != "unchanged")


def side_by_side(old: Reading, new: Reading) -> Iterator[Change]:
    """Both readings in full: every part, paragraph and picture; equal ones have the kind `unchanged`."""
    yield from _text("headline", old.headline, new.headline)
    yield from _text("lead", old.lead, new.lead)
    yield from _text("byline", byline_of(old), byline_of(new))
    yield from _published(old, new)
    yield from paragraph_matching.changes(_paragraphs(old), _paragraphs(new))
    yield from picture_matching.changes(old.images, new.images)


def differing(old: Reading, new: Reading) -> Iterator[Change]:
    """`compare` without the published time; compares only the parts that are not identical."""
    parts: list[Iterator[Change]] = [
        _text("headline", old.headline, new.headline),
        _text("lead", old.lead, new.lead),
        _text("byline", byline_of(old), byline_of(new)),
    ]
    if old.text != new.text:
        parts.append(paragraph_matching.changes(_paragraphs(old), _paragraphs(new)))
    if old.images != new.images:
        parts.append(picture_matching.changes(old.images, new.images))
    return (change for part in parts for change in part if change.kind != "unchanged")


def word_changes(old: Reading, new: Reading) -> tuple[int, int]:
    """`size` of `compare`; compares only the parts that are not identical."""
    return size(differing(old, new))


def size(changes: Iterable[Change]) -> tuple[int, int]:
    """The numbers of removed and of added words. Pictures and times have no words; a paragraph that was only moved,
    split or merged adds none."""
    pieces = [piece for change in changes if change.part not in ("picture", "published") for piece in change.pieces]
    removed = sum(word_count(piece.text) for piece in pieces if piece.operation == "removed")
    return removed, sum(word_count(piece.text) for piece in pieces if piece.operation == "added")


def _text(part: str, old: str | None, new: str | None) -> Iterator[Change]:
    old_text, new_text = tidy(old), tidy(new)
    if plain(old_text) != plain(new_text):
        yield Change(part, words(old_text, new_text), _kind(plain(old_text), plain(new_text)))
    elif new_text:
        yield Change(part, (Piece("equal", new_text),), "unchanged")


def _published(old: Reading, new: Reading) -> Iterator[Change]:
    old_time, new_time = clock.claimed(old.published_at), clock.claimed(new.published_at)
    if moment_of(old) != moment_of(new):
        removed = (Piece("removed", old_time),) if old_time else ()
        yield Change(
            "published", (*removed, Piece("added", new_time)) if new_time else removed, _kind(old_time, new_time)
        )
    elif new_time:
        yield Change("published", (Piece("equal", new_time),), "unchanged")


def _kind(old: str | None, new: str | None) -> ChangeKind:
    if not old:
        return "added"
    return "edited" if new else "removed"


def _paragraphs(reading: Reading) -> list[Paragraph]:
    """The lines of the body, each with the kind of its block if the reading has blocks."""
    texts = lines(reading.text)
    forms: list[Form] = []
    for block in reading.blocks:
        if block.kind != "image":
            forms += [block.kind] * len(lines(block.text))
    if len(forms) != len(texts):
        forms = ["paragraph"] * len(texts)
    return [Paragraph(text, form) for text, form in zip(texts, forms, strict=True)]
