"""Searching as Vietnamese readers do it: with or without diacritics, đ or d, phrases in quotes, a star for a prefix.

The index (m001_first_light.py) folds diacritics, and with them where a tone mark stands (hoà, hòa), and holds the text
twice, once with đ as d. Here a reader's words become an FTS5 query
(https://www.sqlite.org/fts5.html#full_text_query_syntax).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, product

from archive.model.errors import BadQuery

# A minus counts only before a word, not inside one: Covid-19.
_PIECE = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_WORD = re.compile(r"[^\W_]+")
_OR = "OR"
_MOST_CHARACTERS = 2_000
_MOST_WORDS = 64
_SHORTEST_PREFIX = 2
_MOST_SPELLINGS = 16


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand in this order; prefix: the last of them is only the beginning of one."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asks for: of every group one term must occur, of `excluded` none."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    @property
    def sought(self) -> tuple[Term, ...]:
        """The terms that may occur."""
        return tuple(term for group in self.groups for term in group)


def parse(words: str) -> Query:
    """What a reader typed: words, "phrases", beginnings*, a OR b, -excluded.

    Raises BadQuery when no word is left to search for, or when there are too many.
    """
    if len(words) > _MOST_CHARACTERS:
        raise BadQuery(f"{len(words)} characters are too many to search for. Give at most {_MOST_CHARACTERS}")
    pieces = list(_pieces(unicodedata.normalize("NFC", words)))
    groups = _groups(pieces)
    if not groups:
        raise BadQuery(
            f"nothing to search for in {_shown(words)}. Give one or more words, or a phrase in double quotes"
        )
    query = Query(groups, tuple(term for term, excluded in pieces if term and excluded))
    _refuse_too_much(query)
    return query


def _shown(words: str) -> str:
    return repr(words if len(words) < 40 else words[:40] + "…")


def _refuse_too_much(query: Query) -> None:
    terms = (*query.sought, *query.excluded)
    if sum(len(term.words) for term in terms) > _MOST_WORDS:
        raise BadQuery(f"too many words to search for. Give at most {_MOST_WORDS}")
    if any(term.prefix and len(term.words[-1]) < _SHORTEST_PREFIX for term in terms):
        raise BadQuery(f"a star needs {_SHORTEST_PREFIX} letters before it. Give more of the word")


def _pieces(words: str) -> Iterator[tuple[Term | None, bool]]:
    """Every term with whether it is excluded; None stands for OR. What holds no word is left out."""
    for piece in _PIECE.finditer(words):
        if piece["word"] == _OR and not piece["minus"]:
            yield None, False
            continue
        text = piece["phrase"] or piece["word"] or ""
        if found := tuple(_WORD.findall(text)):
            yield Term(found, text.endswith("*")), bool(piece["minus"])


def _groups(pieces: list[tuple[Term | None, bool]]) -> tuple[tuple[Term, ...], ...]:
    """The sought terms, those with OR between them together; an OR that joins nothing is left out."""
    groups: list[tuple[Term, ...]] = []
    joining = False
    for term, excluded in pieces:
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
    return _without(" AND ".join(_any(map(_quoted, group)) for group in query.groups), query.excluded)


def front_query(words: str, columns: str) -> str:
    """As fts_query, but the words sought must stand in these columns. The index does not hold single columns with đ as
    d, so words that begin with d are asked for in both spellings; Vietnamese has them only where a syllable begins."""
    query = parse(words)
    sought = " AND ".join(_any(chain.from_iterable(map(_spellings, group))) for group in query.groups)
    return _without(f"{{{columns}}} : ({sought})", query.excluded)


def _without(sought: str, excluded: tuple[Term, ...]) -> str:
    return f"({sought}) NOT {_any(map(_quoted, excluded))}" if excluded else sought


def _any(quoted: Iterable[str]) -> str:
    return f"({' OR '.join(quoted)})"


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def _spellings(term: Term) -> Iterator[str]:
    choices = [(word, "đ" + word[1:]) if word[0] in "dD" else (word,) for word in term.words]
    return (_quoted(Term(words, term.prefix)) for words in islice(product(*choices), _MOST_SPELLINGS))
