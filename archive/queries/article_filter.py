"""Which articles are wanted: the conditions that searching, lists and feeds share, as SQL over `articles`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from archive.text.search_query import fts_query
from archive.text.snippets import fold


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold for an article; what is empty holds for all.

    words: as archive/text/search_query.py understands them. outlet: its name. section: as the page names it. author:
    part of the byline. credit: of one of its pictures, whole. Of these three case and diacritics do not matter.
    article: its number. since, until: days of publication by the paper's own clock, both
    included, as `2026-05-20`; of an article that names no day, the day it was first seen.
    """

    words: str = ""
    outlet: str | None = None
    section: str | None = None
    author: str | None = None
    credit: str | None = None
    since: str | None = None
    until: str | None = None
    edited: bool = False
    gone: bool = False
    article: int | None = None


def _day(holds: str) -> str:
    """Two conditions, and not one of coalesce(), so that SQLite can use the index of either."""
    return f"(articles.published_at {holds} OR (articles.published_at IS NULL AND articles.first_seen_at {holds}))"


_CONDITIONS = {
    "outlet": "articles.outlet_id = (SELECT id FROM outlets WHERE name = :outlet)",
    "section": "articles.section = :section",
    "author": "instr(fold(articles.byline), fold(:author)) > 0",
    "credit": "EXISTS (SELECT 1 FROM version_images WHERE version_images.credit = :credit"
    " AND version_images.version_id = articles.current_version_id)",
    "since": _day(">= :since"),
    "until": _day("< date(:until, '+1 day')"),
    "edited": "articles.version_count > 1",
    "gone": "articles.gone_since IS NOT NULL",
    "article": "articles.id = :article",
}
_WORDS = "articles.current_version_id IN (SELECT rowid FROM search WHERE search MATCH :words)"


def conditions(db: Database, wanted: Wanted, *, words: bool = True) -> tuple[str, Mapping[str, object]]:
    """A condition on `articles` that begins with AND, or nothing, and its parameters. words: the words too.

    Raises BadQuery for words that cannot be searched for.
    """
    if wanted.author:
        db.conn.create_function("fold", 1, lambda text: fold(text) if text else "", deterministic=True)
    values = {name: getattr(wanted, name) for name in _CONDITIONS}
    values |= {"section": _spelt(db, _SECTIONS, wanted.section), "credit": _spelt(db, _CREDITS, wanted.credit)}
    told = [sql for name, sql in _CONDITIONS.items() if values[name]]
    if words and wanted.words.strip():
        told.append(_WORDS)
        values["words"] = fts_query(wanted.words)
    return "".join(f" AND {one}" for one in told), values


_SECTIONS = "SELECT section FROM months GROUP BY section ORDER BY sum(articles) DESC"
_CREDITS = "SELECT credit FROM credits ORDER BY pictures DESC"


def _spelt(db: Database, query: str, value: str | None) -> str | None:
    """A value as the archive spells it: as it was given, or the most frequent that differs in case and diacritics
    only."""
    if not value:
        return None
    known = [str(row[0]) for row in db.execute(query).fetchall()]
    return value if value in known else next((one for one in known if fold(one) == fold(value)), value)


def spelt_credit(db: Database, credit: str) -> str:
    """A photographer's name as the archive spells it."""
    return _spelt(db, _CREDITS, credit) or credit
