"""Where pages of one outlet seem to keep what the reader does not find: for the person who writes rules.

Only names count that a style sheet would use, an id or a class, and that stand on most of the pages with something in
them that could be the field and is different on each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import html

from archive.extract import charset
from archive.extract.bylines import authors_of, is_person_like
from archive.extract.dates import visible
from archive.extract.element_text import text_of
from archive.extract.parsed_page import parse
from archive.extract.picture_urls import pictures_in
from archive.model.records import Reading, Unreadable
from archive.rules.base import cls
from archive.text.folding import key_of

_MOST_ELEMENTS = 5_000  # of a page
_MOST_MATCHES = {"caption": 40}
_FEW_MATCHES = 2
_ON_MOST = 0.6  # of the pages
_PROSE = 60  # characters of a paragraph
_SHOWN = 100  # characters of an example
_SILENT = ("script", "style", "noscript", "template", "head", "html", "body", "form", "svg")


@dataclass(frozen=True, slots=True)
class Sample:
    """A page and what was read in it. encoding: the charset the HTTP header named."""

    body: bytes
    url: str
    reading: Reading | Unreadable
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule that may be worth trying. field: of archive.rules.base.Rules; name: `id` or `class` and its value; pages:
    on how many of the pages that miss the field it yields something, an example of which is `example`."""

    field: str
    name: tuple[str, str]
    pages: int
    example: str

    @property
    def xpath(self) -> str:
        """The rule's expression; a caption's is looked for inside the body."""
        kind, value = self.name
        condition = f"@id='{value}'" if kind == "id" else cls(value)
        return f"{'.' if self.field == 'caption' else ''}//*[{condition}]"


@dataclass
class _Seen:
    pages: int = 0
    distance: int = 0
    inner: int = 0
    texts: list[str] = field(default_factory=list)


def suggestions(rule_field: str, samples: Sequence[Sample]) -> list[Suggestion]:
    """Places where the pages may keep a field that was not found in them, the best first. rule_field: headline, lead,
    byline, published, caption or body."""
    seen: dict[tuple[str, str], _Seen] = {}
    for sample in samples:
        page = parse(charset.decode(sample.body, sample.encoding), sample.url)
        if page is not None:
            _look(rule_field, page.root, sample.reading, seen)
    enough = max(2, _ON_MOST * len(samples))
    good = {name: one for name, one in seen.items() if one.pages >= enough and len({*one.texts}) == len(one.texts)}
    ranked = sorted(_innermost(good), key=lambda name: (-good[name].pages, good[name].distance, name[0] != "id", name))
    return [Suggestion(rule_field, name, good[name].pages, good[name].texts[0][:_SHOWN]) for name in ranked]


def _innermost(seen: dict[tuple[str, str], _Seen]) -> list[tuple[str, str]]:
    """Of names that say the same on every page, the one that stands nearest to the text."""
    by_text: dict[tuple[str, ...], tuple[str, str]] = {}
    for name, one in seen.items():
        other = by_text.setdefault(tuple(one.texts), name)
        if (one.inner, name[0] != "id", name) < (seen[other].inner, other[0] != "id", other):
            by_text[tuple(one.texts)] = name
    return list(by_text.values())


def _look(
    rule_field: str, root: html.HtmlElement, reading: Reading | Unreadable, seen: dict[tuple[str, str], _Seen]
) -> None:
    elements = [
        one for one in islice(root.iter(), _MOST_ELEMENTS) if isinstance(one.tag, str) and one.tag not in _SILENT
    ]
    places = {element: place for place, element in enumerate(elements)}
    heading = _heading(elements, reading)
    for name, named in _named(elements).items():
        if len(named) > _MOST_MATCHES.get(rule_field, _FEW_MATCHES):
            continue
        fitting = [one for one in named if _FITS[rule_field](one, reading)]
        if fitting and len(fitting) >= len(named) / 2:
            one = seen.setdefault(name, _Seen())
            one.pages += 1
            one.distance += _distance(rule_field, fitting[0], places, heading)
            one.inner += sum(1 for _ in fitting[0].iter())
            one.texts.append(text_of(fitting[0]))


def _named(elements: Iterable[html.HtmlElement]) -> dict[tuple[str, str], list[html.HtmlElement]]:
    found: dict[tuple[str, str], list[html.HtmlElement]] = {}
    for element in elements:
        for name in _names(element):
            found.setdefault(name, []).append(element)
    return found


def _names(element: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Names that can stand in an expression as they are."""
    if (identity := (element.get("id") or "").strip()) and not {"'", '"', " "} & set(identity):
        yield "id", identity
    for one in dict.fromkeys((element.get("class") or "").split()):
        if not {"'", '"'} & set(one):
            yield "class", one


def _heading(elements: list[html.HtmlElement], reading: Reading | Unreadable) -> int:
    """The place of the headline; 0 where it is not known."""
    wanted = key_of(reading.headline) if isinstance(reading, Reading) else ""
    for place, element in enumerate(elements):
        if element.tag == "h1" or (wanted and len(element) < 3 and key_of(text_of(element)) == wanted):
            return place
    return 0


def _distance(rule_field: str, element: html.HtmlElement, places: dict[html.HtmlElement, int], heading: int) -> int:
    """How far from the headline; of a body, how much it holds beside its paragraphs."""
    if rule_field == "body":
        return len(text_of(element)) - sum(len(text_of(one)) for one in _paragraphs(element))
    return abs(places[element] - heading)


def _fits_headline(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    title = next((one.text or "" for one in element.getroottree().getroot().iter("title")), "")
    text = text_of(element)
    return 15 <= len(text) <= 300 and key_of(text) in key_of(title)


def _fits_lead(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text = text_of(element)
    if (
        not 40 <= len(text) <= 900
        or text[-1:] not in '.!?…”"'
        or len(_paragraphs(element)) > 1
        or _linked(element) > 0.3
    ):
        return False
    later = reading.blocks[1:] if isinstance(reading, Reading) else ()
    return not any(block.text and block.text in text for block in later)


def _fits_byline(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text = text_of(element)
    names = authors_of(text) if 3 <= len(text) <= 80 else ()
    return bool(names) and all(map(is_person_like, names))


def _fits_published(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text = text_of(element)
    stamp = visible(text) if 8 <= len(text) <= 80 else None
    return stamp is not None and next(element.iterancestors("li", "a"), None) is None


def _fits_caption(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    text, around = text_of(element), element.getparent()
    if not 8 <= len(text) <= 400 or pictures_in(element) or around is None:
        return False
    further = around.getparent()
    return bool(pictures_in(around) or (further is not None and len(further) < 6 and pictures_in(further)))


def _fits_body(element: html.HtmlElement, reading: Reading | Unreadable) -> bool:
    return len(_paragraphs(element)) >= 3 and _linked(element) < 0.4


_FITS: dict[str, Callable[[html.HtmlElement, Reading | Unreadable], bool]] = {
    "headline": _fits_headline,
    "lead": _fits_lead,
    "byline": _fits_byline,
    "published": _fits_published,
    "caption": _fits_caption,
    "body": _fits_body,
}


def _paragraphs(element: html.HtmlElement) -> list[html.HtmlElement]:
    """Paragraphs of running text below an element, or its pieces where it has none."""
    return [
        one
        for one in islice(element.iter("p", "div", "td"), 400)
        if one is not element and len(one.text or "") + sum(len(part.tail or "") for part in one) >= _PROSE
    ]


def _linked(element: html.HtmlElement) -> float:
    """The share of an element's text that is links."""
    whole = len(text_of(element))
    return sum(len(text_of(link)) for link in islice(element.iter("a"), 200)) / whole if whole else 1.0
