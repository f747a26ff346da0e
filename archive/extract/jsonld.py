"""JSON-LD (https://www.w3.org/TR/json-ld11/), read tolerantly from <script type="application/ld+json">."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lxml import html


def objects(root: html.HtmlElement) -> tuple[dict[str, Any], ...]:
    """Every object of every JSON-LD script of the page, outer before inner, in document order."""
    found: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found.extend(_parsed(script.text or ""))
    return tuple(found)


def _parsed(source: str) -> Iterator[dict[str, Any]]:
    try:
        value = json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return
    yield from _walk(value)


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
