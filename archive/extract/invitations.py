"""Drops boxes of a text that invite to a channel or ask for money, with their pictures."""

from __future__ import annotations

from itertools import islice

from lxml import html

from archive.extract import boilerplate
from archive.extract.elements import string
from archive.rules import phrases
from archive.text.folding import fold

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_NO_BOXES = frozenset({"body", "html", "article", "main", "td"})
_MOST_LEVELS = 6
_LONGEST_BOX = 1_500  # characters


def drop(root: html.HtmlElement) -> None:
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
