"""Bytes of a page to text: decoded once, by our own rule, so that one stray byte never costs a page its letters.

Order: byte order mark; zero bytes of UTF-16 and UTF-32; valid UTF-8, whatever is declared; a declared charset
that fits; windows-1258 recognised by its Vietnamese letters; UTF-8 with stray bytes replaced; a guess.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*+=\s*+["']?+\s*+([\w.:-]+)|<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)""", re.I
)
_HEAD = 8192  # the standard says 1,024 bytes; pages that declare later exist

# what browsers read for these labels (https://encoding.spec.whatwg.org/#names-and-labels)
_BROWSERS_READ = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}

# U+00A8 and the like stand where C1 controls would be: numeric references 128 to 159 mean windows-1252 in HTML
_C1 = {n: bytes([n]).decode("cp1252", "ignore") for n in range(128, 160)}
_NUMERIC = re.compile(r"&#(?:0*(\d{1,7})(?!\d)|[xX]0*([0-9a-fA-F]{1,6})(?![0-9a-fA-F]));?")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


_C0 = bytes([*range(9), 11, *range(14, 32), 127])
_BINARY = bytes([*range(9), 11, *range(14, 27), *range(28, 32)])
_SPACED = bytes.maketrans(b"\x0c", b" ")
_C1_BYTES = re.compile(rb"\xc2[\x80-\x9f]")
_NONCHARACTERS = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")


def decode(body: bytes, header_charset: str | None = None) -> str:
    """The page's text without control characters. Never raises; undecodable bytes become U+FFFD."""
    return clean(_decoded(body, header_charset))


def is_binary(body: bytes) -> bool:
    """Whether a body is no text at all: many of its first bytes are such as no text has (the binary data bytes of
    https://mimesniff.spec.whatwg.org/#binary-data-byte). A charset that gives every byte a letter, there always is."""
    head = body[:4096]
    if any(head.startswith(mark) for mark, _ in _BOMS) or _wide(head):
        return False
    return (len(head) - len(head.translate(None, _BINARY))) * 50 > len(head)


def clean(text: str) -> str:
    """Without control characters, written out or as numeric references: a parser would cut the text there."""
    text = _without_controls(text)
    return _NUMERIC.sub(_printable, text) if "&#" in text else text


def _without_controls(text: str) -> str:
    """In bytes, where the search is fifteen times as fast as one for characters; stray surrogates go too."""
    body = text.encode("utf-8", "ignore").translate(_SPACED, _C0)
    if not body.isascii():
        body = _NONCHARACTERS.sub(b"", _C1_BYTES.sub(b"", body))
    return body.decode("utf-8")


def _printable(match: re.Match[str]) -> str:
    number = int(match[1]) if match[1] else int(match[2], 16)
    if number in _C1:
        return _C1[number]
    if number > 0x10FFFF or number in (11, 12) or _CONTROLS.match(chr(number)):
        return ""
    return match[0]


def _decoded(body: bytes, header_charset: str | None) -> str:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    wide = _wide(body)
    if wide:
        return body.decode(wide, "replace")
    try:
        text = body.decode("utf-8")
        if "\x1b" not in text:  # ISO-2022 is ASCII to the eye
            return text
    except UnicodeDecodeError:
        pass
    return _declared_or_guessed(body, header_charset)


def _wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: most of the markup's bytes at one position are zero."""
    head = body[:2048]
    if head.count(0) * 3 < len(head) or len(head) < 16:
        return None
    zeros = [head[n::4].count(0) * 4 / len(head) for n in range(4)]
    patterns = (("utf-32-le", "0111"), ("utf-32-be", "1110"), ("utf-16-le", "0101"), ("utf-16-be", "1010"))
    for charset, pattern in patterns:
        if all((share > 0.7) == (expected == "1") for share, expected in zip(zeros, pattern, strict=True)):
            return charset
    return None


def _declared_or_guessed(body: bytes, header_charset: str | None) -> str:
    declared = _declared(body)
    replaced = body.decode("utf-8", "replace")
    strays = replaced.count("\ufffd")
    letters = sum(1 for char in replaced[:400_000] if char > "\x7f") - strays
    if strays and letters >= 4 * strays:
        return replaced
    vietnamese = body.decode("cp1258", "replace")
    if _looks_vietnamese(vietnamese):
        return unicodedata.normalize("NFC", vietnamese)
    for label in (header_charset, declared):
        text = _fitting(body, label)
        if text is not None:
            return text
    return replaced if letters > strays else _guessed(body)


def _declared(body: bytes) -> str | None:
    match = _DECLARED.search(body, 0, _HEAD)
    return (match[1] or match[2]).decode("ascii", "ignore") if match else None


def _fitting(body: bytes, label: str | None) -> str | None:
    """The body under that charset, if the charset is known, not UTF-8 (tried before) and nearly all bytes fit."""
    try:
        name = codecs.lookup((label or "").strip().strip("\"'")).name
        if name.startswith(("utf", "cp1258")):
            return None
        text = body.decode(_BROWSERS_READ.get(name, name), "replace")
    except (LookupError, ValueError, AssertionError):
        return None  # no such charset, or a codec that is not one of text (rot13, idna)
    return text if text.count("\ufffd") * 200 <= len(text) else None


def _looks_vietnamese(text: str) -> bool:
    """Whether windows-1258 reads as Vietnamese: its tone marks follow vowels and compose with them."""
    marks = len(re.findall("[\u0300\u0301\u0303\u0309\u0323]", text))
    on_vowels = len(re.findall("[aăâeêioôơuưyAĂÂEÊIOÔƠUƯY][\u0300\u0301\u0303\u0309\u0323]", text))
    return on_vowels >= 3 and on_vowels > 0.8 * marks and len(re.findall("[đơưĐƠƯ]", text)) * 20 > on_vowels


def _guessed(body: bytes) -> str:
    best = from_bytes(body[:20_000], steps=3, chunk_size=512).best()
    return body.decode(best.encoding if best else "cp1252", "replace")
