"""The templates of the reading room and of static editions. Every value is escaped on its way into a page."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.model.validation import is_address
from archive.web import TEMPLATES

TESTS = {"web_address": is_address}
"""What templates may ask of a value: whether a link may lead there, which those to `javascript:` may not."""


def printable(text: str) -> str:
    """Without what XML may not contain."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


FILTERS = {"printable": printable}
"""What templates may make of a value."""


def environment() -> Environment:
    """The templates for pages that nobody serves."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    made.tests.update(TESTS)
    made.filters.update(FILTERS)
    return made
