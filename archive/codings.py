"""Whether what came packed came whole: each coding marks its end, and what is cut off before has none.

Decoders give what they have when their input ends. Half a page would be an edit that the newspaper did not make.
"""

from __future__ import annotations

import zlib

import brotli

_CHUNK = 65_536
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def is_whole(data: bytes, coding: str) -> bool:
    """Whether packed data comes to the end of its stream. coding: a content coding of HTTP; one that is not known, and
    data that is not packed as it says, is taken for whole, for that is another fault."""
    ends = {"gzip": _gzip_ends, "x-gzip": _gzip_ends, "deflate": _deflate_ends, "br": _brotli_ends, "zstd": _zstd_ends}
    check = ends.get(coding.strip().lower())
    try:
        return check is None or not data or check(data)
    except (zlib.error, brotli.error):
        return True


def _gzip_ends(data: bytes) -> bool:
    """One member after the other; what follows the last and is none does not count."""
    if not data.startswith(_GZIP):
        return not _GZIP.startswith(data)
    while data.startswith(_GZIP):
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        if not _runs_out(member, data):
            return False
        data = member.unused_data
    return True


def _deflate_ends(data: bytes) -> bool:
    """With a header, as the standard has it, or raw, as some servers send it."""
    try:
        return _runs_out(zlib.decompressobj(), data)
    except zlib.error:
        return _runs_out(zlib.decompressobj(-zlib.MAX_WBITS), data)


def _runs_out(member: zlib._Decompress, data: bytes) -> bool:
    while data and not member.eof:
        member.decompress(data, _CHUNK)
        data = member.unconsumed_tail
    return member.eof


def _brotli_ends(data: bytes) -> bool:
    stream = brotli.Decompressor()
    stream.process(data, output_buffer_limit=_CHUNK)
    while not stream.is_finished() and stream.process(b"", output_buffer_limit=_CHUNK):
        pass
    return bool(stream.is_finished())


def _zstd_ends(data: bytes) -> bool:
    """By the blocks that the frame announces (RFC 8878 section 3.1.1), without unpacking them."""
    if not data.startswith(_ZSTD):
        return not _ZSTD.startswith(data)
    place = 5 + _zstd_header(data[4]) if len(data) > 4 else len(data) + 1
    while place + 3 <= len(data):
        header = int.from_bytes(data[place : place + 3], "little")
        size = 1 if header >> 1 & 3 == 1 else header >> 3
        place += 3 + size
        if header & 1:
            return place + (4 if data[4] & 4 else 0) <= len(data)
    return False


def _zstd_header(descriptor: int) -> int:
    """How many bytes follow the descriptor: window, dictionary and content size."""
    single = descriptor >> 5 & 1
    content = (0, 2, 4, 8)[descriptor >> 6] or single
    return (0 if single else 1) + (0, 1, 2, 4)[descriptor & 3] + content
