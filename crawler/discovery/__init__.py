"""Link discovery: finds the links in the bytes of a page, feed or sitemap. Pure: no network, no archive, no clock.

One function for all kinds of documents, whose kind it detects; it never raises and its work is bounded:

>>> from crawler.discovery import links
>>> links(b'<a href="/cau-1.htm">...</a>', "https://bao.example/", ("bao.example",))
[Link(url='https://bao.example/cau-1.htm', found_in='page', lastmod=None, published=None)]
"""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from archive import Link
from archive.model.clock import zone_of
from crawler.discovery import feeds, page_links, sitemaps
from crawler.discovery.link_urls import MOST_OF_A_PAGE, Addresses, FoundLinks, deduplicated, may_be_news
from crawler.discovery.markup_parsing import as_utf8, unpacked
from crawler.discovery.page_links import target_of
from crawler.discovery.sitemaps import sitemaps_in
from crawler.discovery.tolerant_xml import Start, XmlStream

__all__ = ["FoundLinks", "links", "look", "may_be_news", "sitemaps_in"]

_SITEMAPS = ("urlset", "sitemapindex")
_FEEDS = ("rss", "feed", "rdf", "channel")
_PAGES = ("html", "head", "body", "frameset")
# A root element whose tag does not end within the head.
_CUT_ROOT = re.compile(rb"<(?:\w{1,20}:)?(rss|feed|rdf|channel|urlset|sitemapindex)\s[^<]*+\Z", re.IGNORECASE)
_PAGE = "an HTML page, neither feed nor sitemap"
_FEED_ADDRESS = re.compile(r"\.(?:xml|rss|atom|rdf)(?:\.gz)?(?:\?|$)|[/.=](?:rss|feed|atom|sitemap)", re.IGNORECASE)
_HEAD = 64 * 1024  # a program may print notices before its XML


def links(
    body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None = None, timezone: str = "Asia/Ho_Chi_Minh"
) -> list[Link]:
    """The links of a page, feed or sitemap that are on the site's hosts and can be pages of news: absolute, without
    fragment and tracking parameters, deduplicated, in the order of the document.

    encoding: the charset the HTTP header named, if any. timezone: IANA name, for dates that name no zone.
    """
    return list(look(body, base_url, hosts, encoding, timezone).links)


def look(
    body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None = None, timezone: str = "Asia/Ho_Chi_Minh",
    refresh: str = "",
) -> FoundLinks:  # fmt: skip
    """As `links`, with notes of what is not followed. refresh: the value of a `Refresh` header."""
    found = _found_in(body, base_url, hosts, encoding, timezone)
    refresh_target = Addresses(base_url, hosts).news(target_of(refresh))
    if refresh_target is None:
        return found
    others = (link for link in found.links if link.url != refresh_target)
    return replace(found, links=(Link(refresh_target, "page"), *others))


def _found_in(body: bytes, base_url: str, hosts: tuple[str, ...], encoding: str | None, timezone: str) -> FoundLinks:
    unpacked_body, notes = unpacked(body)
    data = as_utf8(unpacked_body, encoding)
    del unpacked_body
    kind, found = _parsed(data, Addresses(base_url, hosts), zone_of(timezone), notes)
    if found.links or (kind == _PAGE and not _FEED_ADDRESS.search(base_url)):
        return found
    return replace(found, notes=(*found.notes, f"no links: {kind if data.strip() else 'nothing at all'}"))


def _parsed(data: bytes, addresses: Addresses, zone: ZoneInfo, notes: tuple[str, ...]) -> tuple[str, FoundLinks]:
    """The kind of a document in UTF-8, in words, and the links found in it."""
    root = root_of(data[:_HEAD])
    if root in _SITEMAPS:
        return "a sitemap without addresses of the site", deduplicated(sitemaps.read(data, addresses, zone), notes)
    if root in _FEEDS:
        return "a feed without addresses of the site", deduplicated(
            feeds.read(data, addresses, zone), notes, MOST_OF_A_PAGE
        )
    if sitemaps.is_list_of_lines(data):
        return "a list without addresses of the site", deduplicated(sitemaps.read_lines(data, addresses), notes)
    if feeds.is_json_feed(data):
        return "a JSON Feed without addresses of the site", deduplicated(
            feeds.read_json(data, addresses, zone), notes, MOST_OF_A_PAGE
        )
    page_found, page_notes = page_links.read(data, addresses)
    return _PAGE if b"<" in data[:_HEAD] else "text without markup", deduplicated(
        page_found, notes + page_notes, MOST_OF_A_PAGE
    )


def root_of(head: bytes) -> str:
    """The name of the root element, in lower case; "" where there is none. Finds the root of a feed or sitemap also
    behind a program's notices, which may hold tags."""
    for event in XmlStream(head, frozenset((*_SITEMAPS, *_FEEDS, *_PAGES)), frozenset(), "").events():
        if isinstance(event, Start):
            return event.name
    cut = _CUT_ROOT.search(head)
    return cut[1].decode().lower() if cut else ""
