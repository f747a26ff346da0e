"""Captions that only their place or their look tells: the next row, the rest of the paragraph, the next block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html

from archive.extract import naming_words, phrases
from archive.extract.caption_candidates import LONGEST, acceptable, ends_in_credit, is_teaser
from archive.extract.element_text import text_of
from archive.extract.picture_urls import pictures_in
from archive.extract.xpath import selector, string
from archive.text.folding import fold

_NEAR = 8  # siblings behind a picture
_SENTENCES = 110  # characters
_LONGEST_LOOSE = 320  # characters
_rows_after = selector("ancestor::tr[1]/following-sibling::tr")
_TEXT_BLOCKS = frozenset(
    {"p", "div", "center", "span", "em", "i", "figcaption", "cite", "font", "h6", "h5", "small", "td", "b", "strong"}
)
_FLOAT = re.compile(r"float:\s*(?:left|right)|\balign-?(?:left|right)\b", re.I)
_LONGEST_ROW = 3  # pictures more above one line
_INLINE = ("em", "i", "b", "strong", "span", "font", "a", "u", "small", "cite")
_BEGINNING = re.compile(r"(?:ảnh|hình|foto|photo|写真|사진|图)\s*+\d{0,3}+\s*+[:：]", re.I)
_CENTRED = re.compile(r"text-align:\s*center", re.I)


def second_row(scope: html.HtmlElement, _limit: html.HtmlElement) -> list[html.HtmlElement]:
    """The row below the picture's row in a table that exists for the picture."""
    for row in _rows_after(scope)[:1]:
        table = next(row.iterancestors("table"), None)
        if table is None or len(string(table)) > 4 * LONGEST:
            return []
        if not pictures_in(row) and acceptable(row, LONGEST):
            return [row]
    return []


def same_block(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
    """Text behind the picture in the picture's own paragraph, often <em> or after <br>."""
    parent = scope.getparent()
    if parent is None or parent is limit or parent.tag in ("body", "article", "main", "section"):
        return []
    if len(fold(string(parent))) > _LONGEST_LOOSE or not set(pictures_in(parent)) <= set(pictures_in(scope)):
        return []
    before = (parent.text or "") + "".join(
        string(child) + (child.tail or "") for child in scope.itersiblings(preceding=True)
    )
    rest = list(scope.itersiblings())
    if before.strip() or any(is_teaser(one) for one in rest):
        return []
    linked = sum(len(string(link)) for one in rest for link in one.iter("a"))
    text = fold(string(parent))
    if parent.tag == "p" and not rest and len(text) > _SENTENCES and text.endswith(".") and not ends_in_credit(text):
        return []  # a paragraph of the article that begins with a picture
    if linked > 0.5 * len(text) or phrases.NOT_A_CAPTION.match(text) or (_floats(scope) and not ends_in_credit(text)):
        return []
    return _wrapped_rest(scope)


def _floats(scope: html.HtmlElement) -> bool:
    """Whether text flows around the picture: what stands beside it is then a paragraph of the article."""
    for image in (scope, *pictures_in(scope)):
        side = (image.get("align") or "").lower()
        if side in ("left", "right") or _FLOAT.search(f"{image.get('style') or ''} {image.get('class') or ''}"):
            return True
    return False


def _wrapped_rest(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """Everything behind the picture in its parent, put into one element so that it can be read and removed."""
    parent = scope.getparent()
    if parent is None:
        return []
    rest = html.Element("span")
    rest.text, scope.tail = scope.tail, None
    for sibling in list(scope.itersiblings()):
        rest.append(sibling)
    if not text_of(rest):
        parent.append(rest)
        return []
    parent.append(rest)
    return [rest]


def line_below(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """The line of text between the break behind a picture and the next break or picture, in a block that only breaks
    divide: where it begins or ends as captions do, or where the block is centred or italic."""
    parent = scope.getparent()
    if (
        parent is None
        or (scope.tail or "").strip()
        or all(one.tag != "br" for one in islice(scope.itersiblings(), _NEAR))
    ):
        return []
    start, shown = scope.getnext(), 0
    while start is not None and (start.tag != "br" or not (start.tail or "").strip()) and not string(start).strip():
        shown += len(pictures_in(start))
        following = start.getnext()
        blank = start.tag == "br" and following is not None and following.tag == "br" and not following.tail
        if (start.tail or "").strip() or shown > _LONGEST_ROW or blank:
            return []
        start = start.getnext()
    line = _line(start) if start is not None else []
    text = fold("".join([(start.tail or "") if start is not None and start.tag == "br" else "", *map(_whole, line)]))
    if not text or len(text) > _LONGEST_LOOSE or phrases.NOT_A_CAPTION.match(text):
        return []
    looks = _begins_as_caption(text) or ends_in_credit(text) or _is_set_apart(parent, line)
    return _wrapped(start, line) if looks and start is not None else []


def _line(start: html.HtmlElement) -> list[html.HtmlElement]:
    """The elements from here to the next break, block or picture; without the break it may begin with."""
    line: list[html.HtmlElement] = []
    one = start.getnext() if start.tag == "br" else start
    while one is not None and one.tag in _INLINE and not pictures_in(one):
        line.append(one)
        one = one.getnext()
    return line


def _whole(element: html.HtmlElement) -> str:
    return string(element) + (element.tail or "")


def _begins_as_caption(text: str) -> bool:
    return bool(_BEGINNING.match(text))


def _is_set_apart(parent: html.HtmlElement, line: list[html.HtmlElement]) -> bool:
    around = [parent, *islice(parent.iterancestors("div", "p", "span", "center", "em", "i"), 2)]
    if len(string(around[0])) > 4 * LONGEST and parent.tag not in ("em", "i", "span", "center"):
        around = []
    looks = [*around, *(line if len(line) == 1 and not (line[0].tail or "").strip() else [])]
    return any(
        one.tag in ("em", "i", "center")
        or "italic" in (one.get("style") or "")
        or (one.get("align") or "").lower() == "center"
        or _CENTRED.search(one.get("style") or "")
        for one in looks
    )


def _wrapped(start: html.HtmlElement, line: list[html.HtmlElement]) -> list[html.HtmlElement]:
    """The line put into one element, where it stands."""
    parent = start.getparent()
    if parent is None:
        return []
    inside = html.Element("span")
    place = parent.index(start)
    if start.tag == "br":
        inside.text, start.tail = start.tail, None
        place += 1
    for one in line:
        inside.append(one)
    parent.insert(place, inside)
    return [inside]


def next_block(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
    """The block after the picture when it is centred, italic, or ends in a credit."""
    inner = scope
    while True:
        if (inner.tail or "").strip():
            return []
        following = _next_with_text(inner)
        if following is not None:
            break
        parent = inner.getparent()
        if parent is None or parent is limit or parent.tag in ("td", "body") or string(parent).strip():
            return []
        inner = parent
    looks = _is_centred(following) or _is_italic(following)
    if following.tag not in _TEXT_BLOCKS or not acceptable(following, _LONGEST_LOOSE) or _is_bold(following):
        return []
    return [following] if looks or ends_in_credit(text_of(following)) else []


def _next_with_text(element: html.HtmlElement) -> html.HtmlElement | None:
    for following in element.itersiblings():
        if string(following).strip() or pictures_in(following):
            return following
        if (following.tail or "").strip():
            return None
    return None


def _is_centred(element: html.HtmlElement) -> bool:
    for node in _only_children(element):
        if (
            node.tag == "center"
            or (node.get("align") or "").lower() == "center"
            or _CENTRED.search(node.get("style") or "")
        ):
            return True
        if naming_words.CENTRED.name_class(node):
            return True
    return False


def _is_italic(element: html.HtmlElement) -> bool:
    return any(node.tag in ("em", "i") or "italic" in (node.get("style") or "") for node in _only_children(element))


def _is_bold(element: html.HtmlElement) -> bool:
    return not ends_in_credit(text_of(element)) and any(node.tag in ("b", "strong") for node in _only_children(element))


def _only_children(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The element and those inside it that hold all of its text."""
    whole = len(string(element).strip())
    node: html.HtmlElement | None = element
    while node is not None:
        yield node
        node = next((child for child in node if len(string(child).strip()) >= 0.9 * whole > 0), None)
