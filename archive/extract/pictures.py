"""The address of a picture: the real one, never the placeholder that lazy loading shows first."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from lxml import html

# the original before the copies made for a screen; attribute names of the lazy loaders that newsrooms use
_ORIGINAL = ("data-original", "data-large-src", "data-full-src", "data-orig-file", "data-hi-res-src", "data-zoom-src")
_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-lazy",
    "data-image",
    "data-img-src",
    "data-echo",
    "data-url",
    "data-default-src",
)
_SRCSET = ("data-srcset", "data-lazy-srcset", "srcset", "data-src-set", "imagesrcset")
_PLACEHOLDER = re.compile(
    r"^(?:data|about|blob|javascript):|(?:^|[/_.-])(?:blank|spacer|pixel|1x1|placeholder|lazy[-_]?load(?:ing)?|loading|"
    r"transparent|trans|dummy|empty|clear|preload(?:er)?|no[-_]?image|default[-_]?image)(?:[-_.\d][^/]*)?\.(?:gif|png|svg|jpe?g|webp)",
    re.I,
)
_CANDIDATE = re.compile(r"(\S+?)(?:\s+([\d.]+)[wxh])?\s*(?:,\s+|,(?=https?://|/)|$)")
_ICON = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|avatars?|emoji|sprite|badge|favicon|gravatar|button|btn|arrow|share)(?:[/_.-]|$)",
    re.I,
)
_SMALL = 60  # pixels: below it a picture is an icon


def address(image: html.HtmlElement, base: str) -> str | None:
    """The absolute address of an <img>, <amp-img> or <source>, the largest or original where several are given."""
    for found in _given(image):
        absolute = absolute_url(found, base)
        if absolute:
            return absolute
    return None


def _given(image: html.HtmlElement) -> list[str]:
    found = [value for name in _ORIGINAL + _LAZY if (value := image.get(name))]
    found += _largest([value for name in _SRCSET if (value := image.get(name))])
    if image.get("src"):
        found.append(image.get("src", ""))
    picture = image.getparent()
    if picture is not None and picture.tag == "picture":
        sources = [source.get(name) for source in picture.iter("source") for name in _SRCSET]
        found += _largest([value for value in sources if value])
    return found


def _largest(sets: list[str]) -> list[str]:
    """One address per srcset, of the widest candidate."""
    best = []
    for value in sets:
        found = [(float(match[2] or 0), match[1]) for match in _CANDIDATE.finditer(value) if match[1]]
        if found:
            best.append(max(found, key=lambda pair: pair[0])[1])
    return best


def absolute_url(found: str, base: str) -> str | None:
    """The address made absolute, or None for placeholders and what is no address."""
    found = found.strip()
    if not found or len(found) > 4000 or _PLACEHOLDER.search(found):
        return None
    try:
        absolute = urljoin(base, found)
        return absolute if urlsplit(absolute).scheme in ("http", "https") else None
    except ValueError:
        return None


def is_icon(image: html.HtmlElement) -> bool:
    """Logos, avatars, share buttons, counters."""
    for side in ("width", "height"):
        size = (image.get(side) or "").strip().removesuffix("px")
        if size.isdecimal() and len(size) < 6 and 0 < int(size) <= _SMALL:
            return True
    names = f"{image.get('class') or ''} {(image.get('src') or '')[-300:].rpartition('/')[2]}"
    return bool(_ICON.search(names.replace(" ", "/")))
