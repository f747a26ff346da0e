"""Sitemaps and their indexes (sitemaps.org, protocol 0.9), news sitemaps, and lists of addresses in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from lxml import etree

from archive import Link
from crawler.discovery.addresses import Addresses
from crawler.discovery.markup import elements, local, text_of, xml
from crawler.discovery.moments import moment

_ENTRIES = {"url": "sitemap", "sitemap": "sitemap-index"}
_LINE = re.compile(rb"\s*https?://[^\s<>]+\s*(?:\n|$)")


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The pages of a sitemap, or the sitemaps of an index, with the moments said of them. Pictures have addresses of
    their own in there: only what stands right in an entry is its own."""
    entry, place = "", ""
    lastmod: datetime | None = None
    published: datetime | None = None
    for element in elements(xml(data)):
        name = local(element.tag)
        if name in _ENTRIES:
            yield from _link(entry, place, addresses, lastmod, published)
            entry, place, lastmod, published = name, "", None, None
        elif name == "loc" and not place and _stands_in_entry(element):
            place = text_of(element)
        elif name == "lastmod":
            lastmod = moment(text_of(element), zone)
        elif name == "publication_date":
            published = moment(text_of(element), zone)
    yield from _link(entry, place, addresses, lastmod, published)


def _stands_in_entry(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent.tag) in _ENTRIES


def _link(
    entry: str, place: str, addresses: Addresses, lastmod: datetime | None, published: datetime | None
) -> Iterator[Link]:
    if place and (url := addresses.news(place)):
        yield Link(url, "sitemap-index" if entry == "sitemap" else "sitemap", lastmod, published)


def is_list_of_lines(data: bytes) -> bool:
    """Whether it is a sitemap in plain text: an address a line, nothing else."""
    return _LINE.match(data) is not None


def read_lines(data: bytes, addresses: Addresses) -> Iterator[Link]:
    """The addresses of a sitemap in plain text."""
    for line in data.decode("utf-8", "replace").splitlines():
        if url := addresses.news(line.strip()):
            yield Link(url, "sitemap")
