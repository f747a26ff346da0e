"""Longest common subsequence of two sequences, within bounds of time and memory that no input breaks.

Computed with one machine word for 64 comparisons (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004):
Python's integers are such words of any length. Long sequences are first cut at elements that occur once in both, as
patience diff does; a range that is still too large counts as having nothing in common. difflib is not used: its time
is quadratic to cubic where elements repeat.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

Pair = tuple[int, int]
_Range = tuple[int, int, int, int]

_SMALL = 1_000_000  # comparisons; cheap: milliseconds, 125 kB
_LARGE = 64_000_000  # comparisons in one range at most: 8 MB, tens of milliseconds


def common(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Index pairs of equal elements, increasing on both sides; as many as the time bound allows."""
    pairs: list[Pair] = []
    waiting: list[_Range] = [(0, len(old), 0, len(new))]
    while waiting:
        i, end_i, j, end_j = waiting.pop()
        while i < end_i and j < end_j and old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        while i < end_i and j < end_j and old[end_i - 1] == new[end_j - 1]:
            end_i, end_j = end_i - 1, end_j - 1
            pairs.append((end_i, end_j))
        waiting += _search(old, new, (i, end_i, j, end_j), pairs)
    return sorted(pairs)


def _search(old: Sequence[Hashable], new: Sequence[Hashable], bounds: _Range, pairs: list[Pair]) -> list[_Range]:
    """Adds the pairs found within a range; returns the ranges between them that are still to be searched."""
    i, end_i, j, end_j = bounds
    size = (end_i - i) * (end_j - j)
    if size > _SMALL and (anchors := _anchors(old[i:end_i], new[j:end_j])):
        found = [(i + n, j + m) for n, m in anchors]
        pairs += found
        starts = [(i, j), *((n + 1, m + 1) for n, m in found)]
        return [(n, a, m, b) for (n, m), (a, b) in zip(starts, [*found, (end_i, end_j)], strict=True)]
    if 0 < size <= _LARGE:
        pairs += ((i + n, j + m) for n, m in _longest(old[i:end_i], new[j:end_j]))
    return []


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """The longest increasing run of elements that occur exactly once on either side."""
    old_counts, new_counts = Counter(old), Counter(new)
    places = {item: n for n, item in enumerate(new) if new_counts[item] == 1}
    return increasing([(n, places[item]) for n, item in enumerate(old) if old_counts[item] == 1 and item in places])


def increasing(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest subsequence whose second members increase, of pairs whose first members do."""
    tails: list[int] = []  # the smallest second member that ends a run of each length
    holders: list[int] = []
    before: list[int] = []
    for n, (_, second) in enumerate(pairs):
        length = bisect_left(tails, second)
        tails[length : length + 1] = [second]
        holders[length : length + 1] = [n]
        before.append(holders[length - 1] if length else -1)
    chosen, n = [], holders[-1] if holders else -1
    while n >= 0:
        chosen.append(pairs[n])
        n = before[n]
    return chosen[::-1]


def _longest(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Pair]:
    """A longest common subsequence, last pair first."""
    rows = _rows(old, new)
    i, j = len(old), len(new)
    while i and j:
        if old[i - 1] == new[j - 1]:
            i, j = i - 1, j - 1
            yield i, j
        elif rows[j] >> (i - 1) & 1:  # the last of old adds nothing
            i -= 1
        else:
            j -= 1


def _rows(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[int]:
    """The LCS bit vector after each prefix of new: bit i is 0 where old[i] makes the common subsequence longer."""
    places: dict[Hashable, int] = {}
    for n, item in enumerate(old):
        places[item] = places.get(item, 0) | 1 << n
    everywhere = row = (1 << len(old)) - 1
    rows = [row]
    for item in new:
        hits = row & places.get(item, 0)
        row = (row + hits | row - hits) & everywhere
        rows.append(row)
    return rows
