"""The text of elements: whitespace folded, NFC, without invisible characters."""

from __future__ import annotations

import re
import unicodedata

from lxml import html

_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """One line: runs of white space become one space, invisible characters go, letters are NFC."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def text_of(element: html.HtmlElement) -> str:
    """All text inside the element, folded. A line break counts as a space."""
    return fold("".join(_pieces(element)))


def _pieces(element: html.HtmlElement) -> list[str]:
    pieces: list[str] = []
    for node in element.iter():
        if node.tag in _SPACED and node is not element:
            pieces.append(" ")
        if node.text and node.tag not in _SILENT:
            pieces.append(node.text)
        if node.tail and node is not element:
            if node.tag in _SPACED:
                pieces.append(" ")
            pieces.append(node.tail)
    return pieces


_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "title", "button"})
_SPACED = frozenset(
    {"br", "p", "div", "li", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "figcaption"}
)
