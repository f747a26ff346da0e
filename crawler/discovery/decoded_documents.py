"""Decodes a document to UTF-8: undoes gzip, and converts other charsets, within limits."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator

from archive.text.charsets import BOMS, charset_of_zeros, codec_of, declared_charset

MOST_BYTES = 50 * 1024 * 1024
"""The largest sitemap there may be, unpacked (sitemaps.org, protocol 0.9)."""
_GZIP = b"\x1f\x8b"
_WBITS = 16 + zlib.MAX_WBITS  # with gzip's header
_DECODE_CHUNK = 1024 * 1024  # bytes decoded at once
_INFLATE_CHUNK = 1024  # packed bytes inflated at once: as many are lost where the file is damaged
_MAX_MEMBERS = 10_000  # of one file; gzip itself writes one, programs that append write one a day
_MAX_GZIP_LAYERS = 2  # a packed file, packed once more by a proxy


def unpacked(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The body without gzip, as far as it can be unpacked, and a note where it was cut."""
    for _ in range(_MAX_GZIP_LAYERS):
        if body.startswith(_GZIP):
            body = bytes(_gunzipped(body))
    if len(body) > MOST_BYTES:
        return body[:MOST_BYTES], (f"what comes after {MOST_BYTES >> 20} MiB",)
    return body, ()


def _gunzipped(body: bytes) -> bytearray:
    """All gzip members, until one is damaged or the limit is reached; the part before is kept."""
    plain = bytearray()
    member, members = zlib.decompressobj(wbits=_WBITS), 1
    for start in range(0, len(body), _INFLATE_CHUNK):
        rest = body[start : start + _INFLATE_CHUNK]
        while rest and len(plain) <= MOST_BYTES and members <= _MAX_MEMBERS:
            try:
                plain += member.decompress(rest, MOST_BYTES + 1 - len(plain))
            except zlib.error:
                return plain
            rest = member.unused_data
            if member.eof:
                member, members = zlib.decompressobj(wbits=_WBITS), members + 1
    return plain


def as_utf8(body: bytes, charset: str | None) -> bytes:
    """The document as UTF-8 without zero bytes. Its charset is, in this order: the byte order mark's, UTF-16 or
    UTF-32 where zero bytes show it, UTF-8 where it is valid, the header's, the document's own."""
    for mark, name in BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name)
    if (wide := charset_of_zeros(body)) is not None:
        return _decoded(body, wide)
    if not _is_utf8(body):
        return _decoded(body, codec_of(charset) or codec_of(declared_charset(body)) or "utf-8")
    return body.replace(b"\0", b"") if b"\0" in body else body


def _chunks(body: bytes) -> Iterator[memoryview]:
    whole = memoryview(body)
    return (whole[offset : offset + _DECODE_CHUNK] for offset in range(0, len(body), _DECODE_CHUNK))


def _is_utf8(body: bytes) -> bool:
    """Whether the body is valid UTF-8, except at its end where it may have been cut."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _chunks(body):
            decoder.decode(piece)
        decoder.decode(b"", final=len(body) < MOST_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(body: bytes, name: str) -> bytes:
    decoder, plain = codecs.getincrementaldecoder(name)("replace"), bytearray()
    for piece in _chunks(body):
        plain += decoder.decode(piece).replace("\0", "").encode("utf-8", "replace")
    return bytes(plain + decoder.decode(b"", final=True).encode("utf-8", "replace"))
