"""Finds the lead (sapo, standfirst): the summary printed between headline and body."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice, takewhile

from lxml import html

from archive.extract import datelines, naming_words
from archive.extract.blocks import Piece
from archive.extract.body_containers import is_teaser_text
from archive.extract.elements import is_excluded, is_inside, label, linked_length, selector, string, text_of
from archive.extract.parsed_page import Page
from archive.rules import phrases
from archive.rules.xpath_rules import Rules
from archive.text.folding import WHOLE, fold, letters

_LEAF_TAGS = ("p", "div", "td", "h2", "h3", "h4")
_MAX_IN_PICTURE_BOX = 2  # elements
_MAX_SHARED_LEVELS = 2  # ancestors of the headline that may contain the lead too, not counting those of one line
_LINE_TAGS = frozenset({"font", "b", "strong", "span", "center", "td", "tr"})
_SENTENCE_END = re.compile(r"\w\w[.!?…][\"”»’)]*$")
_MIN_LENGTH, _MAX_LENGTH = 25, 1200  # characters
_MIN_SUBTITLE = 50
_MIN_OPENING = 100  # characters of a paragraph between headline and body
_MAX_SUBHEAD = 100  # characters of a bold paragraph that is a subhead
_LEAD_TAGS = ("p", "div", "td", "h2", "h3", "h4", "span", "b", "strong", "section", "li", "ul")


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead: its element, text and origin."""

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
    """The lead by rule, class, declared description or position; None if there is none."""
    near = _between_headline_and_body(page.root, body, heading)
    datelines.set_apart(near)
    for rule in rules:
        for expression in rule.lead:
            for element in selector(expression)(page.root):
                if len(text_of(element, WHOLE)) >= _MIN_LENGTH:
                    datelines.set_apart(element)
                    return Lead(element, text_of(element, WHOLE), f"rules:{rule.name}/{rule.version}")

    def first(fits: Callable[[html.HtmlElement], bool]) -> html.HtmlElement | None:
        return next((node for node in near if fits(node) and _is_candidate(node, headline)), None)

    if (element := first(_is_named_lead)) is not None:
        return Lead(element, text_of(element, WHOLE), "class")
    if (element := _described(page, near, body, headline)) is not None:
        return Lead(element, text_of(element, WHOLE), "description")
    if (
        element := first(lambda node: _is_subtitle(node, heading) or _is_sole_paragraph(node, body, heading))
    ) is not None:
        return Lead(element, text_of(element, WHOLE), "place")
    return None


def _is_subtitle(element: html.HtmlElement, heading: html.HtmlElement | None) -> bool:
    """Whether an element is a lower heading next behind the headline, as long as a sentence."""
    if heading is None or element is not heading.getnext() or element.tag not in ("h2", "h3", "h4"):
        return False
    is_linked = element.find(".//a") is not None or heading.find(".//a") is not None  # the site's name, its motto
    return len(fold(string(element))) >= _MIN_SUBTITLE and not is_linked


def _is_sole_paragraph(element: html.HtmlElement, body: html.HtmlElement, heading: html.HtmlElement | None) -> bool:
    """Whether an element between headline and body holds only sentences without links, near the headline."""
    if heading is None or body in element.iterancestors() or element.tag not in _LEAF_TAGS:
        return False
    around = (outer for outer in heading.iterancestors() if outer.tag not in _LINE_TAGS)
    if not any(inner in element.iterancestors() for inner in islice(around, _MAX_SHARED_LEVELS)):
        return False
    text = fold(string(element))
    nested = next(
        (descendant for descendant in element.iter(*_LEAF_TAGS, "a", "time", "li", "h1") if descendant is not element),
        None,
    )
    return nested is None and len(text) >= 2 * _MIN_LENGTH and bool(_SENTENCE_END.search(text))


def opening(page: Page, body: html.HtmlElement, heading: html.HtmlElement | None) -> list[html.HtmlElement]:
    """The first paragraphs of the text, where they stand in a box of their own between headline and body, and only
    there."""
    if heading is None:
        return []
    region = {*heading.iterancestors()}
    found = [
        element
        for element in _between_headline_and_body(page.root, body, heading)
        if element.tag in _LEAF_TAGS and body not in element.iterancestors() and _is_opening(element, region)
    ]
    printed = letters(string(body)) if found else ""
    return [element for element in found if letters(string(element)) not in printed]


def _is_opening(element: html.HtmlElement, region: set[html.HtmlElement]) -> bool:
    if next(islice(element.iter(*_LEAF_TAGS, "li"), 1, None), None) is not None:
        return False
    text = fold(string(element))
    if len(text) < _MIN_OPENING or not _SENTENCE_END.search(text) or linked_length(element) > 0.3 * len(text):
        return False
    boxes = takewhile(lambda box: box not in region, (element, *element.iterancestors()))
    if _is_teaser_or_note(element, text):
        return False
    return not any(is_excluded(box, label(box)) for box in boxes)


def _is_teaser_or_note(element: html.HtmlElement, text: str) -> bool:
    return is_teaser_text(element) or is_inside(element, "a") or bool(phrases.DISCLOSURE.search(text))


def bold(pieces: list[Piece]) -> Piece | None:
    """The first paragraph if of the first four only it is bold: two in five provincial papers print the lead so."""
    texts = [piece for piece in pieces if piece.kind == "paragraph"][:4]
    if len(texts) < 3 or next((piece for piece in pieces if piece.kind != "image"), None) is not texts[0]:
        return None
    first, *others = texts
    is_lead = first.strong >= 0.9 * len(first.text) and 2 * _MIN_LENGTH <= len(first.text) <= _MAX_LENGTH
    return first if is_lead and not any(_is_bold(piece) for piece in others) else None


def _is_bold(piece: Piece) -> bool:
    """Whether a paragraph is mostly bold and not a subhead, which old systems print as a bold paragraph."""
    return piece.strong >= 0.5 * len(piece.text) and (
        len(piece.text) > _MAX_SUBHEAD or piece.text.endswith((".", "?", "!"))
    )


def _between_headline_and_body(
    root: html.HtmlElement, body: html.HtmlElement, headline: html.HtmlElement | None
) -> list[html.HtmlElement]:
    """The elements from the headline to the first paragraphs of the body."""
    body_ancestors = {*body.iterancestors(), body}
    elements: list[html.HtmlElement] = []
    started = headline is None
    in_body = 0
    for element in root.iter(*_LEAD_TAGS, body.tag, *([headline.tag] if headline is not None else [])):
        if element is headline:
            started = True
        if element is body or (in_body and body in element.iterancestors()):
            in_body += 1
        elif in_body:
            break  # behind the body
        if in_body > 6:
            break
        if started and element.tag in _LEAD_TAGS and element not in body_ancestors:
            elements.append(element)
    return elements[:60]


def _is_named_lead(element: html.HtmlElement) -> bool:
    if element.get("itemprop") in ("description", "alternativeHeadline") or element.get("data-role") == "sapo":
        return True
    if element.tag == "p" and "subheader" in (element.get("class") or "").lower():
        return True  # a box named so holds more than the lead
    return naming_words.LEAD.name(element) and not (_describes_picture(element) or _is_credited(element))


def _is_credited(element: html.HtmlElement) -> bool:
    """Whether an element holds the credit of a picture: it is its caption."""
    return any(naming_words.CREDIT.name_class(inner) for inner in element.iterdescendants("span", "cite", "small"))


def _describes_picture(element: html.HtmlElement) -> bool:
    """Whether a description has a box in common with a picture and with nothing else."""
    box = element.getparent()
    is_description = "desc" in (element.get("class") or "").lower()
    return is_description and box is not None and box.find(".//img") is not None and len(box) <= _MAX_IN_PICTURE_BOX


def _is_candidate(element: html.HtmlElement, headline: str) -> bool:
    text = fold(string(element))
    if not _MIN_LENGTH <= len(text) <= _MAX_LENGTH or element.find(".//img") is not None:
        return False
    if _is_teaser_or_note(element, text):
        return False
    if headline and fold(headline) in text and len(text) < 2 * len(headline):
        return False  # the repeated headline, with a kicker
    boxes = (element, *islice(element.iterancestors(), 4))
    return not any(box.tag in ("figure", "figcaption") or naming_words.GALLERY.name_class(box) for box in boxes)


def _described(
    page: Page, near: list[html.HtmlElement], body: html.HtmlElement, headline: str
) -> html.HtmlElement | None:
    """The innermost element near the headline whose text equals the declared description."""
    names = ("og:description", "description", "twitter:description")
    wanted_keys = [
        key
        for name in names
        for content in page.metas.get(name, ())
        if len(key := letters(fold(content))) >= _MIN_LENGTH
    ]
    keys = [(element, letters(fold(string(element)))) for element in reversed(near)] if wanted_keys else []
    for wanted in wanted_keys:
        for element, key in keys:
            if key == wanted and _is_candidate(element, headline):
                return element if _opens_body(element, near, body) else None
    return None


def _opens_body(element: html.HtmlElement, near: list[html.HtmlElement], body: html.HtmlElement) -> bool:
    """Whether it is above the body or its first paragraph: some papers declare any paragraph as description."""
    if body not in element.iterancestors():
        return True
    before = near[: next(index for index, element_before in enumerate(near) if element_before is element)]
    paragraphs = [node for node in before if node.tag == "p" and body in node.iterancestors()]
    return not any(
        len(string(element_before).strip()) > 2 * _MIN_LENGTH and element_before not in element.iterancestors()
        for element_before in paragraphs
    )
