"""JPEG (ITU-T T.81): its segments walked, its scans counted, what does not draw left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.pictures.image_files import MOST_PARTS, Pixels, Refused, orientation

MOST_SCANS = 100
"""Encoders write 1 to 12; a script for jpegtran can ask for some more. A file of 400 kB has room for 4,000."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DECODED = (0xC0, 0xC1, 0xC2)  # as browsers: neither lossless nor arithmetic coding
_PROGRESSIVE = 0xC2
_DRAWS = _FRAMES | {0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xEE}  # with tables, restarts, and which colours are meant
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # within a scan a zero or a restart follows 0xff


def jpeg(data: bytes) -> Pixels:
    """The picture without Exif, profiles, previews, comments and what follows its end."""
    pieces, exif, frame = [memoryview(data)[:2]], b"", b""
    scans: list[bytes] = []
    for marker, whole in _segments(memoryview(data)):
        body = whole[4:]
        if marker == _EXIF and bytes(body[:6]) == b"Exif\0\0":
            exif = exif or bytes(body)
        if marker in _FRAMES:
            frame = frame or bytes([marker, *body])
        if marker == _SCAN:
            scans.append(bytes(body[:9]))
        if len(scans) > MOST_SCANS:
            raise Refused(f"more than {MOST_SCANS} scans")
        if marker in _DRAWS or marker == _END:
            pieces.append(whole)
    return _pixels(b"".join(pieces), frame, scans, orientation(exif))


def _segments(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """(marker, segment with its marker); a scan with what it has drawn."""
    at = 2
    for _ in range(MOST_PARTS):
        found = _MARKER.search(data, at)
        if found is None:
            return
        start, marker = found.start(), data[found.end() - 1]
        at = start + 2
        if marker not in _ALONE and marker != _END:
            at += max(2, int.from_bytes(data[at : at + 2]))
        if marker == _SCAN:
            following = _MARKER.search(data, at)
            at = following.start() if following else len(data)
        yield marker, data[start:at]
        if marker == _END:
            return
    raise Refused(f"more than {MOST_PARTS} segments")


def _pixels(data: bytes, frame: bytes, scans: list[bytes], turn: int) -> Pixels:
    if len(frame) < 10 or not scans:
        raise Refused("damaged: no picture in it")
    if frame[0] not in _DECODED:
        raise Refused("a coding that browsers cannot show")
    height, width = int.from_bytes(frame[2:4]), int.from_bytes(frame[4:6])
    samples = {part[0]: (part[1] >> 4) * (part[1] & 15) for part in _triples(frame[7:])}
    densest = max([1, *samples.values()])
    drawn = [sum(samples.get(part[0], 0) for part in _pairs(scan)) for scan in scans]
    # unless the first scan has all that there is, coefficients are held until the last, two bytes each
    held = frame[0] == _PROGRESSIVE or scans[0][:1] != frame[6:7]
    memory = width * height * sum(samples.values()) * 2 // densest if held else 0
    return Pixels(data, width, height, turn, memory, width * height * sum(drawn) // densest)


def _triples(components: bytes) -> Iterator[bytes]:
    return (components[at : at + 3] for at in range(0, len(components) - 2, 3))


def _pairs(scan: bytes) -> Iterator[bytes]:
    return (scan[at : at + 2] for at in range(1, min(1 + 2 * scan[0], len(scan) - 1), 2)) if scan else iter(())
