"""XPath 1.0 with types: the compiled expressions of the body reader and of the rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from lxml import etree, html

_string = etree.XPath("string()")


def string(element: html.HtmlElement) -> str:
    """All text inside the element, as it stands in the source."""
    return str(_string(element))


@lru_cache(maxsize=1000)
def selector(path: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """A function that gives the elements which the expression selects, in document order."""
    compiled = etree.XPath(path)

    def select(element: html.HtmlElement) -> list[html.HtmlElement]:
        found = compiled(element)
        return [one for one in found if isinstance(one, html.HtmlElement)] if isinstance(found, list) else []

    return select


@lru_cache(maxsize=1000)
def texts(path: str) -> Callable[[html.HtmlElement], list[str]]:
    """A function that gives the strings which the expression selects."""
    compiled = etree.XPath(path, smart_strings=False)

    def select(element: html.HtmlElement) -> list[str]:
        found = compiled(element)
        return [str(one) for one in found if isinstance(one, str)] if isinstance(found, list) else []

    return select
