"""What a picture's caption says: its two parts, from the elements that hold them."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import html

from archive.extract import credits, words
from archive.extract.folding import WHOLE, text_of
from archive.extract.text import fold

_CREDIT_DATA = ("data-author", "data-credit", "data-copyright", "data-photographer")
_DIVIDERS = ("|", "©", "(", "–")
_ITEMS = ("copyrightHolder", "creditText", "author", "copyrightNotice", "creator", "provider")
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
    caption, second = credits.split(rest) if rest else (None, None)
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
    return []


def _says_credit(element: html.HtmlElement) -> bool:
    if (element.get("itemprop") or "") in _ITEMS:
        return True
    return element.tag not in _SILENT and words.CREDIT.name_class(element)


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
