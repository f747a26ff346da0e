"""JSON Feed (jsonfeed.org, version 1.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from archive import Link
from crawler.discovery.addresses import Addresses
from crawler.discovery.moments import moment

_HEAD = 1024


def is_one(data: bytes) -> bool:
    """Whether it says that it is a JSON Feed."""
    head = data[:_HEAD].lstrip()
    return head.startswith(b"{") and b"jsonfeed.org/version" in head.replace(b"\\/", b"/")


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The page the feed belongs to, its items, and its next page."""
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(feed, dict):
        return
    if url := addresses.news(_text(feed, "home_page_url")):
        yield Link(url, "feed")
    items = feed.get("items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and (url := addresses.news(_text(item, "url"))):
            changed, published = moment(_text(item, "date_modified"), zone), moment(_text(item, "date_published"), zone)
            yield Link(url, "feed", changed, published)
    if url := addresses.news(_text(feed, "next_url")):
        yield Link(url, "pagination")


def _text(holder: dict[str, Any], name: str) -> str:
    found = holder.get(name)
    return found if isinstance(found, str) else ""
