"""Matches old paragraphs to new ones by similarity: edited, moved, split, merged, removed, added."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from archive.diff.wording import Change, ChangeKind, Form, Piece, common, pieces
from archive.text.equivalence import Tokens, is_word, tokens

# Up to this many comparisons and features, all pairs are compared; beyond, only pairs that share a rare feature.
_ALL = 2_500
_ALL_FEATURES = 1_000_000
_MOST_TOKENS = 2_000
# A feature that more paragraphs share is not rare, and no paragraph is compared with more than this many.
_RARE = 4


@dataclass(frozen=True)
class Paragraph:
    """A tidy line of the body with the kind of its block."""

    text: str
    form: Form = "paragraph"

    @cached_property
    def tokens(self) -> Tokens:
        """Its words and punctuation."""
        return tokens(self.text)

    @cached_property
    def features(self) -> Counter[str]:
        """Its words and pairs of adjacent words, many of which survive an edit. Of a very long paragraph, only those
        at its beginning."""
        keys = self.tokens.keys[:_MOST_TOKENS]
        words = [key for key in keys if is_word(key)] or list(keys)
        return Counter(words) + Counter(f"{word} {following}" for word, following in pairwise(words))

    @cached_property
    def size(self) -> int:
        """How many features there are."""
        return self.features.total()


@dataclass(frozen=True, slots=True)
class Candidate:
    """The positions of an old and a new paragraph, and their similarity from 0 to 1."""

    old: int
    new: int
    likeness: float


def likeness(first: Paragraph, second: Paragraph) -> float:
    """The share of words and pairs of words that two paragraphs have in common, from 0 to 1."""
    return 2 * shared(first.features, second.features) / (first.size + second.size)


def shared(smaller: Counter[str], larger: Counter[str]) -> int:
    """How many features two paragraphs have in common."""
    if len(smaller) > len(larger):
        smaller, larger = larger, smaller
    return sum(min(count, larger[feature]) for feature, count in smaller.items() if feature in larger)


def candidates(
    old: Sequence[Paragraph], new: Sequence[Paragraph], olds: Sequence[int], news: Sequence[int], least: float
) -> list[Candidate]:
    """The pairs of these paragraphs with at least this similarity, in order."""
    # how many features a comparison of all pairs would read
    cost = len(news) * sum(old[i].size for i in olds) + len(olds) * sum(new[j].size for j in news)
    compare_all = len(olds) * len(news) <= _ALL and cost <= _ALL_FEATURES
    pairs = ((i, j) for i in olds for j in news) if compare_all else _sharing_rare(old, new, olds, news)
    scored = (Candidate(i, j, likeness(old[i], new[j])) for i, j in pairs)
    alike = (candidate for candidate in scored if candidate.likeness >= least)
    return sorted(alike, key=lambda candidate: (candidate.old, candidate.new))


def _sharing_rare(
    old: Sequence[Paragraph], new: Sequence[Paragraph], olds: Sequence[int], news: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs that share a rare word or pair of words: for every new paragraph those that share the most."""
    holders: dict[str, list[int]] = {}
    for i in olds:
        for feature in old[i].features:
            holders.setdefault(feature, []).append(i)
    for j in news:
        votes: Counter[int] = Counter()
        for feature in new[j].features:
            if len(sharing := holders.get(feature, ())) <= _RARE:
                votes.update(sharing)
        yield from ((i, j) for i, _ in votes.most_common(_RARE))


def best_chain(found: Sequence[Candidate]) -> list[Candidate]:
    """The chain of candidates without crossings or repeated paragraphs that has the greatest total similarity."""
    nodes = sorted(found, key=lambda node: (node.old, -node.new))  # so that no chain has one old paragraph twice
    before: list[int] = []
    ends: list[int] = []  # positions in new where the best chains end, increasing, as do their sums
    sums: list[float] = []
    holders: list[int] = []
    for n, node in enumerate(nodes):
        position = bisect_left(ends, node.new)
        total = node.likeness + (sums[position - 1] if position else 0.0)
        before.append(holders[position - 1] if position else -1)
        end = position
        while end < len(ends) and sums[end] <= total:
            end += 1
        if end == position and position < len(ends) and ends[position] == node.new:
            continue
        ends[position:end], sums[position:end], holders[position:end] = [node.new], [total], [n]
    chosen, n = [], holders[-1] if holders else -1
    while n >= 0:
        chosen.append(nodes[n])
        n = before[n]
    return chosen[::-1]


# Paragraphs at one position that share less than this are a removed and an added one, not an edited one.
_EDITED_SHARE = 0.3
# Paragraphs at different positions that share less than this are not one moved paragraph.
_MOVED_SHARE = 0.5
# A neighbour is part of a split or merge if at least this share of its words comes from the whole paragraph.
_PART_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class _Group:
    """Old paragraphs matched to new ones; at least one side has a single paragraph."""

    old: tuple[int, ...]
    new: tuple[int, ...]


def changes(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Iterator[Change]:
    """All paragraphs in reading order, including unchanged ones."""
    groups = list(_in_place(old, new))
    moved = {group.new[0]: group for group in _moved(old, new, groups)}
    sources = {group.old[0] for group in moved.values()}
    i = j = 0
    for group in [*groups, _Group((len(old),), (len(new),))]:
        yield from (_added_or_removed("removed", old[n], n) for n in range(i, group.old[0]) if n not in sources)
        yield from (_change(old, new, moved[n], True) if n in moved else _added_or_removed("added", new[n], n)
                    for n in range(j, group.new[0]))  # fmt: skip
        if group.old[0] < len(old) or group.new[0] < len(new):
            yield _change(old, new, group, False)
        i, j = group.old[-1] + 1, group.new[-1] + 1


def _in_place(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Iterator[_Group]:
    """Matches of paragraphs that kept their order. Most articles are identical before and after an edit: the common
    prefix and suffix need no comparison of words."""
    first = _common_prefix(old, new)
    last = _common_prefix(old[first:][::-1], new[first:][::-1])
    yield from (_Group((n,), (n,)) for n in range(first))
    yield from _aligned(old, new, range(first, len(old) - last), range(first, len(new) - last))
    yield from (_Group((len(old) - n,), (len(new) - n,)) for n in range(last, 0, -1))


def _common_prefix(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (before, after) in pairs if before != after), min(len(old), len(new)))


def _aligned(old: Sequence[Paragraph], new: Sequence[Paragraph], olds: range, news: range) -> Iterator[_Group]:
    """Matches within a changed range, identical or edited: the chain in one order that leaves the fewest paragraphs to
    count as moved."""
    same = _identical_pairs(old, new, olds, news)
    matched = {pair.old for pair in same}, {pair.new for pair in same}
    changed = [n for n in olds if n not in matched[0]], [n for n in news if n not in matched[1]]
    chain = best_chain([*same, *candidates(old, new, *changed, _EDITED_SHARE)])
    for n, pair in enumerate(chain):
        i, j = (chain[n - 1].old + 1, chain[n - 1].new + 1) if n else (olds.start, news.start)
        end_i, end_j = (chain[n + 1].old, chain[n + 1].new) if n + 1 < len(chain) else (olds.stop, news.stop)
        parts = _extended(old[pair.old], new, pair.new, range(j, end_j))
        wholes = _extended(new[pair.new], old, pair.old, range(i, end_i)) if len(parts) == 1 else (pair.old,)
        yield _Group(wholes, parts)


def _identical_pairs(old: Sequence[Paragraph], new: Sequence[Paragraph], olds: range, news: range) -> list[Candidate]:
    """Pairs of identical wording: paragraphs unique on both sides, and of the others a common subsequence."""
    old_keys, new_keys = (
        [paragraphs[n].tokens.keys for n in where] for paragraphs, where in ((old, olds), (new, news))
    )
    old_counts, new_counts = Counter(old_keys), Counter(new_keys)
    places = {key: n for n, key in enumerate(new_keys) if new_counts[key] == 1}
    pairs = {(n, places[key]) for n, key in enumerate(old_keys) if old_counts[key] == 1 and key in places}
    matched = {n for n, _ in pairs}, {m for _, m in pairs}
    pairs |= {(n, m) for n, m in common(old_keys, new_keys) if n not in matched[0] and m not in matched[1]}
    return [Candidate(olds.start + n, news.start + m, 1.0) for n, m in pairs]


def _extended(whole: Paragraph, others: Sequence[Paragraph], position: int, bounds: range) -> tuple[int, ...]:
    """The positions of the paragraph at `position` and of the neighbours that are also parts of the whole."""
    first = last = position
    rest = whole.features - others[position].features
    while last + 1 < bounds.stop and _is_part(others[last + 1], rest):
        last += 1
        rest -= others[last].features
    while first - 1 >= bounds.start and _is_part(others[first - 1], rest):
        first -= 1
        rest -= others[first].features
    return tuple(range(first, last + 1))


def _is_part(paragraph: Paragraph, rest: Counter[str]) -> bool:
    return shared(paragraph.features, rest) >= _PART_SHARE * paragraph.size


def _moved(old: Sequence[Paragraph], new: Sequence[Paragraph], groups: Iterable[_Group]) -> Iterator[_Group]:
    """Matches of paragraphs removed at one position and added at another."""
    placed = list(groups)
    removed = sorted(set(range(len(old))) - {n for group in placed for n in group.old})
    added = sorted(set(range(len(new))) - {n for group in placed for n in group.new})
    for i, j in _identical_elsewhere(old, new, removed, added):
        removed.remove(i)
        added.remove(j)
        yield _Group((i,), (j,))
    taken: set[tuple[str, int]] = set()
    for pair in sorted(candidates(old, new, removed, added, _MOVED_SHARE), key=lambda pair: -pair.likeness):
        if not taken & {("old", pair.old), ("new", pair.new)}:
            taken |= {("old", pair.old), ("new", pair.new)}
            yield _Group((pair.old,), (pair.new,))


def _identical_elsewhere(
    old: Sequence[Paragraph], new: Sequence[Paragraph], removed: Sequence[int], added: Sequence[int]
) -> list[tuple[int, int]]:
    places: dict[tuple[str, ...], list[int]] = {}
    for i in reversed(removed):
        places.setdefault(old[i].tokens.keys, []).append(i)
    return [(matches.pop(), j) for j in added if (matches := places.get(new[j].tokens.keys))]


def _added_or_removed(kind: Literal["added", "removed"], paragraph: Paragraph, place: int) -> Change:
    old, new = ((place + 1,), ()) if kind == "removed" else ((), (place + 1,))
    return Change("body", (Piece(kind, paragraph.text),), kind, old, new, paragraph.form)


def _change(old: Sequence[Paragraph], new: Sequence[Paragraph], group: _Group, elsewhere: bool) -> Change:
    olds, news = tuple(n + 1 for n in group.old), tuple(n + 1 for n in group.new)
    if len(group.old) == len(group.new) == 1 and old[group.old[0]] == new[group.new[0]] and not elsewhere:
        paragraph = new[group.new[0]]
        return Change("body", (Piece("equal", paragraph.text),), "unchanged", olds, news, paragraph.form)
    before = tokens("\n".join(old[n].text for n in group.old))
    after = tokens("\n".join(new[n].text for n in group.new))
    kind = _kind(group, elsewhere, before.keys == after.keys)
    return Change("body", pieces(before, after), kind, olds, news, new[group.new[0]].form)


def _kind(group: _Group, elsewhere: bool, same: bool) -> ChangeKind:
    if len(group.new) > 1:
        return "split"
    if len(group.old) > 1:
        return "merged"
    if elsewhere:
        return "moved"
    return "unchanged" if same else "edited"
