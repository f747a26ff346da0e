"""Finds the dateline of a story, `HÀ NỘI -`, `(Dân trí) -`, `AUSTIN (KXAN) —`, and its note of a correction.

The words stay in the text where the paper prints them; the fields name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lxml import html

from archive.extract.elements import text_of
from archive.extract.parsed_page import Page
from archive.rules import phrases
from archive.text.folding import WHOLE, folded, key_of


def _alternation(table: str) -> str:
    return "|".join(line.strip() for line in table.strip().splitlines())


_LONGEST, _LONGEST_PART = 60, 40  # characters of a dateline, of a source in brackets
_MOST_WORDS = 4
_SET_APART = "data-luubao-stamp"
_LONGEST_CLASS = 400
_LONGEST_BEGINNING = 240  # characters of a paragraph in which a note begins
_ELEMENT = re.compile(rf"(?<![a-z])(?:{phrases.DATELINE_ELEMENT})(?![a-z])", re.I)
_NOTE = re.compile(rf"(?<![a-z])(?:{phrases.CORRECTION_NOTE})(?![a-z])", re.I)
_SHAPE = re.compile(f"(?:{_alternation(phrases.DATELINE_SHAPES)})")
_LABEL = re.compile(rf"(?:{_alternation(phrases.DATELINE_LABELS)})\W*", re.I)
_CORRECTION = re.compile(rf"\W{{0,5}}(?:{_alternation(phrases.CORRECTIONS)})", re.I)
_PLACE = re.compile(rf"({_alternation(phrases.DATELINE_PLACES)}): (?=\S)")
_SEPARATED = re.compile(r"(\S.{1,58}?)(?:\s*\.?[-–—－]{1,2}\s+|\s+[-–—]{1,2}|(?<=\))[-–—.]+\s*)(?=\S)")
_BEFORE_BAR = re.compile(r"(\S[^|]{1,30}?)\s[|]\s(?=\S)")
_SOURCE = re.compile(rf"(?<!\s)\s*+[(/]([^()/:]{{2,{_LONGEST_PART}}})[)/]\.?\s*")
_DAY = re.compile(
    r"[.,]?(?<!\s)\s++(?:(?:ngày|le|den|am|on)\s+)?"
    r"(?:\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{1,2}\.?\s[^\W\d_]{3,10}|[A-Z][a-z]{2,8}\.? \d{1,2})(?:,? \d{4})?\.?$"
)
_SITE = re.compile(r"[\w&-]{2,20}\.(?:vn|com(?:\.\w\w)?|net|org|co|id)|\w{2,20} Online", re.I)
_WORD = re.compile(r"[^\s,/]+")
_ABBREVIATION = re.compile(r"\([A-ZĐ&]{2,8}\)")  # `(TNO) Sáng nay`: without a dash


def set_apart(elements: Iterable[html.HtmlElement]) -> None:
    """Puts a space behind a dateline in an element of its own, which only a style sheet parts from the text."""
    for element in elements:
        if not element.tail or not element.tail[0].isalnum():
            continue
        if _roles(element.get("class") or "")[0] or _opens_with_place(element):
            element.set(_SET_APART, "")
            element.tail = f" {element.tail}"


def _opens_with_place(element: html.HtmlElement) -> bool:
    """Whether an element with a class opens its paragraph with a place, next to the first capital of the sentence."""
    parent = element.getparent()
    if not element.get("class") or parent is None or parent[0] is not element or (parent.text or "").strip():
        return False
    own = text_of(element, _LONGEST + 1)
    is_place = 1 < len(own) <= _LONGEST and own[-1].isalpha() and _are_capitalised(own, _MOST_WORDS)
    return is_place and (element.tail or "")[:1].isupper()


def notes_beside(page: Page) -> tuple[str, ...]:
    """The texts of boxes beside the article that are named like a note of a correction."""
    boxes = (box for aside in page.by_tag["aside"] for box in aside.iter("aside", "div", "p", "section"))
    return tuple(text_of(box, WHOLE) for box in boxes if _roles(box.get("class") or "")[1])


@lru_cache(maxsize=50_000)
def _roles(class_name: str) -> tuple[bool, bool]:
    """Whether a class names a dateline, and whether a note of a correction."""
    name = class_name[:_LONGEST_CLASS].replace("_", "-")
    return bool(_ELEMENT.search(name)), bool(_NOTE.search(name))


def dateline_of(page: Page, house: frozenset[str], beginnings: Iterable[tuple[html.HtmlElement, str]]) -> str | None:
    """The dateline that opens the lead or the first paragraph, else the declared one.

    house: keys of the outlet's names; beginnings: the elements and texts of both.
    """
    for element, text in beginnings:
        found = _in_element(element, text, house) or _printed(text, house)
        if found:
            return found
    declared = (thing.get("dateline") for thing in page.linked_data)
    texts = (folded(text) for text in declared if isinstance(text, str))  # some systems declare a date
    return next((text for text in texts if 1 < len(text) <= _LONGEST and not any(map(str.isdigit, text))), None)


def _in_element(element: html.HtmlElement, text: str, house: frozenset[str]) -> str | None:
    """The dateline in an element of its own at the beginning: by its class, or a span with capitals and a full stop, or
    with the outlet's name."""
    first = _first_inline(element)
    own = text_of(first, _LONGEST + 1) if first is not None else ""
    rest = text[len(own) :].lstrip(" -–—:|")
    if first is None or not 1 < len(own) <= _LONGEST or not text.startswith(own) or not rest or rest[0].islower():
        return None
    name = _name(own)
    is_place = first.tag == "span" and own.endswith(".") and _are_capitalised(name, _MOST_WORDS - 1)
    is_named = _roles(first.get("class") or "")[0] or first.get(_SET_APART) is not None
    return name if is_named or is_place or key_of(name) in house else None


def _first_inline(element: html.HtmlElement) -> html.HtmlElement | None:
    """The innermost element with the first words, if they are not all of the text."""
    found = None
    while not (element.text or "").strip() and len(element) and isinstance(element[0].tag, str):
        element = found = element[0]
        if (element.tail or "").strip() or element.getnext() is not None:
            break
    return found


def _printed(text: str, house: frozenset[str]) -> str | None:
    """The dateline before a dash: in capitals, in brackets, with a source in brackets or a day."""
    if shape := _SHAPE.match(text):
        return shape[0].strip("[]【】［］()（）")
    found, rest = "", text[: 3 * _LONGEST]
    if place := _PLACE.match(rest):
        return place[1]
    bar = _BEFORE_BAR.match(rest)
    if bar and _are_capitalised(bar[1], _MOST_WORDS - 1) and not _LABEL.fullmatch(bar[1]):
        return bar[1]
    while (match := _SEPARATED.match(rest)) and _is_stamp(match[1], rest[match.end() :], house):
        found, rest = f"{found} - {match[1]}" if found else match[1], rest[match.end() :]
    if not found and (abbreviation := _ABBREVIATION.match(rest)):
        found = abbreviation[0]
    return _name(found) or None


def _name(stamp: str) -> str:
    """A dateline without the marks around it."""
    stamp = stamp.strip(" -–—|:")
    whole = _SOURCE.fullmatch(stamp)
    return whole[1].strip() if whole else stamp.removesuffix(".") if not stamp.isupper() else stamp.rstrip(".")


def _is_stamp(stamp: str, rest: str, house: frozenset[str]) -> bool:
    if rest[:1].islower() or _LABEL.fullmatch(stamp) or ":" in stamp:
        return False
    if whole := _SOURCE.fullmatch(stamp):
        return whole[1][:1].isupper() and len(whole[1].split()) <= _MOST_WORDS
    core, sources = _SOURCE.subn(" ", stamp)
    core, days = _DAY.subn("", core.strip(" ."))
    words = _WORD.findall(core.strip(" .,"))
    if not 0 < len(words) <= _MOST_WORDS + bool(sources):
        return False
    if not _are_capitalised(core, len(words)):
        return False
    first = re.split(r"\s*[,/]\s*", core)[0]
    is_agency = key_of(core) in house or any(map(_SITE.fullmatch, (core, first)))
    return bool(sources or days) or is_agency or all(map(_is_in_capitals, first.split()))


def _is_in_capitals(word: str) -> bool:
    return word.isupper() and sum(map(str.isalpha, word)) > 1 and not any(map(str.isdigit, word))


def _are_capitalised(text: str, most: int) -> bool:
    words = _WORD.findall(text)
    if not 0 < len(words) <= most or not words[0][0].isupper():
        return False
    return all(word[0].isupper() or len(word) < 4 for word in words)


def correction_of(texts: Iterable[str]) -> str | None:
    """The notes of corrections and updates among the texts, as printed, in lines."""
    notes: list[str] = []
    for text in texts:
        is_known = any(text in note or note in text for note in notes)
        if not is_known and _CORRECTION.match(text[:_LONGEST_BEGINNING]):
            notes.append(text)
    return "\n".join(notes) or None
