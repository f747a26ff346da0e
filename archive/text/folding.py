"""Normalises text for storage: NFC, entities unescaped, white space folded, no control or invisible characters."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

LONGEST = 2_000  # characters; no headline, byline or date line is longer
WHOLE = 10_000_000
"""As a limit: effectively none, for long texts."""
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
# Control characters, soft hyphen, zero-width space, bidi marks, word joiner, byte order mark; not the joiners U+200C
# and U+200D, which change Persian words.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_SIGN = r"[^\w\s\x00-\x7f]"  # combining marks are among them
_SIGNS = re.compile(rf"{_SIGN}{_SIGN}{{30,}}")  # found faster than by {31,}


def folded(text: str, limit: int = LONGEST) -> str:
    """One line of clean text, at most `limit` characters; unescapes doubly escaped entities and drops stray tags."""
    text = text[: 4 * limit]
    if "&" in text:
        once = html.unescape(text)
        text = once if once == text else html.unescape(once)
    if "<" in text:
        text = _TAG.sub("", text)
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join(_INVISIBLE.sub("", text).split())
    if not text.isascii():
        text = nfc(text)
    return text[:limit].strip()


def nfc(text: str) -> str:
    """The text of a stranger in the form NFC, at little cost."""
    return unicodedata.normalize("NFC", _SIGNS.sub(_with_few_marks, text))


def _with_few_marks(signs: re.Match[str]) -> str:
    """The signs with at most 30 combining marks in a row (Unicode's Stream-Safe Text Format, UAX 15): to bring more
    into their order takes the square of their number."""
    kept, marks = [], 0
    for sign in signs[0]:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= 30:
            kept.append(sign)
    return "".join(kept)


@lru_cache(maxsize=4096)
def key_of(text: str) -> str:
    """Comparison key of a name or headline: its letters and digits, without case, diacritics and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if letter.isalnum())


def fold(text: str) -> str:
    """One line of clean text, however long."""
    return folded(text, WHOLE)


@lru_cache(maxsize=256)
def letters(text: str) -> str:
    """Comparison key of a sentence: its letters and digits, without case."""
    return "".join(_WORD.findall(text)).casefold()
