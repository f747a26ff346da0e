"""Captions and credits that a page declares for its pictures in linked data: used where it prints none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from archive.extract import credits
from archive.extract.declared import flat
from archive.extract.jsonld import types_of
from archive.extract.parsed_page import Page
from archive.model.records import Image
from archive.text.folding import fold, letters

_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_SIZE = re.compile(r"(?:[-_](?:\d{2,4}x\d{2,4}|w?\d{3,4}(?:px|w)?|scaled))+$")
_NAME = re.compile(r"([^/?#]+?)(?:\.(?:jpe?g|png|webp|gif|avif))*(?:[?#].*)?$", re.I)
_COVERS = ("og:image", "og:image:secure_url", "twitter:image", "twitter:image:src")
_ARTICLES = ("article", "posting", "report")
_MOST_COVERS, _MOST_THINGS = 12, 200
_SHORTEST_NAME = 10  # characters; shorter file names are not one picture's own
_LONG_NAME = 24
_LONGEST = 900


def completed(images: tuple[Image, ...], page: Page) -> tuple[Image, ...]:
    """The images, those without caption or credit completed from what the page declares for the same file."""
    if all(image.caption and image.credit for image in images):
        return images
    declared = {name: one for one in page.linked_data for name in _names(one)}
    return tuple(_completed(image, declared.get(file_name(image.url))) for image in images)


def covers(page: Page) -> frozenset[str]:
    """File names (see `file_name`) of the pictures that the page declares as its article's own."""
    addresses = [one for name in _COVERS for one in page.metas.get(name, ())[:2]]
    for thing in page.linked_data[:_MOST_THINGS]:
        if any(kind.endswith(_ARTICLES) for kind in types_of(thing)):
            for one in flat(thing.get("image"), _MOST_COVERS):
                address = one.get("url") or one.get("contentUrl") if isinstance(one, dict) else one
                addresses += [address] if isinstance(address, str) else []
    return frozenset(name for address in addresses if (name := file_name(address)))


def is_named(address: str, names: frozenset[str]) -> bool:
    """Whether a picture's file is one of these, in another size or cut: the long beginning of its name tells."""
    name = file_name(address)
    return name in names or (len(name) >= _LONG_NAME and any(one.startswith(name[:_LONG_NAME]) for one in names))


def _completed(image: Image, declared: dict[str, Any] | None) -> Image:
    if declared is None:
        return image
    raw = _text(declared.get("caption"))
    if raw and letters(raw) == letters(image.alt or ""):
        raw = None  # what nobody prints: the library's name for the file
    caption, credit = credits.split(raw) if raw else (None, None)
    credit = _text(declared.get("creditText")) or _text(declared.get("copyrightHolder")) or credit
    if image.caption or caption is None:
        return replace(image, credit=image.credit or (credits.name_only(credit) if credit else None))
    return replace(image, caption=caption, credit=image.credit or credit, caption_raw=raw)


def _names(one: dict[str, Any]) -> Iterator[str]:
    if not any(one.get(field) for field in ("caption", "creditText", "copyrightHolder")):
        return
    for field in ("contentUrl", "url"):
        if isinstance(one.get(field), str) and (name := file_name(one[field])):
            yield name


def file_name(url: str) -> str:
    """A picture's file name without size and ending: the same for all copies of it."""
    match = _NAME.search(url[-500:])
    name = _SIZE.sub("", match[1]).lower() if match else ""
    return name if len(name) >= _SHORTEST_NAME else ""


def _text(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    return fold(_TAGS.sub(" ", value[:_LONGEST])) or None if isinstance(value, str) else None
