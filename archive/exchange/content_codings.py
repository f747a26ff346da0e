"""Decompresses bodies: undoes content codings (RFC 9110 section 8.4) within bounds.

Each coding marks its end, so a truncated body has none. Decoders return what they have when their input ends; half a
page would look like an edit that the newspaper did not make.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

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
