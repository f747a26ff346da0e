"""Analyses image files: media type, size, perceptual hash, thumbnail. The only user of Pillow; stores nothing.

The first bytes decide the media type, never the server's Content-Type: an error page sent as image/jpeg is no picture.
Only decoders of web formats get the bytes, and of a file only its pixel data (image_files.py), and only if
that fits the budgets of memory and time. If it does not, or a decoder fails (damage, a decompression
bomb, a decoder that is not installed), the bytes are still a picture, without looks or thumbnail.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from PIL import Image

from archive.model.digests import digest_of
from archive.model.records import Looks, Picture
from archive.pictures.image_files import Pixels, Refused, avif, bmp, gif, jpeg, orientation, png, sniff, webp

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


THUMBNAIL_WIDTH = 480
_THUMBNAIL_HEIGHT = THUMBNAIL_WIDTH * 4
_MOST_PIXELS = 64_000_000
"""Larger pictures are not decoded: no newspaper prints them."""
_MOST_MEMORY = 200_000_000
"""Bytes that a decoder may need at once, with its copy of the file, as measured for each format
(tests/archive/test_image_decoding.py)."""
_MOST_WORK = 1_000_000_000
"""Samples that all scans of a JPEG may decode together."""
_AVIF_BYTES_PER_PIXEL = 20  # 13 with 8 bits a sample
_HASH_CELLS = 12
_QUALITY = 80
_STRIP_PIXELS = 1_000_000  # pixels composited on white at once

# Pillow's own limit warns on standard error; ours is lower, silent, and checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = {
    "image/jpeg": ("JPEG", jpeg),
    "image/png": ("PNG", png),
    "image/gif": ("GIF", gif),
    "image/webp": ("WEBP", webp),
    "image/avif": ("AVIF", avif),
    "image/bmp": ("BMP", bmp),
}
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def looks_of(data: bytes, media_type: str) -> tuple[Looks | None, str | None]:
    """The looks of a picture; None and the reason if it is not decoded. Catches every error but MemoryError, which says
    nothing of the picture: some files are made to break decoders."""
    if media_type not in _FORMATS:
        return None, None
    format_name, parse = _FORMATS[media_type]
    try:
        return _decode(parse(data), format_name), None
    except Refused as reason:
        return None, f"not painted: {reason}"
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # see above
        return None, f"not painted: damaged ({type(error).__name__})"


def _decode(pixels: Pixels, format_name: str) -> Looks:
    _check_budgets(pixels)
    with Image.open(BytesIO(pixels.data), formats=(format_name,)) as image:
        if format_name == "AVIF":
            memory, turn = image.width * image.height * _AVIF_BYTES_PER_PIXEL, orientation(image.info.get("exif", b""))
            pixels = Pixels(pixels.data, *image.size, turn, memory)
            _check_budgets(pixels)
        if image.size != (pixels.width, pixels.height):
            raise Refused("damaged: it tells two sizes")
        turn = pixels.turn
        width, height = (image.height, image.width) if turn > 4 else image.size
        if format_name == "JPEG":
            image.draft("RGB", _twice_a_thumbnail(image.size))  # decodes at reduced size
            _check_budgets(replace(pixels, memory=pixels.memory + image.width * image.height * 4))
        small = _small_on_white(image)
    if turn in _TRANSPOSITIONS:
        small = small.transpose(_TRANSPOSITIONS[turn])
    return Looks(width, height, _perceptual_hash(small), _thumbnail(small))


def _check_budgets(pixels: Pixels) -> None:
    """Raises Refused if decoding would exceed the budgets."""
    size = f"{pixels.width} x {pixels.height} pixels"
    if pixels.width * pixels.height > _MOST_PIXELS:
        raise Refused(size)
    if pixels.memory + len(pixels.data) > _MOST_MEMORY:
        raise Refused(f"{size} would take {pixels.memory // 1_000_000} MB")
    if pixels.work > _MOST_WORK:
        raise Refused(f"{size} drawn many times over")


def _scale(size: tuple[int, int]) -> float:
    """The factor by which a picture exceeds a thumbnail's sides, at least 1."""
    return max(1.0, size[0] / THUMBNAIL_WIDTH, size[1] / _THUMBNAIL_HEIGHT)


def _twice_a_thumbnail(size: tuple[int, int]) -> tuple[int, int]:
    return max(1, int(2 * size[0] / _scale(size))), max(1, int(2 * size[1] / _scale(size)))


def _small_on_white(image: Image.Image) -> Image.Image:
    """The picture composited on white and scaled down, to no less than twice a thumbnail: a few rows at a time, so that
    the whole is never copied."""
    image.load()
    factor = max(1, int(_scale(image.size) / 2))
    width, height = (-(-side // factor) for side in image.size)
    small = Image.new("RGB", (width, height))
    rows = max(1, _STRIP_PIXELS // image.width // factor) * factor
    for top in range(0, image.height, rows):
        strip = _on_white(image.crop((0, top, image.width, min(top + rows, image.height))))
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return small


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    foreground = image.convert("RGBA")
    background = Image.new("RGBA", foreground.size, "white")
    background.alpha_composite(foreground)
    return background.convert("RGB")


def _perceptual_hash(image: Image.Image) -> str:
    """The mean lightness of 12 by 12 cells, a byte each, in hexadecimal."""
    return image.convert("L").resize((_HASH_CELLS, _HASH_CELLS), Image.Resampling.BOX).tobytes().hex()


def _thumbnail(image: Image.Image) -> bytes:
    """A JPEG, at most 480 pixels wide and four times as high. Scales the image itself down, in place."""
    image.thumbnail((THUMBNAIL_WIDTH, _THUMBNAIL_HEIGHT))
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
