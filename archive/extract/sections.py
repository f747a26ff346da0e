"""Extracts section, tags, language and canonical URL of an article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from archive.extract.bylines import outlet_key
from archive.extract.declared import Declared, flat
from archive.extract.elements import Position, label, selector, text_of
from archive.extract.parsed_page import Thing, types_of
from archive.model.urls import without_credentials
from archive.text.folding import folded, key_of

MOST_TAGS = 60
LONGEST_LIST = 10_000  # characters of a declared list of tags
LONGEST_SECTION = 60  # characters
_MAX_SECTION_WORDS = 4
NEAREST = 15  # elements
LONGEST_TAG = 120  # characters
_TAG_LINE_TAGS = ("div", "p", "span", "ul", "li", "td", "section", "strong", "b", "h3", "h4", "label")
_TAGS_LABEL = re.compile(r"(?:từ kh(?:óa|oá)|tags?|thẻ)(?: bài viết)?\s*:?", re.I)
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z]{2,8})*$")
# Letters with two diacritics, ơ and ư: only Vietnamese has them. Yoruba, Romanian and Croatian share the others.
_VIETNAMESE_ONLY_LETTER = re.compile(r"[ơưấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]", re.I)
_VIETNAMESE_LETTERS = "ăâđêôơưạảẹẻẽịỉĩọỏụủũỳỵỷỹấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự"
_VIETNAMESE_WORD = re.compile(rf"\b[^\W{_VIETNAMESE_LETTERS}]*+[{_VIETNAMESE_LETTERS}]\w*+", re.I)
_HOME_LABELS = frozenset(
    key_of(word)
    for word in (
        "Trang chủ", "Trang nhất", "Trang tin", "Home", "Home page", "Homepage", "Front page", "Start", "Startseite",
        "Accueil", "Inicio", "Portada", "Início", "Beranda", "Главная", "Головна", "Forside", "Etusivu", "Ana Sayfa",
        "Anasayfa", "Strona główna", "ホーム", "トップ", "TOP",
    )
)  # fmt: skip
_BREADCRUMB = "[contains(., 'readcrumb') or contains(., 'readCrumb') or contains(., 'READCRUMB')]"
_breadcrumbs = selector(  # by attribute: several times as fast as by element
    f"//@class{_BREADCRUMB}/.. | //@itemtype[contains(., 'BreadcrumbList')]/.. | //@id{_BREADCRUMB}/.."
)
_BREADCRUMB_NAMES = (("class", "readcrumb"), ("itemtype", "readcrumblist"), ("id", "readcrumb"))
_FROM_ROOT = re.compile(r"/(?!/)(?!.*/\.)")
_CATEGORY_CLASS = re.compile(
    r"cate(?:gory)?\b|cate[-_]|category|section|chuyen-?muc|rubri[ck]|kanal|kategori|kicker|eyebrow", re.I
)


def declared_tags(declared: Declared) -> tuple[tuple[str, ...], str]:
    """(tags, origin) of the first declaration with several tags; after a single tag, of the next that contains it."""
    metas = declared.page.metas
    sources: list[tuple[str, Sequence[str]]] = [
        (name, metas.get(name, ())) for name in ("article:tag", "news_keywords", "keywords")
    ]
    sources.append(("json-ld", [text for _, text in declared.value("keywords")]))
    chosen: tuple[tuple[str, ...], str] = ((), "")
    for origin, values in sources:
        tags = tags_of(values)
        known = {tag.casefold() for tag in chosen[0]}
        if len(known) < min(2, len(tags)) and known <= {tag.casefold() for tag in tags}:
            chosen = (tags, origin)
    return chosen


def shown_tags(root: HtmlElement) -> tuple[str, ...]:
    """The links of the first line labelled `Từ khóa:` or `Tags:` that holds little else."""
    for element in root.iter(*_TAG_LINE_TAGS):
        text = (element.text or "").lstrip()
        if text[:1] in ("T", "t", "S", "s") and _TAGS_LABEL.fullmatch(folded(text, 30)):
            line = element if element.find(".//a") is not None else element.getparent()
            links = (
                [text_of(link, LONGEST_TAG) for link in islice(line.iter("a"), MOST_TAGS)] if line is not None else []
            )
            if any(links) and len(text_of(line)) <= sum(map(len, links)) + 3 * len(links) + LONGEST_SECTION:
                return tags_of(links)
    return ()


def tags_of(values: Iterable[str]) -> tuple[str, ...]:
    """Splits comma-separated values into distinct tags."""
    by_key: dict[str, str] = {}
    for value in values:
        for part in re.split(r"[,;]", folded(value, LONGEST_LIST)):
            tag = folded(part, LONGEST_TAG).lstrip("#").strip()
            if tag:
                by_key.setdefault(tag.casefold(), tag)
            if len(by_key) >= MOST_TAGS:
                return tuple(by_key.values())
    return tuple(by_key.values())


def section_of(declared: Declared, positions: Sequence[Position], headline: str) -> tuple[str, str] | None:
    """(section, origin): of the last breadcrumb step, else articleSection, a category link, a directory link."""
    house = declared.house
    breadcrumbs = (("json-ld breadcrumb", _declared_breadcrumb), ("breadcrumb", _shown_breadcrumb))
    for origin, breadcrumb in breadcrumbs:
        steps = [step for step in breadcrumb(declared) if _is_section(step, headline, house)]
        if steps:
            return steps[-1], origin
    for member, text in (
        *declared.value("articleSection"),
        *(("article:section", text) for text in declared.page.metas.get("article:section", ())),
    ):
        step = folded(text.split(",")[0], LONGEST_SECTION)
        if _is_section(step, headline, house) and not step.startswith("http"):
            return step, "json-ld" if member == "articleSection" else member
    return _category_link(declared, positions, headline, house) or _directory_link(declared, headline, house)


def _declared_breadcrumb(declared: Declared) -> list[str]:
    """Names of the first BreadcrumbList's steps, by position, without the step of the page itself."""
    for thing in declared.page.linked_data:
        if "breadcrumblist" in types_of(thing):
            steps = [step for step in flat(thing.get("itemListElement")) if isinstance(step, dict)]
            steps.sort(key=_position)
            names = [name for step in steps if (name := _step_name(step, declared.page.url))]
            if names:
                return names
    return []


def _position(step: Thing) -> float:
    position = step.get("position")
    try:
        return float(position) if isinstance(position, (int, float, str)) else 0.0
    except ValueError:
        return 0.0


def _step_name(step: Thing, url: str) -> str:
    item = step.get("item")
    name = step.get("name") or (item.get("name") if isinstance(item, dict) else "")
    url_of_step = (item.get("@id") or item.get("url")) if isinstance(item, dict) else item
    is_this_page = isinstance(url_of_step, str) and _without_query(url_of_step) == _without_query(url)
    return folded(name, LONGEST_SECTION + 1) if isinstance(name, str) and not is_this_page else ""


def _without_query(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/")


def _shown_breadcrumb(declared: Declared) -> list[str]:
    """Link texts of the first element with a breadcrumb class, itemtype or id."""
    found = _breadcrumbs(declared.page.root)
    for attribute, name in _BREADCRUMB_NAMES:
        named = (element for element in found if name in (element.get(attribute) or "").lower())
        for breadcrumb in islice(named, 6):
            links = [text_of(link, LONGEST_SECTION + 1) for link in islice(breadcrumb.iter("a"), 12)]
            if any(links):
                return links
    return []


def _category_link(
    declared: Declared, positions: Sequence[Position], headline: str, house: frozenset[str]
) -> tuple[str, str] | None:
    """A short link directly above the headline, or one beside it with a category class; of any length if it links to a
    parent directory of the article."""
    above = [position for position in positions if not position.behind][:NEAREST]
    beside = [position for position in positions if position.behind][:NEAREST]
    named = (
        place for place in above + beside if _CATEGORY_CLASS.search(f"{place.label} {label(place.element.getparent())}")
    )
    for position in (*above[:3], *named):
        text = text_of(position.element, LONGEST_SECTION + 1) if position.element.tag == "a" else ""
        short = len(text.split()) <= _MAX_SECTION_WORDS or _is_parent_directory(
            position.element.get("href") or "", declared.page.url
        )
        if len(text) > 2 and short and _is_section(text, headline, house):
            return text, "category link"
    return None


def _directory_link(declared: Declared, headline: str, house: frozenset[str]) -> tuple[str, str] | None:
    """The text of the page's link to the innermost parent directory of the article that has one."""
    longest = ("", "")
    for link, href in declared.page.links_above:
        if len(href) > len(longest[0]) and _is_parent_directory(href, declared.page.url):
            text = text_of(link, LONGEST_SECTION + 1)
            longest = (href, text) if len(text) > 2 and _is_section(text, headline, house) else longest
    return (longest[1], "address") if longest[1] else None


def _is_parent_directory(href: str, url: str) -> bool:
    """Whether a link leads to a parent directory of the page's URL, other than the site's root."""
    href = href.strip()
    if _FROM_ROOT.match(href) and re.split("[?#]", href, maxsplit=1)[0].rstrip("/") not in url:
        return False  # quickly told of most
    try:
        link, page = urlsplit(urljoin(url, href)), urlsplit(url)
    except ValueError:
        return False
    path = link.path.rstrip("/") + "/"
    is_same_site = site_of(link.hostname or "") == site_of(page.hostname or "")
    return path not in ("/", page.path) and is_same_site and not link.query and page.path.startswith(path)


def _is_section(step: str, headline: str, house: frozenset[str]) -> bool:
    key = key_of(step)
    if not key or key in _HOME_LABELS or len(step) > LONGEST_SECTION or outlet_key(step) in house:
        return False
    return key != key_of(headline) and not (len(key) > 20 and key in key_of(headline))


def language_of(declared: Iterable[str]) -> str | None:
    """The primary subtag of the first declared language, in lower case: "vi-VN" is "vi"."""
    for value in declared:
        match = _LANGUAGE.match(value.split(",")[0].strip().lower())
        if match:
            return match.group(1)
    return None


def is_vietnamese(text: str, host: str = "") -> bool:
    """Whether a headline is Vietnamese by its letters: templates often declare a wrong language, or none.

    Outside Vietnam a third of the words must have them: other languages only quote Vietnamese names.
    """
    is_most = host.endswith(".vn") or 3 * len(_VIETNAMESE_WORD.findall(text)) >= len(text.split())
    return is_most and bool(_VIETNAMESE_ONLY_LETTER.search(text))


def canonical_of(href: str, url: str) -> str | None:
    """The declared URL, absolute, if it is on the page's own site (www., m. and amp. hosts are one site)."""
    try:
        address = urljoin(url, href.strip())
        parts = urlsplit(address)
        is_same_site = site_of(parts.hostname or "") == site_of(urlsplit(url).hostname or "")
    except ValueError:
        return None
    return without_credentials(address) if is_same_site and parts.scheme in ("http", "https") else None


def site_of(host: str) -> str:
    """A host without the labels of another edition of the same site."""
    labels = host.lower().split(".")
    while len(labels) > 2 and labels[0] in ("www", "m", "amp", "mobile", "mobi", "web"):
        labels = labels[1:]
    return ".".join(labels)
