"""Parses parts of XML and HTML: attributes, character references, element names, relative links."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from urllib.parse import urljoin

_MAX_ATTRIBUTE_BYTES = 8_192  # bytes of a tag's attributes
_ATTRIBUTE = re.compile(rb"""([^\s=/"'<>]++)(?:\s*+=\s*+(?:"([^"]*+)"?+|'([^']*+)'?+|([^\s"']++)))?+""")
REFERENCE = re.compile(
    r"&(?:#(\d{1,7});?|#[xX]([0-9A-Fa-f]{1,6});?|([A-Za-z][\w.-]{0,63}+);|(amp|lt|gt|quot)(?![\w=]))", re.ASCII
)


def joined(base: str, link: str) -> str:
    """The link, resolved against the base; the link itself where it is invalid."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def attribute(attributes: bytes, name: str) -> str:
    """The value of an attribute, stripped; "" where it is missing, or no text. name: in lower case; case is ignored."""
    for written, double, single, bare in _ATTRIBUTE.findall(attributes[:_MAX_ATTRIBUTE_BYTES]):
        if written.decode("utf-8", "replace").lower() == name:
            text = REFERENCE.sub(character, (double or single or bare).decode("utf-8", "replace")).strip()
            return "" if "\ufffd" in text else text
    return ""


def character(match: re.Match[str]) -> str:
    """The character of an HTML reference; the reference itself where it is unknown: `?a=1&b=2` has no entity, nor has
    `&copy=2` in an address."""
    if match[1] or match[2]:
        return unescape(f"&#{match[1] or 'x' + match[2]};") or "\ufffd"
    return html5.get(f"{match[3] or match[4]};", match[0])


@lru_cache(maxsize=512)
def local(tag: bytes) -> str:
    """An element's local name, without its prefix, in lower case."""
    return tag.rpartition(b":")[2].decode("utf-8", "replace").lower()
