"""The front door: what kind of document it is, and who reads it."""

from __future__ import annotations

from archive import Link
from archive.model.zones import zone_of
from crawler.discovery import feeds, jsonfeed, pages, sitemaps
from crawler.discovery.addresses import Addresses
from crawler.discovery.found import MOST_OF_A_PAGE, Found, gathered
from crawler.discovery.tolerant_xml import Start, Walk
from crawler.discovery.unpacked import as_utf8, unpacked

__all__ = ["Found", "links", "look"]

_SITEMAPS = ("urlset", "sitemapindex")
_FEEDS = ("rss", "feed", "rdf", "channel")
_PAGES = ("html", "head", "body", "frameset")
_HEAD = 64 * 1024  # what a program complains of before it writes its XML


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
    del plain
    addresses, zone = Addresses(base_url, hosts), zone_of(timezone)
    root = root_of(data[:_HEAD])
    if root in _SITEMAPS:
        return gathered(sitemaps.read(data, addresses, zone), notes)
    if root in _FEEDS:
        return gathered(feeds.read(data, addresses, zone), notes, MOST_OF_A_PAGE)
    if sitemaps.is_list_of_lines(data):
        return gathered(sitemaps.read_lines(data, addresses), notes)
    if jsonfeed.is_one(data):
        return gathered(jsonfeed.read(data, addresses, zone), notes, MOST_OF_A_PAGE)
    found, told = pages.read(data, addresses)
    return gathered(found, notes + told, MOST_OF_A_PAGE)


def root_of(head: bytes) -> str:
    """The name of a document's root, in small letters; of a feed or sitemap also where text stands before it: the
    notices of a program that found something to complain of, with tags of their own. "" where there is none."""
    for event in Walk(head, frozenset((*_SITEMAPS, *_FEEDS, *_PAGES)), frozenset(), "").events():
        if isinstance(event, Start):
            return event.name
    return ""
