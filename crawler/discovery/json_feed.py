"""Parses JSON Feed (jsonfeed.org, version 1.1) item by item: a flaw or a cut loses nothing before it."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from datetime import tzinfo
from typing import Any

from archive import Link
from crawler.discovery.feeds import moment
from crawler.discovery.link_urls import Addresses

MOST_BYTES = 8 * 1024 * 1024
"""A feed with a hundred full articles has two million; a hostile value may take thirty times as much in memory."""
_HEAD = 1024
_MAX_FLAWS = 100
_MAX_ITEMS = 100_000
_SPACE = re.compile(r"[\s,]*+")
_NEXT_ITEM = re.compile(r"\}\s*+,\s*+(?=\{)")
_DECODER = json.JSONDecoder(strict=False)


def is_one(data: bytes) -> bool:
    """Whether a document declares to be a JSON Feed."""
    head = data[:_HEAD].lstrip()
    return head.startswith(b"{") and b"jsonfeed.org/version" in head.replace(b"\\/", b"/")


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The links: the feed's page, its items, and its next page."""
    for name, value in _members(data[:MOST_BYTES].decode("utf-8", "replace")):
        if isinstance(value, dict):
            if url := addresses.news(_text(value, "url")):
                changed, published = (
                    moment(_text(value, f"date_{suffix}"), zone) for suffix in ("modified", "published")
                )
                yield Link(url, "feed", changed, published)
        elif name in ("home_page_url", "next_url") and isinstance(value, str) and (url := addresses.news(value)):
            yield Link(url, "feed" if name == "home_page_url" else "pagination")


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """The members of the feed that are no objects, and each item, as far as they can be parsed."""
    position = text.find("{") + 1
    try:
        while not text.startswith("}", position := _skip_space(text, position)):
            name, position = _DECODER.raw_decode(text, position)
            position = _skip_space(text, text.index(":", position) + 1)
            if name == "items" and text.startswith("[", position):
                position = yield from _items(text, position + 1)
            else:
                value, position = _DECODER.raw_decode(text, position)
                if not isinstance(value, dict):  # only items are
                    yield str(name), value
    except (ValueError, RecursionError):
        return


def _items(text: str, position: int) -> Generator[tuple[str, Any], None, int]:
    """The items; skips to the next where one cannot be parsed. Returns the position of their end."""
    flaws = 0
    for _ in range(_MAX_ITEMS):
        if text.startswith("]", position := _skip_space(text, position)):
            return position + 1
        try:
            item, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            next_item, flaws = _NEXT_ITEM.search(text, position), flaws + 1
            if next_item is None or flaws > _MAX_FLAWS:
                raise ValueError("no more items") from None
            position = next_item.end()
            continue
        # behind a flaw it may be an object inside an item: an author, an attachment
        if isinstance(item, dict) and ("id" in item or not flaws):
            yield "item", item
    raise ValueError("more items than are read")


def _skip_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
