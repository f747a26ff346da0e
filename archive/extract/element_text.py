"""What a reader sees of an element, as text."""

from __future__ import annotations

from lxml.html import HtmlElement

from archive.text.folding import LONGEST, folded

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BREAKING = frozenset({"br", "div", "p", "li", "td", "th", "tr", "section", "header", "time", "figcaption", *_HEADINGS})
_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "title", "button", "select"})


def text_of(element: HtmlElement, limit: int = LONGEST) -> str:
    """What a reader sees of an element: its text without scripts, styles and buttons."""
    if not len(element):
        return folded(element.text or "", limit)
    return folded("".join(_pieces(element, 4 * limit)), limit)


def _pieces(element: HtmlElement, room: int) -> list[str]:
    """Texts in reading order, up to `room` characters; with a stack, for pages nest deeper than Python recurses."""
    pieces: list[str] = []
    stack: list[HtmlElement | str] = [element]
    while stack and room > 0:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            room -= len(item)
            continue
        inner: list[HtmlElement | str] = [item.text] if item.text else []
        for child in item:
            if isinstance(child.tag, str) and child.tag not in _SILENT:
                apart = " " if child.tag in _BREAKING else ""
                inner += [apart, child if len(child) else child.text or "", apart]
            inner.append(child.tail or "")
        stack.extend(reversed(inner))
    return pieces
