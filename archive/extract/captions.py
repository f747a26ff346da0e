"""Finds the text that belongs to a picture, in every form newsrooms print it."""

from __future__ import annotations

import re

from lxml import html

from archive.extract import credits, naming_words
from archive.extract.caption_candidates import LONGEST, acceptable
from archive.extract.captions_by_position import line_below, next_block, same_block, second_row
from archive.extract.element_text import text_of
from archive.extract.picture_urls import pictures_in
from archive.extract.xpath import selector, string
from archive.text.folding import WHOLE

_LONGEST_ROW = 4  # pictures side by side

RULED = "data-luubao-caption"
"""Attribute by which an outlet's or a family's rules mark captions."""

_classed = selector(f"descendant::*[@class or @itemprop or @{RULED} or self::figcaption]")
_SHORTEST_LOOSE = 8  # a word such as "Video" is none
_ENLARGED = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)|/(?:image|photo|media|galler|upload)|^#|^javascript:", re.I)


def scope_of(image: html.HtmlElement, limit: html.HtmlElement) -> html.HtmlElement:
    """The innermost figure around a picture, or the outermost element that holds the picture and no text."""
    for ancestor in image.iterancestors():
        if ancestor is limit:
            break
        if ancestor.tag == "figure":
            return ancestor
    scope = image
    while (parent := scope.getparent()) is not None and parent is not limit and parent.tag not in ("td", "body"):
        if string(parent).strip() or len(pictures_in(parent)) > 1:
            break
        scope = parent
    return _row_around(scope, limit)


def _row_around(scope: html.HtmlElement, limit: html.HtmlElement) -> html.HtmlElement:
    """The paragraph in which a picture stands beside others without text, all above one caption; else the picture."""
    row = scope.getparent()
    if row is None or row is limit or row.tag not in ("p", "div", "center") or len(row) > 2 * _LONGEST_ROW:
        return scope
    if string(row).strip():
        return scope
    beside = [len(pictures_in(child)) for child in row if child.tag != "br"]
    inline = all(child.tag in ("img", "amp-img", "a", "span", "br") for child in row)
    return row if inline and 1 < len(beside) <= _LONGEST_ROW and set(beside) == {1} else scope


def captions_of(scope: html.HtmlElement, limit: html.HtmlElement, loose: bool) -> list[html.HtmlElement]:
    """The elements that hold the caption of the pictures in `scope`, none if there is no caption.

    loose: also accept what only its place makes a caption (inside the body, where old systems print it so).
    """
    for find in (_inside, _around):
        found = find(scope, limit)
        if found:
            return found
    if links_elsewhere(scope):
        return []
    if loose and (line := line_below(scope)):
        return line
    for find in (second_row, same_block, next_block):
        found = find(scope, limit)
        if found:
            text = text_of(found[0], WHOLE)
            credited = credits.split(text)[1] is not None
            return found if credited or (loose and len(text) >= _SHORTEST_LOOSE) else []
    return []


def leads_away(scope: html.HtmlElement) -> bool:
    """The picture itself is a link to another page."""
    link = next((one for one in (scope, *scope.iterancestors()) if one.tag == "a" and one.get("href")), None)
    return link is not None and not _ENLARGED.search(link.get("href", ""))


def links_elsewhere(scope: html.HtmlElement) -> bool:
    """The picture leads to another page, not to its own enlargement: what stands around it is that page's title."""
    link = next((one for one in (scope, *scope.iterancestors()) if one.tag == "a" and one.get("href")), None)
    return link is not None and not _ENLARGED.search(link.get("href", "")) and len(text_of(link, WHOLE)) > 0


def _inside(scope: html.HtmlElement, _limit: html.HtmlElement) -> list[html.HtmlElement]:
    captions = [element for element in scope.iter("figcaption") if acceptable(element, LONGEST)]
    if captions:
        return [captions[0]] if len(captions) == 1 else _distinct(captions)
    return _named(scope)


def _distinct(captions: list[html.HtmlElement]) -> list[html.HtmlElement]:
    """Phones and desktops sometimes get a caption each: the same text is taken once, all are consumed."""
    seen: list[html.HtmlElement] = []
    for element in captions:
        if not any(other in seen for other in element.iterancestors()):
            seen.append(element)
    return seen


def _named(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """Outermost elements whose class says caption."""
    found: list[html.HtmlElement] = []
    for element in _classed(scope):
        inner = any(ancestor in found for ancestor in element.iterancestors())
        if not inner and _says_caption(element) and acceptable(element, LONGEST):
            found.append(element)
    return found


def _says_caption(element: html.HtmlElement) -> bool:
    if element.tag == "figcaption" or element.get(RULED) is not None or "caption" in (element.get("itemprop") or ""):
        return True
    return naming_words.CAPTION.name_class(element)


def _around(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
    """figcaption or a caption's class beside the picture: in the nearest ancestors that hold no other picture."""
    inner, mine = scope, set(pictures_in(scope))
    for _ in range(4):
        parent = inner.getparent()
        if parent is None or parent is limit or parent.tag in ("body", "article", "main"):
            break
        if len(string(parent)) > 3 * LONGEST:
            break
        captions = _named(parent)
        if captions:
            return captions if set(pictures_in(parent)) <= mine or _shared(parent, captions) else _next_named(inner)
        inner = parent
    return _next_named(scope)


def _shared(parent: html.HtmlElement, captions: list[html.HtmlElement]) -> bool:
    """One caption for several pictures: figure, figure, figcaption."""
    return len(captions) == 1 and len(pictures_in(parent)) <= 6 and captions[0].getparent() is parent


def _next_named(scope: html.HtmlElement) -> list[html.HtmlElement]:
    following = scope.getnext()
    if following is not None and _says_caption(following) and acceptable(following, LONGEST):
        return [following]
    return []
