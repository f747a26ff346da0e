"""Parses RSS 0.9x, 1.0 and 2.0, Atom (RFC 4287) and JSON Feed (jsonfeed.org, version 1.1), however broken; and the
dates of feeds and sitemaps. A flaw or a cut loses nothing before it.

No date beats a guess: a date whose day could be its month, or whose year is impossible, is None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from typing import Any

from archive import Link
from crawler.discovery.link_urls import Addresses
from crawler.discovery.markup_parsing import attribute, joined
from crawler.discovery.tolerant_xml import End, Leaf, Start, XmlStream

_YEARS = range(1990, 2100)  # .NET prints the year 1 for "never", others 1970
_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")  # W3C-DTF: a year, or a year and a month
_SPACE_BEFORE_ZONE = re.compile(r"(?<!\s)\s++(?=[+-]\d\d:?\d\d$|Z$)")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[\s,-]+(\d{1,2}):(\d\d)(?::(\d\d))?)?")
_TWELVE_HOUR = re.compile(r"(?<!\d)(\d{1,2})(:\d\d(?::\d\d)?) ?([AP]M|SA|CH)\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?<!\s)\s*+(?:GMT|UTC)?+\s*+([+-])(\d{1,2})(?::?(\d\d))?$", re.IGNORECASE)
_ZONE = re.compile(r"\s(?:[+-]\d{4}|GMT|UTC|UT|Z|[ECMP][SD]T)$", re.IGNORECASE)
_MAX_LENGTH = 64


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """The text as an aware datetime; a day is its first moment. zone: where it names none. None where it is no date."""
    written = " ".join((text or "").split())
    if not written or len(written) > _MAX_LENGTH:
        return None
    written = _TWELVE_HOUR.sub(lambda half: f"{_hour(int(half[1]), half[3].upper()):02}{half[2]}", written)
    try:
        date = _iso(written) or _day_month_year(written) or _rfc5322(written)
    except (ValueError, OverflowError):
        return None
    if date is None or date.year not in _YEARS:
        return None
    return date if date.tzinfo else date.replace(tzinfo=zone)


def _iso(written: str) -> datetime | None:
    if month := _MONTH.fullmatch(written):
        return datetime(int(month[1]), int(month[2] or 1), 1)  # noqa: DTZ001  # `moment` gives it its zone
    for text in (written, _SPACE_BEFORE_ZONE.sub("", written)):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return None


def _day_month_year(written: str) -> datetime | None:
    """`20/05/2026 08:15`, `5/20/2026 8:15:00 AM`: only where the day cannot be the month."""
    match = _NUMBERS.fullmatch(written)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if first <= 12 and second <= 12 and first != second:
        return None
    day, month = (first, second) if second <= 12 else (second, first)
    return datetime(year, month, day, int(match[4] or 0), int(match[5] or 0), int(match[6] or 0))  # noqa: DTZ001  # as above


def _hour(hour: int, half: str) -> int:
    """The hour of 24; SA and CH are the Vietnamese AM and PM. Some systems print `17:09 PM`."""
    if half in ("PM", "CH") and hour < 12:
        return hour + 12
    return 0 if half in ("AM", "SA") and hour == 12 else hour


def _rfc5322(written: str) -> datetime | None:
    """RFC 5322, with the zones that papers print: `+0700`, `+07:00`, `GMT+7`; names outside the standard are
    ignored."""
    normalized = _OFFSET.sub(lambda m: f" {m[1]}{int(m[2]):02}{m[3] or '00'}", written)
    parts = parsedate_tz(normalized)
    if parts is None:
        return None
    offset = timezone(timedelta(seconds=parts[9] or 0)) if _ZONE.search(normalized) else None
    return datetime(*parts[:6], tzinfo=offset)


_ITEM_NAMES = frozenset({"item", "entry"})
_PUBLISHED_NAMES = ("pubdate", "published", "date", "issued")
_UPDATED_NAMES = ("updated", "modified")
_LEAF_NAMES = frozenset({"link", "guid", "id", "origlink", "title", *_PUBLISHED_NAMES, *_UPDATED_NAMES})
_PAGING_RELATIONS = ("next", "prev-archive")
_ABSOLUTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_PATH = re.compile(r"[/.?=]")


@dataclass
class _Item:
    """One item. addresses: its own links, the best first, for the first may be off the site. fallback: its guid or
    id, and rdf:about. deeper: links nested in other elements."""

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
        if leaf.name in ("link", "origlink"):  # origlink: where link leads through a click counter
            (item.addresses if leaf.direct else item.deeper).extend(self._link_addresses(leaf))
        elif leaf.name in ("guid", "id"):
            item.fallback += self._guid_addresses(leaf)
        elif not leaf.direct:  # of the picture, or of the feed that an Atom entry was taken from
            return
        elif leaf.name == "title":
            item.title = item.title or leaf.text[:300]
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
        written = self._addresses.repaired(written)
        if _ABSOLUTE.match(written):
            return written
        if not _PATH.search(written) or len(written.split(None, 1)) > 1:
            return ""
        if base := base or ("" if self._is_on_site else self._feed_home):
            return joined(base, written)
        return written


def _relation(link: Leaf) -> str:
    """The relation of a link; registered relations may be written as addresses."""
    return attribute(link.attributes, "rel").lower().rpartition("/")[2] or "alternate"


MOST_BYTES_OF_JSON = 8 * 1024 * 1024
"""A feed with a hundred full articles has two million; a hostile value may take thirty times as much in memory."""
_IS_JSON_FEED = re.compile(rb"jsonfeed\.org\\?/version")
_MAX_FLAWS = 100
_MAX_ITEMS = 100_000
_SPACE = re.compile(r"[\s,]*+")
_NEXT_ITEM = re.compile(r"\}\s*+,\s*+(?=\{)")
_DECODER = json.JSONDecoder(strict=False)


def is_json_feed(data: bytes) -> bool:
    """Whether a document declares to be a JSON Feed."""
    return data[:64].lstrip().startswith(b"{") and _IS_JSON_FEED.search(data, 0, MOST_BYTES_OF_JSON) is not None


def read_json(data: bytes, addresses: Addresses, zone: tzinfo) -> Iterator[Link]:
    """The links: the feed's page, its items, and its next page."""
    for name, value in _members(data[:MOST_BYTES_OF_JSON].decode("utf-8", "replace")):
        if isinstance(value, dict):
            identity = _text(value, "id")  # may be the address (version 1.1, "Items")
            written = (_text(value, "url"), _text(value, "external_url"), identity if _ABSOLUTE.match(identity) else "")
            if url := next(filter(None, map(addresses.news, written)), None):
                changed, published = (
                    moment(_text(value, f"date_{suffix}"), zone) for suffix in ("modified", "published")
                )
                yield Link(url, "feed", changed, published)
        elif name in ("home_page_url", "next_url") and isinstance(value, str) and (url := addresses.news(value)):
            yield Link(url, "feed" if name == "home_page_url" else "pagination")


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """The members of the feed that are no objects, and each item, as far as they can be parsed."""
    position = text.find("{") + 1
    try:
        while not text.startswith("}", position := _skip_space(text, position)):
            name, position = _DECODER.raw_decode(text, position)
            position = _skip_space(text, text.index(":", position) + 1)
            if name == "items" and text.startswith("[", position):
                position = yield from _items(text, position + 1)
            else:
                value, position = _DECODER.raw_decode(text, position)
                if not isinstance(value, dict):  # only items are
                    yield str(name), value
    except (ValueError, RecursionError):
        return


def _items(text: str, position: int) -> Generator[tuple[str, Any], None, int]:
    """The items; skips to the next where one cannot be parsed. Returns the position of their end."""
    flaws = 0
    for _ in range(_MAX_ITEMS):
        if text.startswith("]", position := _skip_space(text, position)):
            return position + 1
        try:
            item, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            next_item, flaws = _NEXT_ITEM.search(text, position), flaws + 1
            if next_item is None or flaws > _MAX_FLAWS:
                raise ValueError("no more items") from None
            position = next_item.end()
            continue
        # behind a flaw it may be an object inside an item: an author, an attachment
        if isinstance(item, dict) and ("id" in item or not flaws):
            yield "item", item
    raise ValueError("more items than are read_json")


def _skip_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
