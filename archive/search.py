"""Searching as Vietnamese readers do it: with or without diacritics, đ or d, phrases in quotes, a star for a prefix.

The index (migrations.py) folds diacritics and holds the text twice, once with đ as d. Here a reader's words become an
FTS5 query (https://www.sqlite.org/fts5.html#full_text_query_syntax), and a text becomes a snippet in its own spelling.
"""

from __future__ import annotations

import re
import unicodedata

from archive.errors import BadQuery

_PIECE = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w+")
OPEN, CLOSE = "«", "»"


def fts_query(words: str) -> str:
    """The FTS5 query for what a reader typed: every word, and every phrase in double quotes, must occur; a word ending
    in * stands for all words that begin so. Raises BadQuery when no word is left."""
    terms = [_term(phrase or word) for phrase, word in _PIECE.findall(unicodedata.normalize("NFC", words))]
    if not (query := " ".join(filter(None, terms))):
        raise BadQuery(f"nothing to search for in {words!r}. Give one or more words, or a phrase in double quotes")
    return query


def _term(text: str) -> str:
    found = _WORD.findall(text)
    prefix = " *" if text.endswith("*") else ""
    return f'"{" ".join(found)}"{prefix}' if found else ""


def fold(text: str) -> str:
    """The text lowercased, without diacritics and with đ as d; for NFC text of the same length as the text."""
    return "".join(_fold_letter(letter) for letter in text)


def _fold_letter(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    base = unicodedata.normalize("NFD", letter)[0]
    return base.lower() if len(base.lower()) == 1 else base


def snippet(text: str, words: str, width: int = 120) -> str:
    """About `width` characters of the text, where the most of the words stand together, each hit marked «so»; the
    text's beginning when no word occurs in it."""
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    hits = list(_hit_pattern(words).finditer(fold(flat)))
    start = _word_start(flat, max(0, _best(hits, width) - width // 4))
    end = _word_end(flat, start + width)
    marked = _marked(flat, start, end, [hit.span() for hit in hits if start <= hit.start() and hit.end() <= end])
    return ("… " if start else "") + marked + (" …" if end < len(flat) else "")


def _best(hits: list[re.Match[str]], width: int) -> int:
    """Where the stretch begins that holds the most different words; 0 when there are none."""

    def different(first: re.Match[str]) -> int:
        return len({hit.lastindex for hit in hits if 0 <= hit.start() - first.start() < width * 3 // 4})

    return max(hits, key=different).start() if hits else 0


def _hit_pattern(words: str) -> re.Pattern[str]:
    """Matches any of the words in folded text; the number of the group says which."""
    terms = []
    for phrase, word in _PIECE.findall(unicodedata.normalize("NFC", words)):
        if found := _WORD.findall(fold(phrase or word)):
            body = r"\W+".join(map(re.escape, found))
            ending = r"\w*" if word.endswith("*") else ""
            terms.append(f"({body}{ending})")
    return re.compile(r"\b(?:" + "|".join(terms) + r")\b" if terms else r"(?!)")


def _word_start(text: str, position: int) -> int:
    return text.rfind(" ", 0, position + 1) + 1 if position else 0


def _word_end(text: str, position: int) -> int:
    end = text.find(" ", position)
    return len(text) if end < 0 else end


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], start
    for first, last in spans:
        pieces += [text[at:first], OPEN, text[first:last], CLOSE]
        at = last
    return "".join([*pieces, text[at:end]])
