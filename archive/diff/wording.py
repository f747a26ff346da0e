"""Word diff of two texts as pieces, merged and aligned so that a person can read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archive.diff.changes import Piece
from archive.diff.sequences import Pair, common
from archive.text.equivalence import Tokens, is_word, tidy, tokens

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
            and not _has_paragraph_break(merged[-2], old)
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


def _has_paragraph_break(run: _Run, keys: Sequence[str]) -> bool:
    """Whether the run contains a paragraph break."""
    return "\n" in keys[run.i : run.end_i]


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
