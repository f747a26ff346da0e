"""Splits a body into text blocks and pictures in reading order. A paragraph: p, div, br br, bare text or table cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

from archive.extract import naming_words
from archive.model.records import BlockKind
from archive.text.folding import fold

_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins"}
    | {"kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"}
    | {"time", "tt", "u", "var", "wbr", "nobr", "meter", "output", "o:p"}
)
_SUBHEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LONGEST_SUBHEAD = 80  # characters
IMAGE = "data-luubao-image"
"""Attribute with which figures.py marks the place of pictures: number of the first image + count."""


@dataclass(slots=True)
class Piece:
    """A text block, or the place of a picture. `linked` counts the characters inside links, `strong` those in bold;
    `element` is the enclosing block element."""

    kind: BlockKind
    text: str
    element: html.HtmlElement
    linked: int = 0
    strong: int = 0
    image: int | None = None


def size_of(pieces: list[Piece]) -> int:
    """Characters of text."""
    return sum(len(piece.text) for piece in pieces)


def pieces(container: html.HtmlElement) -> list[Piece]:
    """Every text block and every marked picture of the container, in document order."""
    walker = _BlockWalker()
    walker.read_inside(container, "paragraph")
    walker.flush(container, "paragraph")
    return walker.found


class _BlockWalker:
    def __init__(self) -> None:
        self.found: list[Piece] = []
        self._line: list[str] = []
        self._linked = 0
        self._strong = 0
        self._open_links = 0  # how many <a href> and <b> are open
        self._open_bolds = 0

    def flush(self, element: html.HtmlElement, kind: BlockKind) -> None:
        if self._line:
            text = fold("".join(self._line))
            if kind == "subhead" and len(text) > _LONGEST_SUBHEAD and text.endswith((".", "!", "?", "…", "”")):
                kind = "paragraph"  # some newsrooms set sentences as headings
            if text:
                self.found.append(Piece(kind, text, element, self._linked, self._strong))
        self._line, self._linked, self._strong = [], 0, 0

    def read_inside(self, element: html.HtmlElement, kind: BlockKind) -> None:
        """Reads the content of the element. Two calls deep per level: the parser nests 256 levels at most."""
        linked, bold = element.tag == "a" and element.get("href") is not None, element.tag in ("b", "strong")
        self._open_links += linked
        self._open_bolds += bold
        self._add_text(element.text)
        line_breaks = 0
        for child in element:
            line_breaks = self._read_child(child, element, kind, line_breaks)
            if child.tail and child.tail.strip():
                line_breaks = 0
            self._add_text(child.tail)
        self._open_links -= linked
        self._open_bolds -= bold

    def _read_child(self, child: html.HtmlElement, parent: html.HtmlElement, kind: BlockKind, line_breaks: int) -> int:
        """Reads one child; returns the number of consecutive line breaks before the next node."""
        if child.tag == "br":
            if line_breaks:
                self.flush(parent, kind)
            else:
                self._line.append(" ")
            return line_breaks + 1
        if child.get(IMAGE) is not None:
            self.flush(parent, kind)
            self._add_pictures(child)
            self.read_inside(child, kind)
            return line_breaks
        if child.tag in _INLINE:
            self.read_inside(child, kind)
            return 0 if child.text or len(child) else line_breaks
        self.flush(parent, kind)
        if child.tag == "table" and _is_data(child):
            self.found.append(Piece("table", "\n".join(_rows(child)), child))
            return 0
        child_kind = _kind(child, kind)
        self.read_inside(child, child_kind)
        self.flush(child, child_kind)
        return 0

    def _add_pictures(self, child: html.HtmlElement) -> None:
        first, _, count = child.get(IMAGE, "0+1").partition("+")
        self.found.extend(Piece("image", "", child, image=int(first) + offset) for offset in range(int(count)))

    def _add_text(self, text: str | None) -> None:
        if not text:
            return
        self._line.append(text)
        if self._open_links:
            self._linked += len(text.strip())
        if self._open_bolds:
            self._strong += len(text.strip())


def _kind(element: html.HtmlElement, parent_kind: BlockKind) -> BlockKind:
    if element.tag in _SUBHEADS or _is_named_subhead(element):
        return "subhead"
    if element.tag == "blockquote" or parent_kind == "quote":
        return "quote"
    if element.tag in ("li", "dd", "dt") or parent_kind == "list":
        return "list"
    return parent_kind


def _is_named_subhead(element: html.HtmlElement) -> bool:
    """Whether a paragraph, with no other in it, is named as a subhead."""
    is_leaf = element.tag in ("p", "div") and all(child.tag in _INLINE for child in element)
    return is_leaf and naming_words.SUBHEAD.name_class(element)


def _is_data(table: html.HtmlElement) -> bool:
    """Whether a table holds data, not page layout or teasers: two columns or more, short cells, no pictures of its own
    or in links."""
    rows = list(table.iter("tr"))
    if (
        len(rows) < 2
        or len(rows) > 500
        or table.find(".//table") is not None
        or table.find(f".//*[@{IMAGE}]") is not None
        or len(table.findall(".//a//img")) > 1
    ):
        return False
    cells = [len(fold("".join(cell.itertext()))) for row in rows for cell in row if cell.tag in ("td", "th")]
    wide = sum(1 for row in rows if sum(1 for cell in row if cell.tag in ("td", "th")) > 1)
    return wide * 2 > len(rows) and bool(cells) and max(cells) < 400


def _rows(table: html.HtmlElement) -> Iterator[str]:
    for row in table.iter("tr"):
        cells = [fold(" ".join(cell.itertext())) for cell in row if cell.tag in ("td", "th")]
        if any(cells):
            yield " | ".join(cells)
