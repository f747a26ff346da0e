"""Parses image containers (PNG, GIF, WebP, BMP, AVIF): size, orientation, and the pixel data without metadata.

Colour profiles, comments, previews, later frames and Exif never reach a decoder: parsing them is where image libraries
allocate gigabytes for a hostile file. Each function walks its container once and stops after MOST_PARTS pieces.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_PARTS = 50_000
"""Chunks, segments or blocks of a file that are parsed, at most. A PNG of 32 MB in chunks of 4 kB has 8,000."""
_MOST_SUB_BLOCKS = 250_000  # data sub-blocks, of up to 255 bytes, of one block of a GIF
_MOST_TAGS = 1_000  # in a directory (IFD) of Exif; cameras write some 20


class Refused(Exception):
    """Raised when a file must not be decoded; the reason is a short phrase."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """The input of a decoder. width, height: as stored; 0 if only the decoder can parse them. turn: Exif orientation,
    1 to 8. memory: bytes that decoding takes, beside those of the file. work: samples that all scans of a JPEG
    decode."""

    data: bytes
    width: int = 0
    height: int = 0
    turn: int = 1
    memory: int = 0
    work: int = 0


def png(data: bytes) -> Pixels:
    """Keeps header, palette, transparency and the pixels, these in one chunk."""
    kept: dict[bytes, list[memoryview]] = {name: [] for name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"eXIf")}
    for name, body in _png_chunks(memoryview(data)):
        if name in kept and (name == b"IDAT" or not kept[name]):
            kept[name].append(body)
    header, exif = b"".join(kept.pop(b"IHDR")), b"".join(kept.pop(b"eXIf"))
    if len(header) != 13:
        raise Refused("damaged: no header")
    width, height, depth, colour_type = struct.unpack(">IIBB", header[:10])
    pieces = [data[:8], *_png_chunk(b"IHDR", [memoryview(header)])]
    for name, bodies in kept.items():
        if bodies:
            pieces += _png_chunk(name, bodies)
    pieces += _png_chunk(b"IEND", [])
    bytes_per_pixel = 1 if colour_type in (0, 3) and depth <= 8 else 2 if colour_type == 0 else 4
    return Pixels(b"".join(pieces), width, height, orientation(exif), width * height * bytes_per_pixel)


def _png_chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    offset = 8
    for _ in range(MOST_PARTS):
        name = bytes(data[offset + 4 : offset + 8])
        if len(name) < 4 or name == b"IEND":
            return
        length = int.from_bytes(data[offset : offset + 4])
        yield name, data[offset + 8 : offset + 8 + length]
        offset += 12 + length
    raise Refused(f"more than {MOST_PARTS} chunks")


def _png_chunk(name: bytes, bodies: list[memoryview]) -> list[bytes | memoryview]:
    checksum = zlib.crc32(name)
    for body in bodies:
        checksum = zlib.crc32(body, checksum)
    return [struct.pack(">I", sum(map(len, bodies))), name, *bodies, struct.pack(">I", checksum)]


def gif(data: bytes) -> Pixels:
    """Keeps the logical screen, its colour table, and the first frame."""
    width, height, flags = struct.unpack("<HHB", data[6:11].ljust(5, b"\0"))
    offset = 13 + _colour_table_size(flags)
    control = b""
    start = offset
    for _ in range(MOST_PARTS):
        if data[offset : offset + 1] == b"\x2c":
            left, top, frame_width, frame_height, frame_flags = struct.unpack(
                "<HHHHB", data[offset + 1 : offset + 10].ljust(9, b"\0")
            )
            width, height = max(width, left + frame_width), max(height, top + frame_height)
            end = _end_of_sub_blocks(data, offset + 11 + _colour_table_size(frame_flags))
            frame = data[:start] + control + data[offset:end] + b"\x3b"
            return Pixels(frame, width, height, memory=width * height * 2)
        if data[offset : offset + 1] != b"\x21":
            break
        end = _end_of_sub_blocks(data, offset + 2)
        if data[offset + 1 : offset + 2] == b"\xf9":
            control = data[offset:end]
        offset = end
    raise Refused("damaged: no frame")


def _colour_table_size(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_sub_blocks(data: bytes, offset: int) -> int:
    for _ in range(_MOST_SUB_BLOCKS):
        if offset >= len(data) or not data[offset]:
            return offset + 1
        offset += data[offset] + 1
    raise Refused(f"more than {_MOST_SUB_BLOCKS} blocks")


_WEBP_PIXEL_CHUNKS = (b"VP8X", b"ANIM", b"ALPH", b"VP8 ", b"VP8L", b"ANMF")


def webp(data: bytes) -> Pixels:
    """Keeps the still picture; of an animation the canvas and the first frame."""
    kept: list[tuple[bytes, bytes]] = []
    width, height, exif = 0, 0, b""
    for name, body in _riff_chunks(data):
        if name == b"EXIF":
            exif = exif or body
        elif name in _WEBP_PIXEL_CHUNKS and name not in [known for known, _ in kept]:
            if name == b"VP8X":
                body = bytes([body[0] & 0x12] if body else []) + body[1:]  # flags: transparency and animation only
            width, height = max(width, _webp_size(name, body)[0]), max(height, _webp_size(name, body)[1])
            kept.append((name, body))
    chunks = b"".join(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for name, body in kept)
    file = b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks
    return Pixels(file, width, height, orientation(exif), width * height * 16)


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 12
    for _ in range(MOST_PARTS):
        if offset + 8 > len(data):
            return
        length = int.from_bytes(data[offset + 4 : offset + 8], "little")
        yield data[offset : offset + 4], data[offset + 8 : offset + 8 + length]
        offset += 8 + length + length % 2
    raise Refused(f"more than {MOST_PARTS} chunks")


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    bits = int.from_bytes(body[1:5], "little")
    return ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1) if name == b"VP8L" else (0, 0)


_MOST_BMP_RLE = 4_000_000  # pixels, and bytes: Pillow decodes RLE in Python, a byte at a time


def bmp(data: bytes) -> Pixels:
    """Keeps the file as it is. Refuses run-length encoding unless the file is small."""
    if int.from_bytes(data[14:18], "little") == 12:  # the OS/2 header
        width, height = struct.unpack("<HH", data[18:22].ljust(4, b"\0"))
    else:
        width, height = (abs(side) for side in struct.unpack("<ii", data[18:26].ljust(8, b"\0")))
        if data[30:31] in (b"\1", b"\2") and max(width * height, len(data)) > _MOST_BMP_RLE:
            raise Refused(f"{width} x {height} pixels in run lengths")
    return Pixels(data, width, height, memory=width * height * 4)


def avif(data: bytes) -> Pixels:
    """Removes Exif, which the format asks to ignore; the size is left to the decoder."""
    pieces, offset = [], 0
    for _ in range(MOST_PARTS):
        length = int.from_bytes(data[offset : offset + 4])
        if length == 1:
            length = int.from_bytes(data[offset + 8 : offset + 16])
        end = offset + length if length >= 8 else len(data)
        box = data[offset:end]
        pieces.append(box.replace(b"Exif", b"none") if box[4:8] in (b"meta", b"moov") else box)
        offset = end
        if offset >= len(data):
            return Pixels(b"".join(pieces))
    raise Refused(f"more than {MOST_PARTS} boxes")


def orientation(exif: bytes) -> int:
    """Exif orientation, 1 to 8; 1 if there is none. Reads one tag of the first directory (IFD) only."""
    exif = exif.removeprefix(b"Exif\0\0")
    byte_order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if byte_order is None or len(exif) < 8:
        return 1
    start = struct.unpack(f"{byte_order}I", exif[4:8])[0]
    count = struct.unpack(f"{byte_order}H", exif[start : start + 2].ljust(2, b"\0"))[0]
    tags = exif[start + 2 : start + 2 + 12 * min(count, _MOST_TAGS)]
    for tag, _, _, value in struct.iter_unpack(f"{byte_order}HHIH2x", tags[: len(tags) // 12 * 12]):
        if tag == 0x0112:
            return int(value) if 1 <= value <= 8 else 1
    return 1


MOST_SCANS = 100
"""Encoders write 1 to 12; a jpegtran scan script can ask for some more. A file of 400 kB has room for 4,000."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DECODED = (0xC0, 0xC1, 0xC2)  # as browsers do: neither lossless nor arithmetic coding
_PROGRESSIVE = 0xC2
_KEPT = _FRAMES | {0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xEE}  # with tables, restart intervals, and the colour space
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # within a scan a zero or a restart follows 0xff


def jpeg(data: bytes) -> Pixels:
    """Keeps the picture without Exif, colour profiles, previews, comments and bytes after its end."""
    pieces, exif, frame = [memoryview(data)[:2]], b"", b""
    scans: list[bytes] = []
    for marker, segment in _segments(memoryview(data)):
        body = segment[4:]
        if marker == _EXIF and bytes(body[:6]) == b"Exif\0\0":
            exif = exif or bytes(body)
        if marker in _FRAMES:
            frame = frame or bytes([marker, *body])
        if marker == _SCAN:
            scans.append(bytes(body[:9]))
        if len(scans) > MOST_SCANS:
            raise Refused(f"more than {MOST_SCANS} scans")
        if marker in _KEPT or marker == _END:
            pieces.append(segment)
    return _pixels(b"".join(pieces), frame, scans, orientation(exif))


def _segments(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yields (marker, segment with its marker); a scan with its entropy-coded data."""
    offset = 2
    for _ in range(MOST_PARTS):
        match = _MARKER.search(data, offset)
        if match is None:
            return
        start, marker = match.start(), data[match.end() - 1]
        offset = start + 2
        if marker not in _WITHOUT_LENGTH and marker != _END:
            offset += max(2, int.from_bytes(data[offset : offset + 2]))
        if marker == _SCAN:
            next_marker = _MARKER.search(data, offset)
            offset = next_marker.start() if next_marker else len(data)
        yield marker, data[start:offset]
        if marker == _END:
            return
    raise Refused(f"more than {MOST_PARTS} segments")


def _pixels(data: bytes, frame: bytes, scans: list[bytes], turn: int) -> Pixels:
    if len(frame) < 10 or not scans:
        raise Refused("damaged: no picture in it")
    if frame[0] not in _DECODED:
        raise Refused("a coding that browsers cannot show")
    height, width = int.from_bytes(frame[2:4]), int.from_bytes(frame[4:6])
    samples = {frame[at]: (frame[at + 1] >> 4) * (frame[at + 1] & 15) for at in range(7, len(frame) - 2, 3)}
    most_samples = max([1, *samples.values()])
    components = [scan[1 : min(1 + 2 * scan[0], len(scan) - 1) : 2] if scan else b"" for scan in scans]
    decoded = [sum(samples.get(component, 0) for component in scan) for scan in components]
    # unless the first scan holds all components, the decoder buffers coefficients until the last, two bytes each
    buffered = frame[0] == _PROGRESSIVE or scans[0][:1] != frame[6:7]
    memory = width * height * sum(samples.values()) * 2 // most_samples if buffered else 0
    return Pixels(data, width, height, turn, memory, width * height * sum(decoded) // most_samples)


# Each signature has a fixed length, so no pattern can backtrack.
_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "image/avif"),
    (re.compile(rb".{4}ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL), "image/heic"),
    (re.compile(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"), "image/jxl"),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "image/bmp"),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff"),
)
_PROLOG = 8192  # bytes within which the root of an SVG must begin; Illustrator's declarations take one or two thousand
_SPACE = b" \t\r\n"


def sniff(data: bytes) -> str | None:
    """The media type, one of archive.model.paths.ENDINGS; None if the bytes are no picture."""
    for signature, media_type in _SIGNATURES:
        if signature.match(data):
            return media_type
    return "image/svg+xml" if _is_svg(data[:_PROLOG]) else None


def _is_svg(head: bytes) -> bool:
    """Whether the root element is `svg`: skips what may precede it, in one pass."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)
    offset = 0
    while (end := _end_of_declaration(head, offset)) > offset:
        offset = end
        while head[offset : offset + 1] in (b" ", b"\t", b"\r", b"\n"):
            offset += 1
    return head.startswith(b"<svg", offset) and head[offset + 4 : offset + 5] in (b" ", b"\t", b"\r", b"\n", b">", b"/")


def _end_of_declaration(head: bytes, offset: int) -> int:
    """The end of the comment, doctype or processing instruction that begins at `offset`; `offset` if none does."""
    if head.startswith(b"<!--", offset):
        return head.find(b"-->", offset + 4) + 3 or offset
    if head.startswith(b"<?", offset):
        return head.find(b"?>", offset) + 2 if head.find(b"?>", offset) > 0 else offset
    if head[offset : offset + 13].lower() != b"<!doctype svg":
        return offset
    end, subset = head.find(b">", offset), head.find(b"[", offset)
    if 0 <= subset < end:  # an internal subset, which Illustrator writes
        end = head.find(b">", head.find(b"]", subset) if b"]" in head[subset:] else len(head))
    return end + 1 or offset
