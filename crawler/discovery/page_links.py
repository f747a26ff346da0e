"""Finds the links of an HTML page: those for readers, and those that it declares for machines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from archive import Link
from crawler.discovery.link_urls import MOST_OF_A_PAGE, Addresses
from crawler.discovery.markup_parsing import MOST_TAGS, elements, html_and_rest, value
from crawler.discovery.pagination import POSTBACK, Pager, is_postback

_REFRESH = re.compile(r"\s*+[\d.]*+(?:\s*+[;,]\s*+|(?<=[\d.])\s++)(?:url\s*+=\s*+)?+(.*+)", re.IGNORECASE | re.DOTALL)


def target_of(content: str) -> str:
    """The target address in `5; url=/moi.htm` and its like; "" where there is none, and the page only reloads."""
    match = _REFRESH.match(content)
    if match is None:
        return ""
    url = match[1].strip()
    quote = url[:1] if url[:1] in ("'", '"') else ""
    return url[1:].partition(quote)[0].strip() if quote else url


# A script that sends every reader on.
_SCRIPT_MOVE = re.compile(
    rb"""\blocation(?:\.href)?+\s*+(?:=\s*+|\.(?:replace|assign)\s*+\(\s*+)["']([^"'\s<>\\]{1,2000})["']""",
    re.IGNORECASE,
)
_MOST_OF_A_BOUNCE = 20_000  # bytes: nothing but the script, and perhaps one that sets a cookie


MOST_WORDS = 300  # characters of a link's text
MOST_BYTES = 6 * 1024 * 1024
"""The largest news page among hundreds has 1.3 million characters."""

_FEED_TYPES = re.compile(r"rss|atom|feed\+json", re.IGNORECASE)
_VCCORP_FIELDS = ("hdzoneid", "hdzoneurl")


def read(data: bytes, addresses: Addresses) -> tuple[list[Link], tuple[str, ...]]:
    """The links of a page in UTF-8, and notes of what is not followed."""
    notes = [f"what comes after {MOST_BYTES >> 20} MiB"] if len(data) > MOST_BYTES else []
    root, has_more = html_and_rest(data[:MOST_BYTES])
    if has_more:
        notes.append(f"what comes after {MOST_TAGS} tags of links")
    reader = _PageReader(root, addresses)
    links = list(_bounded(reader.links())) or list(_script_move(data, addresses))
    if reader.posts_back and not reader.can_be_turned(links):
        notes.append(POSTBACK)
    return links, tuple(notes)


def _script_move(data: bytes, addresses: Addresses) -> Iterator[Link]:
    """The address to which the script of a page without a link sends its readers on."""
    found = _SCRIPT_MOVE.search(data) if len(data) <= _MOST_OF_A_BOUNCE else None
    url = addresses.news(found[1].decode("utf-8", "replace")) if found else None
    if url is not None:
        yield Link(url, "page")


def _bounded(links: Iterator[Link]) -> Iterator[Link]:
    """The links until there are more different ones than MOST_OF_A_PAGE."""
    urls: set[str] = set()
    for link in links:
        urls.add(link.url)
        yield link
        if len(urls) > MOST_OF_A_PAGE:
            return


class _PageReader:
    """One walk over the elements of a page. posts_back: whether the page has a pager that only a script turns."""

    def __init__(self, root: etree._Element | None, addresses: Addresses):
        self._root = root
        self._addresses = addresses
        self._pager = Pager(addresses.page)
        self._settled_hrefs: set[str] = set()  # hrefs whose meaning another link with other words cannot change
        self.posts_back = False

    def links(self) -> Iterator[Link]:
        for base in elements(self._root, "base"):
            if address := self._addresses.on_site(value(base, "href")):
                self._addresses.rest_on(address)
                break
        has_links = False
        for element in elements(self._root, "a", "area", "link", "frame", "meta"):
            if link := self._link(element):
                has_links = True
                yield link
        yield from self._infinite_scroll_link(has_links)

    def can_be_turned(self, links: list[Link]) -> bool:
        return self._pager.is_turned or any(link.found_in == "pagination" for link in links)

    def _link(self, element: etree._Element) -> Link | None:
        name = element.tag
        if name in ("a", "area"):
            return self._anchor(element)
        if name == "link":
            return self._declared(element)
        url = self._addresses.news(value(element, "src") if name == "frame" else _refresh_target(element))
        return Link(url, "page") if url else None

    def _anchor(self, element: etree._Element) -> Link | None:
        href = value(element, "href")
        if not href or href in self._settled_hrefs:
            return None
        if href[:11].lower() == "javascript:":
            self.posts_back = self.posts_back or is_postback(href, lambda: _link_text(element))
            return None
        url = self._addresses.news(href)
        if url is None:
            return None
        words = _link_text(element)
        is_pagination = self._pager.is_pagination(url, value(element, "rel").lower(), lambda: words)
        if is_pagination or (words.strip() and not self._pager.may_turn(url)):
            self._settled_hrefs.add(href)
        return Link(url, "pagination" if is_pagination else "page", words=words.strip()[:MOST_WORDS])

    def _declared(self, link: etree._Element) -> Link | None:
        """The link of a `link` element to a feed, next page, translation or sitemap; None for mobile pages etc."""
        relation = value(link, "rel").lower()
        is_feed = "alternate" in relation and _FEED_TYPES.search(value(link, "type"))
        if is_feed:
            url = self._addresses.on_site(value(link, "href"))  # with any suffix
            return Link(url, "page") if url else None
        translated = "alternate" in relation and value(link, "hreflang") and not value(link, "media")
        if not (translated or relation in ("next", "prev", "sitemap")):
            return None
        url = self._addresses.news(value(link, "href"))
        if url is None:
            return None
        return Link(url, "pagination" if self._pager.is_pagination(url, relation, str) else "page")

    def _infinite_scroll_link(self, has_links: bool) -> Iterator[Link]:
        fields = {value(element, "id").lower(): value(element, "value") for element in elements(self._root, "input")}
        zone, name = (fields.get(key, "") for key in _VCCORP_FIELDS)
        address = self._pager.scrolled_on(zone, name, has_links)
        if address and (url := self._addresses.news(address)):
            yield Link(url, "pagination")


def _refresh_target(meta: etree._Element) -> str:
    if value(meta, "http-equiv").lower() != "refresh":
        return ""
    return target_of(value(meta, "content"))


def _link_text(element: etree._Element) -> str:
    try:
        return "".join(map(str, element.itertext()))
    except UnicodeDecodeError:
        return ""
