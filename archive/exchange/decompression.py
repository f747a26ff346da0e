"""Decompresses within bounds: undoes content codings of bodies (RFC 9110 section 8.4), finds members of gzip files.

Each coding marks its end, so a truncated body has none. Decoders return what they have when their input ends; half a
page would look like an edit that the newspaper did not make.
"""

from __future__ import annotations

import io
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_FIRST_PIECE, _PIECE = 512, 65_536
_MAX_CODINGS = 3  # one is common, two happen; a thousand nested ones keep a machine busy for minutes
_MAX_MEMBERS = 100_000  # one is common; a million empty ones keep a machine busy for half a minute
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_IDENTITY = frozenset({"", "identity", "none"})


class TooLarge(Exception):
    """Raised when a body unpacks to more bytes, or from more parts, than the limit."""


class BadCoding(ValueError):
    """Raised when a body does not have the coding it declares."""


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """A decoded body. whole: the coded data was not truncated."""

    body: bytes
    whole: bool


def codings_of(header: str) -> tuple[list[str], list[str]]:
    """The codings of a Content-Encoding, in the order in which to undo them; and those up to the last unknown one,
    which stay."""
    remaining = [coding for part in header.lower().split(",") if (coding := part.strip()) not in _IDENTITY]
    known: list[str] = []
    while remaining and remaining[-1] in _DECODERS:
        known.append(remaining.pop())
    return known, remaining


def decode_body(data: bytes, codings: Sequence[str], limit: int) -> DecodedBody:
    """Undoes these codings one after the other. Raises TooLarge for more than `limit` bytes at any step and for too
    many codings, and BadCoding."""
    if len(codings) > _MAX_CODINGS:
        raise TooLarge(f"are packed {len(codings)} times over")
    whole = True
    for coding in codings:
        try:
            data, ended = _DECODERS[coding](data, limit) if data else (data, True)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise BadCoding(str(error)) from error
        whole = whole and ended
    return DecodedBody(data, whole)


_CHUNKED = "chunked"
_CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,99}+)[ \t]{0,99}+(?:;[^\n]{0,999}+)?+(?:\r?\n|\Z)")
_CHUNK_END = re.compile(rb"\r?\n")


def header_line(headers: Iterable[tuple[str, str]], name: str) -> str:
    """The values of a header in one line, in lower case; a server may send several."""
    return ", ".join(str(value).strip().lower() for header, value in headers if header.lower() == name)


def decode_payload(headers: Sequence[tuple[str, str]], data: bytes, limit: int) -> tuple[DecodedBody, str]:
    """Undoes the content and transfer codings of a recorded payload; also returns those that it could not undo. A
    payload that was decoded before it was written, and still names the coding, stays as it is; one of a page that is
    compressed and names none is decompressed. Raises TooLarge."""
    transfer = header_line(headers, "transfer-encoding")
    chunks = _dechunked(data) if transfer.endswith(_CHUNKED) else DecodedBody(data, whole=True)
    data, transfer = chunks.body, transfer.removesuffix(_CHUNKED).strip(", ")
    stated = ", ".join(filter(None, (header_line(headers, "content-encoding"), transfer)))
    if not stated and data.startswith(GZIP) and "html" in header_line(headers, "content-type"):
        stated = "gzip"
    codings, unknown = codings_of(stated)
    try:
        decoded = decode_body(data, codings, limit)
    except BadCoding:
        return chunks, stated
    return replace(decoded, whole=decoded.whole and chunks.whole), ", ".join(unknown)


def _dechunked(data: bytes) -> DecodedBody:
    """Undoes the chunked transfer coding (RFC 9112 section 7.1), which ends with a chunk of no bytes. What does not
    begin with a chunk was decoded before it was written. (warcio's reader takes what breaks off for whole.)"""
    body, head = bytearray(), _CHUNK_HEAD.match(data)
    if head is None:
        return DecodedBody(data, whole=True)
    while head and (size := int(head[1], 16)):
        end = min(head.end() + size, len(data))
        body += data[head.end() : end]
        following = _CHUNK_END.match(data, end)
        head = _CHUNK_HEAD.match(data, following.end()) if following else None
    return DecodedBody(bytes(body), whole=head is not None)


def _gzip(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Decompresses gzip members one after the other; ignores trailing bytes that are no member."""
    return _each_member(
        data, _GZIP, "gzip", lambda start, body: _inflate(data, start, zlib.MAX_WBITS | 16, body, limit)
    )


def _each_member(
    data: bytes, magic: bytes, name: str, undo: Callable[[int, bytearray], tuple[int, bool]]
) -> tuple[bytes, bool]:
    """Decompresses members (or frames) as long as one begins with `magic`. undo: decompresses the one at an offset onto
    the body; returns the offset of the next, and whether this one was complete. Raises TooLarge for too many."""
    if not data.startswith(magic):
        if magic.startswith(data):
            return b"", False
        raise BadCoding(f"it does not begin as {name} does")
    body, offset, ended, count = bytearray(), 0, True, 0
    while data.startswith(magic, offset):
        if (count := count + 1) > _MAX_MEMBERS:
            raise TooLarge(f"unpack from more than {_MAX_MEMBERS:,} {name} members")
        offset, ended = undo(offset, body)
    return bytes(body), ended


def _deflate(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Inflates with a zlib header, as the standard has it, or raw, as some servers send it."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        body = bytearray()
        try:
            _, ended = _inflate(data, 0, bits, body, limit)
        except zlib.error:
            if bits < 0:
                raise
        else:
            break
    return bytes(body), ended


def _inflate(data: bytes, offset: int, bits: int, body: bytearray, limit: int) -> tuple[int, bool]:
    """Appends one member's data to `body`; returns the offset of its end, and whether it is complete."""
    member = zlib.decompressobj(bits)
    for piece in _pieces(data, offset):
        while piece and not member.eof:
            body += member.decompress(piece, _PIECE)
            offset += len(piece) - len(member.unused_data if member.eof else member.unconsumed_tail)
            piece = member.unconsumed_tail
            _check_size(body, limit)
        if member.eof:
            return offset, True
    while rest := member.decompress(b"", _PIECE):
        body += rest
        _check_size(body, limit)
    return len(data), member.eof


def _pieces(data: bytes, offset: int) -> Iterator[bytes]:
    """The data from an offset on, in pieces, small ones first: zlib copies what follows a member's end, and there may
    be a million members."""
    size = _FIRST_PIECE
    while offset < len(data):
        yield data[offset : offset + size]
        offset, size = offset + size, min(2 * size, _PIECE)


def _brotli(data: bytes, limit: int) -> tuple[bytes, bool]:
    stream = brotli.Decompressor()
    body = bytearray(stream.process(data, output_buffer_limit=_PIECE))
    while not stream.is_finished() and (piece := stream.process(b"", output_buffer_limit=_PIECE)):
        body += piece
        _check_size(body, limit)
    return bytes(body), bool(stream.is_finished())


def _zstandard(data: bytes, limit: int) -> tuple[bytes, bool]:
    return _each_member(data, _ZSTD, "zstd", lambda start, body: _frame(data, start, body, limit))


def _frame(data: bytes, offset: int, body: bytearray, limit: int) -> tuple[int, bool]:
    """As _inflate, for one Zstandard frame."""
    frame = zstd.ZstdDecompressor()
    for piece in _pieces(data, offset):
        body += frame.decompress(piece, _PIECE)
        while not (frame.eof or frame.needs_input):
            body += frame.decompress(b"", _PIECE)
            _check_size(body, limit)
        _check_size(body, limit)
        offset += len(piece)
        if frame.eof:
            return offset - len(frame.unused_data), True
    return len(data), False


def _check_size(body: bytearray, limit: int) -> None:
    if len(body) > limit:
        raise TooLarge(f"unpack to more than {limit}, which is what is taken")


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstandard,
}  # fmt: skip


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
