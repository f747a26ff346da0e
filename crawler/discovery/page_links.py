"""Links of a page: those a reader follows, and those a page declares for machines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from archive import Link
from crawler.discovery.found_links import MOST_OF_A_PAGE
from crawler.discovery.link_urls import Addresses
from crawler.discovery.markup_parsing import MOST_TAGS, elements, html_and_rest, value
from crawler.discovery.meta_refresh import target_of
from crawler.discovery.pagination import POSTBACK, Pager, is_postback

MOST_WORDS = 300  # characters of what a link reads
MOST_BYTES = 6 * 1024 * 1024
"""The largest news page among hundreds has 1.3 million characters."""

_FEEDS = re.compile(r"rss|atom|feed\+json", re.IGNORECASE)
_ZONE = ("hdzoneid", "hdzoneurl")


def read(data: bytes, addresses: Addresses) -> tuple[list[Link], tuple[str, ...]]:
    """The links of a page in UTF-8, and notes of what could not be followed."""
    notes = [f"what comes after {MOST_BYTES >> 20} MiB"] if len(data) > MOST_BYTES else []
    root, there_is_more = html_and_rest(data[:MOST_BYTES])
    if there_is_more:
        notes.append(f"what comes after {MOST_TAGS} tags of links")
    reading = _Reading(root, addresses)
    links = list(_bounded(reading.links()))
    if reading.posts_back and not reading.can_be_turned(links):
        notes.append(POSTBACK)
    return links, tuple(notes)


def _bounded(links: Iterator[Link]) -> Iterator[Link]:
    """The links until there are more different ones than are taken of a page."""
    urls: set[str] = set()
    for link in links:
        urls.add(link.url)
        yield link
        if len(urls) > MOST_OF_A_PAGE:
            return


class _Reading:
    """One walk over the elements of a page. posts_back: whether a pager was seen that only a script turns."""

    def __init__(self, root: etree._Element | None, addresses: Addresses):
        self._root = root
        self._addresses = addresses
        self._pager = Pager(addresses.page)
        self._settled: set[str] = set()  # what links stand for that another one with other words cannot change
        self.posts_back = False

    def links(self) -> Iterator[Link]:
        for base in elements(self._root, "base"):
            if address := self._addresses.on_site(value(base, "href")):
                self._addresses.rest_on(address)
                break
        some = False
        for element in elements(self._root, "a", "area", "link", "frame", "meta"):
            if link := self._link(element):
                some = True
                yield link
        yield from self._scrolled_on(some)

    def can_be_turned(self, links: list[Link]) -> bool:
        """Whether the pages of the list are reached by addresses."""
        return self._pager.is_turned or any(link.found_in == "pagination" for link in links)

    def _link(self, element: etree._Element) -> Link | None:
        name = element.tag
        if name in ("a", "area"):
            return self._anchor(element)
        if name == "link":
            return self._declared(element)
        url = self._addresses.news(value(element, "src") if name == "frame" else _refresh(element))
        return Link(url, "page") if url else None

    def _anchor(self, element: etree._Element) -> Link | None:
        href = value(element, "href")
        if not href or href in self._settled:
            return None
        if href[:11].lower() == "javascript:":
            self.posts_back = self.posts_back or is_postback(href, lambda: _words(element))
            return None
        url = self._addresses.news(href)
        if url is None:
            return None
        words = _words(element)
        is_pagination = self._pager.is_pagination(url, value(element, "rel").lower(), lambda: words)
        if is_pagination or (words.strip() and not self._pager.may_turn(url)):
            self._settled.add(href)
        return Link(url, "pagination" if is_pagination else "page", words=words.strip()[:MOST_WORDS])

    def _declared(self, link: etree._Element) -> Link | None:
        """A feed, the next page, the same page in another language, a sitemap; a copy for phones is none."""
        relation = value(link, "rel").lower()
        is_feed = "alternate" in relation and _FEEDS.search(value(link, "type"))
        if is_feed:
            url = self._addresses.on_site(value(link, "href"))  # whatever its name ends in
            return Link(url, "page") if url else None
        translated = "alternate" in relation and value(link, "hreflang") and not value(link, "media")
        if not (translated or relation in ("next", "prev", "sitemap")):
            return None
        url = self._addresses.news(value(link, "href"))
        if url is None:
            return None
        return Link(url, "pagination" if self._pager.is_pagination(url, relation, str) else "page")

    def _scrolled_on(self, some: bool) -> Iterator[Link]:
        fields = {value(one, "id").lower(): value(one, "value") for one in elements(self._root, "input")}
        zone, name = (fields.get(one, "") for one in _ZONE)
        address = self._pager.scrolled_on(zone, name, some)
        if address and (url := self._addresses.news(address)):
            yield Link(url, "pagination")


def _refresh(meta: etree._Element) -> str:
    """Where a page sends its readers on by itself; "" where it does not."""
    if value(meta, "http-equiv").lower() != "refresh":
        return ""
    return target_of(value(meta, "content"))


def _words(element: etree._Element) -> str:
    """What a link reads."""
    try:
        return "".join(map(str, element.itertext()))
    except UnicodeDecodeError:
        return ""
