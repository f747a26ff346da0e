"""Weighs how much an edit changed in meaning: numbers, names and the headline count more than other words.

The weight ranks edits; it does not judge them. Numbers and names are found by form: a number is a word with a digit, a
name a run of capitalized words, as Vietnamese papers print them; a single capitalized word counts only where no
sentence begins. Moving, splitting or merging paragraphs changes neither.
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
"""The weight of a changed picture."""
# More numbers or names than this add no weight: the text was rewritten.
_MOST = 5
_SENTENCE_ENDS = ".!?:…\"'“”‘«»-\n"


@dataclass(frozen=True, slots=True)
class EditWeight:
    """The measures of an edit. numbers, names: how many differ; weight: the higher, the more the meaning changed."""

    words_removed: int
    words_added: int
    numbers: int
    names: int
    weight: float


def edit_weight(old: Reading, new: Reading) -> EditWeight:
    """How much the new reading differs in meaning from the old one."""
    return meaning_of(list(differing(old, new)))


def meaning_of(changes: Iterable[Change]) -> EditWeight:
    """The same for changes already found."""
    listed = list(changes)
    removed, added = size(listed)
    numbers, names = (_difference_count(listed, find) for find in (numbers_in, names_in))
    parts = {change.part for change in listed}
    weight = log2(1 + removed + added) + _NUMBER * min(numbers, _MOST) + _NAME * min(names, _MOST)
    weight += _HEADLINE * ("headline" in parts) + _LEAD * ("lead" in parts) + REPLACED_PICTURE * ("picture" in parts)
    return EditWeight(removed, added, numbers, names, round(weight, 2))


def _difference_count(changes: Iterable[Change], find: Callable[[str], Iterator[str]]) -> int:
    """How many found items are only in the old texts, or only in the new texts, whichever is more."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for change in changes:
        if change.part not in ("picture", "published"):
            before.update(find(change.before))
            after.update(find(change.after))
    return max((before - after).total(), (after - before).total())


def numbers_in(text: str) -> Iterator[str]:
    """The words of a text with a digit, as comparison keys."""
    return (key for key in tokens(text).keys if not key.isalpha() and any(map(str.isdigit, key)))


def names_in(text: str) -> Iterator[str]:
    """Runs of capitalized words; a single one only where it does not begin a sentence."""
    run: list[str] = []
    sentence_start, starts_sentence, end = True, False, 0
    tokenized = tokens(text)
    for start, stop in zip(tokenized.starts, tokenized.ends, strict=True):
        word = text[start:stop]
        capitalized = word[0].isupper()
        if run and not (capitalized and text[end:start] == " "):
            yield from _name(run, starts_sentence)
            run = []
        if capitalized:
            starts_sentence = starts_sentence if run else sentence_start
            run.append(word)
        sentence_start, end = word[-1] in _SENTENCE_ENDS, stop
    yield from _name(run, starts_sentence)


def _name(run: list[str], starts_sentence: bool) -> Iterator[str]:
    if len(run) > 1 or (run and not starts_sentence):
        yield " ".join(run)
