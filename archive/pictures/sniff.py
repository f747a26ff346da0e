"""The kind of a picture, told by its first bytes (WHATWG MIME Sniffing, and the formats it leaves out)."""

from __future__ import annotations

import re

# Each mark has one length: none can be tried in two ways.
_MARKS = (
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
_PROLOG = 8192  # bytes within which the root of an SVG must begin: Illustrator's declarations take one or two thousand
_SPACE = b" \t\r\n"


def sniff(data: bytes) -> str | None:
    """The media type, one of archive.model.picture_paths.ENDINGS; None when the bytes are no picture."""
    for mark, media_type in _MARKS:
        if mark.match(data):
            return media_type
    return "image/svg+xml" if _is_svg(data[:_PROLOG]) else None


def _is_svg(head: bytes) -> bool:
    """Whether the root is `svg`: what may stand before it is passed over once, from left to right."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)
    at = 0
    while (end := _end_of_declaration(head, at)) > at:
        at = end
        while head[at : at + 1] in (b" ", b"\t", b"\r", b"\n"):
            at += 1
    return head.startswith(b"<svg", at) and head[at + 4 : at + 5] in (b" ", b"\t", b"\r", b"\n", b">", b"/")


def _end_of_declaration(head: bytes, at: int) -> int:
    """Where the comment, doctype or processing instruction that begins here ends; `at` where none does."""
    if head.startswith(b"<!--", at):
        return head.find(b"-->", at + 4) + 3 or at
    if head.startswith(b"<?", at):
        return head.find(b"?>", at) + 2 if head.find(b"?>", at) > 0 else at
    if head[at : at + 13].lower() != b"<!doctype svg":
        return at
    end, subset = head.find(b">", at), head.find(b"[", at)
    if 0 <= subset < end:  # with declarations of its own, which Illustrator writes
        end = head.find(b">", head.find(b"]", subset) if b"]" in head[subset:] else len(head))
    return end + 1 or at
