"""Tells a text that went through a wrong charset from an edited one."""

from __future__ import annotations

import re

from archive.text.equivalence import tidy

_FEWEST, _SHARE = 3, 0.8  # letters or words that a wrong charset damages
_UTF_8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|\xc3 |[\xe0-\xef][\x80-\xbf]{2}")  # "\xc3 ": à, and then tidied
_NOT_ALPHANUMERIC = bytes(code for code in range(128) if not chr(code).isalnum())


def is_garbled(before: str, after: str) -> bool:
    """Whether a text was read in another charset than before: as Windows-1252, though it is UTF-8, or with � or ? in
    the place of letters. Then the letters and digits of ASCII are the same, and most words with others are not: an
    editor who corrects an accent leaves the others."""
    damage = _damaged_letters(after) - _damaged_letters(before)
    if damage >= _FEWEST or _skeleton(before) != _skeleton(after):
        return damage >= _FEWEST
    words = _accented_words(before)
    lost = len(words - _accented_words(after))
    return damage > 0 or (len(words) >= _FEWEST and lost >= _SHARE * len(words))


def _damaged_letters(text: str) -> int:
    """How many letters are �, or the bytes of one in UTF-8, each read as Windows-1252."""
    return text.count("\ufffd") + len(_UTF_8_LETTER.findall(text.encode("cp1252", "replace")))


def _skeleton(text: str) -> bytes:
    """A text's ASCII letters and digits."""
    return text.encode("ascii", "ignore").translate(None, _NOT_ALPHANUMERIC)


def _accented_words(text: str) -> set[str]:
    return {word for word in tidy(text).split() if not word.isascii()}
