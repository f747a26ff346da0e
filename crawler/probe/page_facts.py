"""Facts of a page that say something of its site: what it links to and by which words, what it declares."""

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
_LONGEST_WORDS = 120
_FEED_TYPES = ("rss", "atom", "feed+json")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as readers see it."""

    url: str
    words: str


@dataclass(frozen=True)
class Facts:
    """A page and what it says of its site. hosts: the site's."""

    page: Page
    hosts: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """The page's source."""
        return decode(self.page.body, self.page.encoding)

    @cached_property
    def found(self) -> discovery.Found:
        """The links that a crawl would follow, and notes of what it could not."""
        return discovery.look(self.page.body, self.page.url, self.hosts, self.page.encoding)

    @property
    def links(self) -> tuple[Link, ...]:
        """The links that a crawl would follow."""
        return self.found.links

    @cached_property
    def _root(self) -> Any:  # an element of lxml, which crawler.discovery alone knows
        return html(as_utf8(unpacked(self.page.body)[0], self.page.encoding))

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """The links on the site's hosts with their words, each address once, with the first words it has."""
        seen: dict[str, str] = {}
        for element in elements(self._root, "a"):
            url = absolute(self.page.url, value(element, "href"))
            if url and same_site(url, self.hosts):
                words = folded(" ".join(map(str, element.itertext())), _LONGEST_WORDS)
                seen[url] = seen.get(url) or words
        return tuple(Anchor(url, words) for url, words in seen.items())

    @cached_property
    def title(self) -> str:
        """The title, as it stands."""
        found = _TITLE.search(self.text)
        return folded(unescape(found[1])) if found else ""

    @cached_property
    def language(self) -> str:
        """The language the page declares; "" where none."""
        found = _LANGUAGE.search(self.text)
        return found[1].lower() if found else ""

    def meta(self, name: str) -> str:
        """The content of a meta element by its name or property; "" where there is none."""
        for element in elements(self._root, "meta"):
            if name in (value(element, "property").lower(), value(element, "name").lower()):
                return folded(value(element, "content"))
        return ""

    @cached_property
    def feeds(self) -> tuple[str, ...]:
        """The feeds that the page declares, in its order."""
        return tuple(dict.fromkeys(self._declared("alternate", *_FEED_TYPES)))

    @cached_property
    def twins(self) -> tuple[str, ...]:
        """Copies of the page for phones."""
        return tuple(dict.fromkeys([*self._for_phones(), *self._declared("amphtml")]))

    def _declared(self, relation: str, *kinds: str) -> Iterator[str]:
        for element in elements(self._root, "link"):
            kind = value(element, "type").lower()
            named = relation in value(element, "rel").lower().split()
            if named and (not kinds or any(one in kind for one in kinds)):
                yield from self._leads_to(element)

    def _for_phones(self) -> Iterator[str]:
        for element in elements(self._root, "link"):
            media = value(element, "media").lower()
            if "alternate" in value(element, "rel").lower() and ("handheld" in media or "max-width" in media):
                yield from self._leads_to(element)

    def _leads_to(self, element: Any) -> Iterator[str]:
        if url := absolute(self.page.url, value(element, "href")):
            yield url
