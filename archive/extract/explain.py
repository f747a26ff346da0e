"""Locates the fields of a reading in its page, for authors of extraction rules."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import html

from archive.extract import charset
from archive.extract.parsed_page import parse
from archive.model.records import Reading
from archive.text.folding import fold

_INVISIBLE_TAGS = ("script", "style", "head", "title", "noscript")


def places(body: bytes, url: str, reading: Reading, encoding: str | None = None) -> dict[str, str]:
    """Field -> path of the element that holds it, as XPath; `meta[...]` or `json-ld` if the page only declares it.
    Omits fields joined from several places, and fields the page does not have."""
    page = parse(charset.decode(body, encoding), url)
    if page is None:
        return {}
    field_texts = {name: fold(text) for name, text in _texts(reading) if text and fold(text)}
    paths = {
        name: _visible_path(page.root, text) or _declaration(page.root, text) for name, text in field_texts.items()
    }
    return {name: path for name, path in paths.items() if path}


def _texts(reading: Reading) -> Iterator[tuple[str, str | None]]:
    yield "headline", reading.headline
    yield "kicker", reading.kicker
    yield "lead", reading.lead
    yield "dateline", reading.dateline
    yield "correction", reading.correction
    yield "byline", reading.byline
    yield "section", reading.section
    yield "published_at", reading.published_at_raw
    yield "modified_at", reading.modified_at_raw
    first_text = next((block.text for block in reading.blocks if block.text), None)
    yield "text", first_text
    for number, image in enumerate(reading.images, 1):
        yield f"caption {number}", image.caption_raw


def _visible_path(root: html.HtmlElement, text: str) -> str | None:
    """XPath of the innermost visible element with the text; the first of several."""
    element: html.HtmlElement | None = root
    deepest = None
    while element is not None:
        deepest = element
        element = next((child for child in element if _contains_text(child, text)), None)
    return None if deepest is root or deepest is None else str(root.getroottree().getpath(deepest))


def _contains_text(element: html.HtmlElement, text: str) -> bool:
    return element.tag not in _INVISIBLE_TAGS and text in fold("".join(element.itertext()))


def _declaration(root: html.HtmlElement, text: str) -> str | None:
    for meta in root.iter("meta"):
        if text in fold(meta.get("content") or ""):
            return f"meta[{meta.get('property') or meta.get('name') or meta.get('itemprop')}]"
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "") and text in fold(script.text or ""):
            return "json-ld"
    return None
