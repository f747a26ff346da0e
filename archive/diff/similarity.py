"""How alike paragraphs are, and which may be states of one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from archive.diff.changes import Form
from archive.text.equivalence import Tokens, is_word, tokens

# Up to so many comparisons, of so many features, are all made; beyond, only of paragraphs that share something rare.
_ALL = 2_500
_DEAR = 1_000_000
_LONG = 2_000
# What more paragraphs than this share is not rare, and no paragraph is compared with more than this.
_RARE = 4


@dataclass(frozen=True)
class Paragraph:
    """A line of the body, tidy, with the kind of block it stands in."""

    text: str
    form: Form = "paragraph"

    @cached_property
    def tokens(self) -> Tokens:
        """Its words and marks."""
        return tokens(self.text)

    @cached_property
    def features(self) -> Counter[str]:
        """Its words, and its pairs of words: what survives when a sentence is edited. Of a very long
        one, those at its beginning."""
        keys = self.tokens.keys[:_LONG]
        told = [key for key in keys if is_word(key)] or list(keys)
        return Counter(told) + Counter(f"{one} {other}" for one, other in pairwise(told))

    @cached_property
    def size(self) -> int:
        """How many features there are."""
        return self.features.total()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An old and a new paragraph, by their places, and how alike they are, from 0 to 1."""

    old: int
    new: int
    likeness: float


def likeness(one: Paragraph, other: Paragraph) -> float:
    """The share of words and pairs of words that two paragraphs have in common, from 0 to 1."""
    return 2 * shared(one.features, other.features) / (one.size + other.size)


def shared(one: Counter[str], other: Counter[str]) -> int:
    """How many features two paragraphs have in common."""
    if len(one) > len(other):
        one, other = other, one
    return sum(min(count, other[feature]) for feature, count in one.items() if feature in other)


def candidates(
    old: Sequence[Paragraph], new: Sequence[Paragraph], olds: Sequence[int], news: Sequence[int], least: float
) -> list[Candidate]:
    """The pairs of these paragraphs that are at least so alike, in order."""
    everything = len(olds) * len(news) <= _ALL and _cost(old, new, olds, news) <= _DEAR
    pairs = ((i, j) for i in olds for j in news) if everything else _sharing(old, new, olds, news)
    found = (Candidate(i, j, likeness(old[i], new[j])) for i, j in pairs)
    return sorted((one for one in found if one.likeness >= least), key=lambda one: (one.old, one.new))


def _cost(old: Sequence[Paragraph], new: Sequence[Paragraph], olds: Sequence[int], news: Sequence[int]) -> int:
    """How many features would be looked at to compare all with all."""
    return len(news) * sum(old[i].size for i in olds) + len(olds) * sum(new[j].size for j in news)


def _sharing(
    old: Sequence[Paragraph], new: Sequence[Paragraph], olds: Sequence[int], news: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs that share a rare word or pair of words: for every new paragraph those that share most."""
    holders: dict[str, list[int]] = {}
    for i in olds:
        for feature in old[i].features:
            holders.setdefault(feature, []).append(i)
    for j in news:
        votes: Counter[int] = Counter()
        for feature in new[j].features:
            if len(known := holders.get(feature, ())) <= _RARE:
                votes.update(known)
        yield from ((i, j) for i, _ in votes.most_common(_RARE))


def best_chain(found: Sequence[Candidate]) -> list[Candidate]:
    """Of candidates, those that can all hold at once without crossing, with the greatest likeness in sum."""
    nodes = sorted(found, key=lambda one: (one.old, -one.new))  # so that no chain holds two of one old paragraph
    before: list[int] = []
    ends: list[int] = []  # places in new where the best chains end, increasing, with sums that increase too
    sums: list[float] = []
    holders: list[int] = []
    for n, one in enumerate(nodes):
        at = bisect_left(ends, one.new)
        total = one.likeness + (sums[at - 1] if at else 0.0)
        before.append(holders[at - 1] if at else -1)
        worse = at
        while worse < len(ends) and sums[worse] <= total:
            worse += 1
        if worse == at and at < len(ends) and ends[at] == one.new:
            continue
        ends[at:worse], sums[at:worse], holders[at:worse] = [one.new], [total], [n]
    chosen, n = [], holders[-1] if holders else -1
    while n >= 0:
        chosen.append(nodes[n])
        n = before[n]
    return chosen[::-1]
