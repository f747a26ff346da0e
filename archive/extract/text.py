"""The text of elements: whitespace folded, NFC, without invisible characters."""

from __future__ import annotations

import re
import unicodedata

from lxml import html

_INVISIBLE = ("\u200b", "\u2060", "\ufeff", "\u00ad")
_NO_WORD = re.compile(r"\W+")


def fold(text: str) -> str:
    """One line: runs of white space become one space, invisible characters go, letters are NFC."""
    if not text.isascii():
        for invisible in _INVISIBLE:
            if invisible in text:
                text = text.replace(invisible, "")
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def letters(text: str) -> str:
    """Letters and digits alone, without case: what two prints of one sentence share."""
    return _NO_WORD.sub("", text).casefold()


def text_of(element: html.HtmlElement) -> str:
    """All text inside the element, folded. A line break counts as a space."""
    pieces: list[str] = []
    _collect(element, pieces)
    return fold("".join(pieces))


def _collect(element: html.HtmlElement, pieces: list[str]) -> None:
    """In the order of the page. The parser nests no deeper than 256 elements."""
    if element.text:
        pieces.append(element.text)
    for child in element:
        spaced = child.tag in _SPACED
        if spaced:
            pieces.append(" ")
        if child.tag not in _SILENT:
            _collect(child, pieces)
        if spaced:
            pieces.append(" ")
        if child.tail:
            pieces.append(child.tail)


_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "title", "button"})
_SPACED = frozenset(
    {"br", "p", "div", "li", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "figcaption"}
)
