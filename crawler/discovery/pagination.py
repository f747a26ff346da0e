"""Pagination: detects links to other pages of a list, by number, next page, or script only.

Where an address could also be an article's, the link's text must confirm it: `/du-lich-nha-trang-238117.htm` is not
page 238117, and `/?p=81` is an article of WordPress unless the link reads `81`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

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
