"""The Jinja environment of the reading room and of static editions. Every value is autoescaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.model.validation import is_address
from archive.web import TEMPLATES

TESTS = {"web_address": is_address}
"""Jinja tests: web_address allows http and https links, not `javascript:`."""


def printable(text: str) -> str:
    """The text without characters that XML forbids."""
    return "".join(character for character in text if character.isprintable() or character == "\n")


FILTERS = {"printable": printable}
"""Jinja filters."""


@cache
def environment() -> Environment:
    """The Jinja environment for pages written to files, with the templates compiled so far."""
    jinja = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    jinja.tests.update(TESTS)
    jinja.filters.update(FILTERS)
    return jinja
