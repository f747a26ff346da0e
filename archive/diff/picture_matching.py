"""Matches old pictures to new ones and compares their captions and credits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.diff.changes import Change, ChangeKind, Piece
from archive.diff.sequences import common
from archive.diff.wording import words
from archive.history.edits import Place, places
from archive.model.records import Image
from archive.text.equivalence import plain, tidy


@dataclass(frozen=True, slots=True)
class _Pair:
    """A picture's positions before and after, counted from 0; None where it is absent."""

    kind: ChangeKind
    old: int | None
    new: int | None


def changes(old: Sequence[Image], new: Sequence[Image]) -> Iterator[Change]:
    """All pictures in order, each followed by its caption and credit, including unchanged ones."""
    for pair in _pairs(old, new):
        before = None if pair.old is None else old[pair.old]
        after = None if pair.new is None else new[pair.new]
        if before and after and pair.kind == "unchanged" and _bytes_differ(before, after):
            pair = replace(pair, kind="replaced")
        yield _picture(pair, before, after)
        yield from _text("caption", pair, before, after)
        yield from _text("credit", pair, before, after)


def _pairs(old: Sequence[Image], new: Sequence[Image]) -> Iterator[_Pair]:
    """Matches pictures by URL. Between two that stayed, a removed and an added one count as replaced."""
    old_places, new_places = places(old), places(new)
    common_pairs = common(old_places, new_places)
    moved = _moved(old_places, new_places, common_pairs)
    i = j = 0
    for n, m in [*common_pairs, (len(old), len(new))]:
        removed = [position for position in range(i, n) if position not in moved.values()]
        added = [position for position in range(j, m) if position not in moved]
        replaced = dict(zip(added, removed, strict=False))
        for position in range(j, m):
            if position in moved:
                yield _Pair("moved", moved[position], position)
            elif position in replaced:
                yield _Pair("replaced", replaced[position], position)
            else:
                yield _Pair("added", None, position)
        yield from (_Pair("removed", position, None) for position in removed[len(replaced) :])
        if n < len(old) and m < len(new):
            yield _Pair("unchanged", n, m)
        i, j = n + 1, m + 1


def _moved(
    old_places: Sequence[Place], new_places: Sequence[Place], common_pairs: Sequence[tuple[int, int]]
) -> dict[int, int]:
    """The new position of each moved picture -> its old position."""
    in_place = {position for position, _ in common_pairs}
    old_positions = {key: position for position, key in enumerate(old_places) if position not in in_place}
    return {position: old_positions[key] for position, key in enumerate(new_places) if key in old_positions}


def _picture(pair: _Pair, before: Image | None, after: Image | None) -> Change:
    if before and after and pair.kind != "replaced":
        pieces: tuple[Piece, ...] = (Piece("equal", after.url),)
    else:
        removed, added = _name_pieces(before, after)
        pieces = (*removed, *added)
    return _change("picture", pieces, pair.kind, pair, before, after)


def _bytes_differ(before: Image, after: Image) -> bool:
    """Whether the archive stored different bytes of the two; a version keeps its own bytes if a copy came later."""
    return bool(before.stored and after.stored and before.stored.digest != after.stored.digest)


def _name_pieces(before: Image | None, after: Image | None) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The removed and the added picture by URL; by URL and digest where the URL is the same."""
    names = [image.url if image else "" for image in (before, after)]
    if before and after and before.stored and after.stored and before.url == after.url:
        names = [f"{image.url} {image.stored.digest[:19]}" for image in (before, after) if image.stored]
    old_name, new_name = names
    return (Piece("removed", old_name),) if old_name else (), (Piece("added", new_name),) if new_name else ()


def _text(part: str, pair: _Pair, before: Image | None, after: Image | None) -> Iterator[Change]:
    """The change of a caption or credit; nothing where both are absent."""
    old_text, new_text = (tidy(getattr(image, part)) if image else "" for image in (before, after))
    if plain(old_text) != plain(new_text):
        kind: ChangeKind = "added" if not plain(old_text) else "removed" if not plain(new_text) else "edited"
        yield _change(part, words(old_text, new_text), kind, pair, before, after)
    elif new_text:
        yield _change(part, (Piece("equal", new_text),), "unchanged", pair, before, after)


def _change(
    part: str, pieces: tuple[Piece, ...], kind: ChangeKind, pair: _Pair, before: Image | None, after: Image | None
) -> Change:
    shown = after or before
    return Change(
        part,
        pieces,
        kind,
        () if pair.old is None else (pair.old + 1,),
        () if pair.new is None else (pair.new + 1,),
        picture=shown.url if shown else None,
    )
