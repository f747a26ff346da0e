"""What a picture's caption says: its two parts, from the elements that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import html

from archive.extract import credits, naming_words
from archive.extract.element_text import text_of
from archive.text.folding import WHOLE, fold

_CREDIT_DATA = ("data-author", "data-credit", "data-copyright", "data-photographer")
_DASHES = " -–—|/,;"
_DIVIDERS = ("|", "©", "(", "–")
_ITEMS = ("copyrightHolder", "creditText", "author", "copyrightNotice", "creator", "provider")
_LONGEST_NAME, _SHORTEST_BEFORE = 100, 8  # characters of a credit set apart, of the caption before it
_ENDED = re.compile(r"[.!?…”\"|/–—-]$")
_LONGEST_CREDIT = 200
_LONGEST_REST = 150  # characters of a figure's other text that can be a credit
_SILENT = ("img", "figure", "picture", "amp-img")

Printed = tuple[str | None, str | None, str | None]
"""(caption_raw, caption, credit)"""


def read(captions: list[html.HtmlElement], scope: html.HtmlElement) -> Printed:
    """What is printed for the pictures in `scope`; captions are the elements found to hold the caption."""
    credited = _credit_elements(captions, scope)
    raw = " ".join(_unique(text_of(element, WHOLE) for element in captions))
    outside = [
        one for one in credited if not any(within is one or within in one.iterancestors() for within in captions)
    ]
    named = " ".join(_unique(text_of(element, WHOLE) for element in credited))
    rest = _without(captions, credited)
    if not credited:
        named = _rest_of(_wrapper(scope, captions), captions)
    printed = " ".join(_unique([raw, *(text_of(element, WHOLE) for element in outside)])) or None
    if not named or (not rest and len(named) > 60):
        return printed, *credits.split(rest or named)
    caption, second = credits.split(rest.rstrip(_DASHES)) if rest else (None, None)
    if second and not credited:
        return printed, caption, second
    return printed, caption, credits.name_only(named) or second


def credit_in_title(caption: str | None, images: list[html.HtmlElement]) -> str | None:
    """`title="Caption | Getty Images/Naomi Baker"`: the credit that stands behind the caption in an attribute."""
    for image in images if caption else ():
        title = fold(image.get("title") or "")
        rest = title[len(caption or "") :].strip()
        if title.startswith(caption or "") and rest[:1] in _DIVIDERS and 3 < len(rest) < 100:
            return credits.name_only(rest.lstrip("|,;–- ")) or None
    return None


def credit_elements_of(captions: list[html.HtmlElement], scope: html.HtmlElement) -> list[html.HtmlElement]:
    """The elements outside the captions that name the picture's maker: they are taken out of the text too."""
    return [
        one
        for one in _credit_elements(captions, scope)
        if not any(within in one.iterancestors() for within in captions)
    ]


def credit_in_data(image: html.HtmlElement) -> str | None:
    """`data-author="Nam Trần"`, as some systems keep the photographer on the picture."""
    given = next((value for name in _CREDIT_DATA if (value := fold(image.get(name) or ""))), "")
    return credits.name_only(given) or None if 1 < len(given) < 100 else None


def _credit_elements(captions: list[html.HtmlElement], scope: html.HtmlElement) -> list[html.HtmlElement]:
    for root in (*captions, scope):
        found: list[html.HtmlElement] = []
        for element in root.iter():
            if any(ancestor in found for ancestor in element.iterancestors()):
                continue
            if _says_credit(element) and 0 < len(text_of(element, WHOLE)) <= _LONGEST_CREDIT:
                found.append(element)
        if found:
            return found
    return [one for one in map(_set_apart, captions) if one is not None][:1]


def _says_credit(element: html.HtmlElement) -> bool:
    if (element.get("itemprop") or "") in _ITEMS:
        return True
    if element.tag in _SILENT:
        return False
    return naming_words.CREDIT.name_class(element) or (naming_words.MAKER.name_class(element) and _in_caption(element))


def _in_caption(element: html.HtmlElement) -> bool:
    return any(
        one.tag in ("figcaption", "figure") or naming_words.CAPTION.name_class(one) for one in element.iterancestors()
    )


def _set_apart(caption: html.HtmlElement) -> html.HtmlElement | None:
    """The last element of a caption, where it holds a name and the caption stands before it: `<cite>Ngọc Ánh</cite>`,
    a second line, a link behind the last sentence."""
    last = _last(caption)
    if last is None:
        return None
    text = text_of(last, WHOLE)
    before = text_of(caption, WHOLE).removesuffix(text).rstrip()
    if len(before) < _SHORTEST_BEFORE or before.endswith((":", "：")) or not 1 < len(text) <= _LONGEST_NAME:
        return None
    if last.tag in ("cite", "small", "footer"):
        return last
    return last if credits.is_name(text) and (_ENDED.search(before) or _stands_apart(last)) else None


def _last(caption: html.HtmlElement) -> html.HtmlElement | None:
    """The innermost element that ends a caption and has text of the caption before it."""
    inner = caption
    while len(inner):
        end = inner[-1]
        tail = (end.tail or "").strip()
        if end.tag == "br" and tail:
            line = html.Element("span")
            line.text, end.tail = end.tail, None
            inner.append(line)
            return line
        if tail or not isinstance(end.tag, str) or not text_of(end, WHOLE):
            return None
        if (inner.text or "").strip() or any(text_of(one, WHOLE) or (one.tail or "").strip() for one in inner[:-1]):
            return end
        inner = end
    return None


def _stands_apart(last: html.HtmlElement) -> bool:
    """On a line of its own, or beside an element of the same kind that holds the caption."""
    before = last.getprevious()
    return before is not None and (before.tag == "br" or (before.tag == last.tag and not (before.tail or "").strip()))


def _wrapper(scope: html.HtmlElement, captions: list[html.HtmlElement]) -> html.HtmlElement | None:
    """The element that holds the pictures, their caption and nothing else."""
    if scope.tag == "figure":
        return scope
    for ancestor in scope.iterancestors():
        if captions and any(one in captions for one in ancestor.iterdescendants()):
            others = len(list(ancestor.iter("img", "amp-img"))) > len(list(scope.iter("img", "amp-img")))
            return None if others or ancestor.tag in ("body", "article", "main", "td") else ancestor
    return None


def _rest_of(figure: html.HtmlElement | None, captions: list[html.HtmlElement]) -> str:
    """What else a figure says, when it is short: `<footer>Imago/dpa</footer>`."""
    if figure is None:
        return ""
    text = text_of(figure, WHOLE)
    for element in captions:
        text = _cut(text, text_of(element, WHOLE))
    return text if 2 < len(text) <= _LONGEST_REST else ""


def _without(captions: list[html.HtmlElement], credited: list[html.HtmlElement]) -> str:
    """The text of the captions without the credit elements inside them."""
    texts = []
    for element in captions:
        if element in credited:
            continue
        text = text_of(element, WHOLE)
        for credit in credited:
            if element in credit.iterancestors():
                text = _cut(text, text_of(credit, WHOLE))
        texts.append(text)
    return " ".join(_unique(texts))


def _cut(text: str, part: str) -> str:
    before, found, after = text.rpartition(part)
    return fold(f"{before} {after}") if found else text


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))
