"""Which links turn the pages of a list: by number, by the next one, or by a script only.

An address proposes and the words on it confirm where it could be an article's: `/du-lich-nha-trang-238117.htm` is no
page 238117, and `/?p=81` is an article of WordPress unless the link reads `81`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

POSTBACK = "later pages of a list that only a script turns (ASP.NET postback)"

# Forms no article has.
_SURE = re.compile(
    r"[?&](?:page|trang|pg|paged|page_?(?:index|no|num|number)|currentpage)=\d{1,6}(?=&|$)"
    # lapg-: a module's page in DotNetNuke; timelinelist: VCCorp's
    r"|/(?:(?:trang|page|currentpage)[/-]\d{1,5}|lapg-\d+/\d{1,6}|timelinelist/\d+/\d{1,6})(?=[./?]|$)",
    re.IGNORECASE,
)
# Forms that could also end an article's name, or be its number.
_UNSURE = re.compile(r"[?&]p=\d{1,6}(?=&|$)|(?:[-/]p|-trang-?|-page-?)\d{1,4}(?=[./?]|$)", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.[a-z]{2,5})?/?$", re.IGNORECASE)
_PAGE_WORDS = re.compile(
    r"(?:trang|page)? ?\d{1,6}|(?:trang |tin )?(?:sau|trước|tiếp|tiếp theo|kế|kế tiếp|đầu|cuối|cũ hơn|mới hơn)"
    r"|(?:xem|tải|đọc)(?: thêm| tiếp)|(?:load |view )?more"
    r"|(?:next|prev|previous|first|last|older|newer)(?: page| posts| entries)?",
)
_ARROWS = "«»‹›<>←→❮❯⟨⟩≪≫|[]().… \t\r\n\xa0"
_POSTBACK = re.compile(r"do_?postback", re.IGNORECASE)
_GRID = re.compile(r"'page\$\w+'", re.IGNORECASE)  # the pager of ASP.NET's GridView
_TIMELINE = re.compile(r"(.*/timeline/\d+/trang-)(\d{1,5})(\.html?)", re.IGNORECASE)

_Form = Literal["page", "perhaps", "below", "other"]


class Pager:
    """Knows the list that a page belongs to. page: the page's address."""

    def __init__(self, page: str):
        self._page = page
        self._list = _list_of(page)
        self._place = self._list[0] + self._list[1]
        self._forms: dict[str, _Form] = {}

    def is_pagination(self, url: str, relation: str, words: Callable[[], str]) -> bool:
        """Whether a link leads to another page of a list. relation: the link's `rel`; words: gives what it reads."""
        form = self._forms.get(url)
        if form is None:
            form = self._forms[url] = self._form(url)
        if form in ("page", "other"):
            return form == "page"
        return "next" in relation or "prev" in relation or (form == "perhaps" and leads_on(words()))

    def may_turn(self, url: str) -> bool:
        """Whether it is for the words of a link to say that the address is a page of a list."""
        return self._forms.get(url) == "perhaps"

    def _form(self, url: str) -> _Form:
        """What an address alone tells: that it is a page of a list, that it may be one, that it lies below this list
        and is one only where it is declared, that it is something else."""
        if _SURE.search(url):
            return "page"
        if _UNSURE.search(url):
            return "page" if "p=" not in url and _list_of(url) == self._list else "perhaps"
        place = url.partition("//")[2]
        if not place.startswith(self._place) or url == self._page:
            return "other"
        rest = place[len(self._place) :]
        if _ENDING.sub("", rest.partition("?")[0]) == "":
            return "perhaps"
        return "below" if rest.startswith("/") and self._list[1] else "other"

    @property
    def is_turned(self) -> bool:
        """Whether the page is itself a later one of its list: then there is a way to turn it."""
        return _SURE.search(self._page) is not None or _UNSURE.search(self._page) is not None

    def scrolled_on(self, zone: str, zone_name: str, has_links: bool) -> str:
        """Where a script asks for more when a reader scrolls a list of the VCCorp system; "" where none does.

        zone, zone_name: what the page keeps for that script in its fields hdZoneId and hdZoneUrl.
        """
        if match := _TIMELINE.fullmatch(self._page):
            return f"{match[1]}{int(match[2]) + 1}{match[3]}" if has_links else ""
        is_the_zones_own = zone_name and self._list[1].endswith(f"/{zone_name}")
        return f"/timeline/{zone}/trang-2.htm" if is_the_zones_own and zone.isdecimal() and int(zone) else ""


def leads_on(words: str) -> bool:
    """Whether a link reads like a pager's: `2`, `Trang sau`, `»`, `Next`."""
    if len(words) > 40:
        return False
    plain = unicodedata.normalize("NFC", words).lower()
    bare = " ".join(plain.strip(_ARROWS).split())
    return _PAGE_WORDS.fullmatch(bare) is not None if bare else bool(plain.strip("|[]().… \t\r\n\xa0"))


def is_postback(href: str, words: Callable[[], str]) -> bool:
    """Whether a link turns a page by a script that posts the form (ASP.NET WebForms)."""
    if not _POSTBACK.search(href):
        return False
    return _GRID.search(href) is not None or leads_on(words())


def _list_of(url: str) -> tuple[str, str, str]:
    """(host, path, query) of an address without what says which page it is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", ""
    path = _ENDING.sub("", _UNSURE.sub("", _SURE.sub("", parts.path)))
    kept = [pair for pair in parts.query.split("&") if not (_SURE.search(f"?{pair}") or _UNSURE.search(f"?{pair}"))]
    return parts.netloc, path, "&".join(sorted(kept))
