"""Typed and cached wrappers of compiled XPath 1.0 expressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from lxml import etree, html

_string = etree.XPath("string()", smart_strings=False)


def string(element: html.HtmlElement) -> str:
    """All text inside the element, unnormalised."""
    return str(_string(element)) if len(element) else element.text or ""


@lru_cache(maxsize=1000)
def selector(path: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """Compiles an expression to a function that returns the selected elements, in document order."""
    compiled = etree.XPath(path)

    def select(element: html.HtmlElement) -> list[html.HtmlElement]:
        selected = compiled(element)
        return [node for node in selected if isinstance(node, html.HtmlElement)] if isinstance(selected, list) else []

    return select
