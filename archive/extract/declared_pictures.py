"""Reads what a page declares of its pictures: their files, and captions and credits that stand nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from archive.extract import credits
from archive.extract.declared import flat
from archive.extract.elements import without_markup
from archive.extract.parsed_page import Page, types_of
from archive.model.records import Image
from archive.text.folding import letters

_SIZE = re.compile(
    r"(?:[-_](?:\d{2,4}x\d{2,4}|w\d{3,4}|\d{3,4}(?:px|w)|scaled|format\w{2,10}))+$"
)  # a bare number tells pictures apart
_SIZE_DIRECTORY = re.compile(r"/(?:w\d{2,4}|\d{2,4}x\d{2,4})$")
_EXTENSIONS = re.compile(r"(?<=.)(?:\.(?:jpe?g|png|webp|gif|avif))+$", re.I)
_COVER_METAS = ("og:image", "og:image:secure_url", "twitter:image", "twitter:image:src")
_ARTICLE_TYPES = ("article", "posting", "report")
_MAX_COVERS, _MAX_THINGS = 12, 200
_MIN_FILE_NAME, _MAX_DIRECTORIES = 10, 3  # characters; shorter file names are not unique to a picture
_HOST = re.compile(r"^(?:https?:)?//[^/]*")
_SHARED_PREFIX = 24
_MAX_TEXT = 900
_WORDS_AND_PICTURES = re.compile(r"(?:bài|tin)(?: viết)?\s?(?:và|,|&|-|–)\s?ảnh\b|text (?:and|&) photos?\b", re.I)


def completed(images: tuple[Image, ...], page: Page) -> tuple[Image, ...]:
    """Completes images without caption or credit from the JSON-LD object of the same file."""
    if all(image.caption and image.credit for image in images):
        return images
    declared = {name: thing for thing in page.linked_data for name in _captioned_file_names(thing)}
    return tuple(_with_declared(image, declared.get(file_name(image.url))) for image in images)


def signed(images: tuple[Image, ...], byline: str | None, authors: tuple[str, ...]) -> tuple[Image, ...]:
    """Images that nobody else is credited for, with who signs for text and pictures: `Bài và ảnh: Ngọc Ánh`."""
    if not authors or not _WORDS_AND_PICTURES.match(byline or "") or any(image.credit for image in images):
        return images
    return tuple(replace(image, credit=", ".join(authors)) for image in images)


def covers(page: Page) -> frozenset[str]:
    """File names (see `file_name`) of the article's pictures in metas and JSON-LD."""
    addresses = [url for name in _COVER_METAS for url in page.metas.get(name, ())[:2]]
    for thing in page.linked_data[:_MAX_THINGS]:
        if any(kind.endswith(_ARTICLE_TYPES) for kind in types_of(thing)):
            for image in flat(thing.get("image"), _MAX_COVERS):
                address = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
                addresses += [address] if isinstance(address, str) else []
    return frozenset(name for address in addresses if (name := file_name(address)))


def is_named(address: str, names: frozenset[str]) -> bool:
    """Whether a picture's file is one of these, or another size or crop of one: the same long prefix."""
    name = file_name(address)
    return name in names or (
        len(name) >= _SHARED_PREFIX and any(known.startswith(name[:_SHARED_PREFIX]) for known in names)
    )


def _with_declared(image: Image, declared: dict[str, Any] | None) -> Image:
    if declared is None:
        return image
    raw = _text(declared.get("caption"))
    if raw and letters(raw) == letters(image.alt or ""):
        raw = None  # the picture library's name for the file, not a printed caption
    caption, credit = credits.split(raw) if raw else (None, None)
    credit = _text(declared.get("creditText")) or _text(declared.get("copyrightHolder")) or credit
    if image.caption or caption is None:
        return replace(image, credit=image.credit or (credits.name_only(credit) if credit else None))
    return replace(image, caption=caption, credit=image.credit or credit, caption_raw=raw)


def _captioned_file_names(thing: dict[str, Any]) -> Iterator[str]:
    if not any(thing.get(field) for field in ("caption", "creditText", "copyrightHolder")):
        return
    for field in ("contentUrl", "url"):
        if isinstance(thing.get(field), str) and (name := file_name(thing[field])):
            yield name


@lru_cache(maxsize=1024)  # each picture of a page is compared with those before it
def file_name(url: str) -> str:
    """A picture's file name without size and extension: equal for all its copies. A short one with its directories."""
    path = _HOST.sub("", next(filter(None, re.split("[?#]", url[-500:])), ""))
    directories, _, last = path.rpartition("/")
    name = _SIZE.sub("", _EXTENSIONS.sub("", last)).lower()
    for directory in reversed(_SIZE_DIRECTORY.sub("", directories).lower().split("/")[-_MAX_DIRECTORIES:]):
        if len(name) >= _MIN_FILE_NAME or not name:
            break
        name = f"{directory}/{name}"
    return name if len(name) >= _MIN_FILE_NAME else ""


def _text(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    return without_markup(value[:_MAX_TEXT]) or None if isinstance(value, str) else None
