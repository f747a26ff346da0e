"""Matches the class and id of an element against a table of words."""

from __future__ import annotations

import re

from lxml import html

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MAX_ID = 40  # characters; a longer one is a headline slug
_MAX_CLASS = 400
_CACHE_SIZE = 50_000


class ClassNamePattern:
    """A table of regular expressions, separated by white space, for whole words in class names and ids.

    `articleBody`, `article-body` and `article_body` are the same two words. `_x` in the table stands for
    `(?:-?\\w+)?`: any suffix.
    """

    def __init__(self, table: str) -> None:
        words = "|".join(table.replace("_x", r"(?:-?\w+)?").split())
        self._pattern = re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")
        self._cache: dict[tuple[str | None, str | None], bool] = {}

    def name(self, element: html.HtmlElement) -> bool:
        """Whether the element's class or id matches."""
        return self._matches(element.get("class"), element.get("id"))

    def name_class(self, element: html.HtmlElement) -> bool:
        """Whether the element's class matches."""
        return self._matches(element.get("class"), None)

    def _matches(self, class_name: str | None, element_id: str | None) -> bool:
        if not class_name and not element_id:
            return False
        key = (class_name, element_id)
        matched = self._cache.get(key)
        if matched is None:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            matched = self._cache[key] = bool(self._pattern.search(_normalized(class_name, element_id)))
        return matched


def _normalized(class_name: str | None, element_id: str | None) -> str:
    if element_id and len(element_id) > _MAX_ID:
        element_id = None
    names = f"{(class_name or '')[:_MAX_CLASS]} {element_id or ''}"
    lowered = names.lower()
    if lowered != names:
        lowered = _CAMEL.sub("-", names).lower()
    return f" {lowered.replace('_', '-')} "
