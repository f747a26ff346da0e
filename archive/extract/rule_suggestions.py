"""Suggests XPath rules for fields that the extractor misses on an outlet's pages, for authors of extraction rules.

A suggestion is an id or a class that occurs on most of the pages, with content that could be the field and differs from
page to page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import html

from archive.extract import charset
from archive.extract.bylines import authors_of, is_person_like
from archive.extract.dates import visible
from archive.extract.elements import MIN_PROSE, is_inside, text_of
from archive.extract.parsed_page import parse
from archive.extract.picture_urls import pictures_in
from archive.model.records import Reading, Unreadable
from archive.rules.xpath_rules import cls
from archive.text.folding import key_of

_MAX_ELEMENTS = 5_000  # of a page
_MAX_MATCHES = {"caption": 40}
_DEFAULT_MAX_MATCHES = 2
_MIN_PAGE_SHARE = 0.6  # of the pages
_MAX_EXAMPLE = 100  # characters of an example
_IGNORED_TAGS = ("script", "style", "noscript", "template", "head", "html", "body", "form", "svg")


@dataclass(frozen=True, slots=True)
class Sample:
    """A page and its reading. encoding: the charset of the HTTP header."""

    body: bytes
    url: str
    reading: Reading | Unreadable
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested rule. field: of xpath_rules.Rules; name: `id` or `class` and its value; pages: number of sample pages
    with a match; example: the text of one."""

    field: str
    name: tuple[str, str]
    pages: int
    example: str

    @property
    def xpath(self) -> str:
        """The rule's XPath expression; a caption's is relative to the body."""
        return self._expression(cls(self.name[1]))

    @property
    def written(self) -> str:
        """The expression as in a file of rules: `//*[cls('sapo')]`."""
        return self._expression(f"cls('{self.name[1]}')")

    def _expression(self, of_class: str) -> str:
        kind, value = self.name
        condition = f"@id='{value}'" if kind == "id" else of_class
        return f"{'.' if self.field == 'caption' else ''}//*[{condition}]"


@dataclass
class _Occurrences:
    pages: int = 0
    distance: int = 0
    element_count: int = 0
    texts: list[str] = field(default_factory=list)


def suggestions(rule_field: str, samples: Sequence[Sample]) -> list[Suggestion]:
    """Suggests rules for a field missing in the readings of the samples, the best first. rule_field: headline, lead,
    byline, published, caption or body."""
    occurrences: dict[tuple[str, str], _Occurrences] = {}
    for sample in samples:
        page = parse(charset.decode(sample.body, sample.encoding), sample.url)
        if page is not None:
            _collect(rule_field, page.root, sample.reading, occurrences)
    min_pages = max(2, _MIN_PAGE_SHARE * len(samples))
    good = {
        name: occurrence
        for name, occurrence in occurrences.items()
        if occurrence.pages >= min_pages and len({*occurrence.texts}) == len(occurrence.texts)
    }
    ranked = sorted(_innermost(good), key=lambda name: (-good[name].pages, good[name].distance, name[0] != "id", name))
    return [Suggestion(rule_field, name, good[name].pages, good[name].texts[0][:_MAX_EXAMPLE]) for name in ranked]


def _innermost(occurrences: dict[tuple[str, str], _Occurrences]) -> list[tuple[str, str]]:
    """Of names with the same texts on every page, the innermost one."""
    by_text: dict[tuple[str, ...], tuple[str, str]] = {}
    for name, occurrence in occurrences.items():
        best = by_text.setdefault(tuple(occurrence.texts), name)
        if (occurrence.element_count, name[0] != "id", name) < (occurrences[best].element_count, best[0] != "id", best):
            by_text[tuple(occurrence.texts)] = name
    return list(by_text.values())


def _collect(
    rule_field: str,
    root: html.HtmlElement,
    reading: Reading | Unreadable,
    occurrences: dict[tuple[str, str], _Occurrences],
) -> None:
    elements = [
        node
        for node in islice(root.iter(), _MAX_ELEMENTS)
        if isinstance(node.tag, str) and node.tag not in _IGNORED_TAGS
    ]
    indexes = {element: index for index, element in enumerate(elements)}
    headline_index = _headline_index(elements, reading)
    for name, named in _by_name(elements).items():
        if len(named) > _MAX_MATCHES.get(rule_field, _DEFAULT_MAX_MATCHES):
            continue
        fitting = [candidate for candidate in named if _FITS[rule_field](candidate, reading)]
        if fitting and len(fitting) >= len(named) / 2:
            occurrence = occurrences.setdefault(name, _Occurrences())
            occurrence.pages += 1
            occurrence.distance += _distance(rule_field, fitting[0], indexes, headline_index)
            occurrence.element_count += sum(1 for _ in fitting[0].iter())
            occurrence.texts.append(text_of(fitting[0]))


def _by_name(elements: Iterable[html.HtmlElement]) -> dict[tuple[str, str], list[html.HtmlElement]]:
    by_name: dict[tuple[str, str], list[html.HtmlElement]] = {}
    for element in elements:
        for name in _names(element):
            by_name.setdefault(name, []).append(element)
    return by_name


def _names(element: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yields the id and classes that need no escaping in an expression."""
    if (element_id := (element.get("id") or "").strip()) and not {"'", '"', " "} & set(element_id):
        yield "id", element_id
    for class_name in dict.fromkeys((element.get("class") or "").split()):
        if not {"'", '"'} & set(class_name):
            yield "class", class_name


def _headline_index(elements: list[html.HtmlElement], reading: Reading | Unreadable) -> int:
    """The index of the headline's element; 0 if unknown."""
    wanted = key_of(reading.headline) if isinstance(reading, Reading) else ""
    for index, element in enumerate(elements):
        if element.tag == "h1" or (wanted and len(element) < 3 and key_of(text_of(element)) == wanted):
            return index
    return 0


def _distance(
    rule_field: str, element: html.HtmlElement, indexes: dict[html.HtmlElement, int], headline_index: int
) -> int:
    """Distance from the headline in elements; for a body, its characters outside paragraphs."""
    if rule_field == "body":
        return len(text_of(element)) - sum(len(text_of(paragraph)) for paragraph in _paragraphs(element))
    return abs(indexes[element] - headline_index)


def _fits_headline(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    title = next((title_element.text or "" for title_element in element.getroottree().getroot().iter("title")), "")
    text = text_of(element)
    return 15 <= len(text) <= 300 and key_of(text) in key_of(title)


def _fits_lead(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text = text_of(element)
    if (
        not 40 <= len(text) <= 900
        or text[-1:] not in '.!?…”"'
        or len(_paragraphs(element)) > 1
        or _linked_share(element) > 0.3
    ):
        return False
    other_blocks = reading.blocks[1:] if isinstance(reading, Reading) else ()
    return not any(block.text and block.text in text for block in other_blocks)


def _fits_byline(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text = text_of(element)
    names = authors_of(text) if 3 <= len(text) <= 80 else ()
    return bool(names) and all(map(is_person_like, names))


def _fits_published(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text = text_of(element)
    stamp = visible(text) if 8 <= len(text) <= 80 else None
    return stamp is not None and not is_inside(element, "li", "a")


def _fits_caption(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text, parent = text_of(element), element.getparent()
    if not 8 <= len(text) <= 400 or pictures_in(element) or parent is None:
        return False
    grandparent = parent.getparent()
    return bool(pictures_in(parent) or (grandparent is not None and len(grandparent) < 6 and pictures_in(grandparent)))


_FITS: dict[str, Callable[[html.HtmlElement, Reading | Unreadable], bool]] = {
    "headline": _fits_headline,
    "lead": _fits_lead,
    "byline": _fits_byline,
    "published": _fits_published,
    "caption": _fits_caption,
    "body": lambda element, reading: len(_paragraphs(element)) >= 3 and _linked_share(element) < 0.4,
}


def _paragraphs(element: html.HtmlElement) -> list[html.HtmlElement]:
    """Descendants of an element that hold running text directly: p, div or td."""
    return [
        node
        for node in islice(element.iter("p", "div", "td"), 400)
        if node is not element and len(node.text or "") + sum(len(child.tail or "") for child in node) >= MIN_PROSE
    ]


def _linked_share(element: html.HtmlElement) -> float:
    """The linked share of an element's text."""
    length = len(text_of(element))
    return sum(len(text_of(link)) for link in islice(element.iter("a"), 200)) / length if length else 1.0
