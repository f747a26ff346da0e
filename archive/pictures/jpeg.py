"""Parses JPEG (ITU-T T.81): walks its segments, counts its scans, leaves metadata out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.pictures.image_files import MOST_PARTS, Pixels, Refused, orientation

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
    samples = {component[0]: (component[1] >> 4) * (component[1] & 15) for component in _frame_components(frame[7:])}
    most_samples = max([1, *samples.values()])
    decoded = [sum(samples.get(component[0], 0) for component in _scan_components(scan)) for scan in scans]
    # unless the first scan holds all components, the decoder buffers coefficients until the last, two bytes each
    buffered = frame[0] == _PROGRESSIVE or scans[0][:1] != frame[6:7]
    memory = width * height * sum(samples.values()) * 2 // most_samples if buffered else 0
    return Pixels(data, width, height, turn, memory, width * height * sum(decoded) // most_samples)


def _frame_components(components: bytes) -> Iterator[bytes]:
    return (components[offset : offset + 3] for offset in range(0, len(components) - 2, 3))


def _scan_components(scan: bytes) -> Iterator[bytes]:
    return (
        (scan[offset : offset + 2] for offset in range(1, min(1 + 2 * scan[0], len(scan) - 1), 2)) if scan else iter(())
    )
