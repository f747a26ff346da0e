"""Finds what a pay wall leaves on a page: offers, dummy text, and text that only a script makes readable; and drops the
boxes that invite to a channel or ask for money."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, takewhile
from string import ascii_lowercase

from lxml import html

from archive.extract import boilerplate
from archive.extract.blocks import Piece
from archive.extract.elements import MIN_PROSE, string
from archive.rules import phrases
from archive.text.folding import fold

_MAX_OFFERS, _MAX_OFFER_LEVELS = 12, 8
_VOWELS = "aeiouyæøœ"
_MIN_GIBBERISH, _FEW_VOWELS = 60, 0.27  # letters of a paragraph, share of them
BASE64 = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")
_MIXED = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)")
_MOST_JUDGED = 4_000  # characters of a paragraph
_MOST_OF_FILLER, _FEWEST_OF_FILLER = 120, 4  # characters, words
_LONGEST_IN_OFFER = 140  # characters of a paragraph in an offer's box
_SHORT_WORD = re.compile(r"\b[a-z]{3,4}\b")
_MOST_OF_SHIFTED, _FEWEST_COMMON = 600, 3  # characters, different words
_FEW_ACCENTS = 1.1  # bytes a character
_SHIFTS = [str.maketrans(ascii_lowercase, ascii_lowercase[shift:] + ascii_lowercase[:shift]) for shift in range(1, 26)]
_MOSTLY = 0.5  # of the paragraphs


def is_walled(pieces: list[Piece]) -> bool:
    """Whether the text stops at the offer of a pay wall or goes on as dummy text; some papers print offers between the
    paragraphs."""
    if any(is_filler(piece.text) for piece in pieces):
        return True
    numbers = [number for number, piece in enumerate(pieces) if _is_offer(piece)]
    behind = pieces[numbers[-1] :] if numbers else []
    return bool(numbers) and sum(len(piece.text) > _LONGEST_IN_OFFER for piece in behind) < 2


def _is_offer(piece: Piece) -> bool:
    """Whether a piece is the offer of a pay wall."""
    return len(piece.text) <= phrases.LONGEST_OFFER and bool(phrases.OFFER.match(piece.text))


def drop_offers(pieces: list[Piece], keep: list[bool], container: html.HtmlElement) -> None:
    """Drops the offers of a pay wall and what stands in their boxes."""
    offers = list(islice(filter(_is_offer, pieces), _MAX_OFFERS))
    above = takewhile(lambda piece: piece is not offers[0], pieces) if offers else ()
    text = {piece.element for piece in pieces if len(piece.text) > _LONGEST_IN_OFFER}
    text |= {piece.element for piece in above if len(piece.text) >= MIN_PROSE}
    boxes = {_offer_box(piece.element, container, text) for piece in offers}
    for index, piece in enumerate(pieces) if boxes else ():
        if piece.element in boxes or any(ancestor in boxes for ancestor in piece.element.iterancestors()):
            keep[index] = False


def _offer_box(offer: html.HtmlElement, container: html.HtmlElement, text: set[html.HtmlElement]) -> html.HtmlElement:
    """The outermost element around an offer without paragraphs of the article."""
    box = offer
    for parent in islice(offer.iterancestors(), _MAX_OFFER_LEVELS):
        if parent is container or any(element in text for element in parent.iter()):
            break
        box = parent
    return box


def is_filler(text: str) -> bool:
    """Whether a paragraph is dummy text, judged by its first words."""
    words = text[:_MOST_OF_FILLER].lower().replace(".", "").replace(",", "").split()[:-1]
    return len(words) >= _FEWEST_OF_FILLER and sum(word in phrases.FILLER for word in words) > 0.8 * len(words)


def is_scrambled(pieces: list[Piece]) -> bool:
    """Whether the body has a piece that is one long base64 string, which a script decodes, or is mostly letters put for
    others."""
    if any(BASE64.fullmatch(piece.text) and _MIXED.match(piece.text) for piece in pieces):
        return True
    paragraphs = sorted((piece.text for piece in pieces if piece.kind == "paragraph"), key=len, reverse=True)
    total, clear = sum(map(len, paragraphs)), 0
    for text in paragraphs:  # the longest first: few need to be judged
        clear += 0 if is_gibberish(text) else len(text)
        if clear >= _MOSTLY * total:
            return False
    return bool(paragraphs)


def is_gibberish(text: str) -> bool:
    """Whether a paragraph in Latin letters has too few vowels for a language: of 300 bodies in 24 languages none has
    less than a third; or whether its letters are shifted in the alphabet. Judged by its beginning: a paragraph can have
    millions of letters."""
    text = text[:_MOST_JUDGED]
    return _is_shifted(text) or _has_few_vowels(text)


def _is_shifted(text: str) -> bool:
    """Whether other letters, each as far behind in the alphabet, make words of a language that the text has not."""
    text = text[:_MOST_OF_SHIFTED]
    if len(text.encode("utf-8", "replace")) > _FEW_ACCENTS * len(text):
        return False
    words = set(_SHORT_WORD.findall(text.lower()))
    if not words.isdisjoint(phrases.COMMON_WORDS):
        return False
    shifted = ({word.translate(letters) for word in words} for letters in _SHIFTS)
    return any(len(phrases.COMMON_WORDS & others) >= _FEWEST_COMMON for others in shifted)


def _has_few_vowels(text: str) -> bool:
    if len(text) < _MIN_GIBBERISH or sum(map(text.count, _VOWELS)) >= _FEW_VOWELS * len(text):
        return False
    decomposed = unicodedata.normalize("NFD", text.lower())
    count = sum(map(str.isalpha, decomposed))
    if count < _MIN_GIBBERISH or sum(map(decomposed.count, _VOWELS)) >= _FEW_VOWELS * count:
        return False
    plain = sum(letter.isalpha() for letter in decomposed if letter < "\x80")
    return plain > 0.9 * count and text.count(" ") * 16 > len(text)


_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_NO_BOXES = frozenset({"body", "html", "article", "main", "td"})
_MOST_LEVELS = 6
_LONGEST_BOX = 1_500  # characters


def drop_invitations(root: html.HtmlElement) -> None:
    """Drops the box that a heading such as `Join our WhatsApp community` begins, and one that holds only an appeal."""
    for element in list(root.iter(*_HEADINGS, "p")):
        text = fold(string(element))
        if len(text) > phrases.LONGEST_APPEAL:
            continue
        is_appeal = element.tag == "p" and bool(phrases.APPEAL.search(text))
        if is_appeal or (element.tag != "p" and phrases.INVITATION.match(text)):
            box = _box(element, text, len(text) if is_appeal else _LONGEST_BOX)
            if box is not element and not (is_appeal and box.find(".//img") is None):
                boilerplate.drop(box)


def _box(element: html.HtmlElement, text: str, longest: int) -> html.HtmlElement:
    """The outermost element that begins with another's text and holds no more than this."""
    box = element
    for parent in islice(element.iterancestors(), _MOST_LEVELS):
        whole = fold(string(parent)[: 2 * _LONGEST_BOX])
        if parent.tag in _NO_BOXES or len(whole) > longest or not whole.startswith(text):
            break
        box = parent
    return box
