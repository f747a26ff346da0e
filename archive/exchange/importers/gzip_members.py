"""Finds where the records of a WARC file begin (gzip members or plain), without reading the records before."""

from __future__ import annotations

import io
import re
import zlib
from contextlib import suppress
from typing import Any, BinaryIO

GZIP, PLAIN = b"\x1f\x8b\x08", b"WARC/"
"""The first bytes of a record that is a gzip member of its own, and of an uncompressed record."""
_CHUNK = 1024 * 1024
_HEAD = 4096  # compressed bytes of a member that show how its record begins
_LONGEST_FIRST = 16  # chunks of a file's first record, the warcinfo
_BEGINNING = 256  # decompressed bytes of a record that show that it is one
# The first line of a WARC record, and of an ARC record: URL, IP address, time, type, length.
_RECORD = re.compile(rb"WARC/\d|\S{1,4000} [0-9A-Fa-f.:]{1,45} \d{14} \S{1,200} \d{1,15}\r?\n")
_ARC = re.compile(rb"(?<=\n)[a-z]{2,9}:" + rb"\S{1,4000} [0-9A-Fa-f.:]{1,45} \d{14} \S{1,200} \d{1,15}\r?\n")
_LONGEST_ARC = 4300
_VERSION = re.compile(rb"WARC/\d\.\d{1,2}\r?\n")
"""The first line of a WARC record."""


def next_record(file: BinaryIO, start: int, magic: bytes) -> int | None:
    """The offset of the next record from `start` on. magic: GZIP where each is a gzip member of its own, or PLAIN."""
    return first_member(file, start) if magic == GZIP else _next_plain(file, start)


def _next_plain(file: BinaryIO, start: int) -> int | None:
    position, tail, size = start, b"", _HEAD
    file.seek(start)
    while chunk := file.read(size):  # little first: the next record may be near, a million times
        window, size = tail + chunk, min(2 * size, _CHUNK)
        version = _VERSION.search(window)
        found = _ARC.search(window, 0, version.start() if version else len(window)) or version
        if found:
            return position - len(tail) + found.start()
        position += len(chunk)
        tail = window[-_LONGEST_ARC:]
    return None


def first_member(file: BinaryIO, begin: int) -> int | None:
    """The offset of the first gzip member at or after `begin` that is a record. The magic number also occurs inside
    members by chance, and a hostile file may hold it a hundred thousand times."""
    position, window = begin, b""
    file.seek(begin)
    while chunk := file.read(_CHUNK):
        window += chunk
        is_last = len(chunk) < _CHUNK
        offset = window.find(GZIP)
        while offset >= 0 and (is_last or offset + _HEAD <= len(window)):
            if _RECORD.match(_decompressed(window[offset : offset + _HEAD])):
                return position + offset
            offset = window.find(GZIP, offset + 1)
        rest = window[offset:] if offset >= 0 else window[-len(GZIP) + 1 :]
        position, window = position + len(window) - len(rest), rest
    return None


def is_in_members(file: BinaryIO) -> bool:
    """Whether each record of a file is a gzip member of its own, so that reading can begin at any record: if the second
    member begins like a record too."""
    file.seek(0)
    if not _decompressed(file.read(_HEAD)).startswith(PLAIN):
        return False
    file.seek(0)
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    with suppress(zlib.error):
        for _ in range(_LONGEST_FIRST):
            member.decompress(member.unconsumed_tail or file.read(_CHUNK), _CHUNK)
            if member.eof:
                return _decompressed(member.unused_data + file.read(_CHUNK)).startswith(PLAIN)
    return False


def _decompressed(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, _BEGINNING)
    except zlib.error:
        return b""


class ResumedStream(io.RawIOBase):
    """A stream that resumes another: first bytes already read from it, then the rest."""

    def __init__(self, first: bytes, rest: Any):
        super().__init__()
        self._first, self._rest = first, rest

    @classmethod
    def at(cls, stream: Any, magic: bytes) -> ResumedStream | None:
        """Resumes at the next `magic`; None where there is none."""
        window = b""
        while chunk := stream.read(_CHUNK):
            window = window[-len(magic) + 1 :] + chunk
            if (found := window.find(magic)) >= 0:
                return cls(window[found:], stream)
        return None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._first[: len(buffer)] or self._rest.read(len(buffer)) or b""
        self._first = self._first[len(data) :]
        buffer[: len(data)] = data
        return len(data)
