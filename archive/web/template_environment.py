"""The Jinja environment of the reading room and of static editions. Every value is autoescaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.console import CONTROL
from archive.model.records import Block, Image, Reading
from archive.model.validation import is_address
from archive.web import TEMPLATES

TESTS = {"web_address": is_address}
"""Jinja tests: web_address allows http and https links, not `javascript:`."""


def printable(text: str) -> str:
    """The text without control characters, and so without all that XML forbids."""
    return CONTROL.sub("", text)


FILTERS = {"printable": printable}
"""Jinja filters."""


@cache
def environment() -> Environment:
    """The Jinja environment for pages written to files, with the templates compiled so far."""
    jinja = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    jinja.tests.update(TESTS)
    jinja.filters.update(FILTERS)
    return jinja


@dataclass(frozen=True, slots=True)
class Part:
    """A display block. lines: the items of a list, or the lines of a text; rows: the cells of a table; image: a
    picture."""

    kind: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    image: Image | None = None


def parts(reading: Reading) -> Iterator[Part]:
    """The display blocks of a reading: adjacent items form one list, pictures outside of any block come last."""
    list_items: list[str] = []
    image_positions = set()
    for block in reading.blocks:
        if block.kind == "list":
            list_items += block.text.splitlines()
            continue
        if list_items:
            yield Part("list", tuple(list_items))
            list_items = []
        image_positions.add(block.image)
        yield _part(block, reading)
    if list_items:
        yield Part("list", tuple(list_items))
    yield from (Part("image", image=image) for n, image in enumerate(reading.images) if n not in image_positions)


def _part(block: Block, reading: Reading) -> Part:
    if block.kind == "image" and block.image is not None:
        return Part("image", image=reading.images[block.image])
    lines = tuple(block.text.splitlines())
    if block.kind == "table":
        return Part("table", rows=tuple(tuple(cell.strip() for cell in line.split(" | ")) for line in lines))
    return Part(block.kind, lines)
