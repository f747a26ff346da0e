"""JSON Feed (jsonfeed.org, version 1.1), item by item: what is behind a flaw or a cut costs nothing before it."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from datetime import tzinfo
from typing import Any

from archive import Link
from crawler.discovery.feed_dates import moment
from crawler.discovery.link_urls import Addresses

MOST_BYTES = 8 * 1024 * 1024
"""A hundred articles in full have two million; one value of a stranger's may take thirty times as much in memory."""
_HEAD = 1024
_MOST_FLAWS = 100
_MOST_ITEMS = 100_000
_SPACE = re.compile(r"[\s,]*+")
_NEXT_ITEM = re.compile(r"\}\s*+,\s*+(?=\{)")
_DECODER = json.JSONDecoder(strict=False)


def is_one(data: bytes) -> bool:
    """Whether it says that it is a JSON Feed."""
    head = data[:_HEAD].lstrip()
    return head.startswith(b"{") and b"jsonfeed.org/version" in head.replace(b"\\/", b"/")


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The page the feed belongs to, its items, and its next page."""
    for name, value in _members(data[:MOST_BYTES].decode("utf-8", "replace")):
        if name == "item":
            if url := addresses.news(_text(value, "url")):
                changed, published = (moment(_text(value, f"date_{what}"), zone) for what in ("modified", "published"))
                yield Link(url, "feed", changed, published)
        elif name in ("home_page_url", "next_url") and isinstance(value, str) and (url := addresses.news(value)):
            yield Link(url, "feed" if name == "home_page_url" else "pagination")


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """The members of the feed, and its items one by one as `item`, as far as they can be read."""
    at = text.find("{") + 1
    try:
        while not text.startswith("}", at := _after_space(text, at)):
            name, at = _DECODER.raw_decode(text, at)
            at = _after_space(text, text.index(":", at) + 1)
            if name == "items" and text.startswith("[", at):
                at = yield from _items(text, at + 1)
            else:
                value, at = _DECODER.raw_decode(text, at)
                yield str(name), value
    except (ValueError, RecursionError):
        return


def _items(text: str, at: int) -> Generator[tuple[str, Any], None, int]:
    """The items; where one cannot be read, on with the next that is one. Returns where they end."""
    flaws = 0
    for _ in range(_MOST_ITEMS):
        if text.startswith("]", at := _after_space(text, at)):
            return at + 1
        try:
            item, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            following, flaws = _NEXT_ITEM.search(text, at), flaws + 1
            if following is None or flaws > _MOST_FLAWS:
                raise ValueError("no more items") from None
            at = following.end()
            continue
        # behind a flaw it may be anything that an item holds: an author, an attachment
        if isinstance(item, dict) and ("id" in item or not flaws):
            yield "item", item
    raise ValueError("more items than are read")


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _text(holder: dict[str, Any], name: str) -> str:
    found = holder.get(name)
    return found if isinstance(found, str) else ""
