"""Extracts the byline of an article as printed, and its authors, without the outlet, CMS vendors and agencies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from archive.extract.bylines import (
    NO_AUTHOR,
    is_account,
    is_agency,
    is_house,
    is_person_like,
    names_in_texts,
    outlet_key,
    unique,
)
from archive.extract.declared import Declared
from archive.extract.elements import Position, is_inside, is_running, label, string, text_of
from archive.rules.byline_words import BEFORE_COLON, WRITTEN_BY
from archive.text.folding import folded, key_of

METAS = (
    "dable:author", "article:author", "content_author", "author", "parsely-author", "cxenseparse:author",
    "sailthru.author", "byl", "dc.creator", "dcterms.creator", "article:author:name", "authors", "article.author",
    "creator", "news_author", "articleauthor", "vr:author",
)  # fmt: skip
FARTHEST = 25  # elements between two parts of a byline
_ATTRIBUTION = re.compile(r"Theo [A-Z][a-z]+(?:[./]\S+)?")
LONGEST_PLACED = 40  # characters of such a name
DEEPEST = 12  # levels of nested elements that printed() descends into a byline
LONGEST = 240  # characters of an element that is only a byline
# A word of a class name, in any case style: post-author, post_author, postAuthor.
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_\-]|[a-z](?=[A-Z]))(?:authors?(?:name|s?info|line)?|bylines?|by-line|tac-?gia|writers?|journalists?"
    r"|reporters?|contributors?|penulis|autor(?:en|in|es)?|auteurs?|signature|creator|posted-?by|writ(?:ten|e)-?[bB]y"
    r"|Author\w*|Byline\w*)(?=$|[\s_\-\d]|[A-Z])",
)
_AUTHOR_NAME_CLASS = re.compile(r"(?<!\S)(?:authors?|writer|tac-?gia|autor)(?:[-_]{0,2}name)?(?!\S)", re.I)
_PLACE_CLASS = re.compile(
    r"(?:author|byline|signature|writer|reporter)[\w-]{0,12}(?:location|place|city|follow)|follow[_-]?(?:\w{1,9}[_-])?author"
    r"|(?:img|image|photo|picture)[_-]?(?:author|byline|signature)",  # a photographer
    re.I,
)
_AUTHOR_HREF = re.compile(
    r"/(?:authors?|autor(?:en|es|a|in|zy|i)?|auteurs?|tac-gia|reporters?|profiles?|staff|journalists?|writers?"
    r"|contributors?|by|bios?|forfatter|penulis|yazar(?:lar)?|redaktion|team|columnists?|editors)/",
    re.I,
)
# `20/05/2024 | Tác giả: Hải Yến`, 「来源：日报作者：李明」
_AUTHOR_LABEL = re.compile(r"(?:(?<!\w)tác giả\s*:|作者\s?[:：](?=[^\W\d_a-zA-Z]{2,4}(?!\w)))\s*([^|•·:]{2,60})", re.I)
_SIGNS = re.compile(r"[^\W\d_a-zA-Z]{2,4}")  # a Chinese name: papers may declare the editor as author
_BYLINE_PREFIX = re.compile(
    r"^(?:by|von|par|por|oleh|door|记者|記者|作者|di(?=(?-i:\s[A-ZÀ-Ý][\w.'’-]*\s[A-ZÀ-Ý])))\s"
    r"|^[가-힣]{2,4}\s*기자\s|^\w{0,8}[记記]者\s*[^\W\d_a-zA-Z]{2,4}[／/、，\s]",
    re.I,
)
_LABEL, _LABELS = re.compile(r"([^:：]{1,20}?)\s?[:：]\s"), frozenset(BEFORE_COLON)
_NON_NAME_LABEL = re.compile(
    r"job|role|position|title|bio|desc|email|e-mail|location|social|date|time|follow|label|count|read|source"
    r"|avatar|image|intro|(?<![a-z])tags?(?![a-z])",
    re.I,
)
_CONJUNCTIONS = frozenset({"and", "und", "et", "y", "e", "và", "&", "og", "och", "en"})
_LOOSE = re.compile(r"\s+([,;.)])")
_SITE_IN_BRACKETS = re.compile(r"\((?:https?://)?[\w.-]{1,80}\.[a-z]{2,12}\)$", re.I)
_SITE_FIRST = re.compile(r"^[\w.-]{1,80}\.[a-z]{2,12}\s?,", re.I)
_OUTLET = re.compile(r"The |(?:El|La|Los|Las)\s[^\W\d]{2,20}\s(?:de|del)\s")
_MOST_CARD_LINES = 4
_CARD = "twitter:misc:"
_NAME_LABEL = re.compile(r"name|author|byline", re.I)


@dataclass(frozen=True, slots=True)
class Byline:
    """A byline from one source: the line as printed (or declared), its names, and the elements that show it."""

    origin: str
    line: str
    names: tuple[str, ...]
    elements: tuple[HtmlElement, ...] = ()


def declared_bylines(declared: Declared) -> Iterator[Byline]:
    """The bylines of JSON-LD and the metas, in order of trust."""
    metas = declared.page.metas
    editors = metas.get("content_editor", ()) if any(metas.get("content_author", ())) else ()
    for member in ("author", "creator"):
        names = [name for name in declared.names(member) if name not in editors]
        if names:
            houses = unique(name for name in names if outlet_key(folded(name)) in declared.house)  # `Agency | News`
            others = [name for name in names if name not in houses]
            yield Byline("json-ld", "; ".join(names), (*houses, *names_in_texts(others)))
    for meta in METAS:
        values = [value for value in declared.page.metas.get(meta, ())[:12] if not _is_imprint(value)]
        values = [value for value in values if outlet_key(folded(value)) not in declared.house]
        text = string(declared.page.root) if any(map(_SIGNS.fullmatch, values)) else ""
        values = [value for value in values if not re.search(rf"[编編][辑輯]\s?[:：].{{0,9}}{re.escape(value)}", text)]
        if meta_names := names_in_texts(values) or declared.persons_at(values):
            yield Byline(meta, "; ".join(values), meta_names)
    yield from _labelled_bylines(declared.page.metas)


def _is_imprint(value: str) -> bool:
    """Whether a meta names a site and where it is: `example.de, Bonn, Germany`, `Example (www.example.de)`."""
    return value.startswith("(") or bool(_SITE_IN_BRACKETS.search(value.strip())) or bool(_SITE_FIRST.match(value))


def _labelled_bylines(metas: Mapping[str, list[str]]) -> Iterator[Byline]:
    """The byline of a card: `twitter:label1` says `Written by`, `twitter:data1` the name; or one meta says both."""
    for name, cards in metas.items():
        label_of_card = name.removeprefix(_CARD)
        if label_of_card != name and WRITTEN_BY.fullmatch(label_of_card) and (names := names_in_texts(cards[:1])):
            yield Byline(name, cards[0], names)
    for number in range(1, _MOST_CARD_LINES):
        labels, values = metas.get(f"twitter:label{number}", ()), metas.get(f"twitter:data{number}", ())
        if labels and values and WRITTEN_BY.fullmatch(labels[0].strip()) and (names := names_in_texts(values[:1])):
            yield Byline(f"twitter:data{number}", values[0], names)


def shown_byline(positions: Iterable[Position]) -> Byline | None:
    """The byline beside the headline: elements marked by a class, a link to an author's page or a label."""
    lines: list[str] = []
    names: list[str] = []
    elements: list[HtmlElement] = []
    last_index = 0
    for index, position in enumerate(positions):
        if elements and position.element.tag in ("h2", "h3", "h4") and position.behind:
            break  # what is signed behind it is a box or another story
        if elements and (
            index > last_index + FARTHEST or any(used in position.element.iterancestors() for used in elements)
        ):
            continue
        if not is_byline(position.element, position.label) or is_running(position.element.getparent()):
            continue
        before = position.element.getprevious()
        is_photographer = is_inside(position.element, "figcaption") or getattr(before, "tag", "") == "figcaption"
        found_names = () if is_photographer else names_in(position.element)
        if not found_names:
            continue
        last_index = index
        lines.append(line_in(position.element, found_names))
        names += found_names
        elements.append(position.element)
    return Byline("byline", "; ".join(lines), unique(names), tuple(elements)) if lines else None


def completed(names: tuple[str, ...], root: HtmlElement) -> tuple[str, ...]:
    """The names, a lone first or last name as an element named after what it holds prints it in full."""
    if all(" " in name for name in names):
        return names
    elements = root.iter("p", "span", "div", "a", "b", "strong", "h3", "h4", "li")
    texts = (element.text for element in elements if element.text and _NAME_LABEL.search(label(element)))
    whole = (folded(text, LONGEST_PLACED) for text in texts)
    full = unique(text for text in whole if is_person_like(text) and 1 < len(text.split()) < 5)
    return tuple(_completed(name, full) for name in names)


def _completed(name: str, full_names: tuple[str, ...]) -> str:
    longer = [full for full in full_names if " " not in name and name in (full.split()[0], full.split()[-1])]
    return longer[0] if len(longer) == 1 else name


def without_sections(byline: Byline, url: str) -> Byline:
    """Drops words that are directories of the page's address: a section printed in the place of a name."""
    directories = {key_of(part) for part in url.split("/")[3:-1]}
    return replace(byline, names=tuple(name for name in byline.names if " " in name or key_of(name) not in directories))


def persons(byline: Byline, house: frozenset[str]) -> tuple[str, ...]:
    """The names of a byline that are neither the outlet, nor a CMS vendor, nor an agency."""
    names = tuple(_without_house(name, house) for name in byline.names if not is_house(name, house))
    names = tuple(name for name in names if not (is_agency(name) or is_account(name)))
    return tuple(name for name in names if not _is_outlet(name, house)) or names


def _is_outlet(name: str, house: frozenset[str]) -> bool:
    """Whether a name beside a person's is a second outlet of the house: `The Daily`, `El Sol de México`, `News Insight`
    of News."""
    return bool(_OUTLET.match(name)) or (" " in name and outlet_key(name.split()[0]) in house)


def _without_house(name: str, house: frozenset[str]) -> str:
    """A name without the outlet's behind it: `Ann Lee DAILY NEWS`."""
    words = name.split()
    ends = range(2, len(words))
    return next((" ".join(words[:end]) for end in ends if outlet_key(" ".join(words[end:])) in house), name)


def with_agencies(byline: Byline, names: tuple[str, ...]) -> tuple[str, ...]:
    """The persons of a byline, with the agencies that linked data declares as authors beside them, not behind one."""
    if byline.origin != "json-ld" or not set(names) <= set(byline.names):
        return names
    declared = byline.line.split("; ")
    return tuple(name for name in byline.names if name in names or (is_agency(name) and name in declared))


def line_of(
    bylines: Iterable[Byline], authors: tuple[str, ...], positions: Iterable[Position]
) -> tuple[str, tuple[HtmlElement, ...]]:
    """The byline as printed, and elements not in `bylines` that show it: the shortest line
    that names every author, of one element if there is such a line."""
    wanted = {key_of(name) for name in authors}
    shown = [byline for byline in bylines if byline.elements and byline.line and shows(byline, authors)]
    complete = [byline for byline in shown if wanted <= {key_of(name) for name in byline.names}]
    if shown:
        return min(complete or shown, key=lambda byline: (len(byline.elements) > 1, len(byline.line))).line, ()
    for position in islice(positions, 80) if wanted else ():
        own_text = " ".join((position.element.text or "").split())
        if key_of(own_text) in wanted:
            return own_text, (position.element,)
    return "", ()


def shows(byline: Byline, authors: tuple[str, ...]) -> bool:
    """Whether a printed byline names an author, or the page has none, or its markup says so: a subhead may begin like a
    byline, `Von Wirkung und Nebenwirkung`."""
    keys = {key_of(name) for name in authors}
    is_by_author = not keys or any(key_of(name) in keys for name in byline.names)
    return is_by_author or any(is_marked_as_author(element, label(element)) for element in byline.elements)


def without_source(byline: Byline) -> Byline:
    """Drops attributions: on a Vietnamese page `Theo Ngoisao` names the source of a text, not a person called Theo."""
    return replace(byline, names=tuple(name for name in byline.names if not _ATTRIBUTION.fullmatch(name)))


def shows_other_persons(shown: Byline, declared: Byline, house: frozenset[str]) -> bool:
    """Whether the page shows other persons than it declares: it then declares the CMS user who entered the article."""
    names, declared_names = persons(shown, house), persons(declared, house)
    if not names or not all(is_person_like(name) and 1 < len(name.split()) < 6 for name in names):
        return False
    declared_keys = {key_of(name) for name in declared_names}
    if declared_keys < {key_of(name) for name in names}:
        return True  # the page declares one of two authors
    shown_key = key_of(shown.line)
    return (
        bool(declared_names)
        and not any(key_of(name) in declared_keys for name in names)
        and not any(key in shown_key for key in declared_keys)
    )


def line_in(element: HtmlElement, names: tuple[str, ...]) -> str:
    """The byline as printed; of the innermost element with all the names if the outer holds much more text."""
    line = printed(element)
    if line and len(line) <= sum(map(len, names)) + 3 * len(names) + 15:
        return line
    inner_bylines = [child for child in islice(element.iter("*"), 1, 40) if is_byline(child, label(child))]
    lines = [printed(child) for child in inner_bylines if set(names_in(child)) >= set(names)]
    return min((candidate for candidate in lines if candidate), key=len, default=", ".join(names))


def is_byline(element: HtmlElement, name: str) -> bool:
    """Whether a class, the URL of a link or a prefix marks an element as a byline; name: its label."""
    if element.tag == "a" and not _is_named_author(element):
        before = (getattr(element.getparent(), "text", "") or "").strip()
        return bool(_AUTHOR_HREF.search(element.get("href") or "")) and not NO_AUTHOR.match(before)
    if is_marked_as_author(element, name):
        return True
    own_text = (element.text or "").strip()[:LONGEST]
    is_labelled = begins_byline(own_text) or _AUTHOR_LABEL.search(own_text)
    return bool(own_text) and bool(is_labelled or (own_text.endswith("|") and _is_before_date(element, own_text)))


def begins_byline(text: str | None) -> bool:
    """Whether a text begins with the word of a byline."""
    text = (text or "").strip()[:LONGEST] + " "
    label_before = _LABEL.match(text)
    return bool(_BYLINE_PREFIX.match(text) or (label_before and label_before[1].casefold() in _LABELS))


def _is_named_author(link: HtmlElement) -> bool:
    """Whether the markup of a link names an author: other links in an author's box lead to mail and guidelines."""
    is_author = link.get("rel") == "author" or "author" in (link.get("itemprop") or "").split()
    return is_author or bool(_AUTHOR_NAME_CLASS.search(link.get("class") or ""))


def _is_before_date(element: HtmlElement, own_text: str) -> bool:
    """Whether a text is a name before a bar and a date in the next element: `Hải Yến | 20.05.2024`."""
    following = element[0] if len(element) else element.getnext()
    is_date = following is not None and text_of(following, LONGEST_PLACED)[:2].isdigit()
    name = own_text.rstrip("| \xa0")
    return is_date and 1 < len(name.split()) < 5 and is_person_like(name) and name == name.title()


def is_marked_as_author(element: HtmlElement, name: str) -> bool:
    """Whether the markup of an element, or its link, marks an author; name: its label."""
    get = element.get
    is_author = get("rel") == "author" or "author" in (get("itemprop") or "").split() or _is_byline_name(name)
    return is_author or (element.tag == "a" and bool(_AUTHOR_HREF.search(get("href") or "")))


@lru_cache(maxsize=8192)
def _is_byline_name(name: str) -> bool:
    return bool(_BYLINE_CLASS.search(name)) and not _PLACE_CLASS.search(name)


def names_in(element: HtmlElement) -> tuple[str, ...]:
    """Names in an element: of its links to authors' pages if it has any, else of its text without roles."""
    metas = (meta for meta in islice(element.iter("meta"), 10) if meta.get("itemprop") == "name")
    meta_names = [meta.get("content") or "" for meta in metas]
    links = [link for link in islice(element.iter("a"), 20) if link is not element and is_byline(link, "")]
    linked = tuple(filter(is_person_like, names_in_texts(meta_names or [text_of(link, LONGEST) for link in links])))
    text = printed(element)
    labelled = _AUTHOR_LABEL.search(text)
    if labelled and len(text) <= LONGEST:
        return names_in_texts([labelled.group(1)])
    if len(text) > LONGEST or len(text) > sum(map(len, linked)) + 110:
        return ()
    text_names = names_in_texts([text])
    is_marked = is_marked_as_author(element, label(element))
    if not is_marked and not (len(text) < 100 and all(map(is_person_like, text_names))):
        return ()
    if not linked or all(name in text_names for name in linked):
        is_author = element.get("itemprop") == "author"
        return tuple(name for name in text_names if is_person_like(name, small=is_author)) or linked
    return linked


def printed(element: HtmlElement, depth: int = 0) -> str:
    """The text of a byline without times, roles and portraits; separates names in elements of one tag and class."""
    children = [child for child in islice(element, 30) if isinstance(child.tag, str)]
    name_children = [child for child in children if not _is_non_name(child)]
    alike = len(name_children) > 1 and len({(child.tag, child.get("class")) for child in name_children}) == 1
    separator = "; " if alike and not any((child.tail or "").strip() for child in name_children) else ""
    pieces = [element.text or ""]
    for child in children:
        nested = len(child) and depth < DEEPEST
        child_text = (
            "" if child not in name_children else printed(child, depth + 1) if nested else text_of(child, LONGEST)
        )
        if (
            child_text[:1].isupper() or child_text[:1] == "@" or child_text in _CONJUNCTIONS or child.tag == "br"
        ):  # a space on the screen; initials are often in their own span
            pieces.append(" ")
        pieces += [child_text, separator if child_text and child is not name_children[-1] else "", child.tail or ""]
    return _LOOSE.sub(r"\1", folded("".join(pieces), 2 * LONGEST)).strip(" ;|")


def _is_non_name(element: HtmlElement) -> bool:
    if element.tag in ("time", "img", "svg", "button", "script", "style", "meta", "picture", "noscript", "figure"):
        return True
    name = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return bool(_NON_NAME_LABEL.search(name)) and "name" not in name.lower()
