"""Similarity of paragraphs, and which old and new ones may be versions of the same paragraph."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from archive.diff.changes import Form
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
    compare_all = len(olds) * len(news) <= _ALL and _cost(old, new, olds, news) <= _ALL_FEATURES
    pairs = ((i, j) for i in olds for j in news) if compare_all else _sharing_rare(old, new, olds, news)
    scored = (Candidate(i, j, likeness(old[i], new[j])) for i, j in pairs)
    return sorted(
        (candidate for candidate in scored if candidate.likeness >= least),
        key=lambda candidate: (candidate.old, candidate.new),
    )


def _cost(old: Sequence[Paragraph], new: Sequence[Paragraph], olds: Sequence[int], news: Sequence[int]) -> int:
    """How many features a comparison of all pairs would read."""
    return len(news) * sum(old[i].size for i in olds) + len(olds) * sum(new[j].size for j in news)


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
