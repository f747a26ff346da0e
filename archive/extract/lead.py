"""The lead (sapo, standfirst): the summary printed between headline and body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from lxml import html

from archive.extract import naming_words
from archive.extract.blocks import Piece
from archive.extract.element_text import text_of
from archive.extract.parsed_page import Page
from archive.extract.xpath import selector, string
from archive.rules.base import Rules
from archive.text.folding import WHOLE, fold, letters

_LEAF = ("p", "div", "h2", "h3", "h4")
_NEAR = 2  # how many elements around the headline may hold the lead too
_SENTENCE = re.compile(r"\w\w[.!?…][\"”»’)]*$")
_SHORTEST, _LONGEST = 25, 1200  # characters
_SUBHEAD = 100  # characters of a bold line that stands above paragraphs
_TAGS = ("p", "div", "h2", "h3", "h4", "span", "strong", "section", "li", "ul")


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead's text, the element that holds it, and what found it."""

    element: html.HtmlElement
    text: str
    origin: str


def find(
    page: Page,
    rules: tuple[Rules, ...],
    body: html.HtmlElement,
    heading: html.HtmlElement | None,
    headline: str,
) -> Lead | None:
    """The lead, where the page prints one outside its paragraphs."""
    for rule in rules:
        for path in rule.lead:
            for element in selector(path)(page.root):
                if len(text_of(element, WHOLE)) >= _SHORTEST:
                    return Lead(element, text_of(element, WHOLE), f"rules:{rule.name}/{rule.version}")
    near = _between(page.root, body, heading)
    named = next((one for one in near if _named(one) and _fits(one, headline)), None)
    if named is not None:
        return Lead(named, text_of(named, WHOLE), "class")
    described = _described(page, near, body, headline)
    if described is not None:
        return Lead(described, text_of(described, WHOLE), "description")
    placed = next((one for one in near if _stands_alone(one, body, heading) and _fits(one, headline)), None)
    return Lead(placed, text_of(placed, WHOLE), "place") if placed is not None else None


def _stands_alone(element: html.HtmlElement, body: html.HtmlElement, heading: html.HtmlElement | None) -> bool:
    """Sentences without links between headline and body, in an element of their own and near the headline's."""
    if heading is None or body in element.iterancestors() or element.tag not in _LEAF:
        return False
    if not any(one in element.iterancestors() for one in islice(heading.iterancestors(), _NEAR)):
        return False
    text = fold(string(element))
    inner = next((one for one in element.iter(*_LEAF, "a", "time", "li", "h1") if one is not element), None)
    return inner is None and len(text) >= 2 * _SHORTEST and bool(_SENTENCE.search(text))


def bold(pieces: list[Piece]) -> Piece | None:
    """The first paragraph when of the first ones it alone is bold: two in five provincial papers print the lead so."""
    texts = [piece for piece in pieces if piece.kind == "paragraph"][:4]
    if len(texts) < 3 or next((piece for piece in pieces if piece.kind != "image"), None) is not texts[0]:
        return None
    first, *others = texts
    heavy = first.strong >= 0.9 * len(first.text) and 2 * _SHORTEST <= len(first.text) <= _LONGEST
    return first if heavy and not any(_is_heavy(piece) for piece in others) else None


def _is_heavy(piece: Piece) -> bool:
    """Mostly bold, and longer than the subheads that old systems print as bold paragraphs."""
    return piece.strong >= 0.5 * len(piece.text) and (
        len(piece.text) > _SUBHEAD or piece.text.endswith((".", "?", "!"))
    )


def _between(
    root: html.HtmlElement, body: html.HtmlElement, headline: html.HtmlElement | None
) -> list[html.HtmlElement]:
    """The elements from the headline to the first paragraphs of the body."""
    outer = {*body.iterancestors(), body}
    found: list[html.HtmlElement] = []
    started = headline is None
    inside = 0
    for element in root.iter(*_TAGS, "h1", "h2", "h3", body.tag):
        if element is headline:
            started = True
        if element is body or body in element.iterancestors():
            inside += 1
        if inside > 6:
            break
        if started and element.tag in _TAGS and element not in outer:
            found.append(element)
    return found[:60]


def _named(element: html.HtmlElement) -> bool:
    return naming_words.LEAD.name(element) or (
        element.get("itemprop") in ("description", "alternativeHeadline") or element.get("data-role") == "sapo"
    )


def _fits(element: html.HtmlElement, headline: str) -> bool:
    text = fold(string(element))
    if not _SHORTEST <= len(text) <= _LONGEST or element.find(".//img") is not None:
        return False
    if headline and fold(headline) in text and len(text) < 2 * len(headline):
        return False  # the headline once more, with a kicker
    return not any(
        one.tag in ("figure", "figcaption") or naming_words.GALLERY.name_class(one) for one in _around(element)
    )


def _around(element: html.HtmlElement) -> list[html.HtmlElement]:
    return [element, *islice(element.iterancestors(), 4)]


def _described(
    page: Page, near: list[html.HtmlElement], body: html.HtmlElement, headline: str
) -> html.HtmlElement | None:
    """The innermost element near the headline whose text is the page's declared description."""
    for name in ("og:description", "description", "twitter:description"):
        for content in page.metas.get(name, ()):
            wanted = letters(fold(content))
            if len(wanted) < _SHORTEST:
                continue
            for element in reversed(near):
                if _fits(element, headline) and letters(fold(string(element))) == wanted:
                    return element if _leads(element, near, body) else None
    return None


def _leads(element: html.HtmlElement, near: list[html.HtmlElement], body: html.HtmlElement) -> bool:
    """Whether it stands above the body, or is its first paragraph: some papers declare any paragraph as description."""
    if body not in element.iterancestors():
        return True
    before = near[: next(number for number, one in enumerate(near) if one is element)]
    inside = [one for one in before if one.tag == "p" and body in one.iterancestors()]
    return not any(len(string(one).strip()) > 2 * _SHORTEST and one not in element.iterancestors() for one in inside)
