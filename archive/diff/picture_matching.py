"""Which picture became which, with their captions and credits."""

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
    """A picture by its places before and after, None where it was or is not there."""

    kind: ChangeKind
    old: int | None
    new: int | None


def changes(old: Sequence[Image], new: Sequence[Image]) -> Iterator[Change]:
    """All pictures in order, each followed by its caption and credit, the unchanged ones too."""
    for pair in _pairs(old, new):
        before = None if pair.old is None else old[pair.old]
        after = None if pair.new is None else new[pair.new]
        if before and after and pair.kind == "unchanged" and _shows_another(before, after):
            pair = replace(pair, kind="replaced")
        yield _picture(pair, before, after)
        yield from _text("caption", pair, before, after)
        yield from _text("credit", pair, before, after)


def _pairs(old: Sequence[Image], new: Sequence[Image]) -> Iterator[_Pair]:
    """Pictures are the same by their address. Where between two that stayed one went and one came, it was replaced."""
    ours, theirs = places(old), places(new)
    stayed = common(ours, theirs)
    moved = _moved(ours, theirs, stayed)
    i = j = 0
    for n, m in [*stayed, (len(old), len(new))]:
        gone = [place for place in range(i, n) if place not in moved.values()]
        come = [place for place in range(j, m) if place not in moved]
        replaced = dict(zip(come, gone, strict=False))
        for place in range(j, m):
            if place in moved:
                yield _Pair("moved", moved[place], place)
            elif place in replaced:
                yield _Pair("replaced", replaced[place], place)
            else:
                yield _Pair("added", None, place)
        yield from (_Pair("removed", place, None) for place in gone[len(replaced) :])
        if n < len(old) and m < len(new):
            yield _Pair("unchanged", n, m)
        i, j = n + 1, m + 1


def _moved(ours: Sequence[Place], theirs: Sequence[Place], stayed: Sequence[tuple[int, int]]) -> dict[int, int]:
    """From the new place of a picture that stands elsewhere now to its old one."""
    here = {place for place, _ in stayed}
    known = {key: place for place, key in enumerate(ours) if place not in here}
    return {place: known[key] for place, key in enumerate(theirs) if key in known}


def _picture(pair: _Pair, before: Image | None, after: Image | None) -> Change:
    if before and after and pair.kind != "replaced":
        pieces: tuple[Piece, ...] = (Piece("equal", after.url),)
    else:
        went, came = _names(before, after)
        pieces = (*went, *came)
    return _change("picture", pieces, pair.kind, pair, before, after)


def _shows_another(before: Image, after: Image) -> bool:
    """Whether the archive kept different bytes of the two; versions keep those they had where a copy came later."""
    return bool(before.stored and after.stored and before.stored.digest != after.stored.digest)


def _names(before: Image | None, after: Image | None) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """What went and what came, by address; by address and digest where the address is the same."""
    told = [image.url if image else "" for image in (before, after)]
    if before and after and before.stored and after.stored and before.url == after.url:
        told = [f"{image.url} {image.stored.digest[:19]}" for image in (before, after) if image.stored]
    went, came = told
    return (Piece("removed", went),) if went else (), (Piece("added", came),) if came else ()


def _text(part: str, pair: _Pair, before: Image | None, after: Image | None) -> Iterator[Change]:
    """A caption or credit: none, where there was and is none."""
    had, has = (tidy(getattr(image, part)) if image else "" for image in (before, after))
    if plain(had) != plain(has):
        kind: ChangeKind = "added" if not plain(had) else "removed" if not plain(has) else "edited"
        yield _change(part, words(had, has), kind, pair, before, after)
    elif has:
        yield _change(part, (Piece("equal", has),), "unchanged", pair, before, after)


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
