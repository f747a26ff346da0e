"""The front door: what kind of document it is, and who reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from archive import Link
from archive.model.time_zones import zone_of
from crawler.discovery import feeds, json_feed, page_links, sitemaps
from crawler.discovery.decoded_documents import as_utf8, unpacked
from crawler.discovery.found_links import MOST_OF_A_PAGE, Found, gathered
from crawler.discovery.link_urls import Addresses
from crawler.discovery.meta_refresh import target_of
from crawler.discovery.tolerant_xml import Start, Walk

__all__ = ["Found", "links", "look"]

_SITEMAPS = ("urlset", "sitemapindex")
_FEEDS = ("rss", "feed", "rdf", "channel")
_PAGES = ("html", "head", "body", "frameset")
# A root whose tag does not end within the head.
_CUT = re.compile(rb"<(?:\w{1,20}:)?(rss|feed|rdf|channel|urlset|sitemapindex)\s[^<]*+\Z", re.IGNORECASE)
_PAGE = "an HTML page, neither feed nor sitemap"
_FEED_ADDRESS = re.compile(r"\.(?:xml|rss|atom|rdf)(?:\.gz)?(?:\?|$)|[/.=](?:rss|feed|atom|sitemap)", re.IGNORECASE)
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
    body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None = None, timezone: str = "Asia/Ho_Chi_Minh",
    refresh: str = "",
) -> Found:  # fmt: skip
    """As `links`, with notes of what could not be followed. refresh: the value of a `Refresh` header."""
    found = _look(body, base_url, hosts, encoding, timezone)
    sent_on = Addresses(base_url, hosts).news(target_of(refresh))
    if sent_on is None:
        return found
    others = (link for link in found.links if link.url != sent_on)
    return replace(found, links=(Link(sent_on, "page"), *others))


def _look(body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None, timezone: str) -> Found:
    plain, notes = unpacked(body)
    data = as_utf8(plain, encoding)
    del plain
    kind, found = _read(data, Addresses(base_url, hosts), zone_of(timezone), notes)
    if found.links or (kind == _PAGE and not _FEED_ADDRESS.search(base_url)):
        return found
    return replace(found, notes=(*found.notes, f"no links: {kind if data.strip() else 'nothing at all'}"))


def _read(data: bytes, addresses: Addresses, zone: ZoneInfo, notes: tuple[str, ...]) -> tuple[str, Found]:
    """What a document in UTF-8 is, in words, and what was found in it."""
    root = root_of(data[:_HEAD])
    if root in _SITEMAPS:
        return "a sitemap without addresses of the site", gathered(sitemaps.read(data, addresses, zone), notes)
    if root in _FEEDS:
        return "a feed without addresses of the site", gathered(
            feeds.read(data, addresses, zone), notes, MOST_OF_A_PAGE
        )
    if sitemaps.is_list_of_lines(data):
        return "a list without addresses of the site", gathered(sitemaps.read_lines(data, addresses), notes)
    if json_feed.is_one(data):
        return "a JSON Feed without addresses of the site", gathered(
            json_feed.read(data, addresses, zone), notes, MOST_OF_A_PAGE
        )
    found, told = page_links.read(data, addresses)
    return _PAGE if b"<" in data[:_HEAD] else "text without markup", gathered(found, notes + told, MOST_OF_A_PAGE)


def root_of(head: bytes) -> str:
    """The name of a document's root, in small letters; of a feed or sitemap also where text stands before it: the
    notices of a program that found something to complain of, with tags of their own. "" where there is none."""
    for event in Walk(head, frozenset((*_SITEMAPS, *_FEEDS, *_PAGES)), frozenset(), "").events():
        if isinstance(event, Start):
            return event.name
    cut = _CUT.search(head)
    return cut[1].decode().lower() if cut else ""
