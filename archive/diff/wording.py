"""Two texts as one run of pieces, split between words, so that a person can read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archive.diff.changes import Piece
from archive.diff.sequences import Pair, common
from archive.text.equivalence import Tokens, is_word, tidy, tokens

# A run of so few unchanged words between two changes that are longer is drawn into them: three words out, one kept,
# four in is harder to read than the whole phrase out and the new one in. Between two numbers, what stayed stays.
_ISLAND = 4
# Where less than this share of the words stayed, the text was written anew.
_KEPT = 0.2
_SENTENCE_ENDS = frozenset({".", "!", "?", "...", "\n"})
_CLAUSE_ENDS = frozenset({",", ";", ":", "-", ")"})


@dataclass(slots=True)
class _Run:
    """Tokens i..end_i of old and j..end_j of new: the same ones when `same`, else out and in."""

    same: bool
    i: int
    end_i: int
    j: int
    end_j: int


def words(old: str, new: str) -> tuple[Piece, ...]:
    """What stayed, went and came between two texts."""
    return pieces(tokens(tidy(old)), tokens(tidy(new)))


def pieces(old: Tokens, new: Tokens) -> tuple[Piece, ...]:
    """The same for texts already cut into words."""
    runs = _runs(common(old.keys, new.keys), len(old.keys), len(new.keys))
    _slide(runs, old.keys, new.keys)
    runs = _readable(runs, old.keys, new.keys)
    return tuple(_joined(_spelt(runs, old, new)))


def _slide(runs: Sequence[_Run], old: Sequence[str], new: Sequence[str]) -> None:
    """Of `A. B. C.` the `B.` was put in, or `. B`: where a one-sided change can be told in several ways, it is told as
    the sentence or clause it is."""
    for before, run, after in zip(runs, runs[1:], runs[2:], strict=False):
        if run.same or (run.i < run.end_i and run.j < run.end_j):
            continue
        keys, start, end = (old, run.i, run.end_i) if run.i < run.end_i else (new, run.j, run.end_j)
        steps = list(_steps(keys, start, end, before.end_i - before.i, after.end_i - after.i))
        best = max(steps, key=lambda step: (_opens(keys, start + step), -abs(step)))
        before.end_i, before.end_j = before.end_i + best, before.end_j + best
        run.i, run.end_i, run.j, run.end_j = run.i + best, run.end_i + best, run.j + best, run.end_j + best
        after.i, after.j = after.i + best, after.j + best


def _steps(keys: Sequence[str], start: int, end: int, room_before: int, room_after: int) -> Iterator[int]:
    """By how many tokens a stretch may be moved and still leave the same text; neighbours keep a token."""
    yield 0
    step = 0
    while -step < room_before - 1 and keys[start + step - 1] == keys[end + step - 1]:
        step -= 1
        yield step
    step = 0
    while step < room_after - 1 and keys[start + step] == keys[end + step]:
        step += 1
        yield step


def _opens(keys: Sequence[str], at: int) -> int:
    """How well a stretch begins at a token: after a sentence, after a clause, anywhere."""
    if at == 0 or keys[at - 1] in _SENTENCE_ENDS:
        return 2
    return 1 if keys[at - 1] in _CLAUSE_ENDS else 0


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


def _readable(runs: list[_Run], old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Draws islands into the changes around them, until there are none; tells what was written anew as such."""
    out, come = _counted(old), _counted(new)
    done: list[_Run] = []
    for run in runs:
        done.append(run)
        while len(done) >= 3 and not run.same and _is_island(done[-3:], out, come) and not _breaks(done[-2], old):
            run = _Run(False, done[-3].i, run.end_i, done[-3].j, run.end_j)
            done[-3:] = [run]
    kept = sum(out[run.end_i] - out[run.i] for run in done if run.same)
    if kept < _KEPT * min(out[-1], come[-1]):
        return [_Run(False, 0, len(old), 0, len(new))]
    return done


def _counted(keys: Sequence[str]) -> list[int]:
    """How many words stand before each token."""
    return [0, *accumulate(map(is_word, keys))]


def _is_island(three: Sequence[_Run], out: Sequence[int], come: Sequence[int]) -> bool:
    first, island, last = three
    around = (max(out[run.end_i] - out[run.i], come[run.end_j] - come[run.j]) for run in (first, last))
    kept = out[island.end_i] - out[island.i]
    return kept == 0 or kept <= min(_ISLAND, *(size - 1 for size in around))


def _breaks(run: _Run, keys: Sequence[str]) -> bool:
    """Whether a paragraph ends in it."""
    return "\n" in keys[run.i : run.end_i]


def _spelt(runs: Sequence[_Run], old: Tokens, new: Tokens) -> Iterator[Piece]:
    """The runs as text. White space around a change that stands on both sides stayed."""
    at_i = at_j = 0
    for n, run in enumerate(runs):
        if run.same:
            at_i, at_j = old.ends[run.end_i - 1], new.ends[run.end_j - 1]
            yield Piece("equal", new.text[new.starts[run.j] : at_j])
            continue
        last = n == len(runs) - 1
        out = old.text[at_i : len(old.text) if last else old.starts[run.end_i]]
        come = new.text[at_j : len(new.text) if last else new.starts[run.end_j]]
        yield from _changed(out, come)


def _changed(out: str, come: str) -> Iterator[Piece]:
    head = " " if out.startswith(" ") and come.startswith(" ") else ""
    out, come = out[len(head) :], come[len(head) :]
    tail = " " if out.endswith(" ") and come.endswith(" ") else ""
    yield Piece("equal", head)
    yield Piece("removed", out[: len(out) - len(tail)])
    yield Piece("added", come[: len(come) - len(tail)])
    yield Piece("equal", tail)


def _joined(all_pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Without empty pieces, and with neighbours of one operation as one."""
    held: Piece | None = None
    for piece in all_pieces:
        if not piece.text:
            continue
        if held and held.operation == piece.operation:
            held = Piece(held.operation, held.text + piece.text)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held
