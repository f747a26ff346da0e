"""Finds the region of a page that belongs to the article: from its headline to the end of its body."""

from __future__ import annotations

from lxml import html

from archive.extract.body_containers import common_ancestor
from archive.extract.xpath import string
from archive.text.folding import letters

_START = 20  # characters of a headline compared first


def headline_element(root: html.HtmlElement, headline: str) -> html.HtmlElement | None:
    """The heading element whose text matches the headline; else the first h1; else the element that old pages print
    it in."""
    wanted = letters(headline)
    first: html.HtmlElement | None = None
    for element in root.iter("h1", "h2", "h3"):
        if element.tag == "h1" and first is None:
            first = element
        text = letters(string(element))
        if text and wanted and (text == wanted or (len(text) > 20 and (text in wanted or wanted in text))):
            return element
    return first if first is not None or not wanted else _any_element(root, headline, wanted)


def _any_element(root: html.HtmlElement, headline: str, wanted: str) -> html.HtmlElement | None:
    for element in root.iter("td", "font", "b", "strong", "span", "div", "p"):
        if (element.text or "").strip()[:_START] == headline[:_START] and letters(string(element)) == wanted:
            return element
    return None


def article_region(headline: html.HtmlElement | None, body: html.HtmlElement) -> html.HtmlElement:
    """The common ancestor of headline and body; without a headline the <article> or <main> around the body."""
    enclosing = next(body.iterancestors("article", "main"), None)
    if headline is not None:
        region = common_ancestor([headline, body])
        if enclosing is not None and enclosing.tag == "article" and enclosing in region.iterancestors():
            return enclosing
        if region.tag not in ("html", "body") or enclosing is None:
            return region
    if enclosing is not None:
        return enclosing
    parent = body.getparent()
    return parent if parent is not None and parent.tag != "html" else body
