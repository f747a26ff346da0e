"""Two readings of one article, compared part by part."""

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
    """Every change from old to new, in the order in which a reader meets them: headline, lead, byline, published time,
    paragraphs, pictures with their captions and credits. Empty exactly when archive/history/edits.py sees no edit."""
    return tuple(change for change in side_by_side(old, new) if change.kind != "unchanged")


def side_by_side(old: Reading, new: Reading) -> Iterator[Change]:
    """Both readings whole: every part, paragraph and picture, what stayed as kind `unchanged`."""
    yield from _text("headline", old.headline, new.headline)
    yield from _text("lead", old.lead, new.lead)
    yield from _text("byline", byline_of(old), byline_of(new))
    yield from _published(old, new)
    yield from paragraph_matching.changes(_paragraphs(old), _paragraphs(new))
    yield from picture_matching.changes(old.images, new.images)


def differing(old: Reading, new: Reading) -> Iterator[Change]:
    """`compare` without times, looking only at parts that are not the same."""
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
    """`size` of `compare`, looking only at parts that are not the same."""
    return size(differing(old, new))


def size(changes: Iterable[Change]) -> tuple[int, int]:
    """How many words were removed and how many were added. Pictures and times have no words; a paragraph that was only
    moved, split or merged has none either."""
    pieces = [piece for change in changes if change.part not in ("picture", "published") for piece in change.pieces]
    removed = sum(word_count(piece.text) for piece in pieces if piece.operation == "removed")
    return removed, sum(word_count(piece.text) for piece in pieces if piece.operation == "added")


def _text(part: str, old: str | None, new: str | None) -> Iterator[Change]:
    had, has = tidy(old), tidy(new)
    if plain(had) != plain(has):
        yield Change(part, words(had, has), _kind(plain(had), plain(has)))
    elif has:
        yield Change(part, (Piece("equal", has),), "unchanged")


def _published(old: Reading, new: Reading) -> Iterator[Change]:
    had, has = clock.claimed(old.published_at), clock.claimed(new.published_at)
    if moment_of(old) != moment_of(new):
        went = (Piece("removed", had),) if had else ()
        yield Change("published", (*went, Piece("added", has)) if has else went, _kind(had, has))
    elif has:
        yield Change("published", (Piece("equal", has),), "unchanged")


def _kind(had: str | None, has: str | None) -> ChangeKind:
    if not had:
        return "added"
    return "edited" if has else "removed"


def _paragraphs(reading: Reading) -> list[Paragraph]:
    """The lines of the body, with the kinds of their blocks where the reading knows them."""
    texts = lines(reading.text)
    forms: list[Form] = []
    for block in reading.blocks:
        if block.kind != "image":
            forms += [block.kind] * len(lines(block.text))
    if len(forms) != len(texts):
        forms = ["paragraph"] * len(texts)
    return [Paragraph(text, form) for text, form in zip(texts, forms, strict=True)]
