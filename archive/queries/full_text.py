"""Searching: which versions hold the words, and which of them come first.

Those that have the words in their headline come first, then those that have them in headline and lead, then the rest;
among each, what came into the archive last comes first. FTS5's bm25 is not asked: it looks at every version that holds
the words, several times, and for words that most articles hold its order means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlite_utils import Database

from archive.queries.article_filter import Wanted, conditions
from archive.storage.damaged_rows import readable
from archive.storage.integrity.column_validation import usable
from archive.text.search_query import front_query, fts_query, parse

ALL = Wanted()
"""Every article."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A version that holds the words; `text` is its lead, body and captions, for a snippet. outlet: its name on the
    command line, outlet_title its own. section, version_count, gone_since: of its article as it is now."""

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
    db: Database, words: str, *, history: bool = False, wanted: Wanted = ALL, limit: int = 20, skip: int = 0,
    by_date: bool = False,
) -> list[Hit]:  # fmt: skip
    """Versions that hold the words: of what stands now, or, with history, of everything that ever stood. Words in the
    headline first, then in headline and lead, then anywhere; each newest first. wanted: what must hold for their
    articles, but for its words. by_date: those published last first instead. limit: how many at most,
    those skipped among them; -1 is none.

    Raises BadQuery when there is no word to search for, or when there are too many.
    """
    found: dict[int, None] = {}
    for table, query in [("search", fts_query(words))] if by_date else _steps(words):
        if len(found) < limit or limit < 0:
            found |= dict.fromkeys(_matching(db, table, query, wanted, {"history": history, "limit": limit}, by_date))
    chosen = islice(found, skip, limit if limit >= 0 else None)
    rows = (row for version_id in chosen for row in _row(db, version_id))
    return list(readable(rows, "versions", lambda row: Hit(**usable("articles", row))))


def _steps(words: str) -> Iterator[tuple[str, str]]:
    """The indexes to ask, one after the other, and what. Whether an excluded word stands anywhere, only the large index
    knows."""
    table = "search" if parse(words).excluded else "search_front"
    yield table, front_query(words, "headline")
    yield table, front_query(words, "headline lead")
    yield "search", fts_query(words)


def _matching(
    db: Database, table: str, query: str, wanted: Wanted, scope: Mapping[str, object], by_date: bool
) -> list[int]:
    """Versions in scope, newest first. The index gives one after the other, and each is looked up in the other tables:
    so SQLite can stop when it has enough."""
    more, values = conditions(db, wanted, words=False)
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
    """How many articles hold words in what stands now, and how many only in what no longer does; each MOST at most."""

    now: int
    before: int


MOST = 1000
"""More articles than this are not counted."""


def count(db: Database, words: str, wanted: Wanted = ALL) -> Count:
    """How many articles hold the words. Raises BadQuery as `search` does."""
    more, values = conditions(db, wanted, words=False)
    given = {**values, "query": fts_query(words), "most": MOST}
    now = _counted(db, "articles.current_version_id = versions.id", more, given)
    if now >= MOST:
        return Count(now, 0)
    only_before = (
        "articles.current_version_id <> versions.id"
        " AND articles.current_version_id NOT IN (SELECT rowid FROM search WHERE search MATCH :query)"
    )
    return Count(now, _counted(db, only_before, more, given))


def _counted(db: Database, which: str, more: str, values: dict[str, object]) -> int:
    row = db.execute(
        "SELECT count(*) FROM (SELECT DISTINCT articles.id FROM search AS hits"
        " CROSS JOIN versions ON versions.id = hits.rowid CROSS JOIN articles ON articles.id = versions.article_id"
        f" WHERE search MATCH :query AND {which} AND withdrawn_at IS NULL{more} LIMIT :most)",
        values,
    ).fetchone()
    return int(row[0])


def _row(db: Database, version_id: int) -> Iterable[dict[str, Any]]:
    return db.query(
        "SELECT articles.url, outlets.name AS outlet, versions.number, versions.headline, versions.published_at,"
        " versions.first_seen_at, articles.id AS article_id, outlets.title AS outlet_title, outlets.timezone,"
        " articles.section, articles.version_count, articles.gone_since,"
        " coalesce(texts.lead || ' ', '') || texts.body || coalesce(' ' || texts.captions, '') AS text,"
        " CASE WHEN json_valid(texts.details) THEN json_extract(texts.details, '$.language') END AS language"
        " FROM versions JOIN articles ON articles.id = versions.article_id"
        " JOIN outlets ON outlets.id = articles.outlet_id JOIN active_texts ON active_texts.version_id = versions.id"
        " JOIN texts ON texts.id = active_texts.text_id WHERE versions.id = ?",
        [version_id],
    )
