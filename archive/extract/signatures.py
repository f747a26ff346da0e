"""The signature of an article: the short line before the first or behind the last paragraph that names its author.

Vietnamese papers sign under the text: bold, at the right margin, often with an agency or a remark in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from archive.extract.authorship import LONGEST, Byline, is_byline, is_house, line_in, names_in
from archive.extract.bylines import authors_of, is_person_like
from archive.extract.element_text import text_of
from archive.extract.surroundings import barred, beyond, elements_of, ends_article, label

MOST_PARAGRAPHS = 3_000
# A paragraph of running text: of a div only what stands in it directly counts.
_RUNNING = etree.XPath(
    "//p[string-length(normalize-space()) > 79] | //div[text()[string-length(normalize-space()) > 79]]"
    " | //font[text()[string-length(normalize-space()) > 79]]"
)
SHORT = 90  # characters of a signature
MOST_BEHIND = 36  # elements behind the last paragraph of running text
_RIGHT = re.compile(r"text-align:\s*(?:right|end)", re.I)
_SENTENCE = re.compile(r"(?<!\b\w)[.!?…:]\s*$|(?<!\b\w)[.!?]\s")  # initials are none: `K. Miên`, `H.V.`


@dataclass(frozen=True, slots=True)
class Body:
    """The first and the last paragraph of running text that share one container."""

    first: HtmlElement
    last: HtmlElement


def body_of(root: HtmlElement) -> Body | None:
    """The ends of the most paragraphs of running text that share a container; None where there are none."""
    found: dict[HtmlElement, list[HtmlElement]] = {}
    for paragraph in elements_of(_RUNNING, root)[:MOST_PARAGRAPHS]:
        outer = paragraph
        while outer.tag == "font" and (around := outer.getparent()) is not None and len(around) == 1:
            outer = around
        parent = outer.getparent()
        if parent is not None:
            found.setdefault(parent, []).append(outer)
    longest = max(found.values(), key=len, default=[])
    return Body(longest[0], longest[-1]) if longest else None


def signature(body: Body, vietnamese: bool, house: frozenset[str]) -> Byline | None:
    """The line that signs the article with another name than its house's: behind its text, else in bold before it."""
    for element, names in _candidates(body, vietnamese):
        if names and not all(is_house(name, house) for name in names):
            return Byline("signature", line_in(element, names), names, (element,))
    return None


def _candidates(body: Body, vietnamese: bool) -> Iterator[tuple[HtmlElement, tuple[str, ...]]]:
    """Elements that may sign, the likeliest first, with their names."""
    end = _bold_end(body.last) if vietnamese else None
    if end is not None:
        yield end, _bold_names(end)
    for element in _behind(body.last):
        yield element, _signed(element, vietnamese)
    opening = body.first.getprevious()
    if opening is not None and opening.tag == "p":
        yield opening, _bold_names(opening)


def _bold_end(last: HtmlElement) -> HtmlElement | None:
    """The bold element that ends a text which only line breaks divide."""
    end = last[-1] if last.tag == "div" and len(last) else None
    return end if end is not None and end.tag in ("b", "strong") and not (end.tail or "").strip() else None


def _behind(last: HtmlElement) -> Iterator[HtmlElement]:
    """Elements behind the text, up to the first heading of a related list."""
    node, seen = beyond(last), 0
    while node is not None and seen < MOST_BEHIND:
        seen += 1
        if not isinstance(node.tag, str) or barred(node, label(node)):
            node = beyond(node)
            continue
        if ends_article(node):
            return
        yield node
        node = node[0] if len(node) else beyond(node)


def _signed(element: HtmlElement, vietnamese: bool) -> tuple[str, ...]:
    if element.tag not in ("p", "div", "span", "strong", "b", "em", "h4", "h5", "a"):
        return ()
    if is_byline(element, label(element)):
        return names_in(element)
    text = text_of(element, SHORT + 1) if element.tag in ("p", "div") and len(element) < 8 else ""
    if not 1 < len(text) <= SHORT or _SENTENCE.search(text):
        return ()
    style = (element.get("style") or "") + (element.get("align") or "").replace("right", "text-align:right")
    if _RIGHT.search(style) or (vietnamese and element.tag == "p" and _all_capitalised(text)):
        return _likely(authors_of(text))
    return _bold_names(element) if vietnamese else ()


def _bold_names(element: HtmlElement) -> tuple[str, ...]:
    """The names of a line that is bold from end to end, save for a remark in brackets."""
    bold = next(element.iter("strong", "b"), None) if len(element) < 8 else None
    text = text_of(element, SHORT + 1) if bold is not None else ""
    if bold is None or not 1 < len(text) <= SHORT or _SENTENCE.search(text):
        return ()
    rest = text.replace(text_of(bold, LONGEST), "", 1).strip()
    if rest and not re.fullmatch(r"[(/\-–].*", rest):
        return ()
    names = _likely(authors_of(text))
    return names if all(1 < len(name.split()) < 6 for name in names) else ()


def _likely(names: tuple[str, ...]) -> tuple[str, ...]:
    return names if names and all(is_person_like(name) and len(name.split()) < 6 for name in names) else ()


def _all_capitalised(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", re.sub(r"\([^()]*\)", "", text))
    return 0 < len(words) <= 5 and all(word[0].isupper() for word in words)
