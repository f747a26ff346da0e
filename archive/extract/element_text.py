"""Extracts the visible text of an element."""

from __future__ import annotations

from lxml.html import HtmlElement

from archive.text.folding import LONGEST, folded

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
    texts = [element.text, *[child.tail for child in element]] if len(element) else [element.text]
    return any(text and len(text) >= minimum and len(" ".join(text.split())) >= minimum for text in texts)


def _pieces(element: HtmlElement, remaining: int) -> list[str]:
    """Texts in reading order, up to `remaining` characters. A stack, since pages nest deeper than Python recurses."""
    pieces: list[str] = []
    stack: list[HtmlElement | str] = [element]
    while stack and remaining > 0:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            remaining -= len(item)
            continue
        children: list[HtmlElement | str] = [item.text] if item.text else []
        for child in item:
            if isinstance(child.tag, str) and child.tag not in _INVISIBLE_TAGS:
                separator = " " if child.tag in _BLOCK_TAGS else ""
                children += [separator, child if len(child) else child.text or "", separator]
            children.append(child.tail or "")
        stack.extend(reversed(children))
    return pieces
