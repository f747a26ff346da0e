"""Parses what a reader types into an FTS5 query, with or without diacritics, and excerpts a text around its terms.

The index (m001_first_light.py) folds diacritics, and with them the place of the tone mark (hoà, hòa), and holds the
text twice, once with đ as d (FTS5 syntax: https://www.sqlite.org/fts5.html#full_text_query_syntax).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, product

from archive.model.errors import BadQuery

# A minus counts only before a word, not inside one: Covid-19.
_TERM_PATTERN = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_WORD = re.compile(r"[^\W_]+")
_OR_OPERATOR = "OR"
_MAX_CHARACTERS = 2_000
_MAX_WORDS = 64
_MIN_PREFIX = 2
_MAX_SPELLINGS = 16


@dataclass(frozen=True, slots=True)
class Term:
    """Words in this order; prefix: the last one is a prefix match."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: at least one term of every group must occur, and no term of `excluded`."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    @property
    def sought(self) -> tuple[Term, ...]:
        """The terms of all groups."""
        return tuple(term for group in self.groups for term in group)


def parse(words: str) -> Query:
    """Parses what a reader typed: words, "phrases", beginnings*, a OR b, -excluded.

    Raises BadQuery when no word is left to search for, or when there are too many.
    """
    if len(words) > _MAX_CHARACTERS:
        raise BadQuery(f"{len(words)} characters are too many to search for. Give at most {_MAX_CHARACTERS}")
    terms = list(_parsed_terms(unicodedata.normalize("NFC", words)))
    groups = _groups(terms)
    if not groups:
        shown = repr(words if len(words) < 40 else words[:40] + "…")
        raise BadQuery(f"nothing to search for in {shown}. Give one or more words, or a phrase in double quotes")
    query = Query(groups, tuple(term for term, excluded in terms if term and excluded))
    _check_limits(query)
    return query


def _check_limits(query: Query) -> None:
    terms = (*query.sought, *query.excluded)
    if sum(len(term.words) for term in terms) > _MAX_WORDS:
        raise BadQuery(f"too many words to search for. Give at most {_MAX_WORDS}")
    if any(term.prefix and len(term.words[-1]) < _MIN_PREFIX for term in terms):
        raise BadQuery(f"a star needs {_MIN_PREFIX} letters before it. Give more of the word")


def _parsed_terms(words: str) -> Iterator[tuple[Term | None, bool]]:
    """Yields (term, excluded); None as the term stands for OR. Skips whatever holds no word."""
    for match in _TERM_PATTERN.finditer(words):
        if match["word"] == _OR_OPERATOR and not match["minus"]:
            yield None, False
            continue
        text = match["phrase"] or match["word"] or ""
        if term_words := tuple(_WORD.findall(text)):
            yield Term(term_words, text.endswith("*")), bool(match["minus"])


def _groups(terms: list[tuple[Term | None, bool]]) -> tuple[tuple[Term, ...], ...]:
    """Groups the terms joined by OR, without the excluded ones; ignores an OR that joins nothing."""
    groups: list[tuple[Term, ...]] = []
    joining = False
    for term, excluded in terms:
        if term is None:
            joining = bool(groups)
        elif excluded:
            joining = False
        elif joining:
            groups[-1] = (*groups[-1], term)
            joining = False
        else:
            groups.append((term,))
    return tuple(groups)


def fts_query(words: str) -> str:
    """The FTS5 query for what a reader typed. Raises BadQuery as `parse` does."""
    query = parse(words)
    return _with_exclusions(" AND ".join(_any_of(map(_quoted, group)) for group in query.groups), query.excluded)


def front_query(words: str, columns: str) -> str:
    """As fts_query, restricted to these columns. The index does not hold single columns with đ as d, so the query has
    both spellings of a word that begins with d; Vietnamese has đ only at the beginning of a syllable."""
    query = parse(words)
    sought = " AND ".join(_any_of(chain.from_iterable(map(_d_spellings, group))) for group in query.groups)
    return _with_exclusions(f"{{{columns}}} : ({sought})", query.excluded)


def _with_exclusions(expression: str, excluded: tuple[Term, ...]) -> str:
    return f"({expression}) NOT {_any_of(map(_quoted, excluded))}" if excluded else expression


def _any_of(phrases: Iterable[str]) -> str:
    return f"({' OR '.join(phrases)})"


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def _d_spellings(term: Term) -> Iterator[str]:
    choices = [(word, "đ" + word[1:]) if word[0] in "dD" else (word,) for word in term.words]
    return (_quoted(Term(words, term.prefix)) for words in islice(product(*choices), _MAX_SPELLINGS))


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


def without_diacritics(text: str) -> str:
    """The text lowercased, without diacritics and with đ as d; for NFC text of the same length as the text."""
    return text.translate(_FOLDING)


def snippet(text: str, words: str, width: int = 120) -> str:
    """About `width` characters of the text, around the most different search terms, each hit marked «so»; the beginning
    of the text without a hit. Raises BadQuery for an invalid query."""
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    hits = list(_hit_pattern(parse(words).sought).finditer(without_diacritics(flat)))
    first = max(0, _densest_start(hits, width) - width // 4)
    start = flat.rfind(" ", 0, first + 1) + 1 if first else 0
    end = len(flat) if (space := flat.find(" ", start + width)) < 0 else space
    marked = _marked(flat, start, end, [hit.span() for hit in hits if start <= hit.start() and hit.end() <= end])
    return ("… " if start else "") + marked + (" …" if end < len(flat) else "")


def holds(text: str, words: str) -> bool:
    """Whether a text matches a query as the index would. Raises BadQuery."""
    folded, query = without_diacritics(unicodedata.normalize("NFC", text)), parse(words)
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
    bodies = (r"\W+".join(re.escape(without_diacritics(word)) for word in term.words) for term in terms)
    groups = [f"({body}{_WORD_REST if term.prefix else ''})" for body, term in zip(bodies, terms, strict=True)]
    return re.compile(r"\b(?:" + "|".join(groups) + r")\b")


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    pieces, position = [], start
    for span_start, span_end in spans:
        pieces += [text[position:span_start], OPEN, text[span_start:span_end], CLOSE]
        position = span_end
    return "".join([*pieces, text[position:end]])
