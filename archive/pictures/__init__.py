"""Analyses image files: media type, size, perceptual hash, thumbnail. The only user of Pillow; stores nothing.

The first bytes decide the media type, never the server's Content-Type: an error page sent as image/jpeg is no picture.
Only decoders of web formats get the bytes, and of a file only its pixel data (image_files.py), and only if
that fits the budgets of memory and time (decoding.py). If it does not, or a decoder fails (damage, a decompression
bomb, a decoder that is not installed), the bytes are still a picture, without looks or thumbnail.
"""

from __future__ import annotations

from dataclasses import replace

from archive.model.digests import digest_of
from archive.model.records import Picture
from archive.pictures.decoding import THUMBNAIL_WIDTH, looks_of
from archive.pictures.image_files import sniff

__all__ = ["THUMBNAIL_WIDTH", "recognise", "recognise_kind"]


def recognise(data: bytes) -> Picture | None:
    """Analyses a file; None if it is no picture. Pure, and bounded: less than 300 MB and 5 seconds."""
    picture = recognise_kind(data)
    if picture is None:
        return None
    looks, reason = looks_of(data, picture.media_type)
    return replace(picture, looks=looks, detail=reason)


def recognise_kind(data: bytes) -> Picture | None:
    """As `recognise`, by the first bytes alone: decodes nothing, and leaves `looks` unknown."""
    media_type = sniff(data)
    return None if media_type is None else Picture(digest_of(data), len(data), media_type)
