"""Extracts facts of a page about its site: links with their text, title, language, meta elements, feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from archive import Link, absolute, same_site
from archive.extract.charset import decode
from archive.text.folding import folded
from crawler import discovery
from crawler.discovery.decoded_documents import as_utf8, unpacked
from crawler.discovery.markup_parsing import elements, html, value
from crawler.probe.client import Page

_TITLE = re.compile(r"<title\b[^>]*>(.{1,600}?)</title", re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(r"<html\b[^>]{0,400}?\blang\s*=\s*[\"']?([\w-]{2,12})", re.IGNORECASE)
_MAX_LINK_TEXT = 120
_FEED_TYPES = ("rss", "atom", "feed+json")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link with its visible text."""

    url: str
    words: str


@dataclass(frozen=True)
class Facts:
    """A page and the facts in it. hosts: the site's."""

    page: Page
    hosts: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """The page's HTML source."""
        return decode(self.page.body, self.page.encoding)

    @cached_property
    def found(self) -> discovery.FoundLinks:
        """The links that a crawl would follow, and notes on those it could not."""
        return discovery.look(self.page.body, self.page.url, self.hosts, self.page.encoding)

    @property
    def links(self) -> tuple[Link, ...]:
        """The links that a crawl would follow."""
        return self.found.links

    @cached_property
    def _root(self) -> Any:  # an lxml element; only crawler.discovery imports lxml
        return html(as_utf8(unpacked(self.page.body)[0], self.page.encoding))

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """The links to the site's hosts with their text, each URL once, with its first text that is not empty."""
        words_by_url: dict[str, str] = {}
        for element in elements(self._root, "a"):
            url = absolute(self.page.url, value(element, "href"))
            if url and same_site(url, self.hosts):
                words = folded(" ".join(map(str, element.itertext())), _MAX_LINK_TEXT)
                words_by_url[url] = words_by_url.get(url) or words
        return tuple(Anchor(url, words) for url, words in words_by_url.items())

    @cached_property
    def title(self) -> str:
        """The content of the title element, with entities decoded; "" where there is none."""
        match = _TITLE.search(self.text)
        return folded(unescape(match[1])) if match else ""

    @cached_property
    def language(self) -> str:
        """The language the page declares; "" where none."""
        match = _LANGUAGE.search(self.text)
        return match[1].lower() if match else ""

    def meta(self, name: str) -> str:
        """The content of a meta element by its name or property; "" where there is none."""
        for element in elements(self._root, "meta"):
            if name in (value(element, "property").lower(), value(element, "name").lower()):
                return folded(value(element, "content"))
        return ""

    @cached_property
    def feeds(self) -> tuple[str, ...]:
        """The feeds that the page declares, in its order."""
        return tuple(dict.fromkeys(self._declared_links("alternate", *_FEED_TYPES)))

    @cached_property
    def twins(self) -> tuple[str, ...]:
        """The URLs of mobile versions of the page."""
        return tuple(dict.fromkeys([*self._mobile_alternates(), *self._declared_links("amphtml")]))

    def _declared_links(self, relation: str, *kinds: str) -> Iterator[str]:
        for element in elements(self._root, "link"):
            kind = value(element, "type").lower()
            has_relation = relation in value(element, "rel").lower().split()
            if has_relation and (not kinds or any(name in kind for name in kinds)):
                yield from self._href(element)

    def _mobile_alternates(self) -> Iterator[str]:
        for element in elements(self._root, "link"):
            media = value(element, "media").lower()
            if "alternate" in value(element, "rel").lower() and ("handheld" in media or "max-width" in media):
                yield from self._href(element)

    def _href(self, element: Any) -> Iterator[str]:
        if url := absolute(self.page.url, value(element, "href")):
            yield url
