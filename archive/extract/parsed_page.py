"""One page, decoded once and parsed once, shared by everything that reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html

from archive.extract.jsonld import objects

# Browsers go on reading after </body> and </html>; libxml2 drops what follows some of them.
# And it does not know that <source> and <track> have no content: unclosed, they swallow the picture and its caption.
_VOID = re.compile(r"<(source|track)\b([^<>]*?)/?>", re.I)
_ENDS = re.compile(r"</(?:body|html)\s*>|<\?xml[^>]*>", re.I)

_FORMATTING = re.compile(r"</?(?:font|b|i|u|em|strong|span|small|big|center|o:p)\b[^<>]*>", re.I)
# lxml.html asks a Python function for the class of every element it shows; forms and inputs are nothing to us
_ONE_CLASS = etree.ElementDefaultClassLookup(element=html.HtmlElement)


@dataclass(frozen=True)
class Page:
    """A parsed page. `root` is the one parse; whoever changes it says so (only the body reader does, and last)."""

    url: str
    root: html.HtmlElement

    @cached_property
    def linked_data(self) -> tuple[dict[str, Any], ...]:
        """Every JSON-LD object of the page, nested ones included, in document order."""
        return objects(self.root)

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to: the page's address, or what its <base> says."""
        for element in self.root.iter("base"):
            try:
                return str(urljoin(self.url, (element.get("href") or "").strip()))
            except ValueError:
                break
        return self.url

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """Contents of the page's <meta> elements under their lowercased name, property or itemprop."""
        found: dict[str, list[str]] = {}
        for element in self.root.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            content = (element.get("content") or "").strip()
            if name and content:
                found.setdefault(name.strip().lower(), []).append(content)
        return found


def parse(text: str, url: str) -> Page | None:
    """The page, or None where the text holds no markup at all. Comments are left out: some systems print stamps
    into them."""
    text = _closed(text)
    parser = _parser()
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
        if _cut(parser):
            root = html.document_fromstring(_FORMATTING.sub("", text).encode("utf-8", "replace"), parser=_parser())
    except etree.ParserError:
        return None
    return Page(url, root)


def _parser() -> html.HTMLParser:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    return parser


def _cut(parser: html.HTMLParser) -> bool:
    """Whether the parser gave up at 256 nested elements: in old pages <font> and <b> that nobody closed."""
    last = parser.error_log.last_error
    return last is not None and "depth" in (last.message or "").lower()


def _closed(text: str) -> str:
    text = _ENDS.sub("", text)
    return _VOID.sub(r"<\1\2></\1>", text) if "<source" in text or "<track" in text else text
