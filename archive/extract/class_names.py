"""Matches the class and id of an element against a table of words."""

from __future__ import annotations

import re
from functools import lru_cache

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
        self._cache: dict[str, bool] = {}

    def name(self, element: html.HtmlElement) -> bool:
        """Whether the element's class or id matches."""
        class_name, element_id = element.get("class"), element.get("id")
        if class_name and self._matches(class_name[:_MAX_CLASS]):
            return True
        return bool(element_id) and len(element_id) <= _MAX_ID and self._matches(element_id)

    def name_class(self, element: html.HtmlElement) -> bool:
        """Whether the element's class matches."""
        class_name = element.get("class")
        return bool(class_name) and self._matches(class_name[:_MAX_CLASS])

    def _matches(self, name: str) -> bool:
        matched = self._cache.get(name)
        if matched is None:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            matched = self._cache[name] = bool(self._pattern.search(_normalized(name)))
        return matched


@lru_cache(maxsize=_CACHE_SIZE)
def _normalized(name: str) -> str:
    lowered = name.lower()
    if lowered != name:
        lowered = _CAMEL.sub("-", name).lower()
    return f" {lowered.replace('_', '-')} "
