"""Parses RSS 0.9x, 1.0 and 2.0, and Atom (RFC 4287): not always well-formed XML, not always what they declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from archive import Link, same_site
from crawler.discovery.feed_dates import moment
from crawler.discovery.link_urls import Addresses
from crawler.discovery.markup_references import attribute, joined
from crawler.discovery.tolerant_xml import End, Leaf, Start, XmlStream

_ITEM_NAMES = frozenset({"item", "entry"})
_PUBLISHED_NAMES = ("pubdate", "published", "date", "issued")
_UPDATED_NAMES = ("updated", "modified")
_LEAF_NAMES = frozenset({"link", "guid", "origlink", "title", *_PUBLISHED_NAMES, *_UPDATED_NAMES})
_PAGING_RELATIONS = ("next", "prev-archive")
_ABSOLUTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_PATH = re.compile(r"[/.?=]")
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}(?=[/?:]|$)")


@dataclass
class _Item:
    """One item. addresses: its own links, the best first, for the first may be off the site. fallback: its guid and
    rdf:about. deeper: links nested in other elements."""

    addresses: list[str] = field(default_factory=list)
    fallback: list[str] = field(default_factory=list)
    deeper: list[str] = field(default_factory=list)
    published: datetime | None = None
    changed: datetime | None = None
    title: str = ""


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The links of the feed itself, and of every item the first link on the site."""
    reader = _FeedReader(addresses)
    item: _Item | None = None
    for event in XmlStream(data, _ITEM_NAMES, _LEAF_NAMES, addresses.page).events():
        if isinstance(event, Start):
            item = _Item()
            if about := reader.resolved(attribute(event.attributes, "rdf:about"), event.base):
                item.fallback.append(about)
        elif isinstance(event, End):
            if item:
                yield from reader.link(item, event.damaged)
            item = None
        elif item:
            reader.note(item, event, zone)
        elif event.name == "link":
            yield from reader.feed_link(event)


class _FeedReader:
    """Resolves the links of one feed."""

    def __init__(self, addresses: Addresses):
        self._addresses = addresses
        # A feed on another host writes its links relative to the paper's site.
        self._feed_home = ""
        self._is_on_site = addresses.on_site(addresses.page) is not None

    def link(self, item: _Item, damaged: bool) -> Iterator[Link]:
        """The link of an item. damaged: its tags did not match, so that nested links may be its own."""
        candidates = item.addresses + (item.deeper if damaged else []) + item.fallback
        url = next((url for url in map(self._addresses.news, candidates) if url), None)
        if url:
            yield Link(url, "feed", lastmod=item.changed, published=item.published, words=item.title)

    def feed_link(self, link: Leaf) -> Iterator[Link]:
        """The link of the feed: its page, or the feed's next page (RFC 5005)."""
        for written in self._link_addresses(link):
            if url := self._addresses.news(written):
                is_onward = _relation(link) in _PAGING_RELATIONS
                self._feed_home = self._feed_home or ("" if is_onward else url)
                yield Link(url, "pagination" if is_onward else "feed")
                return

    def note(self, item: _Item, leaf: Leaf, zone: tzinfo) -> None:
        """Adds an element to its item."""
        if leaf.name in ("link", "origlink"):  # origlink: where link leads through a click counter
            (item.addresses if leaf.direct else item.deeper).extend(self._link_addresses(leaf))
        elif leaf.name == "title" and leaf.direct:
            item.title = item.title or leaf.text[:300]
        elif leaf.name == "guid":
            item.fallback += self._guid_addresses(leaf)
        elif leaf.name in _PUBLISHED_NAMES and item.published is None:
            item.published = moment(leaf.text, zone)
        elif leaf.name in _UPDATED_NAMES and item.changed is None:
            item.changed = moment(leaf.text, zone)

    def _guid_addresses(self, guid: Leaf) -> list[str]:
        """The address in a guid: an absolute one, or a relative one where isPermaLink is true."""
        is_permalink = attribute(guid.attributes, "ispermalink").lower()
        if is_permalink == "false" or not (is_permalink == "true" or _ABSOLUTE.match(guid.text)):
            return []
        return [address for address in (self.resolved(guid.text, guid.base),) if address]

    def _link_addresses(self, link: Leaf) -> list[str]:
        """The address of a link element, of RSS or of Atom; none where its relation is not the page itself."""
        if _relation(link) not in ("alternate", *_PAGING_RELATIONS):
            return []
        candidates = (link.text, attribute(link.attributes, "href"))
        return [address for candidate in candidates if (address := self.resolved(candidate, link.base))]

    def resolved(self, written: str, base: str) -> str:
        """The address, resolved; "" where it is none. base: from xml:base, or ""."""
        if _ABSOLUTE.match(written):
            return written
        if not _PATH.search(written) or len(written.split(None, 1)) > 1:
            return ""
        host = _HOST.match(written)
        if host and same_site(f"http://{host[0]}/", self._addresses.hosts):  # written without a scheme: www.bao.vn/x
            return f"{self._addresses.page.partition('//')[0]}//{written}"
        if base := base or ("" if self._is_on_site else self._feed_home):
            return joined(base, written)
        return written


def _relation(link: Leaf) -> str:
    """The relation of a link; registered relations may be written as addresses."""
    return attribute(link.attributes, "rel").lower().rpartition("/")[2] or "alternate"
