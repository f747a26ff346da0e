"""Decodes a document to UTF-8 within limits (undoes gzip, converts other charsets), and parses HTML so that hostile
input can neither stall it nor make it raise; attributes and character references.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from html.entities import html5
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

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


def _chunks_of(body: bytes) -> Iterator[memoryview]:
    whole = memoryview(body)
    return (whole[offset : offset + _DECODE_CHUNK] for offset in range(0, len(body), _DECODE_CHUNK))


def _is_utf8(body: bytes) -> bool:
    """Whether the body is valid UTF-8, except at its end where it may have been cut."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _chunks_of(body):
            decoder.decode(piece)
        decoder.decode(b"", final=len(body) < MOST_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(body: bytes, name: str) -> bytes:
    decoder, plain = codecs.getincrementaldecoder(name)("replace"), bytearray()
    for piece in _chunks_of(body):
        plain += decoder.decode(piece).replace("\0", "").encode("utf-8", "replace")
    return bytes(plain + decoder.decode(b"", final=True).encode("utf-8", "replace"))


MOST_TAGS = 100_000
"""The most tags with links that are read of a page; a page of a million letters has 5,000."""

# An attribute as a browser reads it: quotes count only after the equals sign (WHATWG HTML, section 13.2.5).
_HTML_ATTRIBUTE = rb"""[\s/]*+[^\s=>/][^\s=>/]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?+)?+"""
# Group 1: the few tags that carry links. The rest is dropped: scripts and comments, which hold what only looks like
# tags, and every other tag. With it goes what stalls the parser or makes it give up: tags of thousands of attributes,
# elements nested by the hundred.
_PIECES = re.compile(
    rb"(</?(?:a|area|base|frame|input|link|meta)(?=[\s/>])(?:" + _HTML_ATTRIBUTE + rb"){0,100}+[\s/]*+>)"
    rb"|<(?:script|style)\b(?:[^<]++|<(?!/(?:script|style)))*+"
    rb"|<!--(?:-?>|(?:[^-]++|-(?!->))*+(?:-->)?)"
    rb"|</?[a-zA-Z](?:" + _HTML_ATTRIBUTE + rb")*+[\s/]*+>?",
    re.IGNORECASE,
)


def html(data: bytes) -> etree._Element | None:
    """The root of a page in UTF-8, reduced to links and texts: parsed in half the time of the whole, in time that
    depends only on its size."""
    return html_and_rest(data)[0]


def html_and_rest(data: bytes) -> tuple[etree._Element | None, bool]:
    """As `html`, and whether the page has more than MOST_TAGS tags with links."""
    pieces = _PIECES.split(data)  # text, tag or None, text ...
    end = next(islice((index for index in range(1, len(pieces), 2) if pieces[index]), MOST_TAGS, None), 0)
    if end:
        del pieces[end:]
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(b" ".join(filter(None, pieces)), parser), bool(end)
    except (etree.XMLSyntaxError, ValueError):
        return None, bool(end)


def elements(root: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The elements of these names, or all elements, in the order of the document."""
    return iter(()) if root is None else root.iter(*(names or (etree.Element,)))


def value(element: etree._Element, name: str) -> str:
    """The value of an attribute, stripped; "" where it is missing, or no text."""
    try:
        return (element.get(name) or "").strip()
    except UnicodeDecodeError:  # the recovering parser lets surrogates through, which no text can hold
        return ""


_MAX_ATTRIBUTE_BYTES = 8_192  # bytes of a tag's attributes
_ATTRIBUTE = re.compile(rb"""([^\s=/"'<>]++)(?:\s*+=\s*+(?:"([^"]*+)"?+|'([^']*+)'?+|([^\s"']++)))?+""")
REFERENCE = re.compile(
    r"&(?:#(\d{1,7});?|#[xX]([0-9A-Fa-f]{1,6});?|([A-Za-z][\w.-]{0,63}+);|(amp|lt|gt|quot)(?![\w=]))", re.ASCII
)


def joined(base: str, link: str) -> str:
    """The link, resolved against the base; the link itself where it is invalid."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def attribute(attributes: bytes, name: str) -> str:
    """The value of an attribute, stripped; "" where it is missing, or no text. name: in lower case; case is ignored."""
    for written, double, single, bare in _ATTRIBUTE.findall(attributes[:_MAX_ATTRIBUTE_BYTES]):
        if written.decode("utf-8", "replace").lower() == name:
            text = REFERENCE.sub(character, (double or single or bare).decode("utf-8", "replace")).strip()
            return "" if "\ufffd" in text else text
    return ""


def character(match: re.Match[str]) -> str:
    """The character of an HTML reference; the reference itself where it is unknown: `?a=1&b=2` has no entity, nor has
    `&copy=2` in an address."""
    if match[1] or match[2]:
        return unescape(f"&#{match[1] or 'x' + match[2]};") or "\ufffd"
    return html5.get(f"{match[3] or match[4]};", match[0])


@lru_cache(maxsize=512)
def local(tag: bytes) -> str:
    """An element's local name, without its prefix, in lower case; of Media RSS with it: its titles are pictures'."""
    prefix, _, name = tag.rpartition(b":")
    return (tag if prefix == b"media" else name).decode("utf-8", "replace").lower()
