"""The front door: what kind of document it is, and who reads it."""

from __future__ import annotations

import re

from archive import Link
from archive.model.zones import zone_of
from crawler.discovery import feeds, jsonfeed, pages, sitemaps
from crawler.discovery.addresses import Addresses
from crawler.discovery.found import Found, gathered
from crawler.discovery.unpacked import as_utf8, unpacked

__all__ = ["Found", "links", "look"]

# A feed's root is its first element: before it stand only text, a declaration, comments and a doctype.
_ROOT = re.compile(
    rb"(?>[^<]++|<\?.*?\?>|<!--.*?-->|<![^->][^>]*>)*+<(?:\w+:)?(rss|feed|rdf|channel|urlset|sitemapindex)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = 8192
_SITEMAPS = (b"urlset", b"sitemapindex")


def links(
    body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None = None, timezone: str = "Asia/Ho_Chi_Minh"
) -> list[Link]:
    """The addresses on the site's hosts that a page, feed or sitemap leads to and that can be pages of news, absolute,
    without fragment and tracking parameters, each once, in the order of the document.

    encoding: the charset the HTTP header named, if any. timezone: IANA name, for dates that name no zone.
    """
    return list(look(body, base_url, hosts, encoding, timezone).links)


def look(
    body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None = None, timezone: str = "Asia/Ho_Chi_Minh"
) -> Found:
    """As `links`, with notes of what could not be followed."""
    plain, notes = unpacked(body)
    data = as_utf8(plain, encoding)
    addresses, zone = Addresses(base_url, hosts), zone_of(timezone)
    root = _ROOT.match(data[:_HEAD])
    if root and root[1].lower() in _SITEMAPS:
        return gathered(sitemaps.read(data, addresses, zone), notes)
    if root:
        return gathered(feeds.read(data, addresses, zone), notes)
    if sitemaps.is_list_of_lines(data):
        return gathered(sitemaps.read_lines(data, addresses), notes)
    if jsonfeed.is_one(data):
        return gathered(jsonfeed.read(data, addresses, zone), notes)
    found, told = pages.read(data, addresses)
    return gathered(found, notes + told)
