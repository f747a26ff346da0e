"""RSS 0.9x, 1.0 and 2.0, and Atom (RFC 4287), as papers write them: not always XML, not always what they declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from archive import Link, same_site
from crawler.discovery.feed_dates import moment
from crawler.discovery.link_urls import Addresses
from crawler.discovery.markup_references import attribute, joined
from crawler.discovery.tolerant_xml import End, Leaf, Start, Walk

_ITEMS = frozenset({"item", "entry"})
_PUBLISHED = ("pubdate", "published", "date", "issued")
_CHANGED = ("updated", "modified")
_LEAVES = frozenset({"link", "guid", "origlink", "title", *_PUBLISHED, *_CHANGED})
_ONWARD = ("next", "prev-archive")
_ABSOLUTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_PATH = re.compile(r"[/.?=]")
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}(?=[/?:]|$)")


@dataclass
class _Item:
    """What an item says. addresses: of itself, the best first; more than one where the first is not the site's own.
    deeper: those that stand in what it quotes."""

    addresses: list[str] = field(default_factory=list)
    fallback: list[str] = field(default_factory=list)
    deeper: list[str] = field(default_factory=list)
    published: datetime | None = None
    changed: datetime | None = None
    title: str = ""


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The links of the feed itself, then of every item the first that lies on the site."""
    reading = _Reading(addresses)
    item: _Item | None = None
    for event in Walk(data, _ITEMS, _LEAVES, addresses.page).events():
        if isinstance(event, Start):
            item = _Item()
            if about := reading.resolved(attribute(event.attributes, "rdf:about"), event.base):
                item.fallback.append(about)
        elif isinstance(event, End):
            if item:
                yield from reading.link(item, event.damaged)
            item = None
        elif item:
            reading.note(item, event, zone)
        elif event.name == "link":
            yield from reading.feed_link(event)


class _Reading:
    """Where the links of one feed lead."""

    def __init__(self, addresses: Addresses):
        self._addresses = addresses
        # A feed that lies with somebody else writes its links as if it lay where the paper is.
        self._home = ""
        self._lies_here = addresses.on_site(addresses.page) is not None

    def link(self, item: _Item, damaged: bool) -> Iterator[Link]:
        """The link of an item. damaged: nobody knows what of its links stood right in it."""
        written = item.addresses + (item.deeper if damaged else []) + item.fallback
        url = next((url for url in map(self._addresses.news, written) if url), None)
        if url:
            yield Link(url, "feed", lastmod=item.changed, published=item.published, words=item.title)

    def feed_link(self, link: Leaf) -> Iterator[Link]:
        """The page a feed belongs to, and its next page (RFC 5005)."""
        for written in self._written(link):
            if url := self._addresses.news(written):
                is_onward = _relation(link) in _ONWARD
                self._home = self._home or ("" if is_onward else url)
                yield Link(url, "pagination" if is_onward else "feed")
                return

    def note(self, item: _Item, leaf: Leaf, zone: tzinfo) -> None:
        """Takes in what a part of an item says."""
        if leaf.name in ("link", "origlink"):  # the latter where the links lead to whoever counts the readers
            (item.addresses if leaf.direct else item.deeper).extend(self._written(leaf))
        elif leaf.name == "title" and leaf.direct:
            item.title = item.title or leaf.text[:300]
        elif leaf.name == "guid":
            item.fallback += self._of_guid(leaf)
        elif leaf.name in _PUBLISHED and item.published is None:
            item.published = moment(leaf.text, zone)
        elif leaf.name in _CHANGED and item.changed is None:
            item.changed = moment(leaf.text, zone)

    def _of_guid(self, guid: Leaf) -> list[str]:
        """A permanent link is an address in full; one that says that it is one may be a part of one."""
        said = attribute(guid.attributes, "ispermalink").lower()
        if said == "false" or not (said == "true" or _ABSOLUTE.match(guid.text)):
            return []
        return [one for one in (self.resolved(guid.text, guid.base),) if one]

    def _written(self, link: Leaf) -> list[str]:
        """Where a link element leads: as RSS or as Atom writes it; none where it is not the page itself."""
        if _relation(link) not in ("alternate", *_ONWARD):
            return []
        both = (link.text, attribute(link.attributes, "href"))
        return [address for one in both if (address := self.resolved(one, link.base))]

    def resolved(self, written: str, base: str) -> str:
        """The address that is meant; "" where it is none. base: as xml:base says, or ""."""
        if _ABSOLUTE.match(written):
            return written
        if not _PATH.search(written) or len(written.split(None, 1)) > 1:
            return ""
        host = _HOST.match(written)
        if host and same_site(f"http://{host[0]}/", self._addresses.hosts):  # as people write it: www.bao.vn/x
            return f"{self._addresses.page.partition('//')[0]}//{written}"
        if base := base or ("" if self._lies_here else self._home):
            return joined(base, written)
        return written


def _relation(link: Leaf) -> str:
    """What a link is to what holds it; registered relations may be written as addresses."""
    return attribute(link.attributes, "rel").lower().rpartition("/")[2] or "alternate"
