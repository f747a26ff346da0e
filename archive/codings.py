"""Content codings (RFC 9110 section 8.4), undone within bounds.

Each coding marks its end, and what is cut off before has none: decoders give what they have when their input ends, and
half a page would be an edit that the newspaper did not make.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_PIECE = 65_536
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
    step, and NotPacked."""
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
    if not data.startswith(_GZIP):
        if _GZIP.startswith(data):
            return b"", False
        raise NotPacked("it does not begin as gzip does")
    found, at, ended = bytearray(), 0, True
    while data.startswith(_GZIP, at):
        at, ended = _inflate(data, at, zlib.MAX_WBITS | 16, found, most)
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
    member, view = zlib.decompressobj(bits), memoryview(data)
    while at < len(data) and not member.eof:
        piece = view[at : at + _PIECE]
        found += member.decompress(piece, _PIECE)
        at += len(piece) - len(member.unconsumed_tail) - len(member.unused_data)
        _bound(found, most)
    while not member.eof and (rest := member.decompress(member.unconsumed_tail, _PIECE)):
        found += rest
        _bound(found, most)
    return (at if member.eof else len(data)), member.eof


def _brotli(data: bytes, most: int) -> tuple[bytes, bool]:
    stream = brotli.Decompressor()
    found = bytearray(stream.process(data, output_buffer_limit=_PIECE))
    while not stream.is_finished() and (piece := stream.process(b"", output_buffer_limit=_PIECE)):
        found += piece
        _bound(found, most)
    return bytes(found), bool(stream.is_finished())


def _zstandard(data: bytes, most: int) -> tuple[bytes, bool]:
    """One frame after the other."""
    if not data.startswith(_ZSTD):
        if _ZSTD.startswith(data):
            return b"", False
        raise NotPacked("it does not begin as zstd does")
    found, ended = bytearray(), True
    while data.startswith(_ZSTD):
        frame = zstd.ZstdDecompressor()
        found += frame.decompress(data, max_length=_PIECE)
        while not frame.eof and (piece := frame.decompress(b"", max_length=_PIECE)):
            found += piece
            _bound(found, most)
        _bound(found, most)
        ended, data = frame.eof, frame.unused_data if frame.eof else b""
    return bytes(found), ended


def _bound(found: bytearray, most: int) -> None:
    if len(found) > most:
        raise TooLarge(f"unpack to more than {most}, which is what is taken")


_DECODERS: dict[str, Callable[[bytes, int], tuple[bytes, bool]]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstandard,
}  # fmt: skip
