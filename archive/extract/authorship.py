"""Who wrote an article: the byline as printed, and its persons, without house, vendor and agency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from archive.extract.byline_words import VENDORS
from archive.extract.bylines import authors_of, is_account, is_agency, is_person_like, unique
from archive.extract.declared import Declared, house_key
from archive.extract.element_text import text_of
from archive.extract.surroundings import Position, is_running, label
from archive.text.folding import folded, key_of

METAS = (
    "dable:author", "article:author", "author", "parsely-author", "cxenseparse:author", "sailthru.author", "byl",
    "dc.creator", "dcterms.creator", "article:author:name", "authors", "article.author", "creator", "news_author",
    "articleauthor", "vr:author",
)  # fmt: skip
FARTHEST = 25  # elements between two parts of one byline
_SOURCE = re.compile(r"Theo [A-Z][a-z]+(?:[./]\S+)?")
NEAREST = 8  # elements behind the headline in which a name alone is a byline
LONGEST_PLACED = 40  # characters of it
_PLACED = re.compile(r"meta|info|name|sub|source|nguon|but-?danh", re.I)
DEEPEST = 12  # elements inside each other that a byline is taken apart to
LONGEST = 240  # characters of an element that is a byline and nothing more
# A word of a class, whichever way words are joined: post-author, post_author, postAuthor.
_NAMED = re.compile(
    r"(?:^|[\s_\-]|[a-z](?=[A-Z]))(?:authors?(?:name|s?info|line)?|bylines?|by-line|tac-?gia|writers?|journalists?"
    r"|reporters?|contributors?|penulis|autor(?:en|in|es)?|auteurs?|signature|creator|posted-?by|written-?by"
    r"|Author\w*|Byline\w*)(?=$|[\s_\-\d]|[A-Z])",
)
_HREF = re.compile(
    r"/(?:authors?|autor(?:en|es|a|in)?|auteurs?|tac-gia|reporters?|profiles?|staff|journalists?|writers?"
    r"|contributors?|by|bios?|forfatter|penulis|yazar(?:lar)?|redaktion|team|columnists?)/",
    re.I,
)
_SAID = re.compile(r"(?<!\w)tác giả\s*:\s*([^|•·:]{2,60})", re.I)  # amid a line: `20/05/2024 | Tác giả: Hải Yến`
_INTRODUCED = re.compile(r"^(?:by|von|par|por|oleh|bài(?: và ảnh|, ảnh)?:|tác giả:|text:|autor:|author:)\s", re.I)
_ASIDE = re.compile(
    r"job|role|position|title|bio|desc|email|e-mail|location|social|date|time|follow|label|count|read|source"
    r"|avatar|image|intro",
    re.I,
)
_VENDORS = frozenset(map(key_of, VENDORS))
_JOINING = frozenset({"and", "und", "et", "y", "e", "và", "&", "og", "och", "en"})
_LOOSE = re.compile(r"\s+([,;.)])")
_HOST = re.compile(r"^[\w.-]+\.(?:vn|com|net|org|de|at|ch|tv|info|news|co\.\w\w|\w\w)$|\b(?:com )?vn$", re.I)


@dataclass(frozen=True, slots=True)
class Byline:
    """What one source says: the line as printed (or declared), its names, and the elements that show it."""

    origin: str
    line: str
    names: tuple[str, ...]
    elements: tuple[HtmlElement, ...] = ()


def declared_bylines(declared: Declared) -> Iterator[Byline]:
    """What JSON-LD and the metas name, in order of trust."""
    for member in ("author", "creator"):
        names = declared.names(member)
        if names:
            yield Byline("json-ld", "; ".join(names), _split(names))
    for meta in METAS:
        values = declared.page.metas.get(meta, ())[:12]
        names_of = _split(value for value in values if not value.startswith("("))
        if names_of:
            yield Byline(meta, "; ".join(values), names_of)


def shown_byline(spots: Iterable[Position]) -> Byline | None:
    """The byline beside the headline: elements that the markup, a link to an author's page or a word calls so."""
    lines: list[str] = []
    names: list[str] = []
    elements: list[HtmlElement] = []
    last = 0
    for place, spot in enumerate(spots):
        if elements and (place > last + FARTHEST or any(used in spot.element.iterancestors() for used in elements)):
            continue
        if not is_byline(spot.element, spot.label) or is_running(spot.element.getparent()):
            continue
        found = names_in(spot.element)
        if not found:
            continue
        last = place
        lines.append(line_in(spot.element, found))
        names += found
        elements.append(spot.element)
    return Byline("byline", "; ".join(lines), unique(names), tuple(elements)) if lines else None


def placed_byline(spots: Iterable[Position]) -> Byline | None:
    """A name alone in a line below the headline, in an element named for such facts: `<p class=meta>HN</p>`."""
    for spot in islice((one for one in spots if one.behind), NEAREST):
        text = text_of(spot.element, LONGEST_PLACED + 1)
        if not _PLACED.search(spot.label) or len(text) > LONGEST_PLACED or any(map(str.isdigit, text)):
            continue
        names = tuple(filter(is_person_like, authors_of(text)))
        if names and all(word[0].isupper() for name in names for word in name.split()):
            return Byline("place", text, names, (spot.element,))
    return None


def persons(byline: Byline, house: frozenset[str]) -> tuple[str, ...]:
    """The names of a byline that are neither the house, nor its software, nor an agency."""
    names = (name for name in byline.names if not is_house(name, house) and not is_agency(name))
    return tuple(name for name in names if not is_account(name))


def line_of(
    bylines: Iterable[Byline], authors: tuple[str, ...], spots: Iterable[Position]
) -> tuple[str, tuple[HtmlElement, ...]]:
    """The byline as printed, and elements not in `bylines` that show it: the shortest line
    that names every author, of one element if there is such a line."""
    wanted = {key_of(name) for name in authors}
    shown = [byline for byline in bylines if byline.elements and byline.line]
    complete = [byline for byline in shown if wanted <= {key_of(name) for name in byline.names}]
    if shown:
        return min(complete or shown, key=lambda byline: (len(byline.elements) > 1, len(byline.line))).line, ()
    for spot in islice(spots, 80) if wanted else ():
        own = " ".join((spot.element.text or "").split())
        if key_of(own) in wanted:
            return own, (spot.element,)
    return "", ()


def without_source(byline: Byline) -> Byline:
    """On a Vietnamese page `Theo Ngoisao` names where a text was found, and no person called Theo."""
    return replace(byline, names=tuple(name for name in byline.names if not _SOURCE.fullmatch(name)))


def overrules(shown: Byline, declared: Byline, house: frozenset[str]) -> bool:
    """Whether the page shows other persons than it declares: the declared one is then whoever entered the article."""
    names, others = persons(shown, house), persons(declared, house)
    if not names or not all(is_person_like(name) and 1 < len(name.split()) < 6 for name in names):
        return False
    known = {key_of(name) for name in others}
    line = key_of(shown.line)
    return bool(others) and not any(key_of(name) in known for name in names) and not any(key in line for key in known)


def is_house(name: str, house: frozenset[str]) -> bool:
    """Whether a name is the outlet's, its host's or its software's."""
    return is_vendor(name) or house_key(name) in house or bool(_HOST.search(name))


def is_vendor(name: str) -> bool:
    """Whether a name is an account or a maker of the publishing software."""
    return key_of(name) in _VENDORS


def line_in(element: HtmlElement, names: tuple[str, ...]) -> str:
    """The byline as printed: of the innermost element that shows all the names, where the outer one says much more."""
    line = printed(element)
    if line and len(line) <= sum(map(len, names)) + 3 * len(names) + 15:
        return line
    inner = [child for child in islice(element.iter("*"), 1, 40) if is_byline(child, label(child))]
    lines = [printed(child) for child in inner if set(names_in(child)) >= set(names)]
    return min((found for found in lines if found), key=len, default=", ".join(names))


def _split(values: Iterable[str]) -> tuple[str, ...]:
    return unique(name for value in values for name in authors_of(value))


def is_byline(element: HtmlElement, name: str) -> bool:
    """Whether the markup, the address of a link or an introducing word calls an element a byline; name: its label."""
    if element.tag == "a" and element.get("rel") != "author":
        return bool(_HREF.search(element.get("href") or ""))
    if _is_named(element) or _is_byline_name(name):
        return True
    own = (element.text or "").strip()[:LONGEST]
    return bool(own) and bool(_INTRODUCED.match(own + " ") or _SAID.search(own))


def _is_named(element: HtmlElement) -> bool:
    """Whether the markup itself calls an element, or a link in it, an author."""
    get = element.get
    if get("rel") == "author" or "author" in (get("itemprop") or "").split() or _is_byline_name(label(element)):
        return True
    return element.tag == "a" and bool(_HREF.search(get("href") or ""))


@lru_cache(maxsize=8192)
def _is_byline_name(name: str) -> bool:
    return bool(_NAMED.search(name))


def names_in(element: HtmlElement) -> tuple[str, ...]:
    """The names an element shows: of its links to authors' pages if it has any, else of its text without roles."""
    meta = [inner.get("content") or "" for inner in islice(element.iter("meta"), 10) if inner.get("itemprop") == "name"]
    links = [link for link in islice(element.iter("a"), 20) if link is not element and is_byline(link, "")]
    linked = tuple(filter(is_person_like, _split(meta or [text_of(link, LONGEST) for link in links])))
    text = printed(element)
    said = _SAID.search(text)
    if said and len(text) <= LONGEST:
        return _split([said.group(1)])
    if len(text) > LONGEST or len(text) > sum(map(len, linked)) + 110:
        return ()
    named = _split([text])
    if not _is_named(element) and not (len(text) < 100 and all(map(is_person_like, named))):
        return ()
    if not linked or all(name in named for name in linked):
        return tuple(name for name in named if is_person_like(name)) or linked
    return linked


def printed(element: HtmlElement, depth: int = 0) -> str:
    """The text of a byline without times, roles and portraits; names in elements alike are set apart."""
    children = [child for child in islice(element, 30) if isinstance(child.tag, str)]
    shown = [child for child in children if not _is_aside(child)]
    alike = len(shown) > 1 and len({(child.tag, child.get("class")) for child in shown}) == 1
    apart = "; " if alike and not any((child.tail or "").strip() for child in shown) else ""
    pieces = [element.text or ""]
    for child in children:
        nested = len(child) and depth < DEEPEST
        said = "" if child not in shown else printed(child, depth + 1) if nested else text_of(child, LONGEST)
        if (
            said[:1].isupper() or said[:1] == "@" or said in _JOINING
        ):  # set apart on the screen; initials are often a span of their own
            pieces.append(" ")
        pieces += [said, apart if said and child is not shown[-1] else "", child.tail or ""]
    return _LOOSE.sub(r"\1", folded("".join(pieces), 2 * LONGEST)).strip(" ;|")


def _is_aside(element: HtmlElement) -> bool:
    if element.tag in ("time", "img", "svg", "button", "script", "style", "meta", "picture", "noscript", "figure"):
        return True
    name = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return bool(_ASIDE.search(name)) and "name" not in name.lower()
