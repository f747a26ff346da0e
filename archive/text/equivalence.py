"""Normalises and tokenises text so that edits and diffs compare its wording, not its typography; tells a text that went
through a wrong charset from an edited one.

An edit is a change of what the newspaper says, not of how a program printed it. These differences are typography and
are ignored:

- White space, unless it separates two words or stands inside a number. `mới .` is `mới.`, for a space slips in and out
  beside punctuation with every change of markup; `nhà máy` is not `nhàmáy`, and `1, 5` is not `1,5`.
- Invisible characters: soft hyphens, zero-width spaces and joiners, direction marks, control characters.
- Unicode form: composed or decomposed letters, ligatures, full-width forms, `…` or three dots, Đ written with the
  look-alike letters Eth or African D, as old Vietnamese encodings were converted.
- Curly, angled or straight quotation marks, and hyphens or dashes of any length. Publishing systems set and unset them
  by themselves (WordPress does both, by a setting), they sound the same, and an edit per article on the day the
  setting changes would bury the true ones. An added or removed quotation mark or dash still counts.

Every other difference counts, case included. Superscripts are not unfolded: 10² is not 102. Old and new tone marks
(hoà, hòa) are different letters: an edit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

_INVISIBLE = (
    *range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x34F, 0x61C, 0x180E,
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF,
    *range(0xFFF9, 0xFFFC),
)  # fmt: skip
# Characters that tidy() drops or expands.
_TIDY = {
    **dict.fromkeys(_INVISIBLE, ""),
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},  # ff, fi, fl ...
    0x2025: "..",
    0x2026: "...",
}
_DASHES = "‐‑‒–—―−﹘﹣－"
# Characters compared as another character, one for one.
_EQUIVALENT_CHARACTERS = {
    **dict.fromkeys(map(ord, "“”„‟«»″＂"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛′ʼ`´＇"), "'"),
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "＂＇－"},  # full-width ASCII
    **dict.fromkeys(map(ord, "ÐƉ"), "Đ"),
}
# Searching for anything to translate is much quicker than translating.
_TIDY_PATTERN = re.compile(f"[{re.escape(''.join(map(chr, _TIDY)))}]")
_EQUIVALENT_PATTERN = re.compile(f"[{re.escape(''.join(map(chr, _EQUIVALENT_CHARACTERS)))}]")
LONGEST = 300_000
"""Characters of the longest text that is tokenised: 60,000 words, in one paragraph."""

# A word, with the separators inside a number, a date or a time; a run of dots or dashes; any other mark; a break.
_RUN = re.compile(r"\. ?\.|- ?-")  # only such tokens have a key that differs from what is printed
_TOKEN = re.compile(r"[\w\u0300-\u036f]+(?:(?<=\d)[.,:/](?=\d)[\w\u0300-\u036f]+)*|\.(?: ?\.)*|-(?: ?-)*|\n|[^\w\s]")

# A mark that is a token by itself. Common letters are named, though \w holds them: to find a character in a set is
# quicker than to ask Unicode what it is.
_MARK = re.compile(r"([^ \n0-9A-Za-zÀ-ÖØ-öø-ɏẠ-ỹ\w\s\u0300-\u036f](?!(?<=\d[.,:/])\d))")
# What paragraphs are prepared for one by one: characters of _TIDY, line breaks of other kinds; what may be a run,
# now or once equivalents are exchanged. Each pattern begins with one set of characters: such are found quickly.
_UNUSUAL = re.compile(f"[{re.escape(''.join(map(chr, _TIDY)))}\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_POSSIBLE_RUN = re.compile(f"[-.\uff0e{_DASHES}]\\s*[-.\uff0e{_DASHES}]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A tidy text as words and marks. keys are compared; the n-th is text[starts[n]:ends[n]]."""

    text: str
    keys: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def tidy(text: str | None) -> str:
    """The text on one line: NFC, without invisible characters, white space folded."""
    if not text:
        return ""
    return _cached_tidied(text) if len(text) < _LONGEST_CACHED else _tidied(text)


def _tidied(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", text.translate(_TIDY) if _TIDY_PATTERN.search(text) else text)
    return " ".join(text.split())


def tokens(text: str) -> Tokens:
    """Tokenises a tidy text, or several joined by line breaks. A text longer than LONGEST is one token: its wording as
    a whole."""
    if len(text) > LONGEST:
        return Tokens(text, (plain(text),), (0,), (len(text),))
    return _cached_tokens(text) if len(text) < _LONGEST_CACHED else _tokens(text)


def _tokens(text: str) -> Tokens:
    compared = _with_equivalents(text)
    matches = list(_TOKEN.finditer(compared))
    words = [match[0] for match in matches]
    keys = tuple(map(_key, words) if _RUN.search(compared) else words)
    return Tokens(text, keys, tuple([match.start() for match in matches]), tuple([match.end() for match in matches]))


def plain(text: str | None) -> str:
    """The comparison key of a text: equal for two prints of one wording."""
    return _cached_plain(text) if text and len(text) < _LONGEST_CACHED else _plain(text)


def _plain(text: str | None) -> str:
    compared = _with_equivalents(tidy(text))
    return " ".join(map(_key, _TOKEN.findall(compared))) if _RUN.search(compared) else _with_spaced_marks(compared)


def plain_lines(text: str) -> tuple[str, ...]:
    """The comparison keys of a body's paragraphs that hold at least one token."""
    if _UNUSUAL.search(text) or _POSSIBLE_RUN.search(text):
        return tuple(line for part in text.splitlines() if (line := plain(part)))
    compared = _with_equivalents(text if text.isascii() else unicodedata.normalize("NFC", text))
    spaced = " ".join(_MARK.split(compared))
    if has_single_spaces(compared):  # then at most three meet, around and between two marks
        spaced = spaced.replace("  ", " ").replace("  ", " ")
        return tuple(line for part in spaced.split("\n") if (line := part.strip()))
    return tuple(line for part in spaced.split("\n") if (line := " ".join(part.split())))


def has_single_spaces(text: str) -> bool:
    """Whether a text has no white space but line feeds, and spaces one at a time: as most have. Words need not be found
    to tidy it."""
    return "  " not in text and text.replace("\n", "").isprintable()


def _with_spaced_marks(text: str) -> str:
    """The tokens of a text without runs of dots or dashes, with a space between any two: finding marks is much quicker
    than finding words."""
    return " ".join(" ".join(_MARK.split(text)).split())


# Storing and comparing normalise the same paragraphs many times.
_cached_tokens = lru_cache(maxsize=64)(_tokens)
_cached_plain = lru_cache(maxsize=1024)(_plain)
_cached_tidied = lru_cache(maxsize=1024)(_tidied)
_LONGEST_CACHED = 4_000


def lines(text: str) -> list[str]:
    """The tidy paragraphs of a body that hold at least one token."""
    return [line for part in text.splitlines() if (line := tidy(part)) and _TOKEN.search(line)]


def word_count(text: str) -> int:
    """Counts words (in Vietnamese: syllables) and numbers."""
    return sum(is_word(key) for key in _TOKEN.findall(_with_equivalents(text)))


def is_word(key: str) -> bool:
    """Whether a token's key is a word or number rather than a mark."""
    return key[0].isalnum() or key[0] == "_"


def _with_equivalents(text: str) -> str:
    return text.translate(_EQUIVALENT_CHARACTERS) if _EQUIVALENT_PATTERN.search(text) else text


def _key(token: str) -> str:
    if token[0] == "-":
        return "-"
    return "..." if token[0] == "." and len(token) > 1 else token


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


Argument = TypeVar("Argument")
Value = TypeVar("Value")

REMEMBERED = 512
"""How many values are remembered: filing an article asks for the same values of all its states in several passes."""


class IdentityMemo(Generic[Argument, Value]):
    """A function of an immutable argument that remembers its last values. Unlike lru_cache, it does not hash or compare
    arguments, which costs nearly as much as most functions of a reading."""

    def __init__(self, find: Callable[[Argument], Value]) -> None:
        self._find, self._known = find, dict[int, tuple[Argument, Value]]()

    def __call__(self, argument: Argument) -> Value:
        known = self._known.get(id(argument))
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[id(argument)] = argument, self._find(argument)  # keeps the argument, and so its id
        return known[1]
