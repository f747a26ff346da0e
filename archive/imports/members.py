"""Where the records of a WARC file begin, found without reading what is before them."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import BinaryIO

GZIP, PLAIN = b"\x1f\x8b\x08", b"WARC/"
"""With what a record begins that is compressed by itself, and one that is not."""
_CHUNK = 1024 * 1024
_HEAD = 4096  # bytes of a member, which show how it begins
_LONGEST_FIRST = 16  # pieces of a file's first record, which describes the file


def next_mark(file: BinaryIO, start: int, mark: bytes) -> int | None:
    """Where, from `start` on, the next record may begin."""
    position, tail = start, b""
    file.seek(start)
    while chunk := file.read(_CHUNK):
        window = tail + chunk
        if (found := window.find(mark)) >= 0:
            return position - len(tail) + found
        position += len(chunk)
        tail = window[-len(mark) + 1 :]
    return None


def first_member(file: BinaryIO, begin: int) -> int | None:
    """Where, from `begin` on, a record begins that is compressed by itself; its mark stands inside others by chance."""
    start = next_mark(file, begin, GZIP)
    while start is not None and not _begins(file, start):
        start = next_mark(file, start + 1, GZIP)
    return start


def is_in_members(file: BinaryIO) -> bool:
    """Whether each record of a file is compressed with gzip by itself, so that reading can begin at any of them: if
    the second one begins like a record too."""
    if not _begins(file, 0):
        return False
    file.seek(0)
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    with suppress(zlib.error):
        for _ in range(_LONGEST_FIRST):
            member.decompress(member.unconsumed_tail or file.read(_CHUNK), _CHUNK)
            if member.eof:
                return _unpacked(member.unused_data + file.read(_CHUNK)).startswith(PLAIN)
    return False


def _begins(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    return _unpacked(file.read(_HEAD)).startswith(PLAIN)


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, len(PLAIN))
    except zlib.error:
        return b""
