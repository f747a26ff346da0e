"""Text as we keep it: NFC, entities unescaped, white space folded, no control or invisible characters."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from lxml.html import HtmlElement

LONGEST = 2_000  # characters; no headline, byline or date line is longer
WHOLE = 10_000_000
"""As a limit: none, for texts that may be long."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
# Control characters, soft hyphen, zero-width space, bidi marks, word joiner, byte order mark; not the joiners U+200C
# and U+200D, which change Persian words.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BREAKING = frozenset({"br", "div", "p", "li", "td", "th", "tr", "section", "header", "time", "figcaption", *_HEADINGS})
_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "title", "button", "select"})


def folded(text: str, limit: int = LONGEST) -> str:
    """One line of clean text, at most `limit` characters; doubly escaped entities and stray tags are undone."""
    text = text[: 4 * limit]
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", text)
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())[:limit].strip()


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


@lru_cache(maxsize=4096)
def key_of(text: str) -> str:
    """What two spellings of one name or headline share: letters and digits, without case, marks and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if letter.isalnum())
