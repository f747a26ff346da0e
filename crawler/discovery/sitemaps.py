"""Sitemaps and their indexes (sitemaps.org, protocol 0.9), news sitemaps, and lists of addresses in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from archive import Link
from crawler.discovery.feed_dates import moment
from crawler.discovery.link_urls import Addresses
from crawler.discovery.markup_references import joined
from crawler.discovery.tolerant_xml import End, Leaf, Start, Walk

_ENTRIES = frozenset({"url", "sitemap"})
_LEAVES = frozenset({"loc", "lastmod", "publication_date"})
_LINE = re.compile(rb"\A\s*+https?://[^\s<>]++[^\S\n]*+(?:\n|$)")
_HEAD = 8192


@dataclass
class _Entry:
    """What an entry of a sitemap says. place: its address; another: one that stands deeper, as those of pictures do."""

    kind: str
    place: str = ""
    another: str = ""
    lastmod: datetime | None = None
    published: datetime | None = None


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The pages of a sitemap, or the sitemaps of an index, with the moments said of them. Pictures have addresses of
    their own in there: only what stands right in an entry is its own, unless its tags do not match."""
    entry: _Entry | None = None
    for event in Walk(data, _ENTRIES, _LEAVES, addresses.page).events():
        if isinstance(event, Leaf):
            if entry:
                _note(entry, event, zone)
        elif isinstance(event, Start):
            entry = _Entry(event.name)
        elif isinstance(event, End) and entry:
            place = entry.place or (entry.another if event.damaged else "")
            if place and (url := addresses.news(place)):
                yield Link(
                    url, "sitemap-index" if entry.kind == "sitemap" else "sitemap", entry.lastmod, entry.published
                )
            entry = None


def _note(entry: _Entry, leaf: Leaf, zone: tzinfo) -> None:
    if leaf.name == "lastmod":
        entry.lastmod = moment(leaf.text, zone)
    elif leaf.name == "publication_date":
        entry.published = moment(leaf.text, zone)
    elif leaf.direct:
        entry.place = entry.place or _address(leaf)
    else:
        entry.another = entry.another or _address(leaf)


def _address(leaf: Leaf) -> str:
    return joined(leaf.base, leaf.text) if leaf.base else leaf.text


def is_list_of_lines(data: bytes) -> bool:
    """Whether it is a sitemap in plain text: an address a line, nothing else."""
    return _LINE.match(data[:_HEAD]) is not None


def read_lines(data: bytes, addresses: Addresses) -> Iterator[Link]:
    """The addresses of a sitemap in plain text."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = end if end >= 0 else len(data)
        for line in data[at : min(end, at + _HEAD)].decode("utf-8", "replace").splitlines():
            if url := addresses.news(line.strip()):
                yield Link(url, "sitemap")
        at = end + 1
