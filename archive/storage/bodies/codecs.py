"""Zstandard (RFC 8878) in the three forms in which a body is stored: alone, against a dictionary, against another body.

A dictionary is nothing but content of the outlet's own pages, and a patch has another body for its dictionary, so
`zstd -d --patch-from=FILE` opens either without any of this code. Every frame carries its checksum.
"""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZstdError = zstd.ZstdError
Dictionary = zstd.ZstdDict
_Parameter = zstd.CompressionParameter

# Against a dictionary, a page is small at any level: level 9 takes twice the time and saves 4%.
_LEVEL = 5
_PATCH_LEVEL = 6
# ZSTD_c_forceAttachDict of zstd.h: look up in the dictionary where it lies; by default a large one is copied first.
_ATTACH = 1001
_MAGIC, _DICTIONARY_FRAME = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
_LARGEST_DICTIONARY = 16 * 1024 * 1024
_SMALLEST_WINDOW, _LARGEST_WINDOW = 17, 27
_WINDOW_LIMIT: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _LARGEST_WINDOW}


def dictionary(content: bytes) -> Dictionary:
    """Content to compress against; costly to make at first use, cheap to use again."""
    return zstd.ZstdDict(content, is_raw=True)


def compress(body: bytes, against: Dictionary | None = None, level: int = _LEVEL) -> bytes:
    """The body as one frame, alone or against a dictionary."""
    options: dict[int, int] = {_Parameter.compression_level: level, _Parameter.checksum_flag: 1, _ATTACH: 1}
    return zstd.compress(body, options=options, zstd_dict=against and against.as_digested_dict)


def decompress(data: bytes, against: Dictionary | None = None, size: int | None = None) -> bytes:
    """What `compress` was given. size: how many bytes that were, where it is known: no more are unpacked. Raises
    ZstdError for bytes that are no whole frame, fail their checksum or are not so many."""
    return _unpacked(data, against, size)


def _unpacked(data: bytes, against: Any, size: int | None) -> bytes:
    if size is None:
        return zstd.decompress(data, zstd_dict=against, options=_WINDOW_LIMIT)
    frame = zstd.ZstdDecompressor(zstd_dict=against, options=_WINDOW_LIMIT)
    body = frame.decompress(data, max_length=size + 1)
    if len(body) == size and not frame.eof:  # the checksum comes behind the last byte
        body += frame.decompress(b"", max_length=1)
    if len(body) != size or not frame.eof:
        raise ZstdError(f"it is not of the {size:,} bytes that it should be")
    return body


def _first(data: bytes, most: int) -> bytes:
    """What a frame holds, as far as it goes."""
    return zstd.ZstdDecompressor(options=_WINDOW_LIMIT).decompress(data, max_length=most)


def patch(body: bytes, base: bytes) -> bytes:
    """What makes the body of another one."""
    window = min(max((len(body) + len(base)).bit_length(), _SMALLEST_WINDOW), _LARGEST_WINDOW)
    options: dict[int, int] = {
        _Parameter.compression_level: _PATCH_LEVEL,
        _Parameter.checksum_flag: 1,
        _Parameter.window_log: window,
    }
    return zstd.compress(body, options=options, zstd_dict=_prefix(base))


def unpatch(data: bytes, base: bytes, size: int | None = None) -> bytes:
    """The body that `patch` was given. size: as above. Raises ZstdError where the patch or the base is damaged."""
    return _unpacked(data, _prefix(base), size)


def open_stream(file: BinaryIO) -> BinaryIO:
    """The bytes in a file of one or more frames, one after the other. A first, skippable frame may hold the dictionary
    of the others, as WARC files compressed with Zstandard have it
    (https://iipc.github.io/warc-specifications/specifications/warc-zstd/)."""
    head = file.read(8)
    against = None
    if head[:4] == _DICTIONARY_FRAME:
        content = file.read(min(int.from_bytes(head[4:8], "little"), _LARGEST_DICTIONARY))
        against = zstd.ZstdDict(_first(content, _LARGEST_DICTIONARY) if content[:4] == _MAGIC else content)
    else:
        file.seek(0)
    return zstd.ZstdFile(file, "rb", zstd_dict=against, options=_WINDOW_LIMIT)  # type: ignore[return-value]


def _prefix(base: bytes) -> tuple[Dictionary, int] | None:
    return zstd.ZstdDict(base, is_raw=True).as_prefix if len(base) >= _SHORTEST_PREFIX else None


# Zstandard takes no dictionary shorter than this.
_SHORTEST_PREFIX = 8
