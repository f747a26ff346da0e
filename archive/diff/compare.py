"""Compares two readings of one article part by part, and matches their pictures; weighs how much the edit changed in
meaning, and whether the newspaper announced it.

The weight ranks edits; it does not judge them. Numbers and names are found by form: a number is a word with a digit, a
name a run of capitalized words, as Vietnamese papers print them; a single capitalized word counts only where no
sentence begins. Moving, splitting or merging paragraphs changes neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log2
from typing import Literal

from archive.diff import paragraph_matching
from archive.diff.paragraph_matching import Paragraph
from archive.diff.wording import Change, ChangeKind, Form, Piece, common, words
from archive.history.edits import PictureRef, byline_of, moment_of, picture_refs
from archive.model import clock
from archive.model.records import Image, Reading
from archive.text.equivalence import lines, plain, tidy, tokens, word_count


@dataclass(frozen=True, slots=True)
class _Pair:
    """A picture's positions before and after, counted from 0; None where it is absent."""

    kind: ChangeKind
    old: int | None
    new: int | None


def changes(old: Sequence[Image], new: Sequence[Image]) -> Iterator[Change]:
    """All pictures in order, each followed by its caption and credit, including unchanged ones."""
    for pair in _pairs(old, new):
        before = None if pair.old is None else old[pair.old]
        after = None if pair.new is None else new[pair.new]
        stored = [image.stored.digest for image in (before, after) if image and image.stored]
        if pair.kind == "unchanged" and len(set(stored)) == 2:  # a version keeps its own bytes if a copy came later
            pair = replace(pair, kind="replaced")
        yield _picture(pair, before, after)
        yield from _picture_text("caption", pair, before, after)
        yield from _picture_text("credit", pair, before, after)


def _pairs(old: Sequence[Image], new: Sequence[Image]) -> Iterator[_Pair]:
    """Matches pictures by URL. Between two that stayed, a removed and an added one count as replaced."""
    old_places, new_places = picture_refs(old), picture_refs(new)
    common_pairs = common(old_places, new_places)
    moved = _moved(old_places, new_places, common_pairs)
    i = j = 0
    for n, m in [*common_pairs, (len(old), len(new))]:
        removed = [position for position in range(i, n) if position not in moved.values()]
        added = [position for position in range(j, m) if position not in moved]
        replaced = dict(zip(added, removed, strict=False))
        for position in range(j, m):
            if position in moved:
                yield _Pair("moved", moved[position], position)
            elif position in replaced:
                yield _Pair("replaced", replaced[position], position)
            else:
                yield _Pair("added", None, position)
        yield from (_Pair("removed", position, None) for position in removed[len(replaced) :])
        if n < len(old) and m < len(new):
            yield _Pair("unchanged", n, m)
        i, j = n + 1, m + 1


def _moved(
    old_places: Sequence[PictureRef], new_places: Sequence[PictureRef], common_pairs: Sequence[tuple[int, int]]
) -> dict[int, int]:
    """The new position of each moved picture -> its old position."""
    in_place = {position for position, _ in common_pairs}
    old_positions = {key: position for position, key in enumerate(old_places) if position not in in_place}
    return {position: old_positions[key] for position, key in enumerate(new_places) if key in old_positions}


def _picture(pair: _Pair, before: Image | None, after: Image | None) -> Change:
    if before and after and pair.kind != "replaced":
        pieces: tuple[Piece, ...] = (Piece("equal", after.url),)
    else:
        removed, added = _name_pieces(before, after)
        pieces = (*removed, *added)
    return _change("picture", pieces, pair.kind, pair, before, after)


def _name_pieces(before: Image | None, after: Image | None) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The removed and the added picture by URL; by URL and digest where the URL is the same."""
    names = [image.url if image else "" for image in (before, after)]
    if before and after and before.stored and after.stored and before.url == after.url:
        names = [f"{image.url} {image.stored.digest[:19]}" for image in (before, after) if image.stored]
    old_name, new_name = names
    return (Piece("removed", old_name),) if old_name else (), (Piece("added", new_name),) if new_name else ()


def _picture_text(part: str, pair: _Pair, before: Image | None, after: Image | None) -> Iterator[Change]:
    """The change of a caption or credit; nothing where both are absent."""
    old_text, new_text = (tidy(getattr(image, part)) if image else "" for image in (before, after))
    if plain(old_text) != plain(new_text):
        kind: ChangeKind = "added" if not plain(old_text) else "removed" if not plain(new_text) else "edited"
        yield _change(part, words(old_text, new_text), kind, pair, before, after)
    elif new_text:
        yield _change(part, (Piece("equal", new_text),), "unchanged", pair, before, after)


def _change(
    part: str, pieces: tuple[Piece, ...], kind: ChangeKind, pair: _Pair, before: Image | None, after: Image | None
) -> Change:
    shown = after or before
    old, new = (() if place is None else (place + 1,) for place in (pair.old, pair.new))
    return Change(part, pieces, kind, old, new, picture=shown.url if shown else None)


def compare(old: Reading, new: Reading) -> tuple[Change, ...]:
    """Every change from old to new in reading order: headline, lead, byline, published time, paragraphs, pictures with
    their captions and credits. Empty exactly when archive/history/edits.py finds no edit."""
    return tuple(change for change in side_by_side(old, new) if change.kind != "unchanged")


def side_by_side(old: Reading, new: Reading) -> Iterator[Change]:
    """Both readings in full: every part, paragraph and picture; equal ones have the kind `unchanged`."""
    yield from _text("headline", old.headline, new.headline)
    yield from _text("lead", old.lead, new.lead)
    yield from _text("byline", byline_of(old), byline_of(new))
    yield from _published(old, new)
    yield from paragraph_matching.changes(_paragraphs(old), _paragraphs(new))
    yield from changes(old.images, new.images)


def differing(old: Reading, new: Reading) -> Iterator[Change]:
    """`compare` without the published time; compares only the parts that are not identical."""
    parts: list[Iterator[Change]] = [
        _text("headline", old.headline, new.headline),
        _text("lead", old.lead, new.lead),
        _text("byline", byline_of(old), byline_of(new)),
    ]
    if old.text != new.text:
        parts.append(paragraph_matching.changes(_paragraphs(old), _paragraphs(new)))
    if old.images != new.images:
        parts.append(changes(old.images, new.images))
    return (change for part in parts for change in part if change.kind != "unchanged")


def size(changes: Iterable[Change]) -> tuple[int, int]:
    """The numbers of removed and of added words. Pictures and times have no words; a paragraph that was only moved,
    split or merged adds none."""
    pieces = [piece for change in changes if change.part not in ("picture", "published") for piece in change.pieces]
    removed = sum(word_count(piece.text) for piece in pieces if piece.operation == "removed")
    return removed, sum(word_count(piece.text) for piece in pieces if piece.operation == "added")


def _text(part: str, old: str | None, new: str | None) -> Iterator[Change]:
    old_text, new_text = tidy(old), tidy(new)
    if plain(old_text) != plain(new_text):
        yield Change(part, words(old_text, new_text), _kind(plain(old_text), plain(new_text)))
    elif new_text:
        yield Change(part, (Piece("equal", new_text),), "unchanged")


def _published(old: Reading, new: Reading) -> Iterator[Change]:
    old_time, new_time = clock.claimed(old.published_at), clock.claimed(new.published_at)
    if moment_of(old) != moment_of(new):
        removed = (Piece("removed", old_time),) if old_time else ()
        pieces = (*removed, Piece("added", new_time)) if new_time else removed
        yield Change("published", pieces, _kind(old_time, new_time))
    elif new_time:
        yield Change("published", (Piece("equal", new_time),), "unchanged")


def _kind(old: str | None, new: str | None) -> ChangeKind:
    if not old:
        return "added"
    return "edited" if new else "removed"


def _paragraphs(reading: Reading) -> list[Paragraph]:
    """The lines of the body, each with the kind of its block if the reading has blocks."""
    texts = lines(reading.text)
    forms: list[Form] = []
    for block in reading.blocks:
        if block.kind != "image":
            forms += [block.kind] * len(lines(block.text))
    if len(forms) != len(texts):
        forms = ["paragraph"] * len(texts)
    return [Paragraph(text, form) for text, form in zip(texts, forms, strict=True)]


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
