"""Tables of names, asked about the class and id of an element."""

from __future__ import annotations

import re

from lxml import html

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST_ID = 40  # a longer one is a slug made of a headline
_LONGEST_CLASS = 400
_REMEMBERED = 50_000


class Words:
    """A table of regular expressions, divided by white space, of whole words in class names and ids.

    `articleBody`, `article-body` and `article_body` are the same two words. `_x` in the table stands for
    `(?:-?\\w+)?`: the word may go on.
    """

    def __init__(self, table: str) -> None:
        words = "|".join(table.replace("_x", r"(?:-?\w+)?").split())
        self._pattern = re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")
        self._known: dict[tuple[str | None, str | None], bool] = {}

    def name(self, element: html.HtmlElement) -> bool:
        """Whether the element's class or id says so."""
        return self._says(element.get("class"), element.get("id"))

    def name_class(self, element: html.HtmlElement) -> bool:
        """Whether the element's class says so."""
        return self._says(element.get("class"), None)

    def _says(self, class_name: str | None, number: str | None) -> bool:
        if not class_name and not number:
            return False
        asked = (class_name, number)
        known = self._known.get(asked)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[asked] = bool(self._pattern.search(_hyphened(class_name, number)))
        return known


def _hyphened(class_name: str | None, number: str | None) -> str:
    if number and len(number) > _LONGEST_ID:
        number = None
    names = f"{(class_name or '')[:_LONGEST_CLASS]} {number or ''}"
    lowered = names.lower()
    if lowered != names:
        lowered = _CAMEL.sub("-", names).lower()
    return f" {lowered.replace('_', '-')} "
