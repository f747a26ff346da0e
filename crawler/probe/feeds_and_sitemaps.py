"""Finds the feeds and sitemaps of a site, and checks whether they work and how fresh they are; and its lists
(sections and their pages)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

from archive import Link, same_site
from archive.frontier.article_probability import LIKELY, Experience
from archive.model.urls import url_key
from crawler import discovery
from crawler.probe.client import Client, Facts, Page
from crawler.probe.probe_findings import Paging, Section, Source, address

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
    return await _fetched(client, home, [*named, *listed], "feed", _USUAL_FEEDS)


async def sitemaps(client: Client, home: Facts) -> list[Found]:
    """The sitemaps of a site: those its robots.txt names, or else one at a usual URL; of a sitemap index, also its
    newest sitemap."""
    rules = client.rules.get(urlsplit(home.page.url).netloc)
    written: Iterable[str] = getattr(getattr(rules, "rp", None), "sitemaps", ())  # of the parser that Scrapy's wraps
    urls = [url for url in (urljoin(home.page.url, path) for path in written) if same_site(url, home.hosts)]
    named = [Source("sitemap", url, "robots.txt names it") for url in urls]
    found = await _fetched(client, home, named, "sitemap", _USUAL_SITEMAPS)
    return [listed for source, links in found for listed in await _with_newest_sitemap(client, source, links)]


async def _listed_feeds(client: Client, home: Facts, known: set[str]) -> AsyncIterator[Source]:
    """The feeds on a page of feeds that the home page links to."""
    urls = (url for url in home.anchors if _FEED_PAGE.search(urlsplit(url).path) and url not in known)
    url = next(urls, None)
    page = await client.get(url, "a page of feeds") if url else None
    if url is None or not isinstance(page, Page) or not page.is_there:
        return
    facts = Facts(page, home.hosts)
    if any(link.found_in == "feed" for link in facts.links):
        yield Source("feed", url, "the home page links to it")
        return
    for listed in facts.anchors:
        if _FEED.search(urlsplit(listed).path) and listed not in known:
            yield Source("feed", listed, f"{address(url)} lists it")


async def _fetched(
    client: Client, home: Facts, named: list[Source], kind: Literal["feed", "sitemap"], usual_paths: Iterable[str]
) -> list[Found]:
    """The named sources, of which it fetches the first few; where none works, also the first usual URL that does."""
    found = [await _fetch_source(client, source) for source in named[:_MAX_FETCHED]]
    found += ((source, ()) for source in named[_MAX_FETCHED:])
    if any(source.works for source, _ in found):
        return found
    for path in usual_paths:
        source, links = await _fetch_source(client, Source(kind, urljoin(home.page.url, path), "it is a usual address"))
        if source.works:
            return [*found, (source, links)]
    return found


async def _fetch_source(client: Client, source: Source) -> Found:
    page = await client.get(source.url, f"a {source.kind}")
    if not isinstance(page, Page):
        return replace(source, entries=0, why=f"{source.why}; {page.reason}"), ()
    if not page.is_there:
        return replace(source, entries=0, why=f"{source.why}; it answers with status {page.status}"), ()
    kinds = ("feed",) if source.kind == "feed" else ("feed", "sitemap", "sitemap-index")
    found = discovery.links(page.body, page.url, client.hosts, page.encoding)
    links = tuple(link for link in found if link.found_in in kinds)
    if source.kind == "feed":
        links = tuple(link for link in links if address(link.url).strip("/"))  # feeds name their home page, too
    if not links:
        return replace(source, entries=0, why=f"{source.why}; it is none, or empty"), ()
    kind = "sitemap-index" if links[0].found_in == "sitemap-index" else source.kind
    return replace(source, kind=kind, entries=len(links), newest=_newest(links)), links


def _newest(links: Iterable[Link]) -> datetime | None:
    moments = [moment for link in links if (moment := link.lastmod or link.published)]
    return max(moments, default=None)


async def _with_newest_sitemap(client: Client, source: Source, links: tuple[Link, ...]) -> list[Found]:
    """The sitemap; of a sitemap index, also its newest sitemap, which has the articles."""
    if source.kind != "sitemap-index":
        return [(source, links)]
    newest = max(links, key=lambda link: (link.lastmod.timestamp() if link.lastmod else 0.0, "news" in link.url))
    named = Source("sitemap", newest.url, f"{address(source.url)} names it", is_in_index=True)
    return [(source, ()), await _fetch_source(client, named)]


_MAX_NAME_LENGTH = 40  # characters of a section's name
_MAX_LISTS = 3
_NUMBER = re.compile(r"\d+")
_NOT_A_SECTION = re.compile(
    r"rss|lien-he|contact|gioi-thieu|about|quang-cao|toa-soan|dieu-khoan|chinh-sach|login", re.I
)


def sections(home: Facts, others: Sequence[Facts], experience: Experience) -> tuple[Section, ...]:
    """The sections of the menu: links with short text that are on the home page and on all other pages too, and are no
    articles."""
    everywhere = Counter(key for page in others for key in set(map(url_key, page.anchors)))
    followed = {url_key(link.url) for link in home.links} - {url_key(home.page.url)}
    return tuple(
        Section(url, words)
        for url, words in home.anchors.items()
        if 0 < len(words) <= _MAX_NAME_LENGTH
        and everywhere[url_key(url)] >= max(2, 0.8 * len(others))
        and url_key(url) in followed
        and experience.probability(url) <= LIKELY
        and not _NOT_A_SECTION.search(urlsplit(url).path)
    )


async def paging(client: Client, lists: Sequence[Section], experience: Experience) -> tuple[Paging, ...]:
    """The pagination styles of a few lists. Fetches one page of each style that is found."""
    found: dict[str, Paging] = {}
    for section in lists[:_MAX_LISTS]:
        page = await client.get(section.url, "a section")
        if not isinstance(page, Page) or not page.is_there:
            continue
        facts = Facts(page, client.hosts)
        experience.learn(section.url, "list")
        found |= {note: Paging(note, section.url, "sure", "") for note in facts.found.notes if "postback" in note}
        for style, link in _styles(facts).items():
            if style not in found:
                found[style] = await _try_pagination(client, facts, style, link, experience)
    return tuple(found.values())


def _styles(facts: Facts) -> dict[str, str]:
    """Style -> the URL of a later page. A style is the URL relative to the list's, with # for its numbers."""
    list_path = urlsplit(facts.page.url).path.rstrip("/")
    urls = [link.url for link in reversed(facts.links) if link.found_in == "pagination"]
    second_last = sorted(urls, key=lambda url: _NUMBER.findall(url)[-1:] == ["2"])  # lists lead to their first page too
    return {_style(url, list_path): url for url in second_last}


def _style(url: str, list_path: str) -> str:
    parts = urlsplit(url)
    path, stem = parts.path.rstrip("/"), re.sub(r"[.][a-z]{2,5}$", "", list_path)
    base = next((prefix for prefix in (list_path, stem) if prefix and path.startswith(prefix)), None)
    pattern = _NUMBER.sub("#", path) if base is None else f"<list>{_NUMBER.sub('#', path[len(base) :])}"
    return f"{pattern}?{_NUMBER.sub('#', parts.query)}".rstrip("?")


async def _try_pagination(client: Client, facts: Facts, style: str, url: str, experience: Experience) -> Paging:
    page = await client.get(url, "a later page of a section")
    if not isinstance(page, Page) or not page.is_there:
        return Paging(style, url, "a guess", page.reason if not isinstance(page, Page) else f"status {page.status}")
    new = _likely_articles(Facts(page, client.hosts).links, experience) - _likely_articles(facts.links, experience)
    if not new:
        return Paging(style, url, "a guess", "tried, and no article came that is not on the first page")
    return Paging(style, url, "sure", f"tried, and articles came that are not on the first page: {len(new)}")


def _likely_articles(links: Iterable[Link], experience: Experience) -> set[str]:
    return {url_key(link.url) for link in links if experience.probability(link.url) > LIKELY}
