"""Finds captions by position and style: the next table row, the rest of the paragraph, the next block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html

from archive.extract import naming_words
from archive.extract.elements import is_inside, selector, string, text_of
from archive.extract.picture_urls import ENLARGEMENT_URL, has_other_pictures, pictures_in
from archive.rules import phrases
from archive.text.folding import fold, folded

LONGEST = 900  # characters; longer text beside a picture is the article

_CREDIT_END = re.compile(
    r"(?:^|[\s(.\-–])(?:ảnh(?: minh h[oọ][aạ]| tư liệu)?|nguồn|foto|photo|bild|đồ họa)\s*[:/]\s*\S.{0,60}$|\((?:ảnh|"
    r"photo|foto)[^)]{0,60}\)\.?$|©\s*\S.{0,60}$|(?<!\w)fot\.\s\S.{0,60}$|[摄攝]$",
    re.I,
)


def ends_in_credit(text: str) -> bool:
    return bool(_CREDIT_END.search(text))


def acceptable(element: html.HtmlElement, longest: int) -> bool:
    """Whether the element is short enough, without pictures of its own, and not a link to another story."""
    text = fold(string(element))
    if not text or len(text) > longest or pictures_in(element):
        return False
    linked = sum(len(fold(string(link))) for link in element.iter("a") if link.get("href"))
    return linked < 0.9 * len(text) and not is_teaser(element) and not phrases.NOT_A_CAPTION.match(text)


def is_teaser(element: html.HtmlElement) -> bool:
    """Whether the element is a teaser of another story: it holds a heading, or is in a link and holds bold text. In a
    figcaption, or a box named so, only a linked heading counts: some systems print captions as headings."""
    for heading in element.iter("h1", "h2", "h3", "h4"):
        if heading is element and ends_in_credit(fold(string(element))) and not is_inside(heading, "a"):
            continue
        if (
            not (element.tag == "figcaption" or naming_words.CAPTION.name_class(element))
            or heading.find(".//a") is not None
            or is_inside(heading, "a")
        ):
            return True
    link = next(element.iterancestors("a"), None)
    if link is not None and element.tag == "span" and ENLARGEMENT_URL.search(link.get("href") or ""):
        return False
    return link is not None and (
        any(True for _ in element.iter("strong", "b")) or naming_words.MAYBE_BOILERPLATE.name_class(link)
    )


_MAX_SIBLINGS = 8  # siblings behind a picture that are searched for a <br>
_SENTENCE_LENGTH = 110  # characters
LONGEST_LOOSE = 320  # characters
_rows_after = selector("ancestor::tr[1]/following-sibling::tr")
_TEXT_BLOCKS = frozenset(
    {"p", "div", "center", "span", "em", "i", "figcaption", "cite", "font", "h6", "h5", "small", "td", "b", "strong"}
)
_FLOAT = re.compile(r"float:\s*(?:left|right)|\balign-?(?:left|right)\b", re.I)
_MAX_MORE_PICTURES = 3  # further pictures above one line
_INLINE_TAGS = ("em", "i", "b", "strong", "span", "font", "a", "u", "small", "cite")
_CAPTION_PREFIX = re.compile(r"(?:ảnh|hình|foto|photo|写真|사진|图)\s*+\d{0,3}+\s*+[:：]", re.I)
_MOST_CHILDREN, _PARAGRAPH = 60, 60  # children of a text that are looked at; characters of a paragraph among them
_CENTRED = re.compile(r"text-align:\s*center", re.I)
_SMALL = re.compile(r"font-size:\s*(?:[6-9](?:\.\d)?pt|(?:9|1[0-2])px|0?\.[5-8]\d?r?em|(?:x-)?small)", re.I)


def second_row(scope: html.HtmlElement, _limit: html.HtmlElement) -> list[html.HtmlElement]:
    """The row below the picture's row in a short table, or the cell beside it, if the table holds nothing else."""
    table = next(scope.iterancestors("table"), None)
    if table is None or len(string(table)) > 4 * LONGEST:
        return []
    if beside := _only_text_beside(scope, table):
        return beside
    for row in _rows_after(scope)[:1]:
        if not pictures_in(row) and acceptable(row, LONGEST):
            return [row]
    return []


def _only_text_beside(scope: html.HtmlElement, table: html.HtmlElement) -> list[html.HtmlElement]:
    """The cell beside the picture's, if it is italic or ends in a credit and all the text of a table of one picture."""
    cell = next(scope.iterancestors("td", "th"), None)
    beside = cell.getnext() if cell is not None else None
    if beside is None or has_other_pictures(table, pictures_in(scope)) or not acceptable(beside, LONGEST_LOOSE):
        return []
    text = fold(string(beside))
    return [beside] if text == fold(string(table)) and (ends_in_credit(text) or _is_italic(beside)) else []


def same_block(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
    """The text behind the picture in its own paragraph, often <em> or after <br>."""
    parent = scope.getparent()
    if parent is None or parent is limit or parent.tag in ("body", "article", "main", "section"):
        return []
    if has_other_pictures(parent, set(pictures_in(scope))):
        return []
    text = folded(string(parent), 10 * LONGEST_LOOSE)
    if len(text) > LONGEST_LOOSE or not any(map(str.isalpha, text)):
        return []
    preceding_text = (parent.text or "") + "".join(
        string(child) + (child.tail or "") for child in scope.itersiblings(preceding=True)
    )
    following = list(scope.itersiblings())
    if preceding_text.strip() or any(is_teaser(sibling) for sibling in following):
        return []
    linked_length = sum(len(string(link)) for sibling in following for link in sibling.iter("a"))
    if _is_paragraph(parent, following) and len(text) > _SENTENCE_LENGTH and not ends_in_credit(text):
        return []
    if (
        linked_length > 0.5 * len(text)
        or phrases.NOT_A_CAPTION.match(text)
        or (_floats(scope) and not ends_in_credit(text))
    ):
        return []
    return _wrap_following(scope)


def _is_paragraph(box: html.HtmlElement, following: list[html.HtmlElement]) -> bool:
    """Whether what follows a picture in its box is a sentence of the article: in the paragraph that begins with the
    picture, or in blocks that are neither italic nor centred."""
    if not string(box).rstrip().endswith("."):
        return False
    if box.tag == "p":
        return not following
    blocks = [element for element in following if string(element).strip()]
    return bool(blocks) and all(
        element.tag in ("p", "div") and not _is_italic(element) and not _is_centred(element) for element in blocks
    )


def _floats(scope: html.HtmlElement) -> bool:
    """Whether the picture floats: the text beside it is then a paragraph of the article."""
    for image in (scope, *pictures_in(scope)):
        side = (image.get("align") or "").lower()
        if side in ("left", "right") or _FLOAT.search(f"{image.get('style') or ''} {image.get('class') or ''}"):
            return True
    return False


def _wrap_following(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """Wraps everything behind the picture in its parent into one element that can be read and removed."""
    parent = scope.getparent()
    if parent is None:
        return []
    wrapper = html.Element("span")
    wrapper.text, scope.tail = scope.tail, None
    for sibling in list(scope.itersiblings()):
        wrapper.append(sibling)
    if not text_of(wrapper):
        parent.append(wrapper)
        return []
    parent.append(wrapper)
    return [wrapper]


def line_below(scope: html.HtmlElement) -> list[html.HtmlElement]:
    """The line of text between the <br> behind a picture and the next <br> or picture, in a block without paragraphs:
    if it begins or ends like a caption, or is centred or italic."""
    parent = scope.getparent()
    if (
        parent is None
        or (scope.tail or "").strip()
        or all(sibling.tag != "br" for sibling in islice(scope.itersiblings(), _MAX_SIBLINGS))
    ):
        return []
    start, picture_count = scope.getnext(), 0
    while start is not None and (start.tag != "br" or not (start.tail or "").strip()) and not string(start).strip():
        picture_count += len(pictures_in(start))
        following = start.getnext()
        is_blank_line = start.tag == "br" and following is not None and following.tag == "br" and not following.tail
        if (start.tail or "").strip() or picture_count > _MAX_MORE_PICTURES or is_blank_line:
            return []
        start = start.getnext()
    elements = _inline_elements(start) if start is not None else []
    opening = start.tail if start is not None and start.tag == "br" else None
    text = fold((opening or "") + "".join(string(element) + (element.tail or "") for element in elements))
    if not text or len(text) > LONGEST_LOOSE or phrases.NOT_A_CAPTION.match(text):
        return []
    is_caption_like = _CAPTION_PREFIX.match(text) or ends_in_credit(text) or _is_centred_or_italic(parent, elements)
    return _wrap_line(start, elements) if is_caption_like and start is not None else []


def _inline_elements(start: html.HtmlElement) -> list[html.HtmlElement]:
    """The inline elements from here to the next <br>, block or picture, without a <br> at the start."""
    elements: list[html.HtmlElement] = []
    element = start.getnext() if start.tag == "br" else start
    while element is not None and element.tag in _INLINE_TAGS and not pictures_in(element):
        elements.append(element)
        element = element.getnext()
    return elements


def _is_centred_or_italic(parent: html.HtmlElement, elements: list[html.HtmlElement]) -> bool:
    enclosing = [parent, *islice(parent.iterancestors("div", "p", "span", "center", "em", "i"), 2)]
    enclosing = [element for element in enclosing if element.tag not in ("em", "i") or len(pictures_in(element)) < 2]
    if len(string(parent)) > 4 * LONGEST and parent.tag not in ("em", "i", "span", "center"):
        enclosing = []
    candidates = [*enclosing, *(elements if len(elements) == 1 and not (elements[0].tail or "").strip() else [])]
    return any(_looks_italic(element) or _looks_centred(element) for element in candidates)


def _looks_italic(element: html.HtmlElement) -> bool:
    return element.tag in ("em", "i") or "italic" in (element.get("style") or "")


def _looks_centred(element: html.HtmlElement) -> bool:
    is_aligned = element.tag == "center" or (element.get("align") or "").lower() == "center"
    return is_aligned or bool(_CENTRED.search(element.get("style") or ""))


def _wrap_line(start: html.HtmlElement, elements: list[html.HtmlElement]) -> list[html.HtmlElement]:
    """Wraps the line in place into one element."""
    parent = start.getparent()
    if parent is None:
        return []
    wrapper = html.Element("span")
    index = parent.index(start)
    if start.tag == "br":
        wrapper.text, start.tail = start.tail, None
        index += 1
    for element in elements:
        wrapper.append(element)
    parent.insert(index, wrapper)
    return [wrapper]


def next_block(scope: html.HtmlElement, limit: html.HtmlElement) -> list[html.HtmlElement]:
    """The block after the picture when it is centred, italic, or ends in a credit."""
    current = scope
    while True:
        if (current.tail or "").strip():
            return []
        following = _next_with_text(current)
        if following is not None:
            break
        parent = current.getparent()
        if parent is None or parent is limit or parent.tag in ("td", "body"):
            return []
        if any(map(str.isalpha, string(parent))):
            return []
        current = parent
    is_caption_like = (_is_centred(following) and not _is_all_centred(following.getparent())) or (
        _is_italic(following) and not _is_all_italic(following.getparent())
    )
    is_caption_like |= any(map(naming_words.CREDIT.name_class, islice(following.iterdescendants(), _MAX_SIBLINGS)))
    is_caption_like |= _is_small(following) and not any(map(_is_small, islice(following.itersiblings("p"), 3)))
    if following.tag in ("h1", "h2", "h3", "h4"):
        return [following] if ends_in_credit(text_of(following)) and acceptable(following, LONGEST_LOOSE) else []
    if following.tag not in _TEXT_BLOCKS or not acceptable(following, LONGEST_LOOSE) or _is_bold(following):
        return []
    return [following] if is_caption_like or ends_in_credit(text_of(following)) else []


def _next_with_text(element: html.HtmlElement) -> html.HtmlElement | None:
    for following in element.itersiblings():
        if any(map(str.isalpha, string(following))) or pictures_in(following):  # not how many pictures there are
            return following
        if (following.tail or "").strip():
            return None
    return None


def _is_centred(element: html.HtmlElement) -> bool:
    return any(_looks_centred(node) or naming_words.CENTRED.name_class(node) for node in _whole_text_chain(element))


def _is_italic(element: html.HtmlElement) -> bool:
    return any(map(_looks_italic, _whole_text_chain(element)))


def _is_small(element: html.HtmlElement) -> bool:
    """Whether an element is set in small letters."""
    return any(
        node.tag == "small" or (node.tag == "font" and node.get("size") in ("1", "2")) or _SMALL.search(style)
        for node in _whole_text_chain(element)
        if (style := node.get("style") or "") or node.tag in ("small", "font")
    )


def _is_all_italic(parent: html.HtmlElement | None) -> bool:
    """Whether a text is italic as a whole: italics then mark no caption."""
    length = len(string(parent)) if parent is not None else 0
    italic = sum(len(string(child)) for child in parent if child.tag in ("em", "i")) if parent is not None else 0
    return length > LONGEST_LOOSE and italic > 0.7 * length


def _is_all_centred(parent: html.HtmlElement | None) -> bool:
    """Whether a text is centred as a whole, its paragraphs behind paragraphs too: centring then marks no caption."""
    centred = other = behind_text = 0
    after_picture = True
    for child in islice(parent, _MOST_CHILDREN) if parent is not None else ():
        length = len(string(child).strip())
        if length >= _PARAGRAPH:
            is_centred = _is_centred(child)
            centred, other = centred + is_centred, other + (not is_centred)
            behind_text += is_centred and not after_picture
        after_picture = bool(pictures_in(child)) or (after_picture and not length)
    return behind_text > 1 and centred > 4 * other


def _is_bold(element: html.HtmlElement) -> bool:
    return not ends_in_credit(text_of(element)) and any(
        node.tag in ("b", "strong") for node in _whole_text_chain(element)
    )


def _whole_text_chain(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yields the element and each descendant that holds nearly all of its text."""
    length = len(string(element).strip())
    node: html.HtmlElement | None = element
    while node is not None:
        yield node
        node = next((child for child in node if len(string(child).strip()) >= 0.9 * length > 0), None)
