"""Bytes as they came to bytes of UTF-8: packed ones unpacked, other charsets decoded, all of it bounded."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator

MOST_BYTES = 50 * 1024 * 1024
"""The largest sitemap there may be, unpacked (sitemaps.org, protocol 0.9)."""
_GZIP = b"\x1f\x8b"
_WBITS = 16 + zlib.MAX_WBITS  # with gzip's header
_PIECE = 1024 * 1024  # bytes decoded at once
_CHUNK = 1024  # of packed bytes: so much is lost where the file is damaged
_MOST_MEMBERS = 10_000  # of one file; gzip itself writes one, those who append one a day
_LAYERS = 2  # a packed file, packed once more by a proxy that did not look

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)|<meta[^>]{0,200}?charset\s*+=\s*+["']?+\s*+([\w.:-]+)""",
    re.IGNORECASE,
)


def unpacked(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The body without gzip, as far as it can be unpacked, and a note where it was too large."""
    for _ in range(_LAYERS):
        if body.startswith(_GZIP):
            body = bytes(_gunzipped(body))
    if len(body) > MOST_BYTES:
        return body[:MOST_BYTES], (f"what comes after {MOST_BYTES >> 20} MiB",)
    return body, ()


def _gunzipped(body: bytes) -> bytearray:
    """All members of the file, until one is damaged or there is more than we read: what was whole counts."""
    plain = bytearray()
    member, members = zlib.decompressobj(wbits=_WBITS), 1
    for start in range(0, len(body), _CHUNK):
        rest = body[start : start + _CHUNK]
        while rest and len(plain) <= MOST_BYTES and members <= _MOST_MEMBERS:
            try:
                plain += member.decompress(rest, MOST_BYTES + 1 - len(plain))
            except zlib.error:
                return plain
            rest = member.unused_data
            if member.eof:
                member, members = zlib.decompressobj(wbits=_WBITS), members + 1
    return plain


def as_utf8(body: bytes, charset: str | None) -> bytes:
    """The document in UTF-8 without zero bytes, whatever it declares: by its byte order mark, as the zero bytes of
    UTF-16 look, as UTF-8 where that fits, else as the header or the document names it."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name)
    head = body[:1024]
    if head.count(0) * 3 > len(head):
        return _decoded(body, "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be")
    if not _is_utf8(body):
        return _by_name(body, charset) or _by_name(body, _declared(head)) or _decoded(body, "utf-8")
    return body.replace(b"\0", b"") if b"\0" in body else body


def _pieces(body: bytes) -> Iterator[memoryview]:
    whole = memoryview(body)
    return (whole[at : at + _PIECE] for at in range(0, len(body), _PIECE))


def _is_utf8(body: bytes) -> bool:
    """Whether it is UTF-8 to its end, where it may have been cut."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _pieces(body):
            decoder.decode(piece)
        decoder.decode(b"", final=len(body) < MOST_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _by_name(body: bytes, charset: str | None) -> bytes | None:
    """None where there is no such charset, where it is not one of text, or where it does not fit what we know: UTF-16
    shows by its zero bytes."""
    try:
        name = codecs.lookup(charset or "").name
        b" ".decode(name)  # fails where it is none of text (rot13, base64); of no bytes Python would not even ask
        return None if name.startswith(("utf-16", "utf-32")) else _decoded(body, name)
    except (LookupError, ValueError):
        return None


def _decoded(body: bytes, name: str) -> bytes:
    decoder, plain = codecs.getincrementaldecoder(name)("replace"), bytearray()
    for piece in _pieces(body):
        plain += decoder.decode(piece).replace("\0", "").encode("utf-8", "replace")
    return bytes(plain + decoder.decode(b"", final=True).encode("utf-8", "replace"))


def _declared(head: bytes) -> str | None:
    match = _DECLARED.search(head)
    return (match[1] or match[2]).decode("ascii", "replace") if match else None
