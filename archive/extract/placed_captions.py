"""Captions that only their place or their look tells: the next row, the rest of the paragraph, the next block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html

from archive.extract import phrases, words
from archive.extract.caption_tests import LONGEST, acceptable, ends_in_credit, is_teaser
from archive.extract.folding import text_of
from archive.extract.pictures import pictures_in
from archive.extract.text import fold
from archive.extract.xpath import selector, string

_LONGEST_LOOSE = 320  # characters
_rows_after = selector("ancestor::tr[1]/following-sibling::tr")
_TEXT_BLOCKS = frozenset(
    {"p", "div", "center", "span", "em", "i", "figcaption", "cite", "font", "h6", "h5", "small", "td", "b", "strong"}
)
_FLOAT = re.compile(r"float:\s*(?:left|right)|\balign-?(?:left|right)\b", re.I)
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
        if words.CENTRED.name_class(node):
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
