"""Where in a page a reading's fields stand: for the person who writes rules."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import html

from archive.extract import charset
from archive.extract.parsed_page import parse
from archive.model.records import Reading
from archive.text.folding import fold

_INVISIBLE = ("script", "style", "head", "title", "noscript")


def places(body: bytes, url: str, reading: Reading, encoding: str | None = None) -> dict[str, str]:
    """Field -> path of the element that holds it, as XPath; `meta[...]` and `json-ld` for what the page only declares.
    Fields that were put together from several places, or that the page does not give, are missing."""
    page = parse(charset.decode(body, encoding), url)
    if page is None:
        return {}
    sought = {name: fold(text) for name, text in _texts(reading) if text and fold(text)}
    found = {name: _visible(page.root, text) or _declared(page.root, text) for name, text in sought.items()}
    return {name: place for name, place in found.items() if place}


def _texts(reading: Reading) -> Iterator[tuple[str, str | None]]:
    yield "headline", reading.headline
    yield "lead", reading.lead
    yield "byline", reading.byline
    yield "section", reading.section
    yield "published_at", reading.published_at_raw
    yield "modified_at", reading.modified_at_raw
    first = next((block.text for block in reading.blocks if block.text), None)
    yield "text", first
    for number, image in enumerate(reading.images, 1):
        yield f"caption {number}", image.caption_raw


def _visible(root: html.HtmlElement, text: str) -> str | None:
    """The innermost visible element that holds the text; the first, where several do."""
    element: html.HtmlElement | None = root
    deepest = None
    while element is not None:
        deepest = element
        element = next((child for child in element if _shows(child, text)), None)
    return None if deepest is root or deepest is None else str(root.getroottree().getpath(deepest))


def _shows(element: html.HtmlElement, text: str) -> bool:
    return element.tag not in _INVISIBLE and text in fold("".join(element.itertext()))


def _declared(root: html.HtmlElement, text: str) -> str | None:
    for meta in root.iter("meta"):
        if text in fold(meta.get("content") or ""):
            return f"meta[{meta.get('property') or meta.get('name') or meta.get('itemprop')}]"
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "") and text in fold(script.text or ""):
            return "json-ld"
    return None
