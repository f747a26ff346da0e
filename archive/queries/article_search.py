"""The filter that search, lists and feeds share, as SQL conditions on `articles`; and full-text search: finds and ranks
the versions that contain the words.

Versions with the words in their headline come first, then those with them in headline and lead, then the rest; within
each group, the last archived come first. FTS5's bm25 is not used: it reads every matching version several times, and
for words that most articles contain its ranking means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlite_utils import Database

from archive.model import clock
from archive.model.clock import zone_of
from archive.model.validation import FIRST_MOMENT
from archive.storage.integrity.column_validation import readable_values, usable
from archive.text.search_query import front_query, fts_query, parse, without_diacritics

LANGUAGE = "CASE WHEN json_valid(texts.details) THEN json_extract(texts.details, '$.language') END AS language"
"""The column with the language that the page of a text declares; NULL for none."""


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """A filter for articles; an empty field filters nothing.

    words: as archive/text/search_query.py parses them. outlet: its name. section: as the page names it. author: part
    of the byline. credit: the whole credit of one of its pictures. These three ignore case and diacritics. article: its
    id. since, until: days of publication in the outlet's time zone, both included; for an article without a
    published time, the day it was first seen. unannounced: has an edit that the newspaper did not announce.
    """

    words: str = ""
    outlet: str | None = None
    section: str | None = None
    author: str | None = None
    credit: str | None = None
    since: date | None = None
    until: date | None = None
    edited: bool = False
    unannounced: bool = False
    gone: bool = False
    article: int | None = None


def _day_condition(bounds: Sequence[str]) -> str:
    """Dated articles or, by the day on which they were first seen in the outlet's zone, undated ones. Both bounds stand
    in each half, and coalesce() in none, so that SQLite uses an index on either column for no more than the days asked.
    bounds: "since", "until" or both."""
    dated, undated = (" AND ".join(half[bound] for bound in bounds) for half in (_DATED, _UNDATED))
    return f"(({dated}) OR (articles.published_at IS NULL AND {undated}))"


_DATED = {"since": "articles.published_at >= :since", "until": "articles.published_at < :until || '~'"}
_LOCAL_DAY = "local_day(articles.first_seen_at, (SELECT timezone FROM outlets WHERE id = articles.outlet_id))"
_UNDATED = {
    "since": f"articles.first_seen_at >= date(:since, '-1 day') AND {_LOCAL_DAY} >= :since",
    "until": f"articles.first_seen_at < coalesce(date(:until, '+2 day'), '9999~') AND {_LOCAL_DAY} <= :until",
}
"""The moments bound what is read, in UTC, by a day more than the day in the outlet's zone."""

_CONDITIONS = {
    "outlet": "articles.outlet_id = (SELECT id FROM outlets WHERE name = :outlet)",
    "section": "articles.section = :section",
    "author": "instr(fold(articles.byline), fold(:author)) > 0",
    "credit": "EXISTS (SELECT 1 FROM version_images WHERE version_images.credit = :credit"
    " AND version_images.version_id = articles.current_version_id)",
    "edited": "articles.version_count > 1",
    "unannounced": "EXISTS (SELECT 1 FROM versions WHERE versions.article_id = articles.id AND announced = 'none')",
    "gone": "articles.gone_since IS NOT NULL",
    "article": "articles.id = :article",
}
_MATCH = "articles.current_version_id IN (SELECT rowid FROM search WHERE search MATCH :words)"


def conditions(db: Database, article_filter: ArticleFilter, *, words: bool = True) -> tuple[str, Mapping[str, object]]:
    """A condition on `articles` that begins with AND, or an empty one, and its parameters. words: whether to include
    the words.

    Raises BadQuery for words that cannot be searched for.
    """
    if article_filter.author:
        db.conn.create_function("fold", 1, lambda text: without_diacritics(text) if text else "", deterministic=True)
    values = {name: getattr(article_filter, name) for name in (*_CONDITIONS, *_DATED)}
    bounds = [bound for bound in _DATED if values[bound]]
    values |= {bound: values[bound].isoformat() for bound in bounds}
    values |= {
        "section": _stored_spelling(db, _SECTIONS, article_filter.section),
        "credit": _stored_spelling(db, _CREDITS, article_filter.credit),
    }
    clauses = [sql for name, sql in _CONDITIONS.items() if values[name]]
    if bounds:
        db.conn.create_function("local_day", 2, _local_day, deterministic=True)
        clauses.append(_day_condition(bounds))
    if words and article_filter.words.strip():
        clauses.append(_MATCH)
        values["words"] = fts_query(article_filter.words)
    return "".join(f" AND {clause}" for clause in clauses), values


def _local_day(stamp: str, zone: str) -> str:
    return (clock.read(stamp) or FIRST_MOMENT).astimezone(zone_of(zone)).date().isoformat()


_SECTIONS = "SELECT section FROM months GROUP BY section ORDER BY sum(articles) DESC"
_CREDITS = "SELECT credit FROM credits ORDER BY pictures DESC"


def _stored_spelling(db: Database, query: str, value: str | None) -> str | None:
    """A value as the archive spells it: unchanged if it exists, else the most frequent one that differs only in case
    and diacritics."""
    if not value:
        return None
    spellings = [str(row[0]) for row in db.execute(query).fetchall()]
    alike = (spelling for spelling in spellings if without_diacritics(spelling) == without_diacritics(value))
    return value if value in spellings else next(alike, value)


def spelt_credit(db: Database, credit: str) -> str:
    """A picture credit as the archive spells it."""
    return _stored_spelling(db, _CREDITS, credit) or credit


ALL = ArticleFilter()
"""The filter that lets every article through."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching version; `text` is its lead, body and captions, for a snippet. outlet: its name on the command line,
    outlet_title: its title. section, version_count, gone_since: the present ones of its article."""

    url: str
    outlet: str
    number: int
    headline: str
    published_at: str | None
    first_seen_at: str
    text: str
    article_id: int
    outlet_title: str
    timezone: str
    section: str | None
    version_count: int
    gone_since: str | None
    language: str | None = None


def search(
    db: Database, words: str, *, history: bool = False, article_filter: ArticleFilter = ALL, limit: int = 20,
    skip: int = 0, by_date: bool = False,
) -> list[Hit]:  # fmt: skip
    """Versions that contain the words: current ones, or, with history, all. Matches in the headline first, then in
    headline and lead, then anywhere; within each, newest first. article_filter: for their articles; its words are
    ignored. by_date: latest published first instead. limit: the maximum, including skipped ones; -1 is no limit.

    Raises BadQuery when there is no word to search for, or when there are too many.
    """
    version_ids: dict[int, None] = {}
    for table, query in [("search", fts_query(words))] if by_date else _ranked_queries(words):
        if len(version_ids) < limit or limit < 0:
            version_ids |= dict.fromkeys(
                _matching_versions(db, table, query, article_filter, {"history": history, "limit": limit}, by_date)
            )
    chosen = islice(version_ids, skip, limit if limit >= 0 else None)
    rows = (row for version_id in chosen for row in _hit_row(db, version_id))
    return list(readable_values(rows, "versions", lambda row: Hit(**usable("articles", row))))


def _ranked_queries(words: str) -> Iterator[tuple[str, str]]:
    """The FTS tables to query, in order, with the query for each. Only the large index shows whether a version contains
    an excluded word anywhere."""
    table = "search" if parse(words).excluded else "search_front"
    yield table, front_query(words, "headline")
    yield table, front_query(words, "headline lead")
    yield "search", fts_query(words)


def _matching_versions(
    db: Database, table: str, query: str, article_filter: ArticleFilter, scope: Mapping[str, object], by_date: bool
) -> list[int]:
    """Ids of matching versions, newest first. CROSS JOIN makes SQLite go through the index and look up each hit in the
    other tables, so that it can stop at the limit."""
    more, values = conditions(db, article_filter, words=False)
    rows = db.execute(
        f"SELECT hits.rowid FROM {table} AS hits CROSS JOIN versions ON versions.id = hits.rowid"
        f" CROSS JOIN articles ON articles.id = versions.article_id WHERE {table} MATCH :query"
        f" AND (:history OR articles.current_version_id = versions.id){more}"
        f" ORDER BY {'articles.published_at DESC, ' if by_date else ''}hits.rowid DESC LIMIT :limit",
        {**values, **scope, "query": query},
    )
    return [int(row[0]) for row in rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles contain the words in their current version, and how many only in an earlier one; each at most
    MOST."""

    now: int
    before: int


MOST = 1000
"""Counting stops at this many articles."""


def count(db: Database, words: str, article_filter: ArticleFilter = ALL) -> Count:
    """Counts the articles that contain the words. Raises BadQuery like `search`."""
    more, values = conditions(db, article_filter, words=False)
    rows = db.execute(
        "SELECT articles.id, articles.current_version_id = versions.id FROM search AS hits"
        " CROSS JOIN versions ON versions.id = hits.rowid CROSS JOIN articles ON articles.id = versions.article_id"
        f" WHERE search MATCH :query AND withdrawn_at IS NULL{more}",
        {**values, "query": fts_query(words)},
    )
    now, before = set[int](), set[int]()
    for article, is_current in rows:  # once through the index: a phrase costs as much as its most frequent word
        (now if is_current else before).add(article)
        if len(now) == MOST:
            return Count(MOST, 0)
    return Count(len(now), min(len(before - now), MOST))


def _hit_row(db: Database, version_id: int) -> Iterable[dict[str, Any]]:
    return db.query(
        "SELECT articles.url, outlets.name AS outlet, versions.number, versions.headline, versions.published_at,"
        " versions.first_seen_at, articles.id AS article_id, outlets.title AS outlet_title, outlets.timezone,"
        " articles.section, articles.version_count, articles.gone_since,"
        " coalesce(texts.lead || ' ', '') || texts.body || coalesce(' ' || texts.captions, '') AS text,"
        f" {LANGUAGE}"
        " FROM versions JOIN articles ON articles.id = versions.article_id"
        " JOIN outlets ON outlets.id = articles.outlet_id JOIN active_texts ON active_texts.version_id = versions.id"
        " JOIN texts ON texts.id = active_texts.text_id WHERE versions.id = ?",
        [version_id],
    )
