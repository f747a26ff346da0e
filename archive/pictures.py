"""What a picture's bytes are: kind, size, how it looks, and a thumbnail. The one door to Pillow; nothing is kept here.

The kind is told by the first bytes, never by what a server declares: an error page sent as image/jpeg is no picture.
Only decoders of web formats are let near the bytes; where they fail (damage, a decompression bomb, a format nobody
installed), the bytes are still a picture, without size, looks or thumbnail.
"""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageOps

from archive.digests import digest_of
from archive.records import Looks, Picture

THUMBNAIL_WIDTH = 480
_MOST_PIXELS = 64_000_000
"""More is not decoded: 64 million pixels are 256 MB in memory, and no newspaper prints that."""
_DECODERS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP")
_CELLS = 12
_QUALITY = 80

# Pillow's own limit warns on standard error; ours is lower, silent, and asked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

_KINDS = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", "jpg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", "png"),
    (re.compile(rb"GIF8[79]a"), "image/gif", "gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp", "webp"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "image/avif", "avif"),
    (re.compile(rb".{4}ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL), "image/heic", "heic"),
    (re.compile(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"), "image/jxl", "jxl"),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "image/bmp", "bmp"),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff", "tif"),
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]",
            re.DOTALL,
        ),
        "image/svg+xml",
        "svg",
    ),
)


def recognise(data: bytes) -> Picture | None:
    """What the bytes are; None when they are no picture."""
    picture = recognise_kind(data)
    return picture and replace(picture, looks=_looks(data))


def recognise_kind(data: bytes) -> Picture | None:
    """As `recognise`, by the first bytes alone: nothing is decoded, and how it looks stays unknown."""
    kind = next(((media_type, ending) for mark, media_type, ending in _KINDS if mark.match(data)), None)
    if kind is None:
        return None
    media_type, ending = kind
    return Picture(digest_of(data), len(data), media_type, ending, None)


def _looks(data: bytes) -> Looks | None:
    """How it looks; None where it cannot be painted. Any error at all: decoders meet bytes that were made to break
    them."""
    try:
        with Image.open(BytesIO(data), formats=_DECODERS) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            width, height = (image.height, image.width) if turned else image.size
            image.draft("RGB", (THUMBNAIL_WIDTH * 2, THUMBNAIL_WIDTH * 2))  # JPEG: decodes no more than is needed
            painted = _on_white(ImageOps.exif_transpose(image))
            return Looks(width, height, _perceptual_hash(painted), _thumbnail(painted))
    except Exception:  # noqa: BLE001  # see above
        return None


def _on_white(image: Image.Image) -> Image.Image:
    """The picture as a white page shows it: what is transparent in it is white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    above = image.convert("RGBA")
    ground = Image.new("RGBA", above.size, "white")
    ground.alpha_composite(above)
    return ground.convert("RGB")


def _perceptual_hash(image: Image.Image) -> str:
    """The mean lightness of 12 by 12 cells, a byte each, in hexadecimal."""
    return image.convert("L").resize((_CELLS, _CELLS), Image.Resampling.BOX).tobytes().hex()


def _thumbnail(image: Image.Image) -> bytes:
    """A JPEG, at most 480 pixels wide and four times as high."""
    small = image.copy()
    small.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_WIDTH * 4))
    file = BytesIO()
    small.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
