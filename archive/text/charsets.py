"""Which charset a document is in: by its byte order mark, its zero bytes, its own declaration or a label."""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ZEROS = {"0111": "utf-32-le", "1110": "utf-32-be", "0101": "utf-16-le", "1010": "utf-16-be"}
_DECLARATION = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*+=\s*+["']?+\s*+([\w.:-]+)|<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)""", re.I
)
_PRESCAN_BYTES = 8192  # the standard says 1,024, but some pages declare later

# codecs that browsers use for these labels (https://encoding.spec.whatwg.org/#names-and-labels)
_BROWSER_CODECS = {
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


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, in lower case."""
    return content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'") or None


def charset_of_zeros(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark: most of the markup's bytes at one offset are zero."""
    head = body[:2048]
    if head.count(0) * 3 < len(head) or len(head) < 16:
        return None
    zeros = "".join(str(int(head[offset::4].count(0) * 4 > 0.7 * len(head))) for offset in range(4))
    return _ZEROS.get(zeros)


def declared_charset(body: bytes) -> str | None:
    """The label in a document's <meta> or XML declaration."""
    match = _DECLARATION.search(body, 0, _PRESCAN_BYTES)
    return (match[1] or match[2]).decode("ascii", "ignore") if match else None


def codec_of(label: str | None) -> str | None:
    """The codec that browsers use for a charset's label; None for UTF, which the bytes themselves show, for an unknown
    charset, and for what is no text codec (rot13, idna)."""
    try:
        name = codecs.lookup((label or "").strip().strip("\"'")).name
        codec = _BROWSER_CODECS.get(name, name)
        for errors in ("strict", "replace"):  # punycode fails with the one, idna with the other
            b" ".decode(codec, errors)  # for b"" Python does not call the codec
    except (LookupError, ValueError, AssertionError):
        return None
    return None if codec.startswith("utf") else codec
