"""Content codings (RFC 9110 section 8.4), undone within bounds.

Each coding marks its end, and what is cut off before has none: decoders give what they have when their input ends, and
half a page would be an edit that the newspaper did not make.
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

_FIRST, _PIECE = 512, 65_536
_MOST = 3  # codings: one is common, two happen; a thousand around one another keep a machine busy for minutes
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_NOTHING = frozenset({"", "identity", "none"})


class TooLarge(Exception):
    """Raised when a body unpacks to more than is taken."""


class NotPacked(ValueError):
    """Raised when a body is not packed as it says."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """whole: its packing comes to its end."""

    body: bytes
    whole: bool


def codings_of(header: str) -> tuple[list[str], list[str]]:
    """The codings that a Content-Encoding names, in the order in which they are to be undone; and those before one that
    nobody knows, which stay."""
    named = [one for part in header.lower().split(",") if (one := part.strip()) not in _NOTHING]
    undone: list[str] = []
    while named and named[-1] in _DECODERS:
        undone.append(named.pop())
    return undone, named


def unpack(data: bytes, codings: Sequence[str], most: int) -> Unpacked:
    """The body without these codings, undone one after the other. Raises TooLarge for more than `most` bytes at any
    step and for more codings than anybody uses, and NotPacked."""
    if len(codings) > _MOST:
        raise TooLarge(f"are packed {len(codings)} times over")
    whole = True
    for coding in codings:
        try:
            data, ended = _DECODERS[coding](data, most) if data else (data, True)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise NotPacked(str(error)) from error
        whole = whole and ended
    return Unpacked(data, whole)


def _gzip(data: bytes, most: int) -> tuple[bytes, bool]:
    """One member after the other; what follows the last and is none does not count."""
    return _each(data, _GZIP, "gzip", lambda at, found: _inflate(data, at, zlib.MAX_WBITS | 16, found, most))


def _each(
    data: bytes, mark: bytes, name: str, undo: Callable[[int, bytearray], tuple[int, bool]]
) -> tuple[bytes, bool]:
    """What begins with a mark, as often as it does. undo: unpacks the one at a place behind what was found, and returns
    where the next may begin, and whether this one came to its end."""
    if not data.startswith(mark):
        if mark.startswith(data):
            return b"", False
        raise NotPacked(f"it does not begin as {name} does")
    found, at, ended = bytearray(), 0, True
    while data.startswith(mark, at):
        at, ended = undo(at, found)
    return bytes(found), ended


def _deflate(data: bytes, most: int) -> tuple[bytes, bool]:
    """With a header, as the standard has it, or raw, as some servers send it."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        found = bytearray()
        try:
            _, ended = _inflate(data, 0, bits, found, most)
        except zlib.error:
            if bits < 0:
                raise
        else:
            break
    return bytes(found), ended


def _inflate(data: bytes, at: int, bits: int, found: bytearray, most: int) -> tuple[int, bool]:
    """Adds what one member holds; returns where it ends, and whether it does."""
    member = zlib.decompressobj(bits)
    for piece in _pieces(data, at):
        while piece and not member.eof:
            found += member.decompress(piece, _PIECE)
            at += len(piece) - len(member.unused_data if member.eof else member.unconsumed_tail)
            piece = member.unconsumed_tail
            _bound(found, most)
        if member.eof:
            return at, True
    while rest := member.decompress(b"", _PIECE):
        found += rest
        _bound(found, most)
    return len(data), member.eof


def _pieces(data: bytes, at: int) -> Iterator[bytes]:
    """What follows, in pieces, small ones first: what is behind a member's end is copied, and there may be a million
    members."""
    size = _FIRST
    while at < len(data):
        yield data[at : at + size]
        at, size = at + size, min(2 * size, _PIECE)


def _brotli(data: bytes, most: int) -> tuple[bytes, bool]:
    stream = brotli.Decompressor()
    found = bytearray(stream.process(data, output_buffer_limit=_PIECE))
    while not stream.is_finished() and (piece := stream.process(b"", output_buffer_limit=_PIECE)):
        found += piece
        _bound(found, most)
    return bytes(found), bool(stream.is_finished())


def _zstandard(data: bytes, most: int) -> tuple[bytes, bool]:
    """One frame after the other."""
    return _each(data, _ZSTD, "zstd", lambda at, found: _frame(data, at, found, most))


def _frame(data: bytes, at: int, found: bytearray, most: int) -> tuple[int, bool]:
    """As _inflate, of one frame."""
    frame = zstd.ZstdDecompressor()
    for piece in _pieces(data, at):
        found += frame.decompress(piece, _PIECE)
        while not (frame.eof or frame.needs_input):
            found += frame.decompress(b"", _PIECE)
            _bound(found, most)
        _bound(found, most)
        at += len(piece)
        if frame.eof:
            return at - len(frame.unused_data), True
    return len(data), False


def _bound(found: bytearray, most: int) -> None:
    if len(found) > most:
        raise TooLarge(f"unpack to more than {most}, which is what is taken")


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstandard,
}  # fmt: skip
