"""Where the records of a WARC file begin, found without reading what is before them."""

from __future__ import annotations

import io
import re
import zlib
from contextlib import suppress
from typing import Any, BinaryIO

GZIP, PLAIN = b"\x1f\x8b\x08", b"WARC/"
"""With what a record begins that is compressed by itself, and one that is not."""
_CHUNK = 1024 * 1024
_HEAD = 4096  # bytes of a member, which show how it begins
_LONGEST_FIRST = 16  # pieces of a file's first record, which describes the file
_BEGINNING = 256  # bytes of a record, unpacked, which show that it is one
# A record of a WARC file, and one of an ARC file: address, number, time, type, length.
_RECORD = re.compile(rb"WARC/\d|\S{1,4000} [0-9A-Fa-f.:]{1,45} \d{14} \S{1,200} \d{1,15}\r?\n")
_ARC = re.compile(rb"(?<=\n)[a-z]{2,9}:" + rb"\S{1,4000} [0-9A-Fa-f.:]{1,45} \d{14} \S{1,200} \d{1,15}\r?\n")
_LONGEST_ARC = 4300


def next_record(file: BinaryIO, start: int, mark: bytes) -> int | None:
    """Where, from `start` on, the next record begins. mark: GZIP where each is compressed by itself, or PLAIN."""
    return first_member(file, start) if mark == GZIP else _next_plain(file, start)


def _next_plain(file: BinaryIO, start: int) -> int | None:
    position, tail = start, b""
    file.seek(start)
    while chunk := file.read(_CHUNK):
        window = tail + chunk
        found = [at for at in (window.find(PLAIN), _arc_in(window)) if at >= 0]
        if found:
            return position - len(tail) + min(found)
        position += len(chunk)
        tail = window[-_LONGEST_ARC:]
    return None


def _arc_in(window: bytes) -> int:
    """Where a line stands in a piece of a file that begins a record of an ARC file; -1 where none does."""
    found = _ARC.search(window)
    return found.start() if found else -1


def first_member(file: BinaryIO, begin: int) -> int | None:
    """Where, from `begin` on, a record begins that is compressed by itself; its mark stands inside others by chance,
    and may stand there a hundred thousand times on purpose."""
    position, window = begin, b""
    file.seek(begin)
    while chunk := file.read(_CHUNK):
        window += chunk
        last = len(chunk) < _CHUNK
        at = window.find(GZIP)
        while at >= 0 and (last or at + _HEAD <= len(window)):
            if _RECORD.match(_unpacked(window[at : at + _HEAD])):
                return position + at
            at = window.find(GZIP, at + 1)
        kept = window[at:] if at >= 0 else window[-len(GZIP) + 1 :]
        position, window = position + len(window) - len(kept), kept
    return None


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
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, _BEGINNING)
    except zlib.error:
        return b""


class Resumed(io.RawIOBase):
    """A stream that goes on in the middle of another: first some bytes of it, then what follows them."""

    def __init__(self, first: bytes, rest: Any):
        super().__init__()
        self._first, self._rest = first, rest

    @classmethod
    def at(cls, stream: Any, mark: bytes) -> Resumed | None:
        """From where the next mark begins on; None where there is none."""
        window = b""
        while chunk := stream.read(_CHUNK):
            window = window[-len(mark) + 1 :] + chunk
            if (found := window.find(mark)) >= 0:
                return cls(window[found:], stream)
        return None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        data = self._first[: len(buffer)] or self._rest.read(len(buffer)) or b""
        self._first = self._first[len(data) :]
        buffer[: len(data)] = data
        return len(data)
