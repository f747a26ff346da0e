"""Word diff of two texts, as pieces of equal, removed and added text that a person can read.

Computed with one machine word for 64 comparisons (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004):
Python's integers are such words of any length. Long sequences are first cut at elements that occur once in both, as
patience diff does; a range that is still too large counts as having nothing in common. difflib is not used: its time
is quadratic to cubic where elements repeat.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from archive.text.equivalence import Tokens, is_word, tidy, tokens

Operation = Literal["equal", "removed", "added"]

ChangeKind = Literal["unchanged", "edited", "added", "removed", "moved", "split", "merged", "replaced"]
"""`moved`: to another position, perhaps also edited. `split`, `merged`: a paragraph became several, or several became
one. `replaced`: another picture took the place of one. compare() never returns `unchanged`."""

Form = Literal["paragraph", "subhead", "quote", "list", "table"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is equal, removed or added. An added or removed paragraph break is the text `\\n`."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two readings differ.

    part: headline, lead, byline, published, body (a paragraph), picture, caption or credit.
    pieces: equal and removed pieces together are the old text, equal and added pieces the new one, both tidy (see
    archive/text/equivalence.py). Where only the spelling of equal words differs, an equal piece has the new spelling.
    old, new: positions before and after, counted from 1, among the paragraphs of the body or among the pictures; empty
    where the part is absent, and for parts that occur once. form: the kind of paragraph.
    picture: the URL of the picture, for pictures, captions and credits.
    """

    part: str
    pieces: tuple[Piece, ...]
    kind: ChangeKind = "edited"
    old: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    form: Form | None = None
    picture: str | None = None

    @property
    def before(self) -> str:
        """The old text."""
        return "".join(piece.text for piece in self.pieces if piece.operation != "added")

    @property
    def after(self) -> str:
        """The new text."""
        return "".join(piece.text for piece in self.pieces if piece.operation != "removed")


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


# An island of at most this many unchanged words between two longer changes is merged into them: three words removed,
# one kept, four added is harder to read than one phrase removed and one added. Between two numbers it stays.
_ISLAND_WORDS = 4
# Where less than this share of the words is equal, the text counts as rewritten.
_KEPT_SHARE = 0.2
_SENTENCE_ENDS = frozenset({".", "!", "?", "...", "\n"})
_CLAUSE_ENDS = frozenset({",", ";", ":", "-", ")"})


@dataclass(slots=True)
class _Run:
    """Tokens i..end_i of old and j..end_j of new: equal when `same`, else removed and added."""

    same: bool
    i: int
    end_i: int
    j: int
    end_j: int


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The equal, removed and added pieces between two texts."""
    return pieces(tokens(tidy(old)), tokens(tidy(new)))


def pieces(old: Tokens, new: Tokens) -> tuple[Piece, ...]:
    """The same for texts already split into tokens."""
    runs = _runs(common(old.keys, new.keys), len(old.keys), len(new.keys))
    _align_to_sentences(runs, old.keys, new.keys)
    runs = _merge_islands(runs, old.keys, new.keys)
    return tuple(_joined(_as_pieces(runs, old, new)))


def _align_to_sentences(runs: Sequence[_Run], old: Sequence[str], new: Sequence[str]) -> None:
    """Shifts one-sided changes to the boundary of a sentence or clause: in `A. B. C.` the added run may be `B.` or
    `. B`, and `B.` is the sentence."""
    for before, run, after in zip(runs, runs[1:], runs[2:], strict=False):
        if run.same or (run.i < run.end_i and run.j < run.end_j):
            continue
        keys, start, end = (old, run.i, run.end_i) if run.i < run.end_i else (new, run.j, run.end_j)
        steps = list(_shifts(keys, start, end, before.end_i - before.i, after.end_i - after.i))
        best = max(steps, key=lambda step: (_boundary_rank(keys, start + step), -abs(step)))
        before.end_i, before.end_j = before.end_i + best, before.end_j + best
        run.i, run.end_i, run.j, run.end_j = run.i + best, run.end_i + best, run.j + best, run.end_j + best
        after.i, after.j = after.i + best, after.j + best


def _shifts(keys: Sequence[str], start: int, end: int, room_before: int, room_after: int) -> Iterator[int]:
    """By how many tokens a run can shift and still give the same text; its neighbours keep at least one token."""
    yield 0
    step = 0
    while -step < room_before - 1 and keys[start + step - 1] == keys[end + step - 1]:
        step -= 1
        yield step
    step = 0
    while step < room_after - 1 and keys[start + step] == keys[end + step]:
        step += 1
        yield step


def _boundary_rank(keys: Sequence[str], position: int) -> int:
    """How good a start a token is: 2 after a sentence, 1 after a clause, 0 elsewhere."""
    if position == 0 or keys[position - 1] in _SENTENCE_ENDS:
        return 2
    return 1 if keys[position - 1] in _CLAUSE_ENDS else 0


def _runs(pairs: Sequence[Pair], old: int, new: int) -> list[_Run]:
    runs: list[_Run] = []
    i = j = 0
    for n, m in [*pairs, (old, new)]:
        if n > i or m > j:
            runs.append(_Run(False, i, n, j, m))
        if n < old and m < new:
            if runs and runs[-1].same:
                runs[-1].end_i, runs[-1].end_j = n + 1, m + 1
            else:
                runs.append(_Run(True, n, n + 1, m, m + 1))
        i, j = n + 1, m + 1
    return runs


def _merge_islands(runs: list[_Run], old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Merges islands into the changes around them until there are none; makes a rewritten text one change."""
    old_words, new_words = _word_counts(old), _word_counts(new)
    merged: list[_Run] = []
    for run in runs:
        merged.append(run)
        while (
            len(merged) >= 3
            and not run.same
            and _is_island(merged[-3:], old_words, new_words)
            and "\n" not in old[merged[-2].i : merged[-2].end_i]  # no paragraph break
        ):
            run = _Run(False, merged[-3].i, run.end_i, merged[-3].j, run.end_j)
            merged[-3:] = [run]
    kept = sum(old_words[run.end_i] - old_words[run.i] for run in merged if run.same)
    if kept < _KEPT_SHARE * min(old_words[-1], new_words[-1]):
        return [_Run(False, 0, len(old), 0, len(new))]
    return merged


def _word_counts(keys: Sequence[str]) -> list[int]:
    """How many words come before each token."""
    return [0, *accumulate(map(is_word, keys))]


def _is_island(runs: Sequence[_Run], old_words: Sequence[int], new_words: Sequence[int]) -> bool:
    first, island, last = runs
    around = (
        max(old_words[run.end_i] - old_words[run.i], new_words[run.end_j] - new_words[run.j]) for run in (first, last)
    )
    kept = old_words[island.end_i] - old_words[island.i]
    return kept == 0 or kept <= min(_ISLAND_WORDS, *(size - 1 for size in around))


def _as_pieces(runs: Sequence[_Run], old: Tokens, new: Tokens) -> Iterator[Piece]:
    """The runs as pieces of text. White space around a change that both sides have is equal."""
    old_end = new_end = 0
    for n, run in enumerate(runs):
        if run.same:
            old_end, new_end = old.ends[run.end_i - 1], new.ends[run.end_j - 1]
            yield Piece("equal", new.text[new.starts[run.j] : new_end])
            continue
        last = n == len(runs) - 1
        removed = old.text[old_end : len(old.text) if last else old.starts[run.end_i]]
        added = new.text[new_end : len(new.text) if last else new.starts[run.end_j]]
        yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    head = " " if removed.startswith(" ") and added.startswith(" ") else ""
    removed, added = removed[len(head) :], added[len(head) :]
    tail = " " if removed.endswith(" ") and added.endswith(" ") else ""
    yield Piece("equal", head)
    yield Piece("removed", removed[: len(removed) - len(tail)])
    yield Piece("added", added[: len(added) - len(tail)])
    yield Piece("equal", tail)


def _joined(all_pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Drops empty pieces and joins adjacent ones of the same operation."""
    pending: Piece | None = None
    for piece in all_pieces:
        if not piece.text:
            continue
        if pending and pending.operation == piece.operation:
            pending = Piece(pending.operation, pending.text + piece.text)
            continue
        if pending:
            yield pending
        pending = piece
    if pending:
        yield pending
