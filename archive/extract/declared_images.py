"""Captions and credits that a page declares for its pictures in linked data: used where it prints none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from archive.extract import credits
from archive.extract.page import Page
from archive.extract.text import fold
from archive.records import Image

_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_SIZE = re.compile(r"(?:[-_](?:\d{2,4}x\d{2,4}|w?\d{3,4}(?:px|w)?|scaled))+$")
_NAME = re.compile(r"([^/?#]+?)(?:\.(?:jpe?g|png|webp|gif|avif))*(?:[?#].*)?$", re.I)
_SHORTEST_NAME = 10  # characters; shorter file names are not one picture's own
_LONGEST = 900


def completed(images: tuple[Image, ...], page: Page) -> tuple[Image, ...]:
    """The images, those without caption or credit completed from what the page declares for the same file."""
    if all(image.caption and image.credit for image in images):
        return images
    declared = {name: one for one in page.linked_data for name in _names(one)}
    return tuple(_completed(image, declared.get(_name(image.url))) for image in images)


def _completed(image: Image, declared: dict[str, Any] | None) -> Image:
    if declared is None:
        return image
    raw = _text(declared.get("caption"))
    caption, credit = credits.split(raw) if raw else (None, None)
    credit = _text(declared.get("creditText")) or _text(declared.get("copyrightHolder")) or credit
    if image.caption or caption is None:
        return replace(image, credit=image.credit or (credits.name_only(credit) if credit else None))
    return replace(image, caption=caption, credit=image.credit or credit, caption_raw=raw)


def _names(one: dict[str, Any]) -> Iterator[str]:
    if not any(one.get(field) for field in ("caption", "creditText", "copyrightHolder")):
        return
    for field in ("contentUrl", "url"):
        if isinstance(one.get(field), str) and (name := _name(one[field])):
            yield name


def _name(url: str) -> str:
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
