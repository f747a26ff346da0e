"""What stands in tags and texts: attributes, references, names, and addresses that are relative to others."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from urllib.parse import urljoin

_LONGEST = 8_192  # bytes of a tag's attributes
_ATTRIBUTE = re.compile(rb"""([^\s=/"'<>]++)(?:\s*+=\s*+(?:"([^"]*+)"?+|'([^']*+)'?+|([^\s"']++)))?+""")
REFERENCE = re.compile(
    r"&(?:#(\d{1,7});?|#[xX]([0-9A-Fa-f]{1,6});?|([A-Za-z][\w.-]{0,63}+);|(amp|lt|gt|quot)(?![\w=]))", re.ASCII
)


def joined(base: str, link: str) -> str:
    """The link from that base; the link itself where it is none."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def attribute(attributes: bytes, name: str) -> str:
    """What an attribute of a tag says, stripped; "" where it is missing, or no text. Names are told without case."""
    for written, double, single, bare in _ATTRIBUTE.findall(attributes[:_LONGEST]):
        if written.decode("utf-8", "replace").lower() == name:
            text = REFERENCE.sub(character, (double or single or bare).decode("utf-8", "replace")).strip()
            return "" if "\ufffd" in text else text
    return ""


def character(match: re.Match[str]) -> str:
    """What a reference stands for in HTML; as it was written where it stands for nothing: `?a=1&b=2` is no entity, and
    `&copy=2` is none in an address."""
    if match[1] or match[2]:
        return unescape(f"&#{match[1] or 'x' + match[2]};") or "\ufffd"
    return html5.get(f"{match[3] or match[4]};", match[0])


@lru_cache(maxsize=512)
def local(tag: bytes) -> str:
    """An element's name without its prefix, in small letters."""
    return tag.rpartition(b":")[2].decode("utf-8", "replace").lower()
