"""Finds the feeds and sitemaps of a site, and checks whether they work and how fresh they are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from archive import Link, same_site
from crawler import discovery
from crawler.probe.client import Client, Page
from crawler.probe.page_facts import Facts
from crawler.probe.probe_findings import Source

_USUAL_FEEDS = ("/rss/home.rss", "/rss", "/feed", "/rss.xml")
_USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
_FEED_PAGE = re.compile(r"/(?:rss|rss-?main|rss-?feeds?|feeds?)(?:[./]|$)[^?]*$", re.IGNORECASE)
_FEED = re.compile(r"\.(?:rss|atom|rdf|xml)$|/(?:rss|feed)/[^/]+$", re.IGNORECASE)
_MAX_FETCHED = 2  # of the declared feeds, and of the declared sitemaps

Found = tuple[Source, tuple[Link, ...]]


async def feeds(client: Client, home: Facts) -> list[Found]:
    """The feeds of a site, each with its links if it was fetched: those the home page declares, those a page of feeds
    lists, or else one at a usual URL."""
    named = [Source("feed", url, "the home page declares it") for url in home.feeds]
    listed = [source async for source in _listed_feeds(client, home, {source.url for source in named})]
    found = await _fetch_first(client, [*named, *listed])
    if not any(source.works for source, _ in found):
        found += await _first_working(client, home, "feed", _USUAL_FEEDS)
    return found


async def sitemaps(client: Client, home: Facts) -> list[Found]:
    """The sitemaps of a site: those its robots.txt names, or else one at a usual URL; of a sitemap index, also its
    newest sitemap."""
    rules = client.rules.get(urlsplit(home.page.url).netloc)
    urls = _robots_sitemaps(rules, home)
    found = await _fetch_first(client, [Source("sitemap", url, "robots.txt names it") for url in urls])
    if not any(source.works for source, _ in found):
        found += await _first_working(client, home, "sitemap", _USUAL_SITEMAPS)
    return [listed for source, links in found for listed in await _with_newest_sitemap(client, source, links)]


def _robots_sitemaps(rules: object, home: Facts) -> list[str]:
    """The sitemaps that robots.txt names; Scrapy's parser has them in the parser that it wraps."""
    named: Iterable[str] = getattr(getattr(rules, "rp", None), "sitemaps", ())
    return [url for url in (urljoin(home.page.url, path) for path in named) if same_site(url, home.hosts)]


async def _listed_feeds(client: Client, home: Facts, known: set[str]) -> AsyncIterator[Source]:
    """The feeds on a page of feeds that the home page links to."""
    pages = [
        anchor.url
        for anchor in home.anchors
        if _FEED_PAGE.search(urlsplit(anchor.url).path) and anchor.url not in known
    ]
    for url in pages[:1]:
        page = await client.get(url, "a page of feeds")
        if not isinstance(page, Page) or not page.is_there:
            continue
        if any(link.found_in == "feed" for link in discovery.links(page.body, page.url, home.hosts, page.encoding)):
            yield Source("feed", url, "the home page links to it")
            continue
        for anchor in Facts(page, home.hosts).anchors:
            if _FEED.search(urlsplit(anchor.url).path) and anchor.url not in known:
                yield Source("feed", anchor.url, f"{urlsplit(url).path} lists it")


async def _fetch_first(client: Client, sources: list[Source]) -> list[Found]:
    """Fetches the first few sources; leaves the others as declared."""
    fetched = [await _fetch_source(client, source) for source in sources[:_MAX_FETCHED]]
    return [*fetched, *((source, ()) for source in sources[_MAX_FETCHED:])]


async def _first_working(client: Client, home: Facts, kind: str, paths: Iterable[str]) -> list[Found]:
    for path in paths:
        source = Source("feed" if kind == "feed" else "sitemap", urljoin(home.page.url, path), "it is a usual address")
        found, links = await _fetch_source(client, source)
        if found.works:
            return [(found, links)]
    return []


async def _fetch_source(client: Client, source: Source) -> Found:
    page = await client.get(source.url, f"a {source.kind}")
    if not isinstance(page, Page):
        return replace(source, entries=0, why=f"{source.why}; {page.reason}"), ()
    if not page.is_there:
        return replace(source, entries=0, why=f"{source.why}; it answers with status {page.status}"), ()
    links = tuple(
        link
        for link in discovery.links(page.body, page.url, client.hosts, page.encoding)
        if link.found_in in ("feed", "sitemap", "sitemap-index")
    )
    if source.kind == "feed":
        links = tuple(link for link in links if link.found_in == "feed" and _is_not_home(link.url))
    if not links:
        return replace(source, entries=0, why=f"{source.why}; it is none, or empty"), ()
    kind = "sitemap-index" if links[0].found_in == "sitemap-index" else source.kind
    return replace(source, kind=kind, entries=len(links), newest=_newest(links)), links


def _is_not_home(url: str) -> bool:
    """Whether a URL is not the site's home page, which feeds give as their own link."""
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _newest(links: Iterable[Link]) -> datetime | None:
    moments = [moment for link in links if (moment := link.lastmod or link.published)]
    return max(moments, default=None)


async def _with_newest_sitemap(client: Client, source: Source, links: tuple[Link, ...]) -> list[Found]:
    """The sitemap; of a sitemap index, also its newest sitemap, which has the articles."""
    if source.kind != "sitemap-index":
        return [(source, links)]
    newest = max(links, key=lambda link: (link.lastmod.timestamp() if link.lastmod else 0.0, "news" in link.url))
    return [
        (source, ()),
        await _fetch_source(client, Source("sitemap", newest.url, f"{urlsplit(source.url).path} names it")),
    ]
