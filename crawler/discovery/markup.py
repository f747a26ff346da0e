"""Parsing that input of strangers cannot stall or make raise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

MOST_TAGS = 200_000
"""As many tags, scripts and comments are read of a page; a page of a million letters has 30,000."""

# An attribute as a browser reads it: quotes count only after the equals sign (WHATWG HTML, section 13.2.5).
_ATTRIBUTE = rb"""[\s/]*+[^\s=>/][^\s=>/]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?+)?+"""
# The few tags that carry links, and all that is left out: scripts and comments, which hold what only looks like tags,
# and every other tag. With it goes what stalls the parser or makes it give up: tags of thousands of attributes,
# elements nested by the hundred.
_PIECES = re.compile(
    rb"(</?(?:a|area|base|frame|input|link|meta)(?=[\s/>])(?:" + _ATTRIBUTE + rb"){0,100}+[\s/]*+>)"
    rb"|<(?:script|style)\b(?:[^<]++|<(?!/(?:script|style)))*+"
    rb"|<!--(?:-?>|(?:[^-]++|-(?!->))*+(?:-->)?)"
    rb"|</?[a-zA-Z](?:" + _ATTRIBUTE + rb")*+[\s/]*+>?",
    re.IGNORECASE,
)


def html(data: bytes) -> etree._Element | None:
    """The root of a page in UTF-8 of which only links and texts are left: parsed in half the time of the whole, in a
    time that its size alone decides."""
    return html_and_rest(data)[0]


def html_and_rest(data: bytes) -> tuple[etree._Element | None, bool]:
    """As `html`, and whether there are more tags than are read."""
    pieces = _PIECES.split(data, MOST_TAGS)
    there_is_more = len(pieces) > 2 * MOST_TAGS
    if there_is_more:
        pieces.pop()
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(b" ".join(filter(None, pieces)), parser), there_is_more
    except (etree.XMLSyntaxError, ValueError):
        return None, there_is_more


def elements(root: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The elements of these names, or all of them, in the order of the document."""
    return iter(()) if root is None else root.iter(*(names or (etree.Element,)))


def value(element: etree._Element, name: str) -> str:
    """An attribute, stripped; "" where there is none, or where it is no text."""
    try:
        return (element.get(name) or "").strip()
    except UnicodeDecodeError:  # the recovering parser lets surrogates through, which no text can hold
        return ""
