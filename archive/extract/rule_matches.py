"""Evaluates the XPath rules of an outlet or a family on a page."""

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
class RuleMatch:
    """One match of an expression: its text, the rule set's name, and the element unless it is only text."""

    text: str
    rule: str
    element: html.HtmlElement | None = None


def rule_matches(rules: Iterable[Rules], field: Field, root: html.HtmlElement) -> list[RuleMatch]:
    """The matches of the first expression with any text."""
    for rule_set in rules:
        for expression in getattr(rule_set, field):
            matches = [find for item in _selected(expression, root) if (find := _find(item, rule_set.name)).text]
            if matches:
                return matches
    return []


def _selected(expression: str, root: html.HtmlElement) -> list[Any]:
    selected = _compiled(expression)(root)
    return list(islice(selected, MOST_FINDS)) if isinstance(selected, list) else [selected]


@lru_cache(maxsize=512)
def _compiled(expression: str) -> etree.XPath:
    return etree.XPath(expression)


def _find(item: object, rule: str) -> RuleMatch:
    if isinstance(item, html.HtmlElement):
        return RuleMatch(text_of(item) or folded(item.get("content") or ""), rule, item)
    return RuleMatch(folded(str(item)), rule)
