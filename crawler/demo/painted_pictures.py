"""Paints every photograph and advert of the paper, as PNG, seeded by its file name: the same name gives the same
picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import sin
from random import Random

from PIL import Image, ImageDraw

Colour = int
"""0xRRGGBB."""


class Canvas:
    """An image of palette indices; what is painted outside it is clipped."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._palette: list[Colour] = []
        self._image = Image.new("P", (width, height))
        self._draw = ImageDraw.Draw(self._image)

    def colour(self, colour: Colour) -> int:
        """The palette index of a colour; adds it on first use. At most 256 different colours."""
        if colour not in self._palette:
            self._palette.append(colour)
        return self._palette.index(colour)

    def box(self, left: int, top: int, width: int, height: int, colour: Colour) -> None:
        if width > 0 and height > 0:
            self._draw.rectangle((left, top, left + width - 1, top + height - 1), self.colour(colour))

    def disc(self, centre_x: int, centre_y: int, radius: int, colour: Colour) -> None:
        corners = (centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius)
        self._draw.ellipse(corners, self.colour(colour))

    def gradient(self, top: int, bottom: int, upper: Colour, lower: Colour, steps: int = 40) -> None:
        for step in range(steps):
            first = top + (bottom - top) * step // steps
            last = top + (bottom - top) * (step + 1) // steps
            self.box(0, first, self.width, last - first, mix(upper, lower, step / (steps - 1)))

    def png(self) -> bytes:
        self._image.putpalette(b"".join(colour.to_bytes(3, "big") for colour in self._palette))
        file = BytesIO()
        self._image.save(file, "PNG", optimize=True)
        return file.getvalue()


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: the first at 0.0, the second at 1.0."""
    pairs = zip(first.to_bytes(3, "big"), second.to_bytes(3, "big"), strict=True)
    return int.from_bytes(bytes(round(a + (b - a) * share) for a, b in pairs), "big")


Painter = Callable[[Canvas, Random, "Light", int], None]


@dataclass(frozen=True, slots=True)
class Light:
    """A palette for an hour of the day: sky from top to horizon, sun, hills from far to near, water, field."""

    zenith: Colour
    horizon: Colour
    sun: Colour
    far: Colour
    near: Colour
    water: Colour
    field: Colour


LIGHTS = (
    Light(0x4A86C4, 0xD6E6F0, 0xFFF4C8, 0x8CA8BA, 0x346242, 0x7EAAC2, 0x86AC48),
    Light(0xF0965C, 0xFFE0A8, 0xFFF6D6, 0xC48C80, 0x583C46, 0xDE9876, 0x966842),
    Light(0x343A68, 0xE88C78, 0xFFD696, 0x6C547A, 0x24243C, 0x8E6680, 0x3C3E42),
    Light(0xAABAC2, 0xE4E8E4, 0xFAFAF0, 0xACBCBC, 0x547468, 0xB8C8CA, 0x8EA076),
    Light(0x60AAD2, 0xF0F0D6, 0xFFECA0, 0x7CAC96, 0x28744A, 0x6EB0B4, 0xCEBA52),
    Light(0x3A6C96, 0xBED0CE, 0xF0F0DC, 0x62868E, 0x2C4E46, 0x5C8294, 0x608A50),
)
SIZES = ((640, 420), (640, 427), (600, 400), (720, 480), (480, 600))
ROOFS = (0xAA4A34, 0xBC623C, 0x783E3A, 0x949496)
BANNERS = (0xC4282C, 0x1668AA, 0x1C804E, 0xD68414, 0x6E3A8C)


@lru_cache(maxsize=256)
def photograph(scene: str, percent: int = 100) -> bytes:
    """A landscape as a PNG of about 640 by 420 pixels, or of `percent` of that."""
    rng = Random(scene)
    width, height = rng.choices(SIZES, weights=(6, 3, 2, 2, 1))[0]
    return _landscape(scene, width * percent // 100, height * percent // 100)


@lru_cache(maxsize=256)
def thumbnail(file: str) -> bytes:
    """The same landscape, 160 by 105 pixels."""
    return _landscape(file, 160, 105)


def _landscape(file: str, width: int, height: int) -> bytes:
    """Paints in fractions of the size, so that a thumbnail shows what its photograph shows."""
    rng = Random(file + " scene")
    light = rng.choice(LIGHTS)
    canvas = Canvas(width, height)
    horizon = int(height * rng.uniform(0.45, 0.6))
    canvas.gradient(0, horizon + height // 5, light.zenith, light.horizon)
    canvas.disc(int(width * rng.uniform(0.15, 0.85)), int(horizon * rng.uniform(0.3, 0.7)), height // 14, light.sun)
    _hills(canvas, rng, light, horizon)
    _painter_for(file, rng)(canvas, rng, light, int(height * 0.72))
    return canvas.png()


def _painter_for(file: str, rng: Random) -> Painter:
    """The painter of a scene that the file's name mentions; a random one where it mentions none."""
    painters = (painter for word in file.split("-") for painter, words in SCENES if word in words)
    return next(painters, None) or rng.choice([painter for painter, _ in SCENES])


def _hills(canvas: Canvas, rng: Random, light: Light, horizon: int) -> None:
    for layer in range(3):
        shade = mix(light.far, light.near, layer / 2)
        phase, waves = rng.uniform(0, 6), rng.uniform(4, 9)
        for x in range(canvas.width):
            fraction = x / canvas.width
            elevation = sin(phase + fraction * waves) + 0.4 * sin(phase * 2 + fraction * waves * 2.7)
            top = int(horizon + canvas.height * (layer * 0.07 - elevation * 0.06))
            canvas.box(x, top, 1, canvas.height - top, shade)


def _river(canvas: Canvas, rng: Random, light: Light, top: int) -> None:
    canvas.gradient(top, canvas.height, mix(light.water, light.horizon, 0.5), light.water, 24)
    shine = mix(light.water, light.horizon, 0.7)
    unit = canvas.height / 420
    for _ in range(26):
        length = int(rng.uniform(20, 90) * unit)
        y = int(rng.uniform(top + 6 * unit, canvas.height))
        canvas.box(int(rng.uniform(0, 1) * canvas.width), y, length, max(1, int(2 * unit)), shine)
    for _ in range(rng.randint(1, 3)):
        _boat(
            canvas, int(rng.uniform(0.1, 0.85) * canvas.width), int(rng.uniform(top + 15, canvas.height * 0.92)), unit
        )


def _boat(canvas: Canvas, x: int, y: int, unit: float) -> None:
    for row in range(max(2, int(9 * unit))):
        canvas.box(x + row, y + row, max(2, int(70 * unit) - 2 * row), 1, 0x403028)
    canvas.box(x + int(24 * unit), y - int(10 * unit), max(2, int(24 * unit)), max(2, int(10 * unit)), 0x785C42)


def _fields(canvas: Canvas, rng: Random, light: Light, top: int) -> None:
    """Paints rice fields: bands that widen towards the viewer, separated by paths."""
    y, step = float(top), canvas.height * 0.02
    while y < canvas.height:
        shade = mix(light.field, light.near, rng.uniform(0, 0.35))
        canvas.box(0, int(y), canvas.width, int(step) + 2, shade)
        canvas.box(0, int(y), canvas.width, max(1, int(step * 0.12)), mix(light.field, light.horizon, 0.5))
        y, step = y + step, step * 1.35


def _village(canvas: Canvas, rng: Random, light: Light, top: int) -> None:
    canvas.box(0, top, canvas.width, canvas.height - top, light.field)
    unit = canvas.height / 420
    x = int(rng.uniform(0, 40) * unit)
    while x < canvas.width:
        width, height = int(rng.uniform(46, 90) * unit), int(rng.uniform(26, 46) * unit)
        _house(canvas, x, top + int(rng.uniform(10, 40) * unit), width, height, rng.choice(ROOFS))
        x += width + int(rng.uniform(8, 70) * unit)


def _house(canvas: Canvas, x: int, y: int, width: int, height: int, roof: Colour) -> None:
    canvas.box(x, y, width, height, 0xECDEBE)
    canvas.box(x + width // 2 - width // 12, y + height // 2, max(2, width // 6), height - height // 2, 0x604636)
    for row in range(height // 2):
        canvas.box(x - 3 + row, y - row, max(1, width + 6 - 2 * row), 1, roof)


SCENES: tuple[tuple[Painter, tuple[str, ...]], ...] = (
    (_river, ("cau", "song", "bai", "thuyen", "tram", "ke", "khuc", "de", "mat")),
    (_fields, ("doi", "vuon", "ruong", "duong", "suoi")),
    (_village, ("cho", "ban", "lang", "xom", "pho", "thon", "nha", "truong", "xa", "san", "kho", "xuong")),
)


@lru_cache(maxsize=32)
def advert(number: int) -> bytes:
    """A banner of 300 by 250 pixels (even numbers) or 600 by 90 (odd numbers): stripes, discs and bars in place of
    text."""
    rng = Random(f"advert {number}")
    width, height = (300, 250) if number % 2 == 0 else (600, 90)
    canvas = Canvas(width, height)
    colour = BANNERS[number % len(BANNERS)]
    canvas.gradient(0, height, colour, mix(colour, 0xFFFFFF, 0.45))
    canvas.disc(width - height // 3, height // 2, height // 4, 0xFFE878)
    for row in range(3):
        length = int(width * rng.uniform(0.25, 0.5))
        canvas.box(width // 20, height // 5 + row * height // 5, length, height // 12, 0xFFFFFF)
    return canvas.png()
