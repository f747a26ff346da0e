"""Finds the captions of a picture, in every form newsrooms print them, and tells other stories' pictures."""

from __future__ import annotations

import re
from itertools import islice

from lxml import html

from archive.extract import credits, naming_words
from archive.extract.boilerplate import drop
from archive.extract.captions_by_position import (
    LONGEST,
    LONGEST_LOOSE,
    acceptable,
    ends_in_credit,
    line_below,
    next_block,
    same_block,
    second_row,
)
from archive.extract.elements import selector, string, text_of
from archive.extract.picture_urls import ENLARGEMENT_URL, has_other_pictures, pictures_in
from archive.text.folding import WHOLE

_MAX_CARD_DEPTH, _MAX_CARD_CHILDREN = 5, 12  # ancestors, children
_MAX_CARD_TEXT, _MIN_CARD_LINKED = 400, 0.5  # characters, linked share of them
_MAX_BESIDE = 4  # elements
_MIN_TITLE, _TITLE_SHARE = 20, 0.8  # characters of another page's title, share of its element
_MOST_SIBLINGS = 1000  # elements in a box that is searched for a caption, once for each picture
_LONGEST_ROW = 4  # pictures side by side
_MOST_PICTURES = 30  # in a figure; in a larger one each picture stands alone
_MOST_CAPTIONS = 50  # of one picture

CAPTION = "data-luubao-caption"
"""Attribute of captions: those that the rules of an outlet or a family select, and those named as such."""

_marked = selector(f"descendant::*[@{CAPTION}]")
_KIND = re.compile(r"photo|foto|bild|image|imagen|zdjęcie|ảnh|фото|video|wideo", re.I)  # what a box says it shows
_CREDITED = 120  # characters at the end of a link that are searched for a credit
_SHORTEST_UNCREDITED = 8  # characters; a word such as "Video" is no caption


def mark(root: html.HtmlElement) -> None:
    """Marks the elements named as captions, once for all pictures in this element."""
    for element in root.iter():
        named = element.tag == "figcaption" or "caption" in (element.get("itemprop") or "")
        if named or naming_words.CAPTION.name_class(element):
            element.set(CAPTION, "")


def scope_of(image: html.HtmlElement, limit: html.HtmlElement) -> html.HtmlElement:
    """The innermost figure of a few pictures around this one, or the outermost element with the picture and no text."""
    for ancestor in image.iterancestors():
        if ancestor is limit:
            break
        if ancestor.tag == "figure":
            if len(pictures_in(ancestor)) > _MOST_PICTURES:
                break
            return ancestor
    scope = image
    while (parent := scope.getparent()) is not None and parent is not limit and parent.tag not in ("td", "body"):
        if has_other_pictures(parent, (image,)) or string(parent).strip():
            break
        scope = parent
    return _row_around(scope, limit)


def _row_around(scope: html.HtmlElement, limit: html.HtmlElement) -> html.HtmlElement:
    """The paragraph of a row of pictures without text, above one caption; else the picture."""
    row = scope.getparent()
    if row is None or row is limit or row.tag not in ("p", "div", "center") or len(row) > 2 * _LONGEST_ROW:
        return scope
    if string(row).strip():
        return scope
    picture_counts = [len(pictures_in(child)) for child in row if child.tag != "br"]
    is_inline = all(child.tag in ("img", "amp-img", "a", "span", "br") for child in row)
    return row if is_inline and 1 < len(picture_counts) <= _LONGEST_ROW and set(picture_counts) == {1} else scope


def captions_of(scope: html.HtmlElement, limit: html.HtmlElement, loose: bool) -> list[html.HtmlElement]:
    """The caption elements of the pictures in `scope`, none without a caption.

    loose: also accept captions found only by position (inside the body, where old systems print them so).
    """
    for find in (_captions_inside, _captions_around):
        elements = find(scope, limit)
        if elements:
            return elements[:_MOST_CAPTIONS]
    if links_elsewhere(scope):
        return []
    if loose and (boxed := _in_picture_box(scope, limit) or _only_text(scope)):
        return boxed
    if loose and (caption_line := line_below(scope)):
        return caption_line
    for find in (second_row, same_block, next_block):
        elements = find(scope, limit)
        if elements:
            text = text_of(elements[0], WHOLE)
            has_credit = credits.split(text)[1] is not None
            return elements if has_credit or (loose and len(text) >= _SHORTEST_UNCREDITED) else []
    return []


def links_to_other_page(scope: html.HtmlElement) -> bool:
    """Whether the picture links to another page."""
    link = link_around(scope)
    return link is not None and not ENLARGEMENT_URL.search(link.get("href", ""))


def link_around(scope: html.HtmlElement) -> html.HtmlElement | None:
    """The link that the picture is in."""
    around = (scope, *scope.iterancestors("a"))
    return next((element for element in around if element.tag == "a" and element.get("href")), None)


def links_elsewhere(scope: html.HtmlElement) -> bool:
    """Whether a link around picture and text leads to another page, not to an enlargement: the text is its title."""
    link = link_around(scope)
    words = string(link).strip() if link is not None and links_to_other_page(link) else ""
    return bool(words) and not ends_in_credit(words[-_CREDITED:])


def is_teaser(picture: html.HtmlElement, elements: list[html.HtmlElement]) -> bool:
    """Whether the picture and the text beside it link to the same other page: a teaser of another story."""
    link = link_around(picture)
    if link is None or not links_to_other_page(link):
        return False
    links = (other for element in elements for other in (*element.iter("a"), *element.iterancestors("a")))
    return any(other.get("href") == link.get("href") for other in links)


def _in_picture_box(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
    """The one short text in a box named after its picture: `<div class=img><img><p>`."""
    box = scope.getparent()
    if box is None or box is limit or not naming_words.PICTURE_BOX.name_class(box):
        return []
    texts = [element for element in box if element is not scope and string(element).strip()]
    for element in [element for element in texts if _KIND.fullmatch(string(element).strip())]:
        drop(element)
        texts.remove(element)
    if len(texts) == 1 and not any(map(str.isalpha, string(texts[0]))):
        drop(texts[0])  # the number of the picture, or of pictures behind it
        return []
    is_caption = (
        len(texts) == 1 and acceptable(texts[0], LONGEST_LOOSE) and texts[0].tag not in ("h1", "h2", "h3", "h4")
    )
    return texts if is_caption and len(pictures_in(box)) == len(pictures_in(scope)) else []


def _captions_inside(scope: html.HtmlElement, _limit: html.HtmlElement) -> list[html.HtmlElement]:
    captions = [element for element in scope.iter("figcaption") if acceptable(element, LONGEST)]
    if captions:
        outer = set(captions)  # some pages print one each for phones and desktops, one in the other
        return [element for element in captions if outer.isdisjoint(element.iterancestors())]
    return _caption_elements(scope) or _around_credit(scope)


def _only_text(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """The child of a figure of one picture that holds all its text."""
    children = [child for child in scope if string(child).strip()] if scope.tag == "figure" else []
    is_whole = len(children) == 1 == len(pictures_in(scope)) and acceptable(children[0], LONGEST_LOOSE)
    return children if is_whole and len(string(children[0]).strip()) >= _SHORTEST_UNCREDITED else []


def _around_credit(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """The box of a figure that holds its credit and other text."""
    credited = [element for element in scope.iter() if naming_words.CREDIT.name_class(element)]
    box = credited[0].getparent() if len(credited) == 1 and scope.tag == "figure" else None
    if box is None or box is scope or not acceptable(box, LONGEST):
        return []
    return [box] if len(text_of(box, WHOLE)) > len(text_of(credited[0], WHOLE)) + _SHORTEST_UNCREDITED else []


def _caption_elements(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """Outermost marked elements."""
    elements: dict[html.HtmlElement, None] = {}
    for element in _marked(scope):
        if acceptable(element, LONGEST) and not any(ancestor in elements for ancestor in element.iterancestors()):
            elements[element] = None
    return list(elements)


def _captions_around(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
    """A figcaption or caption class beside the picture: in the nearest ancestors without another picture."""
    current, own_pictures = scope, set(pictures_in(scope))
    for _ in range(4):
        parent = current.getparent()
        if parent is None or parent is limit or parent.tag in ("body", "article", "main"):
            break
        if len(parent) > _MOST_SIBLINGS or ((marked := _marked(parent)) and len(string(parent)) > 3 * LONGEST):
            break
        if captions := _caption_elements(parent) if marked else []:
            # several pictures may share one caption: figure, figure, figcaption
            is_shared = len(captions) == 1 and len(pictures_in(parent)) <= 6 and captions[0].getparent() is parent
            is_own = is_shared or not has_other_pictures(parent, own_pictures)
            return captions if is_own else _next_caption(current)
        current = parent
    return _next_caption(scope)


def _next_caption(scope: html.HtmlElement) -> list[html.HtmlElement]:
    following = scope.getnext()
    if following is not None and following.get(CAPTION) is not None and acceptable(following, LONGEST):
        return [following]
    return []


def is_card(scope: html.HtmlElement, region: html.HtmlElement) -> bool:
    """Whether the picture belongs to a teaser of another story: its box holds a link and little else."""
    for box in islice(scope.iterancestors(), _MAX_CARD_DEPTH):
        if box is region or box.tag in ("body", "article", "main") or len(box) > _MAX_CARD_CHILDREN:
            return False
        size = len(text_of(box, _MAX_CARD_TEXT + 1))
        if size > _MAX_CARD_TEXT:
            return False
        if size:
            linked = sum(len(text_of(link, _MAX_CARD_TEXT)) for link in box.iter("a") if links_to_other_page(link))
            return linked > _MIN_CARD_LINKED * size
    return False


def is_of_another_story(picture: html.HtmlElement, region: html.HtmlElement) -> bool:
    """Whether the picture is a teaser's: its small box holds another page's title, to which the picture leads too, or
    stands beside another box of the kind."""
    target = _target(link_around(picture)) if links_to_other_page(picture) else ""
    for box in islice(picture.iterancestors(), _MAX_CARD_DEPTH + 2):
        if box is region or box.tag in ("body", "main") or len(box) > _MAX_CARD_CHILDREN:
            return False
        if len(text_of(box, _MAX_CARD_TEXT + 1)) > _MAX_CARD_TEXT:
            return False
        title = _title_in(box)
        beside = (*islice(box.itersiblings(), _MAX_BESIDE), *islice(box.itersiblings(preceding=True), _MAX_BESIDE))
        twins = (twin for twin in beside if twin.tag == box.tag and len(twin) <= _MAX_CARD_CHILDREN)
        if title and (title == target or any(twin.find(".//img") is not None and _title_in(twin) for twin in twins)):
            return True
    return False


def _title_in(box: html.HtmlElement) -> str:
    """The address of the link in a box that is another page's title: long, most of the box or alone in its element."""
    size = len(text_of(box))
    for link in islice(box.iter("a"), _MAX_CARD_CHILDREN):
        length, parent = len(text_of(link)), link.getparent()
        if length < _MIN_TITLE or not links_to_other_page(link) or parent is None:
            continue
        if length > _MIN_CARD_LINKED * size or (parent is not box and length > _TITLE_SHARE * len(text_of(parent))):
            return _target(link)
    return ""


def _target(link: html.HtmlElement | None) -> str:
    return (link.get("href") or "") if link is not None else ""
