"""What a picture's bytes are: kind, size, how it looks, and a thumbnail. The one door to Pillow; nothing is kept here.

The kind is told by the first bytes, never by what a server declares: an error page sent as image/jpeg is no picture.
Only decoders of web formats are let near the bytes, and they get no more of a file than its pixels (containers.py,
jpeg.py), and only where those fit the budgets of memory and time (decode.py). Where they do not, or a decoder fails
(damage, a decompression bomb, a format nobody installed), the bytes are still a picture, without looks or thumbnail.
"""

from __future__ import annotations

from dataclasses import replace

from archive.model.digests import digest_of
from archive.model.records import Picture
from archive.pictures.decoding import THUMBNAIL_WIDTH, looks_of
from archive.pictures.sniff import sniff

__all__ = ["THUMBNAIL_WIDTH", "recognise", "recognise_kind"]


def recognise(data: bytes) -> Picture | None:
    """What the bytes are; None when they are no picture. Pure, and bounded: less than 300 MB and 5 seconds."""
    picture = recognise_kind(data)
    if picture is None:
        return None
    looks, reason = looks_of(data, picture.media_type)
    return replace(picture, looks=looks, detail=reason)


def recognise_kind(data: bytes) -> Picture | None:
    """As `recognise`, by the first bytes alone: nothing is decoded, and how it looks stays unknown."""
    kind = sniff(data)
    return None if kind is None else Picture(digest_of(data), len(data), kind)
