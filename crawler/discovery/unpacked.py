"""Bytes as they came to bytes of UTF-8: packed ones unpacked, other charsets decoded, all of it bounded."""

from __future__ import annotations

import codecs
import re
import zlib

MOST_BYTES = 50 * 1024 * 1024
"""The largest sitemap there may be, unpacked (sitemaps.org, protocol 0.9)."""
_GZIP = b"\x1f\x8b"
_WBITS = 16 + zlib.MAX_WBITS  # with gzip's header
_CHUNK = 1024  # of packed bytes: so much is lost where the file is damaged
_LAYERS = 2  # a packed file, packed once more by a proxy that did not look

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)|<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)


def unpacked(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The body without gzip, as far as it can be unpacked, and a note where it was too large."""
    for _ in range(_LAYERS):
        if body.startswith(_GZIP):
            body = _gunzipped(body)
    if len(body) > MOST_BYTES:
        return body[:MOST_BYTES], (f"more than {MOST_BYTES >> 20} MiB: the rest is left out",)
    return body, ()


def _gunzipped(body: bytes) -> bytes:
    """All members of the file, until one is damaged or there is more than we read: what was whole counts."""
    pieces: list[bytes] = []
    size, member = 0, zlib.decompressobj(wbits=_WBITS)
    for start in range(0, len(body), _CHUNK):
        rest = body[start : start + _CHUNK]
        while rest and size <= MOST_BYTES:
            try:
                piece = member.decompress(rest, MOST_BYTES + 1 - size)
            except zlib.error:
                return b"".join(pieces)
            pieces.append(piece)
            size += len(piece)
            rest = member.unused_data
            if member.eof:
                member = zlib.decompressobj(wbits=_WBITS)
    return b"".join(pieces)


def as_utf8(body: bytes, charset: str | None) -> bytes:
    """The document in UTF-8 without zero bytes, whatever it declares: by its byte order mark, as the zero bytes of
    UTF-16 look, as UTF-8 where that fits, else as the header or the document names it."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name)
    head = body[:1024]
    if head.count(0) * 3 > len(head):
        return _decoded(body, "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _by_name(body, charset) or _by_name(body, _declared(head)) or _decoded(body, "utf-8")
    return body.replace(b"\0", b"")


def _by_name(body: bytes, charset: str | None) -> bytes | None:
    """None where there is no such charset, where it is not one of text, or where it does not fit what we know: UTF-16
    shows by its zero bytes."""
    try:
        name = codecs.lookup(charset or "").name
        return None if name.startswith(("utf-16", "utf-32")) else _decoded(body, name)
    except (LookupError, ValueError):
        return None


def _decoded(body: bytes, name: str) -> bytes:
    return body.decode(name, "replace").replace("\0", "").encode("utf-8", "replace")


def _declared(head: bytes) -> str | None:
    match = _DECLARED.search(head)
    return (match[1] or match[2]).decode("ascii", "replace") if match else None
