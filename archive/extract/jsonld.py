"""JSON-LD (https://www.w3.org/TR/json-ld11/), read tolerantly from <script type="application/ld+json">.

Newsrooms ship it wrapped in comments, with trailing commas, raw newlines, several objects in one script, or escaped
once too often. All work is bounded: a script or an object beyond the limits is left out, never an error.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

Thing = dict[str, Any]

MOST_SCRIPTS = 40
LONGEST_SCRIPT = 3_000_000  # characters; the longest real one seen is a live blog of 0.9 million
LONGEST_REPAIR = 400_000  # characters; broken scripts are mended only up to here
MOST_OBJECTS = 5_000

_OPENING = ("//", "/*", "<!--", "<![CDATA[", "*/")
_CLOSING = ("//", "/*", "*/", "-->", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_MEMBER = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"((?:[^"\\\n]|\\.){1,400})"')
_AUTHOR = re.compile(r'"author"\s*:\s*[\[{\s"@a-zA-Z:,]{0,80}?"name"\s*:\s*"((?:[^"\\\n]|\\.){1,200})"')
# Half of an escaped character beyond the basic plane, cut off where a field was shortened: no text can hold it.
_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_decoder = json.JSONDecoder(strict=False)


def objects(root: HtmlElement) -> tuple[Thing, ...]:
    """Every object of every JSON-LD script of the page, outer before inner, in document order."""
    found: list[Thing] = []
    for source in _sources(root):
        for value in _parsed(_HALF.sub("", source)):
            found.extend(_walk(value, MOST_OBJECTS - len(found)))
    return tuple(found)


def by_id(things: Iterable[Thing]) -> dict[str, Thing]:
    """The fullest object under each @id, to follow references with."""
    index: dict[str, Thing] = {}
    for thing in things:
        name = thing.get("@id")
        if isinstance(name, str) and len(thing) > len(index.get(name, ())):
            index[name] = thing
    return index


def types_of(thing: Thing) -> tuple[str, ...]:
    """The object's types without their vocabulary, in lower case."""
    given = thing.get("@type")
    names = given if isinstance(given, list) else [given]
    return tuple(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names if isinstance(name, str))


def _sources(root: HtmlElement) -> Iterator[str]:
    count = 0
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            count += 1
            text = script.text or ""
            if count <= MOST_SCRIPTS and len(text) <= LONGEST_SCRIPT:
                yield text


def _parsed(source: str) -> list[Any]:
    """The values of one script: as it is, then mended, then what single members can be salvaged."""
    source = _unwrapped(source)
    if not source:
        return []
    values = _values(source)
    if values or len(source) > LONGEST_REPAIR:
        return values
    return _values(_mended(source)) or _salvaged(source)


def _unwrapped(source: str) -> str:
    """Without the comment and CDATA marks that keep old browsers from reading scripts."""
    source = source.strip()
    for mark in _OPENING * 2:
        source = source.removeprefix(mark).lstrip()
    for mark in _CLOSING * 2:
        source = source.removesuffix(mark).rstrip()
    return source


def _values(source: str) -> list[Any]:
    """One value, or several one after the other with or without commas between; [] when any part is broken."""
    values: list[Any] = []
    start = 0
    while start < len(source):
        try:
            value, start = _decoder.raw_decode(source, start)
        except (ValueError, RecursionError):
            return []
        values.append(value)
        while start < len(source) and (source[start].isspace() or source[start] in ",;"):
            start += 1
    return values


def _mended(source: str) -> str:
    if "&quot;" in source and '"' not in source[:200]:
        source = html.unescape(source)
    source = _TRAILING_COMMA.sub("", source)
    return _BAD_ESCAPE.sub("", source)


def _salvaged(source: str) -> list[Any]:
    """First headline, dates, section and author of an article whose JSON is beyond mending."""
    thing: Thing = {}
    for name, value in _MEMBER.findall(source):
        thing.setdefault(name, value.replace('\\"', '"').replace("\\/", "/"))
    author = _AUTHOR.search(source)
    if author:
        thing["author"] = author.group(1)
    return [{"@type": "Article", **thing}] if thing else []


def _walk(value: Any, room: int) -> Iterator[Thing]:
    """Objects in document order, at most `room`; an explicit stack, since hostile nesting is deep."""
    stack = [value]
    while stack and room > 0:
        item = stack.pop()
        if isinstance(item, dict):
            room -= 1
            yield item
            item = list(item.values())
        if isinstance(item, list):
            stack.extend(reversed([inner for inner in item if isinstance(inner, (dict, list))]))
