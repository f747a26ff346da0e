"""What a site shows of itself: its name and title, hosts, time zone and content management system; its feeds and
sitemaps, whether they work and how fresh they are; and its lists (sections and their pages).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

from archive import Link, Reading, Unreadable, same_site
from archive.extract.sections import is_vietnamese
from archive.frontier.article_probability import LIKELY, Experience
from archive.model.urls import host_of, url_key
from archive.rules.months import observes, zone_of_host
from archive.rules.xpath_rules import FAMILIES
from archive.text.folding import key_of
from crawler import discovery
from crawler.probe.article_sample import FetchedCandidate
from crawler.probe.client import Client, Facts, Page
from crawler.probe.probe_findings import Finding, LinkSource, Paging, Section, address

_BETWEEN = re.compile(r"\s+[-–—|»>:·•]+\s+|\s*[|»]\s*|\s+::\s+")
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}", re.IGNORECASE)
_SECOND_LEVEL = frozenset({"com", "net", "org", "gov", "edu", "info", "co", "ac", "or", "ne", "gob"})
_VIETNAM = "Asia/Ho_Chi_Minh"


def is_local(url: str) -> bool:
    host = host_of(url)
    return host in ("::1", "localhost") or (host.startswith("127.") and _is_ip(host))


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def title_of(pages: Sequence[Facts], home: str) -> Finding:
    """The paper's title: as its pages declare it (og:site_name), in the spelling of their titles; or the part that
    their titles share."""
    declared = Counter(name for page in pages if (name := page.meta("og:site_name")) and not _HOST.fullmatch(name))
    parts = [[part for part in _BETWEEN.split(page.title) if len(part) > 2] for page in pages]
    # reversed, because the paper's name is mostly the last part of a title
    shared = Counter(part for page_parts in reversed(parts) for part in dict.fromkeys(reversed(page_parts)))
    for name, count in declared.most_common(1):
        spelling = next((part for part, _ in shared.most_common() if key_of(part) == key_of(name)), None)
        titles = f", and in the titles of {shared[spelling]} of {len(pages)}" if spelling else ""
        sure = count > 1 or spelling
        return Finding(spelling or name, "sure" if sure else "likely", f"og:site_name on {_pages(count)}{titles}")
    for name, count in shared.most_common(1):
        if count > 1:
            sure = count >= 0.7 * len(pages) and len(pages) > 3
            return Finding(name, "sure" if sure else "likely", f"in the titles of {count} of {len(pages)} pages")
    title = pages[0].title if pages else ""
    return Finding(title or host_of(home), "a guess", "the home page's title" if title else "its pages have no title")


def _pages(count: int) -> str:
    return "a page" if count == 1 else f"{count} pages"


def name_of(home: str, title: str) -> Finding:
    """A name of the outlet for the command line: a Python identifier."""
    host = host_of(home)
    if is_local(home) or _is_ip(host):
        return Finding(_identifier(title) or "paper", "a guess", "from its title, for its host has no name")
    labels = host.split(".")
    name_labels = labels[:-2] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[:-1]
    return Finding(_identifier(name_labels[-1] if name_labels else host) or "paper", "sure", f"from its host {host}")


def _identifier(text: str) -> str:
    name = "".join(letter for letter in key_of(text) if letter.isascii())
    return f"bao{name}" if name[:1].isdigit() else name


def host_notes(home: Facts, given_url: str, other: str | None) -> tuple[str, ...]:
    """Notes on the site's hosts. other: the note on its host with, or without, `www.`."""
    notes = [f"asked for {given_url}, it answers from {home.page.url}"] if home.page.via else []
    notes += [other] if other else []
    own = urlsplit(home.page.url).hostname or ""
    hosts = Counter(host for url in (*home.twins, *home.anchors) if (host := urlsplit(url).hostname))
    mobile_hosts = {urlsplit(url).hostname for url in home.twins}
    for host, count in hosts.most_common():
        if host.removeprefix("www.") != own.removeprefix("www."):
            links = f"{'a link' if count == 1 else f'{count} links'} on the home page"
            notes.append(f"{host}: {'its copy for phones' if host in mobile_hosts else links}")
    return tuple(notes[:8])


def timezone_of(home: str, tried: Iterable[FetchedCandidate]) -> Finding:
    """The time zone of its printed times: its country's, or Hanoi's where its pages are Vietnamese."""
    articles = [candidate for candidate in tried if isinstance(candidate.reading, Reading)]
    readings = [candidate.reading for candidate in articles if isinstance(candidate.reading, Reading)]
    offsets = Counter(
        f"{moment:%z}"
        for reading in readings
        if (moment := reading.published_at) and "assumed" not in dict(reading.origins).get("published_at", "assumed")
    )
    evidence = [
        f"the stamps of {count} of {len(articles)} articles say {offset}" for offset, count in offsets.most_common(1)
    ]
    zone = zone_of_host(host_of(home))
    if zone is not None:
        moments = (reading.published_at for reading in readings)
        agrees = all(observes(zone, moment.tzinfo) for moment in moments if moment and moment.tzinfo)
        why = "; ".join([f"the only clock of its country (.{host_of(home).rpartition('.')[2]})", *evidence])
        return Finding(zone.key, "sure" if agrees else "likely", why)
    vietnamese = sum(_is_vietnamese(candidate) for candidate in articles)
    if vietnamese * 2 > len(articles):
        why = "; ".join([f"{vietnamese} of {len(articles)} articles are in Vietnamese", *evidence])
        return Finding(_VIETNAM, "likely", why)
    return Finding(_VIETNAM, "a guess", "; ".join(["nothing names its country", *evidence]))


def _is_vietnamese(candidate: FetchedCandidate) -> bool:
    declared = candidate.reading.language if isinstance(candidate.reading, Reading) else None
    return (declared or candidate.facts.language).startswith("vi") or is_vietnamese(candidate.facts.title)


def system_of(tried: Sequence[FetchedCandidate], title: str) -> tuple[Finding, ...]:
    """The content management systems whose marks are on the articles, and the generator that the pages declare; not
    where they declare the paper's title there."""
    articles = [candidate for candidate in tried if isinstance(candidate.reading, Reading)]
    marks = Counter(
        family.name
        for candidate in articles
        for family in FAMILIES
        if any(mark in candidate.facts.text for mark in family.marks)
    )
    by_family = Counter(family for candidate in articles for family in _origins(candidate.reading))
    found = []
    for name, count in marks.most_common():
        gave = f"its rules gave {f'fields of {by_family[name]}' if by_family[name] else 'nothing'}"
        why = f"its marks are on {count} of {len(articles)} articles, and {gave}"
        found.append(Finding(name, "sure" if by_family[name] else "likely", why))
    declared = Counter(candidate.facts.meta("generator") for candidate in articles)
    for name, count in declared.most_common(1):
        if name and key_of(name) != key_of(title):
            why = f"{_pages(count)} declare{'s' if count == 1 else ''} it as their generator"
            found.append(Finding(name, "sure", why))
    return tuple(found)


def _origins(reading: Reading | Unreadable) -> set[str]:
    """The rules that gave fields of a page."""
    origins = reading.origins if isinstance(reading, Reading) else ()
    return {value.removeprefix("rules:").partition("/")[0] for name, value in origins if name != "rules"}


_USUAL_FEEDS = ("/rss/home.rss", "/rss", "/feed", "/rss.xml")
_USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
_FEED_PAGE = re.compile(r"/(?:rss|rss-?main|rss-?feeds?|feeds?)(?:[./]|$)[^?]*$", re.IGNORECASE)
_FEED = re.compile(r"\.(?:rss|atom|rdf|xml)$|/(?:rss|feed)/[^/]+$", re.IGNORECASE)
_MAX_FETCHED = 2  # of the declared feeds, and of the declared sitemaps

FoundSource = tuple[LinkSource, tuple[Link, ...]]


async def feeds(client: Client, home: Facts) -> list[FoundSource]:
    """The feeds of a site, each with its links if it was fetched: those the home page declares, those a page of feeds
    lists, or else one at a usual URL."""
    named = [LinkSource("feed", url, "the home page declares it") for url in home.feeds]
    listed = [source async for source in _listed_feeds(client, home, {source.url for source in named})]
    return await _fetched(client, home, [*named, *listed], "feed", _USUAL_FEEDS)


async def sitemaps(client: Client, home: Facts) -> list[FoundSource]:
    """The sitemaps of a site: those its robots.txt names, or else one at a usual URL; of a sitemap index, also its
    newest sitemap."""
    rules = client.rules.get(urlsplit(home.page.url).netloc)
    written: Iterable[str] = getattr(getattr(rules, "rp", None), "sitemaps", ())  # of the parser that Scrapy's wraps
    urls = [url for url in (urljoin(home.page.url, path) for path in written) if same_site(url, home.hosts)]
    named = [LinkSource("sitemap", url, "robots.txt names it") for url in urls]
    found = await _fetched(client, home, named, "sitemap", _USUAL_SITEMAPS)
    return [listed for source, links in found for listed in await _with_newest_sitemap(client, source, links)]


async def _listed_feeds(client: Client, home: Facts, known: set[str]) -> AsyncIterator[LinkSource]:
    """The feeds on a page of feeds that the home page links to."""
    urls = (url for url in home.anchors if _FEED_PAGE.search(urlsplit(url).path) and url not in known)
    url = next(urls, None)
    page = await client.get(url, "a page of feeds") if url else None
    if url is None or not isinstance(page, Page) or not page.is_there:
        return
    facts = Facts(page, home.hosts)
    if any(link.found_in == "feed" for link in facts.links):
        yield LinkSource("feed", url, "the home page links to it")
        return
    for listed in facts.anchors:
        if _FEED.search(urlsplit(listed).path) and listed not in known:
            yield LinkSource("feed", listed, f"{address(url)} lists it")


async def _fetched(
    client: Client, home: Facts, named: list[LinkSource], kind: Literal["feed", "sitemap"], usual_paths: Iterable[str]
) -> list[FoundSource]:
    """The named sources, of which it fetches the first few; where none works, also the first usual URL that does."""
    found = [await _fetch_source(client, source) for source in named[:_MAX_FETCHED]]
    found += ((source, ()) for source in named[_MAX_FETCHED:])
    if any(source.works for source, _ in found):
        return found
    for path in usual_paths:
        source, links = await _fetch_source(
            client, LinkSource(kind, urljoin(home.page.url, path), "it is a usual address")
        )
        if source.works:
            return [*found, (source, links)]
    return found


async def _fetch_source(client: Client, source: LinkSource) -> FoundSource:
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


async def _with_newest_sitemap(client: Client, source: LinkSource, links: tuple[Link, ...]) -> list[FoundSource]:
    """The sitemap; of a sitemap index, also its newest sitemap, which has the articles."""
    if source.kind != "sitemap-index":
        return [(source, links)]
    newest = max(links, key=lambda link: (link.lastmod.timestamp() if link.lastmod else 0.0, "news" in link.url))
    named = LinkSource("sitemap", newest.url, f"{address(source.url)} names it", is_in_index=True)
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
