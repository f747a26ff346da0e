"""Which paragraph became which: edited, moved, split, merged, taken out, put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.diff.changes import Change, ChangeKind, Piece
from archive.diff.sequences import common
from archive.diff.similarity import Candidate, Paragraph, best_chain, candidates, shared
from archive.diff.wording import pieces
from archive.text.equivalence import tokens

# Paragraphs in one place that share less than this are one taken out and one put in, not one edited.
_EDITED = 0.3
# Paragraphs in different places that share less are not one that was moved.
_MOVED = 0.5
# The share of a neighbour's words that must come from a paragraph, for the two to have been one.
_PART = 0.6


@dataclass(frozen=True, slots=True)
class _Group:
    """Old paragraphs that became new ones; one of the two sides is a single one."""

    old: tuple[int, ...]
    new: tuple[int, ...]


def changes(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Iterator[Change]:
    """All paragraphs in reading order, the unchanged ones too."""
    groups = list(_in_place(old, new))
    moved = {group.new[0]: group for group in _moved(old, new, groups)}
    sources = {group.old[0] for group in moved.values()}
    i = j = 0
    for group in [*groups, _Group((len(old),), (len(new),))]:
        yield from (_alone("removed", old[n], n) for n in range(i, group.old[0]) if n not in sources)
        yield from (_told(old, new, moved[n], True) if n in moved else _alone("added", new[n], n)
                    for n in range(j, group.new[0]))  # fmt: skip
        if group.old[0] < len(old) or group.new[0] < len(new):
            yield _told(old, new, group, False)
        i, j = group.old[-1] + 1, group.new[-1] + 1


def _in_place(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Iterator[_Group]:
    """Paragraphs that kept their order. Most articles are the same up to an edit and behind it: there no words need to
    be told apart."""
    first = _same_from_the_start(old, new)
    last = _same_from_the_start(old[first:][::-1], new[first:][::-1])
    yield from (_Group((n,), (n,)) for n in range(first))
    yield from _between(old, new, range(first, len(old) - last), range(first, len(new) - last))
    yield from (_Group((len(old) - n,), (len(new) - n,)) for n in range(last, 0, -1))


def _same_from_the_start(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(old), len(new)))


def _between(old: Sequence[Paragraph], new: Sequence[Paragraph], olds: range, news: range) -> Iterator[_Group]:
    """Paragraphs of a changed stretch that are states of one, unchanged or not: those that, in one order, leave least
    to be told as moved."""
    same = _same(old, new, olds, news)
    settled = {one.old for one in same}, {one.new for one in same}
    changed = [n for n in olds if n not in settled[0]], [n for n in news if n not in settled[1]]
    chain = best_chain([*same, *candidates(old, new, *changed, _EDITED)])
    for n, one in enumerate(chain):
        i, j = (chain[n - 1].old + 1, chain[n - 1].new + 1) if n else (olds.start, news.start)
        end_i, end_j = (chain[n + 1].old, chain[n + 1].new) if n + 1 < len(chain) else (olds.stop, news.stop)
        parts = _grown(old[one.old], new, one.new, range(j, end_j))
        wholes = _grown(new[one.new], old, one.old, range(i, end_i)) if len(parts) == 1 else (one.old,)
        yield _Group(wholes, parts)


def _same(old: Sequence[Paragraph], new: Sequence[Paragraph], olds: range, news: range) -> list[Candidate]:
    """Pairs of one wording: those there is only one of on either side, and of the others a common order."""
    ours, theirs = ([paragraphs[n].tokens.keys for n in where] for paragraphs, where in ((old, olds), (new, news)))
    counted, counted_new = Counter(ours), Counter(theirs)
    places = {key: n for n, key in enumerate(theirs) if counted_new[key] == 1}
    pairs = {(n, places[key]) for n, key in enumerate(ours) if counted[key] == 1 and key in places}
    settled = {n for n, _ in pairs}, {m for _, m in pairs}
    pairs |= {(n, m) for n, m in common(ours, theirs) if n not in settled[0] and m not in settled[1]}
    return [Candidate(olds.start + n, news.start + m, 1.0) for n, m in pairs]


def _grown(whole: Paragraph, others: Sequence[Paragraph], place: int, room: range) -> tuple[int, ...]:
    """The paragraph at a place and those of its neighbours that are, with it, parts of the whole."""
    first = last = place
    rest = whole.features - others[place].features
    while last + 1 < room.stop and _is_part(others[last + 1], rest):
        last += 1
        rest -= others[last].features
    while first - 1 >= room.start and _is_part(others[first - 1], rest):
        first -= 1
        rest -= others[first].features
    return tuple(range(first, last + 1))


def _is_part(one: Paragraph, rest: Counter[str]) -> bool:
    return shared(one.features, rest) >= _PART * one.size


def _moved(old: Sequence[Paragraph], new: Sequence[Paragraph], groups: Iterable[_Group]) -> Iterator[_Group]:
    """What went in one place and came in another."""
    placed = list(groups)
    gone = sorted(set(range(len(old))) - {n for group in placed for n in group.old})
    come = sorted(set(range(len(new))) - {n for group in placed for n in group.new})
    for i, j in _pairs_of_equals(old, new, gone, come):
        gone.remove(i)
        come.remove(j)
        yield _Group((i,), (j,))
    taken: set[tuple[str, int]] = set()
    for one in sorted(candidates(old, new, gone, come, _MOVED), key=lambda one: -one.likeness):
        if not taken & {("old", one.old), ("new", one.new)}:
            taken |= {("old", one.old), ("new", one.new)}
            yield _Group((one.old,), (one.new,))


def _pairs_of_equals(
    old: Sequence[Paragraph], new: Sequence[Paragraph], gone: Sequence[int], come: Sequence[int]
) -> list[tuple[int, int]]:
    places: dict[tuple[str, ...], list[int]] = {}
    for i in reversed(gone):
        places.setdefault(old[i].tokens.keys, []).append(i)
    return [(known.pop(), j) for j in come if (known := places.get(new[j].tokens.keys))]


def _alone(kind: ChangeKind, paragraph: Paragraph, place: int) -> Change:
    here = (place + 1,)
    if kind == "removed":
        return Change("body", (Piece("removed", paragraph.text),), kind, old=here, form=paragraph.form)
    return Change("body", (Piece("added", paragraph.text),), kind, new=here, form=paragraph.form)


def _told(old: Sequence[Paragraph], new: Sequence[Paragraph], group: _Group, elsewhere: bool) -> Change:
    if len(group.old) == len(group.new) == 1 and old[group.old[0]] == new[group.new[0]] and not elsewhere:
        return _unchanged(new[group.new[0]], group)
    before = tokens("\n".join(old[n].text for n in group.old))
    after = tokens("\n".join(new[n].text for n in group.new))
    return Change(
        "body",
        pieces(before, after),
        _kind(group, elsewhere, before.keys == after.keys),
        tuple(n + 1 for n in group.old),
        tuple(n + 1 for n in group.new),
        new[group.new[0]].form,
    )


def _unchanged(paragraph: Paragraph, group: _Group) -> Change:
    old, new = (group.old[0] + 1,), (group.new[0] + 1,)
    return Change("body", (Piece("equal", paragraph.text),), "unchanged", old, new, paragraph.form)


def _kind(group: _Group, elsewhere: bool, same: bool) -> ChangeKind:
    if len(group.new) > 1:
        return "split"
    if len(group.old) > 1:
        return "merged"
    if elsewhere:
        return "moved"
    return "unchanged" if same else "edited"
