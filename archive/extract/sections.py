"""Section, tags, language and canonical address of an article, as the page gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from archive.extract.declared import Declared, flat, house_key
from archive.extract.element_text import text_of
from archive.extract.jsonld import Thing, types_of
from archive.extract.surroundings import Position, elements_of, label
from archive.model.urls import without_credentials
from archive.text.folding import folded, key_of

MOST_TAGS = 60
LONGEST_LIST = 10_000  # characters of a declared list of tags
LONGEST_SECTION = 60  # characters
_FEW_WORDS, _MOST_LINKS = 4, 600
NEAREST = 15  # elements
LONGEST_TAG = 120  # characters
_TAG_LINES = ("div", "p", "span", "ul", "li", "td", "section", "strong", "b", "h3", "h4", "label")
_TAGS_BEGIN = re.compile(r"(?:từ kh(?:óa|oá)|tags?|thẻ)(?: bài viết)?\s*:?", re.I)
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z]{2,8})*$")
# Letters with two marks, ơ and ư: no other language writes them. The rest Yoruba, Romanian and Croatian share.
_ONLY_VIETNAMESE = re.compile(r"[ơưấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]", re.I)
_MARKED = "ăâđêôơưạảẹẻẽịỉĩọỏụủũỳỵỷỹấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự"
_VIETNAMESE = re.compile(rf"\b[^\W{_MARKED}]*+[{_MARKED}]\w*+", re.I)
_HOME = frozenset(
    key_of(word)
    for word in (
        "Trang chủ", "Trang nhất", "Trang tin", "Home", "Home page", "Homepage", "Front page", "Start", "Startseite",
        "Accueil", "Inicio", "Portada", "Início", "Beranda", "Главная", "Головна", "Forside", "Etusivu", "Ana Sayfa",
        "Anasayfa", "Strona główna", "ホーム", "トップ", "TOP",
    )
)  # fmt: skip
# By attribute, the cheapest walk over a whole page; the second only where the first finds nothing.
_BREADCRUMBS = (
    etree.XPath("//@class[contains(., 'readcrumb') or contains(., 'readCrumb')]/.."),
    etree.XPath(
        "//@itemtype[contains(., 'BreadcrumbList')]/.."
        " | //@id[contains(., 'readcrumb') or contains(., 'readCrumb') or contains(., 'READCRUMB')]/.."
    ),
)
_CATEGORY = re.compile(
    r"cate(?:gory)?\b|cate[-_]|category|section|chuyen-?muc|rubri[ck]|kanal|kategori|kicker|eyebrow", re.I
)


def declared_tags(declared: Declared) -> tuple[tuple[str, ...], str]:
    """(tags, origin) of the first declaration that has several; where the first has one, of the next that holds it."""
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
    """The links of the first line that begins with `Từ khóa:` or `Tags:` and holds little else."""
    for element in root.iter(*_TAG_LINES):
        if element.text and element.text.lstrip()[:1] in "TtSs" and _TAGS_BEGIN.fullmatch(folded(element.text, 30)):
            line = element if element.find(".//a") is not None else element.getparent()
            links = (
                [text_of(link, LONGEST_TAG) for link in islice(line.iter("a"), MOST_TAGS)] if line is not None else []
            )
            if any(links) and len(text_of(line)) <= sum(map(len, links)) + 3 * len(links) + LONGEST_SECTION:
                return tags_of(links)
    return ()


def tags_of(values: Iterable[str]) -> tuple[str, ...]:
    """Single tags, comma strings split, each once."""
    found: dict[str, str] = {}
    for value in values:
        for part in re.split(r"[,;]", folded(value, LONGEST_LIST)):
            tag = folded(part, LONGEST_TAG).lstrip("#").strip()
            if tag:
                found.setdefault(tag.casefold(), tag)
            if len(found) >= MOST_TAGS:
                return tuple(found.values())
    return tuple(found.values())


def section_of(declared: Declared, spots: Sequence[Position], headline: str) -> tuple[str, str] | None:
    """(section, origin): the innermost step of a breadcrumb, else what the page declares, else a category by name."""
    house = declared.house
    trails = (("json-ld breadcrumb", _declared_trail), ("breadcrumb", _shown_trail))
    for origin, trail in trails:
        found = [step for step in trail(declared) if _is_section(step, headline, house)]
        if found:
            return found[-1], origin
    for member, text in (
        *declared.value("articleSection"),
        *(("article:section", text) for text in declared.page.metas.get("article:section", ())),
    ):
        step = folded(text.split(",")[0], LONGEST_SECTION)
        if _is_section(step, headline, house) and not step.startswith("http"):
            return step, "json-ld" if member == "articleSection" else member
    return _category(declared, spots, headline, house) or _by_address(declared, headline, house)


def _declared_trail(declared: Declared) -> list[str]:
    """Names of the first BreadcrumbList's steps, by position; the page's own step left out."""
    for thing in declared.page.linked_data:
        if "breadcrumblist" in types_of(thing):
            steps = [step for step in flat(thing.get("itemListElement")) if isinstance(step, dict)]
            steps.sort(key=_position)
            found = [name for step in steps if (name := _step_name(step, declared.page.url))]
            if found:
                return found
    return []


def _position(step: Thing) -> float:
    given = step.get("position")
    try:
        return float(given) if isinstance(given, (int, float, str)) else 0.0
    except ValueError:
        return 0.0


def _step_name(step: Thing, url: str) -> str:
    item = step.get("item")
    name = step.get("name") or (item.get("name") if isinstance(item, dict) else "")
    address = (item.get("@id") or item.get("url")) if isinstance(item, dict) else item
    here = isinstance(address, str) and _without_query(address) == _without_query(url)
    return folded(name, LONGEST_SECTION + 1) if isinstance(name, str) and not here else ""


def _without_query(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/")


def _shown_trail(declared: Declared) -> list[str]:
    """Texts of the links of the first element that markup calls a breadcrumb."""
    for path in _BREADCRUMBS:
        for trail in elements_of(path, declared.page.root)[:6]:
            links = [text_of(link, LONGEST_SECTION + 1) for link in islice(trail.iter("a"), 12)]
            if any(links):
                return links
    return []


def _category(
    declared: Declared, spots: Sequence[Position], headline: str, house: frozenset[str]
) -> tuple[str, str] | None:
    """A short link directly above the headline, or one beside it that its class calls the category; of any length
    where the article's address begins with the link's."""
    above = [spot for spot in spots if not spot.behind][:NEAREST]
    beside = [spot for spot in spots if spot.behind][:NEAREST]
    named = (spot for spot in above + beside if _CATEGORY.search(f"{spot.label} {label(spot.element.getparent())}"))
    for spot in (*above[:3], *named):
        text = text_of(spot.element, LONGEST_SECTION + 1) if spot.element.tag == "a" else ""
        short = len(text.split()) <= _FEW_WORDS or _begins(spot.element.get("href") or "", declared.page.url)
        if len(text) > 2 and short and _is_section(text, headline, house):
            return text, "category link"
    return None


def _by_address(declared: Declared, headline: str, house: frozenset[str]) -> tuple[str, str] | None:
    """What the page's own links call the directory the article lies in; the innermost one that has a name."""
    found = ("", "")
    for link in islice(declared.page.root.iter("a"), _MOST_LINKS):
        href = link.get("href") or ""
        text = text_of(link, LONGEST_SECTION + 1) if len(href) > len(found[0]) else ""
        if len(text) > 2 and _begins(href, declared.page.url) and _is_section(text, headline, house):
            found = (href, text)
    return (found[1], "address") if found[1] else None


def _begins(href: str, url: str) -> bool:
    """Whether a link leads to a directory that the page's address lies in, and not to the site's root."""
    try:
        there, here = urlsplit(urljoin(url, href.strip())), urlsplit(url)
    except ValueError:
        return False
    path = there.path.rstrip("/")
    same = site_of(there.hostname or "") == site_of(here.hostname or "")
    return bool(path) and same and not there.query and here.path.startswith(path + "/")


def _is_section(step: str, headline: str, house: frozenset[str]) -> bool:
    key = key_of(step)
    if not key or key in _HOME or len(step) > LONGEST_SECTION or house_key(step) in house:
        return False
    return key != key_of(headline) and not (len(key) > 20 and key in key_of(headline))


def language_of(declared: Iterable[str]) -> str | None:
    """The primary subtag of the first declared language, in lower case: "vi-VN" is "vi"."""
    for value in declared:
        found = _LANGUAGE.match(value.split(",")[0].strip().lower())
        if found:
            return found.group(1)
    return None


def is_vietnamese(text: str) -> bool:
    """Whether a headline is Vietnamese by its letters: templates often declare another language, or none.

    A third of the words must have them: other languages only quote Vietnamese names.
    """
    return bool(_ONLY_VIETNAMESE.search(text)) and 3 * len(_VIETNAMESE.findall(text)) >= len(text.split())


def canonical_of(href: str, url: str) -> str | None:
    """The declared address, absolute, if it lies on the page's own site (www., m. and amp. hosts are one site)."""
    try:
        address = urljoin(url, href.strip())
        parts = urlsplit(address)
        same = site_of(parts.hostname or "") == site_of(urlsplit(url).hostname or "")
    except ValueError:
        return None
    return without_credentials(address) if same and parts.scheme in ("http", "https") else None


def site_of(host: str) -> str:
    """A host without the labels that name another edition of the same site."""
    labels = host.lower().split(".")
    while len(labels) > 2 and labels[0] in ("www", "m", "amp", "mobile", "mobi", "web"):
        labels = labels[1:]
    return ".".join(labels)
