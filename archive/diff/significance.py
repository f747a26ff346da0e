"""How much an edit changed in meaning: numbers, names and the headline before mere words.

It is a measure for putting edits in order, not for judging them. Both are found by form: a number is a word with a
digit in it, a name a run of words with capitals, as Vietnamese papers print them; one capital alone counts where no
sentence begins. What was only moved, split or merged changed neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import log2

from archive.diff.changes import Change
from archive.diff.compare import differing, size
from archive.model.records import Reading
from archive.text.equivalence import tokens

_HEADLINE, _NUMBER, _NAME, _LEAD = 8.0, 5.0, 4.0, 3.0
REPLACED_PICTURE = 2.0
"""The weight of another picture in the place of one."""
# More numbers or names than this say no more: the text was written anew.
_MOST = 5
_SENTENCE_ENDS = ".!?:…\"'“”‘«»-\n"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an edit took out and put in. numbers, names: how many differ; weight: the higher, the more it changed."""

    words_removed: int
    words_added: int
    numbers: int
    names: int
    weight: float


def meaning(old: Reading, new: Reading) -> Meaning:
    """How much the second of two readings differs in meaning from the first."""
    return meaning_of(list(differing(old, new)))


def meaning_of(changes: Iterable[Change]) -> Meaning:
    """The same of changes already found."""
    told = list(changes)
    removed, added = size(told)
    numbers, names = (_differ(told, find) for find in (numbers_in, names_in))
    parts = {change.part for change in told}
    weight = log2(1 + removed + added) + _NUMBER * min(numbers, _MOST) + _NAME * min(names, _MOST)
    weight += _HEADLINE * ("headline" in parts) + _LEAD * ("lead" in parts) + REPLACED_PICTURE * ("picture" in parts)
    return Meaning(removed, added, numbers, names, round(weight, 2))


def _differ(changes: Iterable[Change], find: Callable[[str], Iterator[str]]) -> int:
    """How many of what is found stand only in the old texts, or only in the new, whichever are more."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for change in changes:
        if change.part not in ("picture", "published"):
            before.update(find(change.before))
            after.update(find(change.after))
    return max((before - after).total(), (after - before).total())


def numbers_in(text: str) -> Iterator[str]:
    """The words of a text that hold a digit, as they are compared."""
    return (key for key in tokens(text).keys if any(letter.isdigit() for letter in key))


def names_in(text: str) -> Iterator[str]:
    """Runs of words with capitals; a single one only where it does not begin a sentence."""
    run: list[str] = []
    begins, alone, end = True, False, 0
    found = tokens(text)
    for start, stop in zip(found.starts, found.ends, strict=True):
        word = text[start:stop]
        capital = word[0].isupper()
        if run and not (capital and text[end:start] == " "):
            yield from _named(run, alone)
            run = []
        if capital:
            alone = alone if run else begins
            run.append(word)
        begins, end = word[-1] in _SENTENCE_ENDS, stop
    yield from _named(run, alone)


def _named(run: list[str], begins: bool) -> Iterator[str]:
    if len(run) > 1 or (run and not begins):
        yield " ".join(run)
