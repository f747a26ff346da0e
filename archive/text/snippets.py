"""Snippets: where in a text the words a reader searched for stand, in the text's own spelling."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from archive.text.search_query import Term, parse

OPEN, CLOSE = "«", "»"
_REST = r"[^\W_]*"


class _Folding(dict[int, str]):
    """For str.translate: every letter to itself in lower case, without diacritics, and đ to d; one letter for one."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        base = "d" if letter in "đĐ" else unicodedata.normalize("NFD", letter)[0]
        self[code] = base.lower() if len(base.lower()) == 1 else base
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text lowercased, without diacritics and with đ as d; for NFC text of the same length as the text."""
    return text.translate(_FOLDING)


def snippet(text: str, words: str, width: int = 120) -> str:
    """About `width` characters of the text, where the most of the words stand together, each hit marked «so»; the
    text's beginning when no word occurs in it. Raises BadQuery for words that cannot be searched for."""
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    hits = list(_hit_pattern(parse(words).sought).finditer(fold(flat)))
    start = _word_start(flat, max(0, _best(hits, width) - width // 4))
    end = _word_end(flat, start + width)
    marked = _marked(flat, start, end, [hit.span() for hit in hits if start <= hit.start() and hit.end() <= end])
    return ("… " if start else "") + marked + (" …" if end < len(flat) else "")


def holds(text: str, words: str) -> bool:
    """Whether a text holds what a reader searches for, as the index would find it. Raises BadQuery."""
    folded, query = fold(unicodedata.normalize("NFC", text)), parse(words)
    found = (_hit_pattern(group).search(folded) for group in query.groups)
    return all(found) and not (query.excluded and _hit_pattern(query.excluded).search(folded))


def _best(hits: list[re.Match[str]], width: int) -> int:
    """Where the stretch begins that holds the most different words, the first of those; 0 when there are none."""
    best, most, last, inside = 0, 0, 0, Counter[int | None]()
    for first in hits:
        while last < len(hits) and hits[last].start() - first.start() < width * 3 // 4:
            inside[hits[last].lastindex] += 1
            last += 1
        if (different := sum(1 for count in inside.values() if count)) > most:
            best, most = first.start(), different
        inside[first.lastindex] -= 1
    return best


def _hit_pattern(terms: tuple[Term, ...]) -> re.Pattern[str]:
    """Matches any of the terms in folded text; the number of the group says which."""
    bodies = (r"\W+".join(re.escape(fold(word)) for word in term.words) for term in terms)
    groups = [f"({body}{_REST if term.prefix else ''})" for body, term in zip(bodies, terms, strict=True)]
    return re.compile(r"\b(?:" + "|".join(groups) + r")\b")


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
