"""Parses JSON-LD (https://www.w3.org/TR/json-ld11/) tolerantly from <script type="application/ld+json">.

Newsrooms ship it wrapped in comments, with trailing commas, raw newlines, several objects in one script, or doubly
escaped. All work is bounded: scripts and objects beyond the limits are skipped, never an error.
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
LONGEST_REPAIR = 400_000  # characters; longer broken scripts are not repaired
MOST_OBJECTS = 5_000

_OPENING_MARKS = ("//", "/*", "<!--", "<![CDATA[", "*/")
_CLOSING_MARKS = ("//", "/*", "*/", "-->", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_SINGLE_QUOTED = re.compile(r"(?<=[:\[,])\s*'([^'\\]{0,2000})'(?=\s*[,}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_MEMBER = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"((?:[^"\\\n]|\\.){1,400})"')
_AUTHOR = re.compile(r'"author"\s*:\s*[\[{\s"@a-zA-Z:,]{0,80}?"name"\s*:\s*"((?:[^"\\\n]|\\.){1,200})"')
# An escaped lone surrogate, left where a field was shortened: invalid in any text.
_LONE_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_decoder = json.JSONDecoder(strict=False)


def objects(scripts: Iterable[HtmlElement]) -> tuple[Thing, ...]:
    """Every object of every JSON-LD script, outer before inner, in document order."""
    things: list[Thing] = []
    for source in _sources(scripts):
        for value in _parsed(_LONE_SURROGATE.sub("", source)):
            things.extend(_walk(value, MOST_OBJECTS - len(things)))
    return tuple(things)


def by_id(things: Iterable[Thing]) -> dict[str, Thing]:
    """The object with the most members under each @id, to resolve references."""
    index: dict[str, Thing] = {}
    for thing in things:
        identifier = thing.get("@id")
        if isinstance(identifier, str) and len(thing) > len(index.get(identifier, ())):
            index[identifier] = thing
    return index


def types_of(thing: Thing) -> tuple[str, ...]:
    """The object's types without their vocabulary, in lower case."""
    types = thing.get("@type")
    names = types if isinstance(types, list) else [types]
    return tuple(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names if isinstance(name, str))


def _sources(scripts: Iterable[HtmlElement]) -> Iterator[str]:
    count = 0
    for script in scripts:
        if "ld+json" in (script.get("type") or "").lower():
            count += 1
            text = script.text or ""
            if count <= MOST_SCRIPTS and len(text) <= LONGEST_SCRIPT:
                yield text


def _parsed(source: str) -> list[Any]:
    """The values of one script: as it is, else repaired, else single members salvaged."""
    source = _unwrapped(source)
    if not source:
        return []
    values = _values(source)
    if values or len(source) > LONGEST_REPAIR:
        return values
    return _values(_repaired(source)) or _salvaged(source)


def _unwrapped(source: str) -> str:
    """Without the comment and CDATA marks that keep old browsers from reading scripts."""
    source = source.strip()
    for mark in _OPENING_MARKS * 2:
        source = source.removeprefix(mark).lstrip()
    for mark in _CLOSING_MARKS * 2:
        source = source.removesuffix(mark).rstrip()
    return source


def _values(source: str) -> list[Any]:
    """One value, or several in a row with or without commas between; [] if any part is invalid."""
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


def _repaired(source: str) -> str:
    if "&quot;" in source and '"' not in source[:200]:
        source = html.unescape(source)
    source = _SINGLE_QUOTED.sub(lambda quoted: json.dumps(quoted[1]), _TRAILING_COMMA.sub("", source))
    return _BAD_ESCAPE.sub("", source)


def _salvaged(source: str) -> list[Any]:
    """First headline, dates, section and author of an article whose JSON is beyond repair."""
    thing: Thing = {}
    for name, value in _MEMBER.findall(source):
        thing.setdefault(name, value.replace('\\"', '"').replace("\\/", "/"))
    author = _AUTHOR.search(source)
    if author:
        thing["author"] = author.group(1)
    return [{"@type": "Article", **thing}] if thing else []


def _walk(value: Any, remaining: int) -> Iterator[Thing]:
    """Objects in document order, at most `remaining`; uses a stack, since hostile nesting is deep."""
    stack = [value]
    while stack and remaining > 0:
        item = stack.pop()
        if isinstance(item, dict):
            remaining -= 1
            yield item
            item = list(item.values())
        if isinstance(item, list):
            stack.extend(reversed([inner for inner in item if isinstance(inner, (dict, list))]))
