"""What the rules of an outlet or a family yield on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from lxml import etree, html

from archive.extract.element_text import text_of
from archive.rules.base import Rules
from archive.text.folding import folded

MOST_FINDS = 60
Field = Literal["headline", "published", "byline", "section", "tags"]


@dataclass(frozen=True, slots=True)
class Find:
    """One thing an expression selects: its text, the rule set's name, and the element unless it is only text."""

    text: str
    rule: str
    element: html.HtmlElement | None = None


def finds(rules: Iterable[Rules], field: Field, root: html.HtmlElement) -> list[Find]:
    """What the first expression that yields any text yields."""
    for each in rules:
        for expression in getattr(each, field):
            found = [find for item in _selected(expression, root) if (find := _find(item, each.name)).text]
            if found:
                return found
    return []


def _selected(expression: str, root: html.HtmlElement) -> list[Any]:
    selected = _compiled(expression)(root)
    return list(islice(selected, MOST_FINDS)) if isinstance(selected, list) else [selected]


@lru_cache(maxsize=512)
def _compiled(expression: str) -> etree.XPath:
    return etree.XPath(expression)


def _find(item: object, rule: str) -> Find:
    if isinstance(item, html.HtmlElement):
        return Find(text_of(item) or folded(item.get("content") or ""), rule, item)
    return Find(folded(str(item)), rule)
