"""Search snippets: excerpts a text around the search terms, in the text's own spelling."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from archive.text.search_query import Term, parse

OPEN, CLOSE = "«", "»"
_WORD_REST = r"[^\W_]*"


class _Folding(dict[int, str]):
    """A str.translate table: lowercases a letter, drops its diacritics, and folds đ to d; one letter for one."""

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
    """About `width` characters of the text, around the most different search terms, each hit marked «so»; the beginning
    of the text without a hit. Raises BadQuery for an invalid query."""
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    hits = list(_hit_pattern(parse(words).sought).finditer(fold(flat)))
    start = _word_start(flat, max(0, _densest_start(hits, width) - width // 4))
    end = _word_end(flat, start + width)
    marked = _marked(flat, start, end, [hit.span() for hit in hits if start <= hit.start() and hit.end() <= end])
    return ("… " if start else "") + marked + (" …" if end < len(flat) else "")


def holds(text: str, words: str) -> bool:
    """Whether a text matches a query as the index would. Raises BadQuery."""
    folded, query = fold(unicodedata.normalize("NFC", text)), parse(words)
    matches = (_hit_pattern(group).search(folded) for group in query.groups)
    return all(matches) and not (query.excluded and _hit_pattern(query.excluded).search(folded))


def _densest_start(hits: list[re.Match[str]], width: int) -> int:
    """Start of the first window with the most different terms; 0 without a hit."""
    densest_start, most_distinct, end_index, hits_by_term = 0, 0, 0, Counter[int | None]()
    for hit in hits:
        while end_index < len(hits) and hits[end_index].start() - hit.start() < width * 3 // 4:
            hits_by_term[hits[end_index].lastindex] += 1
            end_index += 1
        if (distinct := sum(1 for count in hits_by_term.values() if count)) > most_distinct:
            densest_start, most_distinct = hit.start(), distinct
        hits_by_term[hit.lastindex] -= 1
    return densest_start


def _hit_pattern(terms: tuple[Term, ...]) -> re.Pattern[str]:
    """Matches any of the terms in folded text; the number of the regex group is that of the term."""
    bodies = (r"\W+".join(re.escape(fold(word)) for word in term.words) for term in terms)
    groups = [f"({body}{_WORD_REST if term.prefix else ''})" for body, term in zip(bodies, terms, strict=True)]
    return re.compile(r"\b(?:" + "|".join(groups) + r")\b")


def _word_start(text: str, position: int) -> int:
    return text.rfind(" ", 0, position + 1) + 1 if position else 0


def _word_end(text: str, position: int) -> int:
    end = text.find(" ", position)
    return len(text) if end < 0 else end


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    pieces, position = [], start
    for span_start, span_end in spans:
        pieces += [text[position:span_start], OPEN, text[span_start:span_end], CLOSE]
        position = span_end
    return "".join([*pieces, text[position:end]])
