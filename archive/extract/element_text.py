"""Extracts the visible text of an element; typed and cached wrappers of compiled XPath 1.0 expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from lxml import etree, html
from lxml.html import HtmlElement

from archive.text.folding import LONGEST, fold, folded

MIN_PROSE = 60  # characters from which a paragraph counts as running text
_string = etree.XPath("string()", smart_strings=False)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")


def string(element: html.HtmlElement) -> str:
    """All text inside the element, unnormalised."""
    return str(_string(element)) if len(element) else element.text or ""


def without_markup(text: str) -> str:
    """One line of clean text from a declared text with markup."""
    return fold(_MARKUP.sub(" ", text))


def linked_length(element: html.HtmlElement) -> int:
    """Characters of the text inside the element's links."""
    return sum(len(string(link).strip()) for link in element.iter("a"))


def is_inside(element: html.HtmlElement, *tags: str) -> bool:
    """Whether an element is inside one of these tags."""
    return next(element.iterancestors(*tags), None) is not None


@lru_cache(maxsize=1000)
def selector(path: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """Compiles an expression to a function that returns the selected elements, in document order."""
    compiled = etree.XPath(path)

    def select(element: html.HtmlElement) -> list[html.HtmlElement]:
        selected = compiled(element)
        return [node for node in selected if isinstance(node, html.HtmlElement)] if isinstance(selected, list) else []

    return select


_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCK_TAGS = frozenset(
    {"br", "div", "p", "li", "td", "th", "tr", "section", "header", "time", "figcaption", *_HEADINGS}
)
_INVISIBLE_TAGS = frozenset({"script", "style", "noscript", "template", "svg", "title", "button", "select"})


def text_of(element: HtmlElement, limit: int = LONGEST) -> str:
    """The visible text of an element: without scripts, styles and buttons."""
    if not len(element):
        return folded(element.text or "", limit)
    return folded("".join(_pieces(element, 4 * limit)), limit)


def has_text(text: str | None, minimum: int) -> bool:
    """Whether a text has that many characters, white space folded."""
    return text is not None and len(text) >= minimum and len(" ".join(text.split())) >= minimum


def has_direct_text(element: HtmlElement, minimum: int) -> bool:
    """Whether one piece of the element's own text has that many characters."""
    text = element.text
    if text and len(text) >= minimum and has_text(text, minimum):
        return True
    for child in element:
        tail = child.tail
        if tail and len(tail) >= minimum and has_text(tail, minimum):
            return True
    return False


def _pieces(element: HtmlElement, remaining: int) -> list[str]:
    """Texts in reading order, up to `remaining` characters. A stack, since pages nest deeper than Python recurses."""
    pieces: list[str] = []
    stack = [_parts(element)]
    while stack and remaining > 0:
        for part in stack[-1]:
            if isinstance(part, str):
                pieces.append(part)
                remaining -= len(part)
                if remaining <= 0:
                    break
            else:
                stack.append(_parts(part))
                break
        else:
            stack.pop()
    return pieces


def _parts(element: HtmlElement) -> Iterator[HtmlElement | str]:
    """An element's own texts, and its visible children that have children, in reading order."""
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _INVISIBLE_TAGS:
            separator = " " if child.tag in _BLOCK_TAGS else ""
            yield separator
            yield child if len(child) else child.text or ""
            yield separator
        yield child.tail or ""
