"""Resolves links to absolute URLs on the site, and collects those of a document, deduplicated, with notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from w3lib.url import safe_url_string

from archive import Link, absolute, same_site
from archive.model.urls import without_trackers
from crawler.discovery.tolerant_xml import TooMany

_MAX_REMEMBERED = 10_000  # links of a document
_MAX_FAST_LENGTH = 1024  # letters; a longer link takes the slow path, which refuses a URL that is too long

# File types that are never a page of news.
_NOT_PAGES_SUFFIX = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|avif|css|js|json|woff2?|ttf|mp[34]|m4a|wav|avi|mov|pdf|docx?|xlsx?|pptx?|zip|rar|7z|exe|apk)$",
    re.IGNORECASE,
)
# Paths of duplicates of articles (print versions), and of pages for one reader, unless these name a headline.
_NOT_NEWS_PATH = re.compile(
    r"/(?:(?:login|dang-nhap|logout|register|dang-ky)(?!/(?:[^/?-]+-){3}[^/?]*$)|print|in-bai|search|tim-kiem|share|cart"
    r"|api|ajax)(?:[/.?]|$)|[?&](?:q|keyword|s|print)=",
    re.IGNORECASE,
)
# The fast path for nine in ten links, which need no urljoin and no quoting: no dot segments, no escapes, no fragment.
_PLAIN_PATH = re.compile(r"/(?:[\w~-][\w.~-]*+/?+)*+(?:\?[\w.~&=-]++)?+", re.ASCII)
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}(?=[/?:]|$)")
_SLASHES = re.compile(r"^(https?):/+(?=[^/])", re.IGNORECASE)
_PLAIN_HOST = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::(?:[1-5]\d{4}|[1-9]\d{0,3}))?(?=/)")


def may_be_news(url: str) -> bool:
    """Whether a URL can be an article or a list of articles, judged by its form alone."""
    path = url.partition("?")[0]
    return not (_NOT_PAGES_SUFFIX.search(path) or _NOT_NEWS_PATH.search(url))


class Addresses:
    """Resolves the links of one document. page: its URL; hosts: the site's, without `www.`."""

    def __init__(self, page: str, hosts: tuple[str, ...]):
        self.page = page
        self.hosts = hosts
        self._news: dict[str, str | None] = {}
        self._origins: dict[str, bool] = {}
        self.rest_on(page)

    def rest_on(self, base: str) -> None:
        """Sets the base URL for relative links: the page's own, or its `<base>`."""
        self._base = base
        origin = _PLAIN_HOST.match(base)
        self._origin = origin[0] if origin and self._is_same_site(origin[0]) else ""
        self._news.clear()

    def news(self, link: str) -> str | None:
        """The URL of a link that is on the site and can be a page of news; else None."""
        if link not in self._news:
            if len(self._news) >= _MAX_REMEMBERED:  # a sitemap's addresses, which come once
                self._news.clear()
            url = self.on_site(link)
            self._news[link] = url if url is not None and may_be_news(url) else None
        return self._news[link]

    def repaired(self, written: str) -> str:
        """An address as feeds, sitemaps and robots.txt misspell it: in quotes, escaped twice, without its scheme."""
        address = _SLASHES.sub(r"\1://", written.strip("<>\"', ").replace("&amp;", "&"))
        host = _HOST.match(address)
        if host and same_site(f"http://{host[0]}/", self.hosts):
            return f"{self.page.partition('//')[0]}//{address}"
        return address

    def on_site(self, link: str) -> str | None:
        """The URL of a link as the crawler requests it: absolute, without fragment and tracking parameters; None where
        it is off the site, not on the web, or within the same page."""
        link = link.partition("#")[0]
        if not link:
            return None
        origin = _PLAIN_HOST.match(link)
        if origin and not self._is_same_site(origin[0]):
            return None
        site, path = (origin[0], link[origin.end() :]) if origin else (self._origin, link)
        if site and len(link) < _MAX_FAST_LENGTH and _PLAIN_PATH.fullmatch(path):
            return without_trackers(site + path)
        return self._resolved(link)

    def _is_same_site(self, origin: str) -> bool:
        if origin not in self._origins:
            self._origins[origin] = same_site(origin, self.hosts)
        return self._origins[origin]

    def _resolved(self, link: str) -> str | None:
        """The slow path, with the same result."""
        url = absolute(self._base, link)
        if url is None or not same_site(url, self.hosts):
            return None
        try:
            # quoted as Scrapy will request it, so that the frontier holds the requested URL
            return safe_url_string(without_trackers(url).replace("\\", "/"))
        except ValueError:
            return None


MOST_LINKS = 50_000
"""The most links that one sitemap may hold (sitemaps.org, protocol 0.9)."""
MOST_OF_A_PAGE = 10_000
"""The most links of a page or feed. The fullest front pages have 500, whole archives on one page 5,000; a hostile page
must not fill the frontier."""


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """links: deduplicated, in the order of the document. notes: what is not followed: later pages of a list that only a
    script reaches, the cut end of a document; and the kind of a document that should be a feed or sitemap and has no
    links."""

    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()


def deduplicated(links: Iterable[Link], notes: tuple[str, ...] = (), most: int = MOST_LINKS) -> FoundLinks:
    """The links, deduplicated and limited: a later link to the same address replaces an earlier one with less data."""
    kept: dict[str, Link] = {}
    try:
        for link in links:
            known = kept.get(link.url)
            if known is None and len(kept) == most:
                return FoundLinks(tuple(kept.values()), (*notes, f"what comes after {most} links"))
            words = max(link.words, known.words, key=len) if known else link.words
            if known is None or _has_more_data(link, known):
                kept[link.url] = replace(link, words=words) if known else link
            elif words != known.words:
                kept[link.url] = replace(known, words=words)
    except TooMany as limit:
        notes = (*notes, f"what comes after {limit}")
    return FoundLinks(tuple(kept.values()), notes)


def _has_more_data(link: Link, known: Link) -> bool:
    if known.found_in == "page":
        return link.found_in == "pagination"
    return (known.lastmod or known.published) is None and (link.lastmod or link.published) is not None
