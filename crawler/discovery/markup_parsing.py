"""Parses HTML so that hostile input can neither stall it nor make it raise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

MOST_TAGS = 100_000
"""The most tags with links that are read of a page; a page of a million letters has 5,000."""

# An attribute as a browser reads it: quotes count only after the equals sign (WHATWG HTML, section 13.2.5).
_ATTRIBUTE = rb"""[\s/]*+[^\s=>/][^\s=>/]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?+)?+"""
# Group 1: the few tags that carry links. The rest is dropped: scripts and comments, which hold what only looks like
# tags, and every other tag. With it goes what stalls the parser or makes it give up: tags of thousands of attributes,
# elements nested by the hundred.
_PIECES = re.compile(
    rb"(</?(?:a|area|base|frame|input|link|meta)(?=[\s/>])(?:" + _ATTRIBUTE + rb"){0,100}+[\s/]*+>)"
    rb"|<(?:script|style)\b(?:[^<]++|<(?!/(?:script|style)))*+"
    rb"|<!--(?:-?>|(?:[^-]++|-(?!->))*+(?:-->)?)"
    rb"|</?[a-zA-Z](?:" + _ATTRIBUTE + rb")*+[\s/]*+>?",
    re.IGNORECASE,
)


def html(data: bytes) -> etree._Element | None:
    """The root of a page in UTF-8, reduced to links and texts: parsed in half the time of the whole, in time that
    depends only on its size."""
    return html_and_rest(data)[0]


def html_and_rest(data: bytes) -> tuple[etree._Element | None, bool]:
    """As `html`, and whether the page has more than MOST_TAGS tags with links."""
    pieces = _PIECES.split(data)  # text, tag or None, text ...
    end = next(islice((index for index in range(1, len(pieces), 2) if pieces[index]), MOST_TAGS, None), 0)
    if end:
        del pieces[end:]
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(b" ".join(filter(None, pieces)), parser), bool(end)
    except (etree.XMLSyntaxError, ValueError):
        return None, bool(end)


def elements(root: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The elements of these names, or all elements, in the order of the document."""
    return iter(()) if root is None else root.iter(*(names or (etree.Element,)))


def value(element: etree._Element, name: str) -> str:
    """The value of an attribute, stripped; "" where it is missing, or no text."""
    try:
        return (element.get(name) or "").strip()
    except UnicodeDecodeError:  # the recovering parser lets surrogates through, which no text can hold
        return ""
