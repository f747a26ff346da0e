"""Sniffs the media type of an image by its first bytes (WHATWG MIME Sniffing, and the formats it leaves out)."""

from __future__ import annotations

import re

# Each signature has a fixed length, so no pattern can backtrack.
_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "image/avif"),
    (re.compile(rb".{4}ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL), "image/heic"),
    (re.compile(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"), "image/jxl"),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "image/bmp"),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff"),
)
_PROLOG = 8192  # bytes within which the root of an SVG must begin; Illustrator's declarations take one or two thousand
_SPACE = b" \t\r\n"


def sniff(data: bytes) -> str | None:
    """The media type, one of archive.model.picture_paths.ENDINGS; None if the bytes are no picture."""
    for signature, media_type in _SIGNATURES:
        if signature.match(data):
            return media_type
    return "image/svg+xml" if _is_svg(data[:_PROLOG]) else None


def _is_svg(head: bytes) -> bool:
    """Whether the root element is `svg`: skips what may precede it, in one pass."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)
    offset = 0
    while (end := _end_of_declaration(head, offset)) > offset:
        offset = end
        while head[offset : offset + 1] in (b" ", b"\t", b"\r", b"\n"):
            offset += 1
    return head.startswith(b"<svg", offset) and head[offset + 4 : offset + 5] in (b" ", b"\t", b"\r", b"\n", b">", b"/")


def _end_of_declaration(head: bytes, offset: int) -> int:
    """The end of the comment, doctype or processing instruction that begins at `offset`; `offset` if none does."""
    if head.startswith(b"<!--", offset):
        return head.find(b"-->", offset + 4) + 3 or offset
    if head.startswith(b"<?", offset):
        return head.find(b"?>", offset) + 2 if head.find(b"?>", offset) > 0 else offset
    if head[offset : offset + 13].lower() != b"<!doctype svg":
        return offset
    end, subset = head.find(b">", offset), head.find(b"[", offset)
    if 0 <= subset < end:  # an internal subset, which Illustrator writes
        end = head.find(b">", head.find(b"]", subset) if b"]" in head[subset:] else len(head))
    return end + 1 or offset
