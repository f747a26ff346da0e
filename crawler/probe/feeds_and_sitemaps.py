"""Finds the feeds and sitemaps of a site, and checks whether they work and how fresh they are; and its lists
(sections and their pages)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from archive import Link, same_site
from archive.frontier.article_probability import LIKELY, Experience
from archive.model.urls import url_key
from crawler import discovery
from crawler.probe.client import Client, Facts, Page
from crawler.probe.probe_findings import Paging, Section, Source

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


_MAX_NAME_LENGTH = 40  # characters of a section's name
_MAX_LISTS = 3
_NUMBER = re.compile(r"\d+")
_NOT_A_SECTION = re.compile(
    r"rss|lien-he|contact|gioi-thieu|about|quang-cao|toa-soan|dieu-khoan|chinh-sach|login", re.I
)


def sections(home: Facts, others: Sequence[Facts], experience: Experience) -> tuple[Section, ...]:
    """The sections of the menu: links with short text that are on the home page and on all other pages too, and are no
    articles."""
    everywhere = Counter(key for page in others for key in {url_key(anchor.url) for anchor in page.anchors})
    own, followed = url_key(home.page.url), {url_key(link.url) for link in home.links}
    return tuple(
        Section(anchor.url, anchor.words)
        for anchor in home.anchors
        if 0 < len(anchor.words) <= _MAX_NAME_LENGTH
        and everywhere[url_key(anchor.url)] >= max(2, 0.8 * len(others))
        and url_key(anchor.url) in followed - {own}
        and experience.probability(anchor.url) <= LIKELY
        and not _NOT_A_SECTION.search(urlsplit(anchor.url).path)
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
    pagination_urls = [link.url for link in facts.links if link.found_in == "pagination"]
    return {_style(url, list_path): url for url in reversed(pagination_urls)}


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
