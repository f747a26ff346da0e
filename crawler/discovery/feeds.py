"""RSS 0.9x, 1.0 and 2.0, and Atom (RFC 4287), as papers write them: not always XML, not always what they declare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from lxml import etree

from archive import Link
from crawler.discovery.addresses import Addresses
from crawler.discovery.markup import elements, local, text_of, value, xml
from crawler.discovery.moments import moment

_ITEMS = ("item", "entry")
_PUBLISHED = ("pubdate", "published", "date", "issued")
_CHANGED = ("updated", "modified")


@dataclass
class _Item:
    """What an item says. addresses: of itself, the best first; more than one where the first is not the site's own."""

    addresses: list[str] = field(default_factory=list)
    fallback: list[str] = field(default_factory=list)
    published: datetime | None = None
    changed: datetime | None = None


def read(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The links of the feed itself, then of every item the first that lies on the site.

    Walks the elements in their order instead of the tree: where an end tag is missing, that is what is left of it.
    """
    current: _Item | None = None
    for element in elements(xml(data)):
        name = local(element.tag)
        if name in _ITEMS:
            if current:
                yield from _link(current, addresses)
            current = _Item()
        elif current is None:
            yield from _feed_link(element, name, addresses)
        else:
            _note(current, element, name, zone)
    if current:
        yield from _link(current, addresses)


def _link(item: _Item, addresses: Addresses) -> Iterator[Link]:
    found = (addresses.news(one) for one in item.addresses + item.fallback)
    url = next((one for one in found if one), None)
    if url:
        yield Link(url, "feed", lastmod=item.changed, published=item.published)


def _feed_link(element: etree._Element, name: str, addresses: Addresses) -> Iterator[Link]:
    """The page a feed belongs to, and its next page (RFC 5005)."""
    if name == "link" and (written := _address(element)):
        onward = value(element, "rel") in ("next", "prev-archive")
        if url := addresses.news(written):
            yield Link(url, "pagination" if onward else "feed")


def _note(item: _Item, element: etree._Element, name: str, zone: tzinfo) -> None:
    if name == "link":
        item.addresses += [one for one in (_address(element),) if one]
    elif name == "origlink":  # where the links themselves lead to whoever counts the readers
        item.addresses += [one for one in (_written(element),) if one]
    elif name == "guid" and value(element, "isPermaLink").lower() != "false":
        item.fallback += [one for one in (_written(element),) if one.startswith("http")]
    elif name in _PUBLISHED and item.published is None:
        item.published = moment(text_of(element), zone)
    elif name in _CHANGED and item.changed is None:
        item.changed = moment(text_of(element), zone)


def _address(link: etree._Element) -> str:
    """Where a link element leads: as RSS or as Atom writes it; "" where it is not the page itself."""
    if (value(link, "rel") or "alternate") not in ("alternate", "next", "prev-archive"):
        return ""
    return _written(link) or value(link, "href")


def _written(element: etree._Element) -> str:
    """The address an element holds as text."""
    text = text_of(element)
    return text if text.startswith(("http", "/")) else ""
