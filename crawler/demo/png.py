"""Writes PNG files, with zlib only: 8-bit palette images, built column by column."""

from __future__ import annotations

import struct
import zlib

Colour = int
"""0xRRGGBB."""


class Canvas:
    """An image of palette indices. Stores columns, because landscapes are layers over each other in a column;
    transposing by slices at the end is much faster in Python than setting pixels row by row."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.palette: list[Colour] = []
        self._columns = [bytearray(height) for _ in range(width)]

    def colour(self, colour: Colour) -> int:
        """The palette index of a colour; adds it on first use. At most 256 different colours."""
        if colour not in self.palette:
            self.palette.append(colour)
        return self.palette.index(colour)

    def span(self, x: int, top: int, bottom: int, index: int) -> None:
        """Paints one column from top to before bottom; clips what is outside the image."""
        low, high = max(top, 0), min(bottom, self.height)
        if 0 <= x < self.width and low < high:
            self._columns[x][low:high] = bytes([index]) * (high - low)

    def box(self, left: int, top: int, width: int, height: int, colour: Colour) -> None:
        """Paints a filled rectangle."""
        low, high = max(top, 0), min(top + height, self.height)
        strip = bytes([self.colour(colour)]) * (high - low)
        for column in self._columns[max(left, 0) : max(left + width, 0)] if strip else ():
            column[low:high] = strip

    def disc(self, centre_x: int, centre_y: int, radius: int, colour: Colour) -> None:
        """Paints a filled circle."""
        index = self.colour(colour)
        for dx in range(-radius, radius + 1):
            half = int((radius * radius - dx * dx) ** 0.5)
            self.span(centre_x + dx, centre_y - half, centre_y + half + 1, index)

    def gradient(self, top: int, bottom: int, upper: Colour, lower: Colour, steps: int = 40) -> None:
        """Paints bands from one colour to another over the whole width."""
        for step in range(steps):
            first = top + (bottom - top) * step // steps
            last = top + (bottom - top) * (step + 1) // steps
            self.box(0, first, self.width, last - first, mix(upper, lower, step / (steps - 1)))

    def png(self) -> bytes:
        """The image as a PNG file."""
        joined = b"".join(self._columns)
        rows = (b"\0" + joined[y :: self.height] for y in range(self.height))
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        palette = b"".join(colour.to_bytes(3, "big") for colour in self.palette)
        chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: the first at 0.0, the second at 1.0."""
    pairs = zip(first.to_bytes(3, "big"), second.to_bytes(3, "big"), strict=True)
    return int.from_bytes(bytes(round(a + (b - a) * share) for a, b in pairs), "big")
