"""Parses a page once with lxml; all extractors share the result. Parses its JSON-LD (https://www.w3.org/TR/json-ld11/)
tolerantly: newsrooms ship it wrapped in comments, with trailing commas, raw newlines, several objects in one script, or
doubly escaped. All work is bounded: scripts and objects beyond the limits are skipped, never an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree, html
from lxml.html import HtmlElement

Thing = dict[str, Any]

MOST_SCRIPTS = 40
LONGEST_SCRIPT = 3_000_000  # characters; the longest real one seen is a live blog of 0.9 million
LONGEST_REPAIR = 400_000  # characters; longer broken scripts are not repaired
MOST_OBJECTS = 5_000

_OPENING_MARKS = ("//", "/*", "<!--", "<![CDATA[", "*/")
_CLOSING_MARKS = ("//", "/*", "*/", "-->", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_SINGLE_QUOTED = re.compile(r"(?<=[:\[,])\s*'([^'\\]{0,2000})'(?=\s*[,}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_MEMBER = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"((?:[^"\\\n]|\\.){1,400})"')
_AUTHOR = re.compile(r'"author"\s*:\s*[\[{\s"@a-zA-Z:,]{0,80}?"name"\s*:\s*"((?:[^"\\\n]|\\.){1,200})"')
# An escaped lone surrogate, left where a field was shortened: invalid in any text.
_LONE_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_decoder = json.JSONDecoder(strict=False)


def objects(scripts: Iterable[HtmlElement]) -> tuple[Thing, ...]:
    """Every object of every JSON-LD script, outer before inner, in document order."""
    things: list[Thing] = []
    for source in _sources(scripts):
        for value in _parsed(_LONE_SURROGATE.sub("", source)):
            things.extend(_walk(value, MOST_OBJECTS - len(things)))
    return tuple(things)


def by_id(things: Iterable[Thing]) -> dict[str, Thing]:
    """The object with the most members under each @id, to resolve references."""
    index: dict[str, Thing] = {}
    for thing in things:
        identifier = thing.get("@id")
        if isinstance(identifier, str) and len(thing) > len(index.get(identifier, ())):
            index[identifier] = thing
    return index


def types_of(thing: Thing) -> tuple[str, ...]:
    """The object's types without their vocabulary, in lower case."""
    types = thing.get("@type")
    names = types if isinstance(types, list) else [types]
    return tuple(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names if isinstance(name, str))


def _sources(scripts: Iterable[HtmlElement]) -> Iterator[str]:
    count = 0
    for script in scripts:
        if "ld+json" in (script.get("type") or "").lower():
            count += 1
            text = script.text or ""
            if count <= MOST_SCRIPTS and len(text) <= LONGEST_SCRIPT:
                yield text


def _parsed(source: str) -> list[Any]:
    """The values of one script: as it is, else repaired, else single members salvaged."""
    source = _unwrapped(source)
    if not source:
        return []
    values = _values(source)
    if values or len(source) > LONGEST_REPAIR:
        return values
    return _values(_repaired(source)) or _salvaged(source)


def _unwrapped(source: str) -> str:
    """Without the comment and CDATA marks that keep old browsers from reading scripts."""
    source = source.strip()
    for mark in _OPENING_MARKS * 2:
        source = source.removeprefix(mark).lstrip()
    for mark in _CLOSING_MARKS * 2:
        source = source.removesuffix(mark).rstrip()
    return source


def _values(source: str) -> list[Any]:
    """One value, or several in a row with or without commas between; [] if any part is invalid."""
    values: list[Any] = []
    start = 0
    while start < len(source):
        try:
            value, start = _decoder.raw_decode(source, start)
        except (ValueError, RecursionError):
            return []
        values.append(value)
        while start < len(source) and (source[start].isspace() or source[start] in ",;"):
            start += 1
    return values


def _repaired(source: str) -> str:
    if "&quot;" in source and '"' not in source[:200]:
        source = unescape(source)
    source = _SINGLE_QUOTED.sub(lambda quoted: json.dumps(quoted[1]), _TRAILING_COMMA.sub("", source))
    return _BAD_ESCAPE.sub("", source)


def _salvaged(source: str) -> list[Any]:
    """First headline, dates, section and author of an article whose JSON is beyond repair."""
    thing: Thing = {}
    for name, value in _MEMBER.findall(source):
        thing.setdefault(name, value.replace('\\"', '"').replace("\\/", "/"))
    author = _AUTHOR.search(source)
    if author:
        thing["author"] = author.group(1)
    return [{"@type": "Article", **thing}] if thing else []


def _walk(value: Any, remaining: int) -> Iterator[Thing]:
    """Objects in document order, at most `remaining`; uses a stack, since hostile nesting is deep."""
    stack = [value]
    while stack and remaining > 0:
        item = stack.pop()
        if isinstance(item, dict):
            remaining -= 1
            yield item
            item = list(item.values())
        if isinstance(item, list):
            stack.extend(reversed([inner for inner in item if isinstance(inner, (dict, list))]))


# Browsers continue after </body> and </html>; libxml2 drops some of what follows.
# libxml2 does not know that <source> and <track> are void: unclosed, they swallow the picture and its caption.
_TAG_TO_MEND = re.compile(rb"<(?:(source|track)\b([^<>]*?)/?>|/(?:body|html)\s*>|\?xml[^>]*>)", re.I)

# React streams late parts of a page as hidden boxes that such a script moves to their places:
# https://react.dev/reference/react-dom/server/renderToPipeableStream
_MOVED_PART = re.compile(r'\$R[CRX]\("(B:\w+)","(S:\w+)"|\$RS\("(S:\w+)","(P:\w+)"')
_MAX_LINKS = 3_000
_TAGS = ("a", "aside", "base", "button", "img", "link", "meta", "script")
_FORMATTING_TAG = re.compile(rb"</?(?:font|b|i|u|em|strong|span|small|big|center|o:p)\b[^<>]*>", re.I)
_names = etree.XPath("//@class | //@id", smart_strings=False)
_roles = etree.XPath("//@data-role", smart_strings=False)
# lxml.html looks up the class of every element in Python; we need no special classes for forms and inputs
_ELEMENT_CLASS = etree.ElementDefaultClassLookup(element=html.HtmlElement)


@dataclass(frozen=True)
class Page:
    """A parsed page. `root` is the only parse; only the body extractor changes it, and runs last."""

    url: str
    root: html.HtmlElement

    @cached_property
    def by_tag(self) -> dict[str, list[html.HtmlElement]]:
        """The page's elements of some tags, found in one walk."""
        found: dict[str, list[html.HtmlElement]] = {tag: [] for tag in _TAGS}
        for element in self.root.iter(*_TAGS):
            found[str(element.tag)].append(element)
        return found

    @cached_property
    def linked_data(self) -> tuple[dict[str, Any], ...]:
        """Every JSON-LD object of the page, nested ones included, in document order."""
        return objects(self.by_tag["script"])

    @cached_property
    def links(self) -> tuple[tuple[html.HtmlElement, str], ...]:
        """The first links with their addresses as written."""
        links = islice(self.by_tag["a"], _MAX_LINKS)
        return tuple((link, href) for link in links if (href := link.get("href")))

    @cached_property
    def links_above(self) -> tuple[tuple[html.HtmlElement, str], ...]:
        """Those of the links that may lead to a directory above the page: of its menu and its breadcrumb."""
        try:
            first = urlsplit(self.url).path.strip("/").partition("/")[0]
        except ValueError:
            return ()
        if not first or "%" in self.url:
            return self.links if first else ()
        return tuple(link for link in self.links if first in link[1] or "%" in link[1])

    @cached_property
    def names(self) -> str:
        """Classes and ids of the page's elements, and data-roles as attributes, each once."""
        names: Any = _names(self.root)
        roles: Any = _roles(self.root)
        return " ".join({*names, *(f'data-role="{role}"' for role in roles)})

    @cached_property
    def base(self) -> str:
        """The base URL: the page's URL, or its <base>."""
        for element in self.by_tag["base"]:
            try:
                return str(urljoin(self.url, (element.get("href") or "").strip()))
            except ValueError:
                break
        return self.url

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """Contents of the page's <meta> elements by lowercased name, property or itemprop; and the content language."""
        by_name: dict[str, list[str]] = {}
        for element in self.by_tag["meta"]:
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            if (element.get("http-equiv") or "").lower() == "content-language":
                name = "content-language"
            content = (element.get("content") or element.get("value") or "").strip()
            if name and content:
                by_name.setdefault(name.strip().lower(), []).append(content)
        return by_name


def parse(text: str, url: str, data: bytes | None = None) -> Page | None:
    """Parses a page; None if the text holds no markup. Drops comments: some systems print stamps into them. data: the
    text in UTF-8, where it is known."""
    source = _TAG_TO_MEND.sub(_mended, data or text.encode("utf-8", "replace"))
    page_parser = parser()
    try:
        root = html.document_fromstring(source, parser=page_parser)
        last_error = page_parser.error_log.last_error
        # libxml2's limit of 256 nested elements: old pages leave <font> and <b> unclosed
        if last_error is not None and "depth" in (last_error.message or "").lower():
            root = html.document_fromstring(_FORMATTING_TAG.sub(b"", source), parser=parser())
    except etree.ParserError:
        return None
    if b' id="S:' in source:
        _place_streamed_parts(root, text)
    return Page(url, root)


def _place_streamed_parts(root: html.HtmlElement, text: str) -> None:
    """Moves the parts that React streamed behind the page to where its scripts would show them; in a saved page
    without those scripts to the place of the same number."""
    by_id = {element.get("id"): element for element in root.iter("div", "template") if element.get("id")}
    places = {content or part: boundary or place for boundary, content, part, place in _MOVED_PART.findall(text)}
    for part_id in [element_id for element_id in by_id if element_id.startswith("S:")]:
        part, number = by_id[part_id], part_id[2:]
        target = next(
            (by_id[place] for place in (places.get(part_id), f"B:{number}", f"P:{number}") if place in by_id), None
        )
        if target is not None and target.getparent() is not None and part not in target.iterancestors():
            part.attrib.pop("hidden", None)
            target.addnext(part)


def parser() -> html.HTMLParser:
    """A parser of pages."""
    new = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    new.set_element_class_lookup(_ELEMENT_CLASS)
    return new


def _mended(match: re.Match[bytes]) -> bytes:
    """A void tag with its end tag, nothing for the others."""
    return b"<%b%b></%b>" % (match[1], match[2], match[1]) if match[1] else b""
