"""Finds the links of an HTML page: those for readers, those that it declares for machines, and those to other pages of
a list, by number, next page, or script only.

Where an address could be another page of the list or an article, the link's text must confirm the page:
`/du-lich-nha-trang-238117.htm` is not page 238117, and `/?p=81` is an article of WordPress unless the link reads `81`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urlsplit

from lxml import etree

from archive import Link
from crawler.discovery.link_urls import MOST_OF_A_PAGE, Addresses
from crawler.discovery.markup_parsing import MOST_TAGS, elements, html_and_rest, value

POSTBACK = "later pages of a list that only a script turns (ASP.NET postback)"

# URLs of list pages that no article has.
_PAGE_URL = re.compile(
    r"[?&](?:page|trang|pg|paged|page_?(?:index|no|num|number)|currentpage)=\d{1,6}(?=&|$)"
    # lapg-: a module's page in DotNetNuke; timelinelist: VCCorp's
    r"|/(?:(?:trang|page|currentpage)[/-]\d{1,5}|lapg-\d+/\d{1,6}|timelinelist/\d+/\d{1,6})(?=[./?]|$)",
    re.IGNORECASE,
)
# URLs of list pages that could also be an article's name or number.
_POSSIBLE_PAGE_URL = re.compile(r"[?&]p=\d{1,6}(?=&|$)|(?:[-/]p|-trang-?|-page-?)\d{1,4}(?=[./?]|$)", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.[a-z]{2,5})?/?$", re.IGNORECASE)
_PAGE_WORDS = re.compile(
    r"(?:trang|page)? ?\d{1,6}|(?:trang |tin )?(?:sau|trước|tiếp|tiếp theo|kế|kế tiếp|đầu|cuối|cũ hơn|mới hơn)"
    r"|(?:xem|tải|đọc)(?: thêm| tiếp)|(?:load |view )?more"
    r"|(?:next|prev|previous|first|last|older|newer)(?: page| posts| entries)?"
)
_ARROWS = "«»‹›<>←→❮❯⟨⟩≪≫|[]().… \t\r\n\xa0"
_POSTBACK = re.compile(r"do_?postback", re.IGNORECASE)
_GRIDVIEW_PAGER = re.compile(r"'page\$\w+'", re.IGNORECASE)  # the pager of ASP.NET's GridView
_TIMELINE = re.compile(r"(.*/timeline/\d+/trang-)(\d{1,5})(\.html?)", re.IGNORECASE)

_UrlKind = Literal["page", "perhaps", "below", "other"]


class Pager:
    """Detects the pages of the list that a page belongs to. page: the page's address."""

    def __init__(self, page: str):
        self._page = page
        self._list = _list_of(page)
        self._list_prefix = self._list[0] + self._list[1]
        self._kinds: dict[str, _UrlKind] = {}

    def is_pagination(self, url: str, relation: str, words: Callable[[], str]) -> bool:
        """Whether a link leads to another page of a list. relation: the link's `rel`; words: gives the link's text."""
        kind = self._kinds.get(url)
        if kind is None:
            kind = self._kinds[url] = self._classify(url)
        if kind in ("page", "other"):
            return kind == "page"
        return "next" in relation or "prev" in relation or (kind == "perhaps" and leads_on(words()))

    def may_turn(self, url: str) -> bool:
        """Whether only the link's text can tell that the address is a page of a list."""
        return self._kinds.get(url) == "perhaps"

    def _classify(self, url: str) -> _UrlKind:
        """Classifies an address without its text: `page` of a list, `perhaps` one, `below` this list and a page only
        where declared, or `other`."""
        if _PAGE_URL.search(url):
            return "page"
        if _POSSIBLE_PAGE_URL.search(url):
            return "page" if "p=" not in url and _list_of(url) == self._list else "perhaps"
        address = url.partition("//")[2]
        if not address.startswith(self._list_prefix) or url == self._page:
            return "other"
        rest = address[len(self._list_prefix) :]
        if _ENDING.sub("", rest.partition("?")[0]) == "":
            return "perhaps"
        return "below" if rest.startswith("/") and self._list[1] else "other"

    @property
    def is_turned(self) -> bool:
        """Whether this page is itself a later page of its list: then its pages have addresses."""
        return _PAGE_URL.search(self._page) is not None or _POSSIBLE_PAGE_URL.search(self._page) is not None

    def scrolled_on(self, zone: str, zone_name: str, has_links: bool) -> str:
        """The address for the next part of an infinite scroll list in the VCCorp system; "" where there is none.

        zone, zone_name: the values of the page's fields hdZoneId and hdZoneUrl.
        """
        if match := _TIMELINE.fullmatch(self._page):
            return f"{match[1]}{int(match[2]) + 1}{match[3]}" if has_links else ""
        is_zone_page = zone_name and self._list[1].endswith(f"/{zone_name}")
        return f"/timeline/{zone}/trang-2.htm" if is_zone_page and zone.isdecimal() and int(zone) else ""


def leads_on(words: str) -> bool:
    """Whether a link reads like a pager's: `2`, `Trang sau`, `»`, `Next`."""
    if len(words) > 40:
        return False
    plain = unicodedata.normalize("NFC", words).lower()
    bare = " ".join(plain.strip(_ARROWS).split())
    return _PAGE_WORDS.fullmatch(bare) is not None if bare else bool(plain.strip("|[]().… \t\r\n\xa0"))


def is_postback(href: str, words: Callable[[], str]) -> bool:
    """Whether a link turns a page by a script that posts the form (ASP.NET WebForms postback)."""
    if not _POSTBACK.search(href):
        return False
    return _GRIDVIEW_PAGER.search(href) is not None or leads_on(words())


def _list_of(url: str) -> tuple[str, str, str]:
    """(host, path, query) of an address without its page number."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", ""
    path = _ENDING.sub("", _POSSIBLE_PAGE_URL.sub("", _PAGE_URL.sub("", parts.path)))
    kept = [
        pair
        for pair in parts.query.split("&")
        if not (_PAGE_URL.search(f"?{pair}") or _POSSIBLE_PAGE_URL.search(f"?{pair}"))
    ]
    return parts.netloc, path, "&".join(sorted(kept))


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
