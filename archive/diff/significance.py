"""Weighs how much an edit changed in meaning, and whether the newspaper announced it.

The weight ranks edits; it does not judge them. Numbers and names are found by form: a number is a word with a digit, a
name a run of capitalized words, as Vietnamese papers print them; a single capitalized word counts only where no
sentence begins. Moving, splitting or merging paragraphs changes neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import log2
from typing import Literal

from archive.diff.compare import differing, size
from archive.diff.wording import Change
from archive.model.records import Reading
from archive.text.equivalence import tokens

Announcement = Literal["note", "time", "none"]
"""`note`: the new text has a note of a correction or an update that the old one lacks. `time`: without such a note, the
page's modified time is another. `none`: neither, so that readers could not know of the edit."""

# The beginnings of such notes in house styles of Vietnamese, English, French, German and Spanish papers.
_NOTE = re.compile(
    r"^\W*(?:(?:đính|cải) chính\b|cáo lỗi\b|cập nhật(?: lúc\b.*)?\s*[:\])]"
    r"|(?:bài (?:viết|báo)|bản tin|tin)\b.{0,20}\bđã được (?:cập nhật|(?:chỉnh )?sửa)"
    r"|correction\b|clarification\b|corrected\b|update[ds]?\s*[:\])(,]|updated (?:on|at)\b|editor[’']s note\b"
    r"|this (?:article|story|piece|post|headline)\b.{0,40}\b(?:updated|corrected|amended|edited|revised)\b"
    r"|an earlier version of this\b|erratum\b|rectificatif\b|mise à jour\b"
    r"|cet article a été (?:modifié|corrigé|mis à jour)"
    r"|korrektur\b|anm(?:\.|erkung) der redaktion\b|in einer früheren (?:version|fassung)\b"
    r"|fe de errores\b|correcci[óo]n\b|actualización\s*:"
    r"|(?:este artículo|esta noticia) ha sido (?:actualizad|corregid))",
    re.IGNORECASE,
)
_LONGEST_BEGINNING = 200  # characters of a paragraph in which a note begins


def announcement(old: Reading, new: Reading) -> Announcement:
    """How the newspaper announced the edit from the old reading to the new one."""
    former = set(_lines(old))
    if any(line not in former and _NOTE.match(line[:_LONGEST_BEGINNING]) for line in _lines(new)):
        return "note"
    return "time" if new.modified_at is not None and new.modified_at != old.modified_at else "none"


def _lines(reading: Reading) -> list[str]:
    """Headline, kicker, lead, notes of corrections and the paragraphs."""
    around = (reading.headline, reading.kicker, reading.lead, reading.correction)
    texts = (*(text or "" for text in around), *(block.text for block in reading.blocks))
    return [line for text in texts for line in text.splitlines()]


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
