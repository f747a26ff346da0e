"""The filter that search, lists and feeds share, as SQL conditions on `articles`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from archive.model import clock
from archive.model.time_zones import zone_of
from archive.model.validation import FIRST_MOMENT
from archive.text.search_query import fts_query, without_diacritics

LANGUAGE = "CASE WHEN json_valid(texts.details) THEN json_extract(texts.details, '$.language') END AS language"
"""The column with the language that the page of a text declares; NULL for none."""


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """A filter for articles; an empty field filters nothing.

    words: as archive/text/search_query.py parses them. outlet: its name. section: as the page names it. author: part
    of the byline. credit: the whole credit of one of its pictures. These three ignore case and diacritics. article: its
    id. since, until: days of publication in the outlet's time zone, both included, as `2026-05-20`; for an article
    without a published time, the day it was first seen. unannounced: has an edit that the newspaper did not announce.
    """

    words: str = ""
    outlet: str | None = None
    section: str | None = None
    author: str | None = None
    credit: str | None = None
    since: str | None = None
    until: str | None = None
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

UNANNOUNCED = "EXISTS (SELECT 1 FROM versions WHERE versions.article_id = articles.id AND announced = 'none')"

_CONDITIONS = {
    "outlet": "articles.outlet_id = (SELECT id FROM outlets WHERE name = :outlet)",
    "section": "articles.section = :section",
    "author": "instr(fold(articles.byline), fold(:author)) > 0",
    "credit": "EXISTS (SELECT 1 FROM version_images WHERE version_images.credit = :credit"
    " AND version_images.version_id = articles.current_version_id)",
    "edited": "articles.version_count > 1",
    "unannounced": UNANNOUNCED,
    "gone": "articles.gone_since IS NOT NULL",
    "article": "articles.id = :article",
}
_MATCH = "articles.current_version_id IN (SELECT rowid FROM search WHERE search MATCH :words)"


def conditions(db: Database, article_filter: ArticleFilter, *, words: bool = True) -> tuple[str, Mapping[str, object]]:
    """A condition on `articles` that begins with AND, or an empty one, and its parameters. words: whether to include
    the words.

    Raises BadQuery for words that cannot be searched for.
    """
    if article_filter.since or article_filter.until:
        db.conn.create_function("local_day", 2, _local_day, deterministic=True)
    if article_filter.author:
        db.conn.create_function("fold", 1, lambda text: without_diacritics(text) if text else "", deterministic=True)
    values = {name: getattr(article_filter, name) for name in (*_CONDITIONS, *_DATED)}
    values |= {
        "section": _stored_spelling(db, _SECTIONS, article_filter.section),
        "credit": _stored_spelling(db, _CREDITS, article_filter.credit),
    }
    clauses = [sql for name, sql in _CONDITIONS.items() if values[name]]
    if bounds := [bound for bound in _DATED if getattr(article_filter, bound)]:
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
