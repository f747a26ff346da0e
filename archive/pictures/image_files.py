"""Of a file, what its pixels need: size, turn, and the bytes a decoder is given, without all that is said about it.

Profiles, comments, previews, later frames and Exif never reach a decoder: parsing them is where readers of pictures
spend a stranger's gigabytes. Each function here walks its container once and stops after MOST_PARTS pieces.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_PARTS = 50_000
"""Chunks, segments or blocks of a file that are walked through. A PNG of 32 MB in pieces of 4 kB has 8,000."""
_MOST_BLOCKS = 250_000  # of up to 255 bytes, of one piece of a GIF
_MOST_TAGS = 1_000  # of a directory of Exif; cameras write some 20


class Refused(Exception):
    """Raised where a file is not decoded; the reason is a short phrase."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """What a decoder is given. width, height: as stored; 0 where only the format's own parser can tell. turn: Exif's
    orientation, 1 to 8. memory: bytes that decoding takes, beside those of the file. work: samples that all scans of a
    JPEG draw."""

    data: bytes
    width: int = 0
    height: int = 0
    turn: int = 1
    memory: int = 0
    work: int = 0


def png(data: bytes) -> Pixels:
    """Header, palette, transparency and the pixels, in one chunk."""
    kept: dict[bytes, list[memoryview]] = {name: [] for name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"eXIf")}
    for name, body in _png_chunks(memoryview(data)):
        if name in kept and (name == b"IDAT" or not kept[name]):
            kept[name].append(body)
    header, exif = b"".join(kept.pop(b"IHDR")), b"".join(kept.pop(b"eXIf"))
    if len(header) != 13:
        raise Refused("damaged: no header")
    width, height, depth, colours = struct.unpack(">IIBB", header[:10])
    pieces = [data[:8], *_png_chunk(b"IHDR", [memoryview(header)])]
    for name, bodies in kept.items():
        if bodies:
            pieces += _png_chunk(name, bodies)
    pieces += _png_chunk(b"IEND", [])
    each = 1 if colours in (0, 3) and depth <= 8 else 2 if colours == 0 else 4
    return Pixels(b"".join(pieces), width, height, orientation(exif), width * height * each)


def _png_chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 8
    for _ in range(MOST_PARTS):
        name = bytes(data[at + 4 : at + 8])
        if len(name) < 4 or name == b"IEND":
            return
        length = int.from_bytes(data[at : at + 4])
        yield name, data[at + 8 : at + 8 + length]
        at += 12 + length
    raise Refused(f"more than {MOST_PARTS} chunks")


def _png_chunk(name: bytes, bodies: list[memoryview]) -> list[bytes | memoryview]:
    checksum = zlib.crc32(name)
    for body in bodies:
        checksum = zlib.crc32(body, checksum)
    return [struct.pack(">I", sum(map(len, bodies))), name, *bodies, struct.pack(">I", checksum)]


def gif(data: bytes) -> Pixels:
    """The screen, its colours, and the first frame."""
    width, height, flags = struct.unpack("<HHB", data[6:11].ljust(5, b"\0"))
    at = 13 + _colours(flags)
    control = b""
    start = at
    for _ in range(MOST_PARTS):
        if data[at : at + 1] == b"\x2c":
            left, top, wide, high, own = struct.unpack("<HHHHB", data[at + 1 : at + 10].ljust(9, b"\0"))
            width, height = max(width, left + wide), max(height, top + high)
            end = _end_of_blocks(data, at + 11 + _colours(own))
            frame = data[:start] + control + data[at:end] + b"\x3b"
            return Pixels(frame, width, height, memory=width * height * 2)
        if data[at : at + 1] != b"\x21":
            break
        end = _end_of_blocks(data, at + 2)
        if data[at + 1 : at + 2] == b"\xf9":
            control = data[at:end]
        at = end
    raise Refused("damaged: no frame")


def _colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_blocks(data: bytes, at: int) -> int:
    for _ in range(_MOST_BLOCKS):
        if at >= len(data) or not data[at]:
            return at + 1
        at += data[at] + 1
    raise Refused(f"more than {_MOST_BLOCKS} blocks")


_WEBP_DRAWS = (b"VP8X", b"ANIM", b"ALPH", b"VP8 ", b"VP8L", b"ANMF")


def webp(data: bytes) -> Pixels:
    """The still picture, or of an animation the canvas and its first frame."""
    kept: list[tuple[bytes, bytes]] = []
    width, height, exif = 0, 0, b""
    for name, body in _riff_chunks(data):
        if name == b"EXIF":
            exif = exif or body
        elif name in _WEBP_DRAWS and name not in [one for one, _ in kept]:
            if name == b"VP8X":
                body = bytes([body[0] & 0x12] if body else []) + body[1:]  # announces transparency and animation only
            width, height = max(width, _webp_size(name, body)[0]), max(height, _webp_size(name, body)[1])
            kept.append((name, body))
    whole = b"".join(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for name, body in kept)
    packed = b"RIFF" + struct.pack("<I", len(whole) + 4) + b"WEBP" + whole
    return Pixels(packed, width, height, orientation(exif), width * height * 16)


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(MOST_PARTS):
        if at + 8 > len(data):
            return
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise Refused(f"more than {MOST_PARTS} chunks")


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    bits = int.from_bytes(body[1:5], "little")
    return ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1) if name == b"VP8L" else (0, 0)


_BMP_PACKED = 4_000_000  # pixels, and bytes: Pillow unpacks run lengths in Python, a byte at a time


def bmp(data: bytes) -> Pixels:
    """The file as it is. One in run lengths only where it is small."""
    if int.from_bytes(data[14:18], "little") == 12:  # OS/2's header
        width, height = struct.unpack("<HH", data[18:22].ljust(4, b"\0"))
    else:
        width, height = (abs(side) for side in struct.unpack("<ii", data[18:26].ljust(8, b"\0")))
        if data[30:31] in (b"\1", b"\2") and max(width * height, len(data)) > _BMP_PACKED:
            raise Refused(f"{width} x {height} pixels in run lengths")
    return Pixels(data, width, height, memory=width * height * 4)


def avif(data: bytes) -> Pixels:
    """The file without its Exif, which the format asks to ignore; its own parser knows the size."""
    pieces, at = [], 0
    for _ in range(MOST_PARTS):
        length = int.from_bytes(data[at : at + 4])
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16])
        end = at + length if length >= 8 else len(data)
        box = data[at:end]
        pieces.append(box.replace(b"Exif", b"none") if box[4:8] in (b"meta", b"moov") else box)
        at = end
        if at >= len(data):
            return Pixels(b"".join(pieces))
    raise Refused(f"more than {MOST_PARTS} boxes")


def orientation(exif: bytes) -> int:
    """Exif's orientation, 1 to 8; 1 where none is said. Reads one directory of one tag, of those that Exif has."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 8:
        return 1
    start = struct.unpack(f"{order}I", exif[4:8])[0]
    count = struct.unpack(f"{order}H", exif[start : start + 2].ljust(2, b"\0"))[0]
    tags = exif[start + 2 : start + 2 + 12 * min(count, _MOST_TAGS)]
    for tag, _, _, value in struct.iter_unpack(f"{order}HHIH2x", tags[: len(tags) // 12 * 12]):
        if tag == 0x0112:
            return int(value) if 1 <= value <= 8 else 1
    return 1
