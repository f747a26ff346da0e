"""The address of a picture: the real one, never the placeholder that lazy loading shows first."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from lxml import html

from archive.model.urls import without_credentials

# the original before the copies made for a screen
_ORIGINAL = ("data-original", "data-large-src", "data-full-src", "data-orig-file", "data-hi-res-src", "data-zoom-src")
# lazy loaders put the address into attributes of their own: data-src, data-lazy-src, data-flickity-lazyload ...
_LAZY = re.compile(r"^data-(?:\w+-)*(?:src|lazy|lazyload|echo|url|image|img|original)(?:-\w+)?$")
_ADDRESS = re.compile(r"^(?:https?:)?//\S+$|^/?[^\s{<:]+\.(?:jpe?g|png|webp|gif|avif)\S*$|^/\S+$", re.I)
_PLACEHOLDER = re.compile(
    r"^(?:data|about|blob|javascript):|(?:^|[/_.-])(?:blank|spacer|pixel|1x1|placeholder|lazy[-_]?load(?:ing)?|loading|"
    r"transparent|trans|dummy|empty|clear|preload(?:er)?|no[-_]?image|default[-_]?image)(?:[-_.\d][^/]*)?\.(?:gif|png|svg|jpe?g|webp)",
    re.I,
)
_CANDIDATE = re.compile(r"(\S+?)(?:\s+([\d.]+)[wxh])?\s*(?:,\s+|,(?=https?://|/)|$)")
_ICON = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|banners?|avatars?|emoji|sprite|badge|favicon|gravatar|button|btn|arrow|share)(?:[/_.-]|$)",
    re.I,
)
# banners name themselves in their directory or their alternative text, and change at every request
_ADVERT_PATH = re.compile(r"/(?:quang-?cao|adverts?|advertis(?:ing|ements?)|ads|adbanners?)/", re.I)
_ADVERT_ALT = re.compile(r"(?:quảng cáo|advertisement|advertising|anzeige|werbung|publicidad|publicité)\W*", re.I)
_LONGEST_ICON = 24  # characters of a file name; a longer one tells what a photograph shows
# the address of a copy says its size: `_144x110.webp`, `?w=145&h=101`
_SIZED = re.compile(
    r"[-_/](\d{2,4})x(\d{2,4})(?:\.(?:jpe?g|png|webp|gif|avif)\b|$)|(?:[?&]w=|fill:)(\d{2,4})(?:&h=|:)(\d{2,4})\b", re.I
)
_THUMBNAIL = 200  # pixels: copies so small stand beside links to other stories
_COLUMN = 500  # pixels
_SMALL = 60  # pixels: below it a picture is an icon


def pictures_in(element: html.HtmlElement) -> list[html.HtmlElement]:
    """The <img> and <amp-img> of an element."""
    return list(element.iter("img", "amp-img"))


def address(image: html.HtmlElement, base: str) -> str | None:
    """The absolute address of an <img>, <amp-img> or <source>, the largest or original where several are given."""
    for found in _given(image):
        absolute = absolute_url(found, base)
        if absolute:
            return absolute
    return None


def _given(image: html.HtmlElement) -> list[str]:
    sets = [value for name, value in image.attrib.items() if "srcset" in name]
    lazy = [
        value
        for name, value in image.attrib.items()
        if "set" not in name and _LAZY.match(name) and _ADDRESS.match(value)
    ]
    found = [value for name in _ORIGINAL if (value := image.get(name))] + lazy + _largest(sets)
    if image.get("src"):
        found.append(image.get("src", ""))
    picture = next(image.iterancestors("picture"), None)
    if picture is not None:
        sources = [
            value for source in picture.iter("source") for name, value in source.attrib.items() if "srcset" in name
        ]
        found += _largest(sources)
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
        absolute = urljoin(base, found.replace(" ", "%20"))
        return without_credentials(absolute) if urlsplit(absolute).scheme in ("http", "https") else None
    except ValueError:
        return None


def is_large(image: html.HtmlElement) -> bool:
    """Whether the page gives it the width of a column."""
    width = (image.get("width") or "").strip().removesuffix("px")
    return width.isdecimal() and len(width) < 6 and int(width) >= _COLUMN


def is_icon(image: html.HtmlElement) -> bool:
    """Logos, avatars, share buttons, counters, and adverts that say so."""
    for side in ("width", "height"):
        size = (image.get(side) or "").strip().removesuffix("px")
        if size.isdecimal() and len(size) < 6 and 0 < int(size) <= _SMALL:
            return True
    address = next((one for one in _given(image) if not _PLACEHOLDER.search(one)), "")[-300:]
    if address.partition("?")[0].lower().endswith(".svg"):
        return True
    if _ADVERT_ALT.fullmatch((image.get("alt") or "").strip()) or _ADVERT_PATH.search(address):
        return True
    if (size := _SIZED.search(address)) and max(int(size[1] or size[3]), int(size[2] or size[4])) <= _THUMBNAIL:
        return True
    file = address.rpartition("/")[2]
    drawn = len(file) <= _LONGEST_ICON or file.partition("?")[0].endswith((".png", ".gif"))
    names = f"{image.get('class') or ''} {file if drawn else ''}"
    return bool(_ICON.search(names.replace(" ", "/")))
