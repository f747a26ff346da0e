"""Searching: which versions hold the words, and which of them come first.

Where few versions hold the words, they come by FTS5's bm25, a word in the headline counting most. Where very many do,
that order means nothing (a word most articles hold tells none of them from the others) and costs a look at each: then
those with the words in their headline come first, and after them the rest, each newest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from archive.search import fts_query, headline_query
from archive.store.connection import transaction

MOST_RANKED = 10_000
"""Up to so many versions that hold the words are put in order by how well they match."""

_MERGE_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A version that holds the words; `text` is its lead, body and captions, for a snippet."""

    url: str
    outlet: str
    number: int
    headline: str
    published_at: str | None
    first_seen_at: str
    text: str


def search(db: Database, words: str, *, history: bool = False, outlet: str | None = None, limit: int = 20) -> list[Hit]:
    """Versions that hold the words, best first: of what stands now, or, with history, of everything that ever stood.
    limit -1 is none.

    Raises BadQuery when there is no word to search for, or when there are too many.
    """
    query = fts_query(words)
    scope = {"history": history, "outlet": outlet, "limit": limit}
    if not _is_common(db, query):
        found = _matching(db, query, "rank", scope)
    else:
        found = _matching(db, headline_query(words), "search.rowid DESC", scope)
        if len(found) != limit:
            rest = _matching(db, query, "search.rowid DESC", scope)
            found = list(dict.fromkeys([*found, *rest]))[: limit if limit >= 0 else None]
    return [_hit(db, version_id) for version_id in found]


def _is_common(db: Database, query: str) -> bool:
    (count,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)", [query, MOST_RANKED + 1]
    ).fetchone()
    return int(count) > MOST_RANKED


def _matching(db: Database, query: str, order: str, scope: Mapping[str, object]) -> list[int]:
    """Versions in scope, in order. SQLite asks the index for one after the other and looks each up in the other tables,
    so that it can stop when it has enough."""
    rows = db.execute(
        "SELECT search.rowid FROM search CROSS JOIN versions ON versions.id = search.rowid"
        " CROSS JOIN articles ON articles.id = versions.article_id"
        " CROSS JOIN outlets ON outlets.id = articles.outlet_id WHERE search MATCH :query"
        " AND (:history OR articles.current_version_id = versions.id) AND (:outlet IS NULL OR outlets.name = :outlet)"
        f" ORDER BY {order} LIMIT :limit",
        {**scope, "query": query},
    )
    return [int(row[0]) for row in rows.fetchall()]


def _hit(db: Database, version_id: int) -> Hit:
    rows = db.query(
        "SELECT articles.url, outlets.name AS outlet, versions.number, versions.headline, versions.published_at,"
        " versions.first_seen_at,"
        " coalesce(texts.lead || ' ', '') || texts.body || coalesce(' ' || texts.captions, '') AS text"
        " FROM versions JOIN articles ON articles.id = versions.article_id"
        " JOIN outlets ON outlets.id = articles.outlet_id JOIN active_texts ON active_texts.version_id = versions.id"
        " JOIN texts ON texts.id = active_texts.text_id WHERE versions.id = ?",
        [version_id],
    )
    return Hit(**next(iter(rows)))


def tidy_search(db: Database) -> Iterator[None]:
    """Merges what the search index has written piece by piece, so that a search looks into one piece instead of many.
    Step by step: between two steps others can write."""
    before = -1
    while db.conn.total_changes - before > 1:  # a step that merged nothing changes one row, its own
        yield
        before = db.conn.total_changes
        with transaction(db):
            db.execute("INSERT INTO search(search, rank) VALUES ('merge', ?)", [_MERGE_PAGES])
