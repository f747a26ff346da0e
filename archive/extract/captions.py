"""Finds the text that belongs to a picture, in every form newsrooms print it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html

from archive.extract import credits, phrases, words
from archive.extract.text import fold, text_of
from archive.extract.xpath import selector, string

LONGEST = 900  # characters; longer text beside a picture is the article
_LONGEST_ROW = 4  # pictures side by side
_LONGEST_LOOSE = 320  # of a caption that only its place or its italics make one

RULED = "data-luubao-caption"
"""Attribute by which an outlet's or a family's rules mark captions."""

_classed = selector(f"descendant::*[@class or @itemprop or @{RULED} or self::figcaption]")
_rows_after = selector("ancestor::tr[1]/following-sibling::tr")
_PICTURES = ("img", "amp-img")
_TEXT_BLOCKS = frozenset(
    {"p", "div", "center", "span", "em", "i", "figcaption", "cite", "font", "h6", "h5", "small", "td", "b", "strong"}
)
_SHORTEST_LOOSE = 8  # a word such as "Video" is none
_ENLARGED = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)|/(?:image|photo|media|galler|upload)|^#|^javascript:", re.I)
_FLOAT = re.compile(r"float:\s*(?:left|right)|\balign-?(?:left|right)\b", re.I)
_CENTRED = re.compile(r"text-align:\s*center", re.I)


def pictures_in(element: html.HtmlElement) -> list[html.HtmlElement]:
    """The <img> and <amp-img> of an element."""
    return list(element.iter(*_PICTURES))


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
    inline = all(child.tag in (*_PICTURES, "a", "span", "br") for child in row)
    return row if inline and 1 < len(beside) <= _LONGEST_ROW and set(beside) == {1} else scope


def captions_of(scope: html.HtmlElement, limit: html.HtmlElement, loose: bool) -> list[html.HtmlElement]:
    """The elements that hold the caption of the pictures in `scope`, none if there is no caption.

    loose: also accept what only its place makes a caption (inside the body, where old systems print it so).
    """
    for find in (_inside, _around):
        found = find(scope, limit)
        if found:
            return found
    if _links_elsewhere(scope):
        return []
    for find in (_second_row, _same_block, _next_block):
        found = find(scope, limit)
        if found:
            text = text_of(found[0])
            credited = credits.split(text)[1] is not None
            return found if credited or (loose and len(text) >= _SHORTEST_LOOSE) else []
    return []


def _links_elsewhere(scope: html.HtmlElement) -> bool:
    """The picture leads to another page, not to its own enlargement: what stands around it is that page's title."""
    link = next((one for one in (scope, *scope.iterancestors()) if one.tag == "a" and one.get("href")), None)
    return link is not None and not _ENLARGED.search(link.get("href", "")) and len(text_of(link)) > 0


def _inside(scope: html.HtmlElement, _limit: html.HtmlElement) -> list[html.HtmlElement]:
    captions = [element for element in scope.iter("figcaption") if _acceptable(element, LONGEST)]
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
        if not inner and _says_caption(element) and _acceptable(element, LONGEST):
            found.append(element)
    return found


def _says_caption(element: html.HtmlElement) -> bool:
    if element.tag == "figcaption" or element.get(RULED) is not None or "caption" in (element.get("itemprop") or ""):
        return True
    return words.CAPTION.name_class(element)


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
    if following is not None and _says_caption(following) and _acceptable(following, LONGEST):
        return [following]
    return []


def _second_row(scope: html.HtmlElement, _limit: html.HtmlElement) -> list[html.HtmlElement]:
    """The row below the picture's row in a table that exists for the picture."""
    for row in _rows_after(scope)[:1]:
        table = next(row.iterancestors("table"), None)
        if table is None or len(string(table)) > 4 * LONGEST:
            return []
        if not pictures_in(row) and _acceptable(row, LONGEST):
            return [row]
    return []


def _same_block(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
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
    if before.strip() or any(_is_teaser(one) for one in rest):
        return []
    linked = sum(len(string(link)) for one in rest for link in one.iter("a"))
    text = fold(string(parent))
    if linked > 0.5 * len(text) or phrases.NOT_A_CAPTION.match(text) or (_floats(scope) and not _ends_in_credit(text)):
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


def _next_block(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
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
    if following.tag not in _TEXT_BLOCKS or not _acceptable(following, _LONGEST_LOOSE) or _is_bold(following):
        return []
    return [following] if looks or _ends_in_credit(text_of(following)) else []


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
    return not _ends_in_credit(text_of(element)) and any(
        node.tag in ("b", "strong") for node in _only_children(element)
    )


def _only_children(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The element and those inside it that hold all of its text."""
    whole = len(string(element).strip())
    node: html.HtmlElement | None = element
    while node is not None:
        yield node
        node = next((child for child in node if len(string(child).strip()) >= 0.9 * whole > 0), None)


_CREDIT_END = re.compile(
    r"(?:^|[\s(.\-–])(?:ảnh(?: minh h[oọ][aạ]| tư liệu)?|nguồn|foto|photo|đồ họa)\s*[:/]\s*\S.{0,60}$|\((?:ảnh|"
    r"photo|foto)[^)]{0,60}\)\.?$",
    re.I,
)


def _ends_in_credit(text: str) -> bool:
    return bool(_CREDIT_END.search(text))


def _acceptable(element: html.HtmlElement, longest: int) -> bool:
    """Short enough, without pictures of its own, and not a link to another story."""
    text = fold(string(element))
    if not text or len(text) > longest or pictures_in(element):
        return False
    linked = sum(len(fold(string(link))) for link in element.iter("a") if link.get("href"))
    return linked < 0.9 * len(text) and not _is_teaser(element) and not phrases.NOT_A_CAPTION.match(text)


def _is_teaser(element: html.HtmlElement) -> bool:
    """A heading inside, or a link around it and a strong line inside: another story's headline."""
    if any(True for _ in element.iter("h1", "h2", "h3", "h4")):
        return True
    around = next(element.iterancestors("a"), None)
    return around is not None and (
        any(True for _ in element.iter("strong", "b")) or words.MAYBE_FURNITURE.name_class(around)
    )
