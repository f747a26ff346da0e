"""Pixels to looks: decoded where that fits the budgets, made small strip by strip, put on white."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from PIL import Image

from archive.model.records import Looks
from archive.pictures.image_files import Pixels, Refused, avif, bmp, gif, orientation, png, webp
from archive.pictures.jpeg import jpeg

THUMBNAIL_WIDTH = 480
_THUMBNAIL_HEIGHT = THUMBNAIL_WIDTH * 4
_MOST_PIXELS = 64_000_000
"""More is not decoded: no newspaper prints that."""
_MOST_MEMORY = 200_000_000
"""Bytes that a decoder may need at once, with its copy of the file, by what was measured for each format
(tests/archive/test_picture_bounds.py)."""
_MOST_WORK = 1_000_000_000
"""Samples that the scans of a JPEG may draw in all."""
_AVIF_EACH = 20  # bytes a pixel; 13 where it has 8 bits
_CELLS = 12
_QUALITY = 80
_STRIP = 1_000_000  # pixels put on white at once

# Pillow's own limit warns on standard error; ours is lower, silent, and asked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

_READERS = {
    "image/jpeg": ("JPEG", jpeg),
    "image/png": ("PNG", png),
    "image/gif": ("GIF", gif),
    "image/webp": ("WEBP", webp),
    "image/avif": ("AVIF", avif),
    "image/bmp": ("BMP", bmp),
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def looks_of(data: bytes, media_type: str) -> tuple[Looks | None, str | None]:
    """How a picture looks; None and why where it is not painted. Any error at all: decoders meet bytes that were made
    to break them."""
    if media_type not in _READERS:
        return None, None
    name, reader = _READERS[media_type]
    try:
        return _painted(reader(data), name), None
    except Refused as reason:
        return None, f"not painted: {reason}"
    except Exception as error:  # noqa: BLE001  # see above
        return None, f"not painted: damaged ({type(error).__name__})"


def _painted(pixels: Pixels, name: str) -> Looks:
    _check(pixels)
    with Image.open(BytesIO(pixels.data), formats=(name,)) as image:
        if name == "AVIF":
            memory, turn = image.width * image.height * _AVIF_EACH, orientation(image.info.get("exif", b""))
            pixels = Pixels(pixels.data, *image.size, turn, memory)
            _check(pixels)
        if image.size != (pixels.width, pixels.height):
            raise Refused("damaged: it tells two sizes")
        turn = pixels.turn
        width, height = (image.height, image.width) if turn > 4 else image.size
        if name == "JPEG":
            image.draft("RGB", _twice_a_thumbnail(image.size))  # decodes no more than is needed
            _check(replace(pixels, memory=pixels.memory + image.width * image.height * 4))
        small = _small_on_white(image)
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    return Looks(width, height, _perceptual_hash(small), _thumbnail(small))


def _check(pixels: Pixels) -> None:
    """Raises Refused where decoding would take more than the budgets."""
    size = f"{pixels.width} x {pixels.height} pixels"
    if pixels.width * pixels.height > _MOST_PIXELS:
        raise Refused(size)
    if pixels.memory + len(pixels.data) > _MOST_MEMORY:
        raise Refused(f"{size} would take {pixels.memory // 1_000_000} MB")
    if pixels.work > _MOST_WORK:
        raise Refused(f"{size} drawn many times over")


def _ratio(size: tuple[int, int]) -> float:
    """How many times a thumbnail's sides go into a picture's, at least 1."""
    return max(1.0, size[0] / THUMBNAIL_WIDTH, size[1] / _THUMBNAIL_HEIGHT)


def _twice_a_thumbnail(size: tuple[int, int]) -> tuple[int, int]:
    return max(1, int(2 * size[0] / _ratio(size))), max(1, int(2 * size[1] / _ratio(size)))


def _small_on_white(image: Image.Image) -> Image.Image:
    """The picture as a white page shows it, made small to at least twice a thumbnail: a few rows at a time, so that no
    copy of the whole is made. What is transparent in it is white."""
    image.load()
    factor = max(1, int(_ratio(image.size) / 2))
    width, height = (-(-side // factor) for side in image.size)
    small = Image.new("RGB", (width, height))
    rows = max(1, _STRIP // image.width // factor) * factor
    for top in range(0, image.height, rows):
        strip = _on_white(image.crop((0, top, image.width, min(top + rows, image.height))))
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return small


def _on_white(image: Image.Image) -> Image.Image:
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
    """A JPEG, at most 480 pixels wide and four times as high. The image itself is made small."""
    image.thumbnail((THUMBNAIL_WIDTH, _THUMBNAIL_HEIGHT))
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
