"""Parses sitemaps and sitemap indexes (sitemaps.org, protocol 0.9), news and plain ones; finds them in robots.txt.

Limits: of a document's size and links, crawler/discovery/markup_parsing.py and link_urls.py; of how many sitemaps a run
requests, archive/frontier/capacity.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from archive import Link, absolute
from archive.model.urls import host_of
from crawler.discovery.feeds import moment
from crawler.discovery.link_urls import Addresses
from crawler.discovery.markup_parsing import as_utf8, joined
from crawler.discovery.tolerant_xml import End, Leaf, Start, XmlStream

_ENTRY_NAMES = frozenset({"url", "sitemap"})
_LEAF_NAMES = frozenset({"loc", "lastmod", "publication_date"})
_LINE = re.compile(rb"\A(?:\s*+#[^\n]*+)*+\s*+https?://[^\s<>]++[^\S\n]*+(?:\n|$)", re.IGNORECASE)
_SCHEMES = ("http://", "https://")
_HEAD = 8192


@dataclass
class _Entry:
    """An entry of a sitemap. loc: its address; nested_loc: a nested address, such as a picture's."""

    kind: str
    loc: str = ""
    nested_loc: str = ""
    lastmod: datetime | None = None
    published: datetime | None = None


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The pages of a sitemap, or the sitemaps of an index, with their dates. Only an address directly in an entry is
    its own, for pictures have nested ones; where tags do not match, a nested one counts too."""
    entry: _Entry | None = None
    for event in XmlStream(data, _ENTRY_NAMES, _LEAF_NAMES, addresses.page).events():
        if isinstance(event, Leaf):
            if entry:
                _add_to_entry(entry, event, zone)
        elif isinstance(event, Start):
            entry = _Entry(event.name)
        elif isinstance(event, End) and entry:
            loc = entry.loc or (entry.nested_loc if event.damaged else "")
            if loc and (url := addresses.news(addresses.repaired(loc))):
                yield Link(
                    url, "sitemap-index" if entry.kind == "sitemap" else "sitemap", entry.lastmod, entry.published
                )
            entry = None


def _add_to_entry(entry: _Entry, leaf: Leaf, zone: tzinfo) -> None:
    if leaf.name == "lastmod":
        entry.lastmod = moment(leaf.text, zone)
    elif leaf.name == "publication_date":
        entry.published = moment(leaf.text, zone)
    elif leaf.direct:
        entry.loc = entry.loc or _address(leaf)
    else:
        entry.nested_loc = entry.nested_loc or _address(leaf)


def _address(leaf: Leaf) -> str:
    return joined(leaf.base, leaf.text) if leaf.base else leaf.text


def is_list_of_lines(data: bytes) -> bool:
    """Whether a document is a sitemap in plain text: one address a line, nothing else but comments."""
    return _LINE.match(data[:_HEAD].replace(b"\r", b"\n")) is not None


def read_lines(data: bytes, addresses: Addresses) -> Iterator[Link]:
    data, position = data.replace(b"\r", b"\n"), 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = end if end >= 0 else len(data)
        for line in data[position : min(end, position + _HEAD)].decode("utf-8", "replace").splitlines():
            if line.strip().lower().startswith(_SCHEMES) and (url := addresses.news(line.strip())):
                yield Link(url, "sitemap")
        position = end + 1


_MOST_BYTES = 512 * 1024  # RFC 9309 section 2.5 asks for 500 KiB
_MAX_SITEMAPS = 1_000
_ROBOTS_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)


def sitemaps_in(robots: bytes, base_url: str) -> list[str]:
    """The absolute addresses of the sitemaps, on any host, deduplicated, in their order."""
    text = as_utf8(robots[:_MOST_BYTES], None).decode("utf-8").replace("\r", "\n")
    addresses = Addresses(base_url, (host_of(base_url),))
    found = (absolute(base_url, addresses.repaired(match[1])) for match in _ROBOTS_LINE.finditer(text))
    return list(dict.fromkeys(url for url in found if url))[:_MAX_SITEMAPS]
