"""What two prints of one text have in common: the rule by which wording is compared, for edits and for diffs.

The question is always whether the newspaper changed what it says, or only how a program printed it. What follows is
printing, and does not count:

- White space, unless it separates two words or stands inside a number. `mới .` is `mới.`, for a space slips in and out
  beside punctuation with every change of markup; `nhà máy` is not `nhàmáy`, and `1, 5` is not `1,5`.
- Characters nobody sees: soft hyphens, zero-width spaces and joiners, direction marks, control characters.
- Unicode form: composed or decomposed letters, ligatures, full-width forms, `…` or three dots, Đ written with the
  look-alike letters Eth or African D, as old Vietnamese encodings were converted.
- Curly, angled or straight quotation marks, and hyphens or dashes of any length. Publishing systems set and unset them
  by themselves (WordPress does both, by a setting), a reader hears no difference, and an edit per article on the day
  the setting changes would bury the true ones. A quotation mark or dash that comes or goes still counts.

All else does, case included. Superscripts are not unfolded: 10² is not 102. Old and new tone marks (hoà, hòa) are
letters that somebody typed: an edit.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_INVISIBLE = (
    *range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x34F, 0x61C, 0x180E,
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF,
    *range(0xFFF9, 0xFFFC),
)  # fmt: skip
# What is dropped or written out in full before a text is shown or compared.
_TIDY = {
    **dict.fromkeys(_INVISIBLE, ""),
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},  # ff, fi, fl ...
    0x2025: "..",
    0x2026: "...",
}
# What is compared as if it were another character, one for one.
_ALIKE = {
    **dict.fromkeys(map(ord, "“”„‟«»″＂"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛′ʼ`´＇"), "'"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "＂＇－"},  # full-width ASCII
    **dict.fromkeys(map(ord, "ÐƉ"), "Đ"),
}
# Looking whether there is anything to translate is much quicker than translating.
_UNTIDY = re.compile(f"[{re.escape(''.join(map(chr, _TIDY)))}]")
_OTHER = re.compile(f"[{re.escape(''.join(map(chr, _ALIKE)))}]")
LONGEST = 300_000
"""Characters of the longest text whose words are told apart: 60,000 words, in one paragraph."""

# A word, with what holds a number, a date or a time together; a run of dots or dashes; any other mark; a break.
_TOKEN = re.compile(r"[\w\u0300-\u036f]+(?:(?<=\d)[.,:/](?=\d)[\w\u0300-\u036f]+)*|\.(?: ?\.)*|-(?: ?-)*|\n|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A tidy text cut into words and marks. keys are compared; the n-th stands at text[starts[n]:ends[n]]."""

    text: str
    keys: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def tidy(text: str | None) -> str:
    """The text on one line as a person sees it: NFC, without invisible characters, white space folded."""
    if not text:
        return ""
    return _tidied_before(text) if len(text) < _LONG else _tidied(text)


def _tidied(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", text.translate(_TIDY) if _UNTIDY.search(text) else text)
    return " ".join(text.split())


def tokens(text: str) -> Tokens:
    """The words and marks of a tidy text, or of several joined by line breaks. A longer one than any newspaper's is not
    cut up, but is one token: its wording as a whole."""
    if len(text) > LONGEST:
        return Tokens(text, (plain(text),), (0,), (len(text),))
    found = list(_TOKEN.finditer(_alike(text)))
    return Tokens(
        text,
        tuple(_key(match.group()) for match in found),
        tuple(match.start() for match in found),
        tuple(match.end() for match in found),
    )


def plain(text: str | None) -> str:
    """What of a text counts; equal for two prints of one wording."""
    return _remembered(text) if text and len(text) < _LONG else _plain(text)


def _plain(text: str | None) -> str:
    return " ".join(_key(token) if token[0] in ".-" else token for token in _TOKEN.findall(_alike(tidy(text))))


# Filing and comparing ask for the same paragraphs again and again.
_remembered = lru_cache(maxsize=1024)(_plain)
_tidied_before = lru_cache(maxsize=1024)(_tidied)
_LONG = 4_000


def lines(text: str) -> list[str]:
    """The paragraphs of a body in which there is anything to read, tidy."""
    return [line for part in text.splitlines() if (line := tidy(part)) and _TOKEN.search(line)]


def word_count(text: str) -> int:
    """How many words (in Vietnamese: syllables) or numbers there are."""
    return sum(is_word(key) for key in _TOKEN.findall(_alike(text)))


def is_word(key: str) -> bool:
    """Whether a token's key is a word or number rather than a mark."""
    return key[0].isalnum() or key[0] == "_"


def _alike(text: str) -> str:
    return text.translate(_ALIKE) if _OTHER.search(text) else text


def _key(token: str) -> str:
    if token[0] == "-":
        return "-"
    return "..." if token[0] == "." and len(token) > 1 else token
