"""Zstandard (RFC 8878), in the three forms in which a body is stored: alone, with a dictionary, as a patch of another.

A dictionary holds nothing but content of the outlet's own pages, and a patch uses another body as its
dictionary, so `zstd -d --patch-from=FILE` opens either without this code. Every frame carries its checksum.
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
# ZSTD_c_forceAttachDict of zstd.h: use the dictionary in place; by default Zstandard copies a large one first.
_FORCE_ATTACH_DICT = 1001
_MAGIC, _DICTIONARY_FRAME = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
_UNUSED_BIT = 0x10  # of the byte after the magic number
_LARGEST_DICTIONARY = 16 * 1024 * 1024
_SMALLEST_WINDOW, _LARGEST_WINDOW = 17, 27
_WINDOW_LIMIT: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _LARGEST_WINDOW}


def dictionary(content: bytes) -> Dictionary:
    """A dictionary of raw content; the first use is costly, further uses are cheap."""
    return zstd.ZstdDict(content, is_raw=True)


def compress(body: bytes, against: Dictionary | None = None, level: int = _LEVEL) -> bytes:
    """The body as one frame, alone or against a dictionary."""
    options: dict[int, int] = {_Parameter.compression_level: level, _Parameter.checksum_flag: 1, _FORCE_ATTACH_DICT: 1}
    return zstd.compress(body, options=options, zstd_dict=against and against.as_digested_dict)


def decompress(data: bytes, against: Dictionary | None = None, size: int | None = None) -> bytes:
    """The body that `compress` was given. size: its number of bytes, where known; limits how many are decompressed.
    Raises ZstdError where the data is no whole frame, fails its checksum or holds another number of bytes."""
    return _decompressed(data, against, size)


def _decompressed(data: bytes, against: Any, size: int | None) -> bytes:
    if size is None:
        return zstd.decompress(data, zstd_dict=against, options=_WINDOW_LIMIT)
    decompressor = zstd.ZstdDecompressor(zstd_dict=against, options=_WINDOW_LIMIT)
    body = decompressor.decompress(data, max_length=size + 1)
    if len(body) == size and not decompressor.eof:  # the checksum follows the last byte
        body += decompressor.decompress(b"", max_length=1)
    if len(body) != size or not decompressor.eof or decompressor.unused_data or not _says(data, size):
        raise ZstdError(f"it is not of the {size:,} bytes that it should be")
    return body


def _says(frame: bytes, size: int) -> bool:
    """Whether a frame's head says how many bytes it holds, and nothing that decoders must pass over (RFC 8878 section
    3.1.1.1): then no bit of it can be another, and the bytes be the same."""
    return not frame[len(_MAGIC)] & _UNUSED_BIT and zstd.get_frame_info(frame).decompressed_size == size


def _head_of_frame(data: bytes, max_length: int) -> bytes:
    """The content of a frame, at most max_length bytes."""
    return zstd.ZstdDecompressor(options=_WINDOW_LIMIT).decompress(data, max_length=max_length)


def patch(body: bytes, base: bytes) -> bytes:
    """A patch: the body, compressed with another body as its dictionary."""
    window = min(max((len(body) + len(base)).bit_length(), _SMALLEST_WINDOW), _LARGEST_WINDOW)
    options: dict[int, int] = {
        _Parameter.compression_level: _PATCH_LEVEL,
        _Parameter.checksum_flag: 1,
        _Parameter.window_log: window,
    }
    return zstd.compress(body, options=options, zstd_dict=_prefix(base))


def unpatch(data: bytes, base: bytes, size: int | None = None) -> bytes:
    """The body that `patch` was given. size: see `decompress`. Raises ZstdError where patch or base is damaged."""
    return _decompressed(data, _prefix(base), size)


def open_stream(file: BinaryIO) -> BinaryIO:
    """Decompresses a file of one or more frames, one after the other. A first, skippable frame may hold the dictionary
    of the others, as in WARC files compressed with Zstandard
    (https://iipc.github.io/warc-specifications/specifications/warc-zstd/)."""
    head = file.read(8)
    against = None
    if head[:4] == _DICTIONARY_FRAME:
        content = file.read(min(int.from_bytes(head[4:8], "little"), _LARGEST_DICTIONARY))
        against = zstd.ZstdDict(_head_of_frame(content, _LARGEST_DICTIONARY) if content[:4] == _MAGIC else content)
    else:
        file.seek(0)
    return zstd.ZstdFile(file, "rb", zstd_dict=against, options=_WINDOW_LIMIT)  # type: ignore[return-value]  # a file of bytes to read from


def _prefix(base: bytes) -> tuple[Dictionary, int] | None:
    return zstd.ZstdDict(base, is_raw=True).as_prefix if len(base) >= _SHORTEST_PREFIX else None


# Zstandard accepts no shorter dictionary.
_SHORTEST_PREFIX = 8
